import type { Item, Published, Scan } from '../../../pipelines/operations';
import type { Output } from '../output';
import { ageWords, revisionWords } from './words';

/** What was published; by which revision and when is not always known, or of no interest. */
export type PublishedItem = Pick<Item, 'what' | 'by'> & Partial<Item>;

/**
 * Prints what was published: what it is, where, in which version, and then the digests of images, to be copied.
 *
 * @param output how to print
 * @param items what was published
 * @param now the present
 */
export function printPublished(output: Output, items: readonly PublishedItem[], now: Date): void {
  const known = items.flatMap(({ what, ...item }) => (what.kind === 'unknown' ? [] : [{ ...item, what }]));
  output.table(
    known.map(({ what, revision, at }) => [
      ...wordsOf(what),
      revision ? revisionWords(revision) : '',
      at ? ageWords(at, now) : '',
    ]),
    ['strong', 'faint', undefined, undefined, 'faint'],
  );
  for (const { what, by } of items) {
    if (what.kind === 'image') {
      output.print(output.paint('faint', `  ${what.repository}@${what.digest}`));
    }
    if (what.kind === 'unknown') {
      output.print(`  what ${by} has published is not known: ${what.reason}`);
    }
  }
}

function wordsOf(
  what: Exclude<Published, { kind: 'unknown' }>,
): readonly [name: string, place: string, version: string] {
  if (what.kind === 'layer') {
    return [`layer ${what.name}`, what.region, `version ${what.version}`];
  }
  if (what.kind === 'stack') {
    return [`stack ${what.name}`, [what.account, what.region].filter(Boolean).join(' '), ''];
  }
  return [`image ${what.repository}`, what.region ?? '', findingsWords(what)];
}

/** From the worst on. */
const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNDEFINED', 'UNTRIAGED'];

/** What is said where there are no findings to be told. */
const SCANS: Readonly<Record<Scan, string>> = {
  done: 'no findings',
  running: 'scan goes on',
  none: 'not scanned',
  failed: 'scan has failed',
  refused: 'scan may not be read',
  absent: 'not in this registry',
  unknown: 'scan not known',
};

function findingsWords({ findings, scan }: Extract<Published, { kind: 'image' }>): string {
  const found = SEVERITIES.filter((severity) => findings?.[severity]);
  return found.length > 0 ? found.map((one) => `${findings?.[one]} ${one.toLowerCase()}`).join(', ') : SCANS[scan];
}
