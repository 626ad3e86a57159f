import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkOptions } from '../../blueprints/options';
import { lastStep, type Pattern, packageOf, stepIds } from '../../blueprints/pattern';
import { Assembly } from '../../labs/engine/assembly';
import { readAssemblyFolder } from '../../labs/engine/assembly-folder';
import { changesAsMarkdown, changesOf } from '../../labs/engine/changes';
import { costAsMarkdown, idleAsMarkdown, remainsAsMarkdown } from '../../labs/engine/cost';
import { labFile } from '../../labs/engine/lab-file';
import { FILLED, fillMarks, type Mark } from '../../labs/engine/marks';
import { allPrices, type Prices } from '../../labs/engine/prices';
import { filledTexts } from './filled-texts';
import { generate, readFiles } from './generate';
import { writeProjectTypes } from './project-types';
import { patternsAt } from './sources';
import { goldenState, lostState, STATE_FILE, stateOf } from './state';
import { type Synthesized, stagesVariant, synthesize, variantsOf } from './synthesize';

/*
 * What is computed and kept: golden copies, the finished project of each pattern as it is generated and synthesized by
 * default, and the changes that the lab of each pattern shows. The suites compare with them.
 */

/**
 * The folder of a pattern's golden copy.
 *
 * @param pattern the pattern
 */
export function goldenFolder(pattern: Pattern): string {
  return join(packageOf(pattern).root, 'test', 'golden', pattern.id);
}

/**
 * What a pattern's golden copy should hold now. Versions and hashes of assets are masked; names that git or npm would
 * act on are spelled without their leading point.
 *
 * @param pattern the pattern
 * @param finished its finished project, synthesized with the default options
 * @returns the texts by path
 */
export function goldenCopy(pattern: Pattern, finished: Synthesized): Map<string, string> {
  const folder = join(dirname(finished.folder), 'golden');
  generate(pattern, folder);
  const files = [...readFiles(folder)].filter(([path]) => !path.startsWith('.atelier/'));
  const stacks = readdirSync(join(finished.folder, 'cdk.out')).filter((file) => file.endsWith('.template.json'));
  const templates = stacks.map((file): [string, string] => [
    `cdk.out/${file}`,
    `${withoutPaths(readFileSync(join(finished.folder, 'cdk.out', file), 'utf8'))}\n`,
  ]);
  const state: [string, string] = [STATE_FILE, `${JSON.stringify(stateOf(assemblyOf(finished)), undefined, 2)}\n`];
  const copy = [...files, ...templates, state];
  return new Map(copy.map(([path, text]) => [path.replace(/(^|\/)\./g, '$1dot.'), masked(text)]));
}

/** A template without the paths of constructs, which stand in its logical ids already. */
function withoutPaths(template: string): string {
  const isNothing = (value: unknown): boolean => JSON.stringify(value) === '{}';
  const kept = (key: string, value: unknown): unknown => (key === 'aws:cdk:path' ? undefined : value);
  const whole = JSON.parse(template, kept);
  return JSON.stringify(whole, (key, value) => (key === 'Metadata' && isNothing(value) ? undefined : value), 1);
}

/**
 * The assembly of a synthesized project.
 *
 * @param project the project
 */
export function assemblyOf({ folder }: Synthesized): Assembly {
  return new Assembly(readAssemblyFolder(join(folder, 'cdk.out'), folder));
}

function masked(text: string): string {
  return text
    .replace(/\b[0-9a-f]{64}\b/g, '<hash>')
    .replace(/(?<=["@^~ ])\d+\.\d+\.\d+(?=")/g, '<version>')
    .replace(/(?<=serverless-atelier-)\d+\.\d+\.\d+/g, '<version>');
}

/**
 * What the text of a pattern's lab should be now: as it is, with what the templates say of changes, cost and remains.
 *
 * @param pattern the pattern
 * @param text the text
 * @param at the assembly of a step, and of the variant with several stages, by name
 * @param own prices that the pattern's lab knows besides the kit's. @default - none
 */
export function currentLab(pattern: Pattern, text: string, at: (variant: string) => Assembly, own?: Prices): string {
  const prices = allPrices(own);
  const values = checkOptions(pattern, { name: 'orders' });
  const steps = stepIds(pattern);
  const stages = { 'orders-dev': 'the stage `dev`', 'orders-prod': 'a production stage' };
  const contents: Readonly<Record<string, (step: string) => string>> = {
    [FILLED.change]: (step) => changesAsMarkdown(changesOf(pattern, values, step)),
    [FILLED.cost]: (step) => costAsMarkdown(at(steps[steps.indexOf(step) - 1]), at(step), prices),
    [FILLED.idle]: () => idleAsMarkdown(at(lastStep(pattern)), prices),
    [FILLED.remains]: () => remainsAsMarkdown(at(stagesVariant(pattern).name), stages),
  };
  return fillMarks(text, ({ name, step = '' }: Mark) => contents[name]?.(step));
}

function write(pattern: Pattern): void {
  const steps = variantsOf(pattern).filter(({ name, step }) => name === step);
  const synthesized = synthesize(pattern, [...steps, stagesVariant(pattern)]);
  const projects = new Map(synthesized.map((one) => [one.name, one]));
  const project = (variant: string): Synthesized => projects.get(variant) as Synthesized;
  const lab = labFile(pattern);
  // Required, not imported: what loads TypeScript here knows nothing of imports on demand.
  const { prices } = require(join(packageOf(pattern).root, 'labs', pattern.id)).lab;
  writeFileSync(
    lab,
    currentLab(pattern, readFileSync(lab, 'utf8'), (variant) => assemblyOf(project(variant)), prices),
  );
  const finished = project(lastStep(pattern));
  const { version } = packageOf(pattern);
  const now = stateOf(assemblyOf(finished));
  const lost = lostState(goldenState(goldenFolder(pattern)), now, pattern.migrations ?? [], version);
  if (lost.length > 0) {
    throw new Error(
      `an update of ${pattern.id} would replace or remove ${lost.join(', ')}, with all that they hold; keep them, or name them in the pattern's migrations`,
    );
  }
  rmSync(goldenFolder(pattern), { recursive: true, force: true });
  for (const [path, text] of goldenCopy(pattern, finished)) {
    const file = join(goldenFolder(pattern), path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/**
 * Writes all of a package that is computed: the project types, the golden copies, what labs show of changes and costs, and
 * what its texts show of its patterns.
 *
 * @param root the package's folder
 * @throws Error when an update would lose what holds state, and no migration says so; the golden copy stays as it is then
 */
export function writeGolden(root: string): void {
  const patterns = patternsAt(root);
  writeProjectTypes(root);
  patterns.forEach(write);
  for (const [file, text] of filledTexts(root)) {
    writeFileSync(file, text);
  }
}
