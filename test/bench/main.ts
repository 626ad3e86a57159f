import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { kitRoot } from '../../blueprints/kit';
import { figures, machineLoad, type Outcome, page, textTable, verdict } from './report';
import { type Row, rows, type Sample } from './rows';
import { Workshop } from './workshop';

/*
 * `npm run bench` measures every row and writes docs/benchmarks.md; `npm run bench -- --quick` measures the rows that
 * install nothing but the kit, `npm run bench -- new list` those that are named; these write no page. `--kit <tarball>`
 * measures a packed kit instead of this repository's. The exit code is 1 when a row is behind its bound, or failed, and
 * 2 for an unknown row.
 */

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, kit: { type: 'string' } },
  });
  const unknown = positionals.filter((name) => rows.every((row) => row.name !== name));
  if (unknown.length > 0) {
    console.error(`there is no row ${unknown.join(', ')}; there are ${rows.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const chosen = rows.filter(
    ({ name, installs }) => (!values.quick || !installs) && (positionals.length === 0 || positionals.includes(name)),
  );
  const load = machineLoad();
  const outcomes = await measure(chosen, values.kit);
  console.log(['', ...textTable(outcomes)].join('\n'));
  if (chosen.length === rows.length && !values.kit) {
    keep(page(outcomes, new Date(), load));
  }
  return outcomes.every((outcome) => ['reaches its aim', 'within its bound'].includes(verdict(outcome))) ? 0 : 1;
}

async function measure(chosen: readonly Row[], tarball: string | undefined): Promise<Outcome[]> {
  const workshop = new Workshop(tarball);
  const outcomes: Outcome[] = [];
  for (const row of chosen) {
    const outcome = { row, samples: await samplesOf(row, workshop) };
    const { kit, other, ratio } = figures(outcome);
    console.log(`${row.name}: ${kit.toFixed(3)} s / ${other.toFixed(3)} s = ${ratio.toFixed(3)}, ${verdict(outcome)}`);
    outcomes.push(outcome);
  }
  return outcomes;
}

/** One failing command fails its row, and no other. */
async function samplesOf({ runs, warmUps = 1, measure: sample }: Row, workshop: Workshop): Promise<Sample[]> {
  try {
    const samples: Sample[] = [];
    while (samples.length < warmUps + runs) {
      samples.push(await sample(workshop));
    }
    return samples.slice(warmUps);
  } catch (error) {
    console.error((error as Error).message);
    return [];
  }
}

function keep(text: string): void {
  const docs = join(kitRoot, 'docs');
  mkdirSync(docs, { recursive: true });
  writeFileSync(join(docs, 'benchmarks.md'), text);
}

void main().then((code) => {
  process.exitCode = code;
});
