import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkOptions } from '../../blueprints/options';
import { lastStep, type Pattern, packageOf, START, stepIds } from '../../blueprints/pattern';
import { render } from '../../blueprints/rendering';
import { labFile } from '../../labs/engine/lab-file';
import { filledTexts } from '../support/filled-texts';
import { goldenFolder } from '../support/golden';
import { projectTypes, projectTypesFile } from '../support/project-types';
import { labAt, patternsAt } from '../support/sources';

/** The most characters of a summary: it stands in a line of `src/main.ts`. */
const LONGEST_SUMMARY = 98;

/** The fewest settings whose loss a project's own tests have to notice. */
const FEWEST_MUTATIONS = 3;

/**
 * That both indexes of a package have a line for each pattern that it has a folder for.
 *
 * @param patterns the patterns that its index has
 * @param root the package's folder
 */
export function testIndexes(patterns: readonly Pattern[], root: string): void {
  const folders = readdirSync(join(root, 'blueprints'))
    .filter((room) => existsSync(join(root, 'blueprints', room, 'pattern.ts')))
    .sort();

  test('blueprints/patterns.ts has a line for each pattern', () => {
    expect(patterns.map(({ id }) => id).sort()).toEqual(folders);
  });

  test('its texts show the patterns and the files that there are, as `npm run golden` writes them', () => {
    const now = filledTexts(root);
    expect(Object.fromEntries([...now.keys()].map((file) => [file, readFileSync(file, 'utf8')]))).toEqual(
      Object.fromEntries(now),
    );
  });

  test('labs/index.ts has a line for each pattern', async () => {
    const labs = await Promise.all(patterns.map(labAt));
    expect(patterns.filter((_, index) => !labs[index]).map(({ id }) => id)).toEqual([]);
  });
}

/**
 * What a pattern has to consist of. Whatever is missing fails a test of its own, by its name.
 *
 * @param pattern the pattern
 */
export function testParts(pattern: Pattern): void {
  const steps = stepIds(pattern).slice(1);
  const finished = () => render(pattern, checkOptions(pattern, { name: 'orders' }), lastStep(pattern));

  test('has a check for each step, in the order of the steps', async () => {
    expect((await labAt(pattern))?.checks.map(({ step }) => step)).toEqual(steps);
  });

  test('has a typical mistake for each step', async () => {
    const made = new Set((await labAt(pattern))?.mistakes.map(({ step }) => step));
    expect(steps.filter((step) => !made.has(step))).toEqual([]);
  });

  test('has three settings or more whose loss its own tests notice, each in one place', async () => {
    const files = finished();
    const mutations = (await labAt(pattern))?.mutations ?? [];
    const places = mutations.map(({ file, from }) => String(files.get(file)).split(from).length - 1);
    expect(places.length).toBeGreaterThanOrEqual(FEWEST_MUTATIONS);
    expect(places).toEqual(places.map(() => 1));
  });

  test('has probes, each of a step', async () => {
    const { probes = [] } = (await (await labAt(pattern))?.probes()) ?? {};
    expect(probes.length).toBeGreaterThan(0);
    expect(probes.filter(({ step }) => !steps.includes(step))).toEqual([]);
  });

  test('has a README with a diagram', () => {
    expect(finished().get('README.md')).toContain('```mermaid');
  });

  test('has the text of a lab', () => {
    expect(existsSync(labFile(pattern))).toBe(true);
  });

  test('has a golden copy', () => {
    expect(existsSync(goldenFolder(pattern))).toBe(true);
  });

  test('has a project type that offers the options of its data, with the same words', () => {
    const { root } = packageOf(pattern);
    const file = projectTypesFile(root);
    expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(projectTypes(patternsAt(root)));
  });

  test('has a summary that fits on a line of code', () => {
    expect(pattern.summary.length).toBeLessThanOrEqual(LONGEST_SUMMARY);
  });

  test('calls no step as another is called, or was', () => {
    const ids = pattern.steps.flatMap(({ id, formerly = [] }) => [id, ...formerly]);
    expect(ids.filter((step, index) => ids.indexOf(step) < index || step === START)).toEqual([]);
  });
}
