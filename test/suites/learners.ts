import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { structuredPatch } from 'diff';
import { hashOf } from '../../blueprints/hash';
import { checkOptions } from '../../blueprints/options';
import { type Pattern, packageOf, stepIds } from '../../blueprints/pattern';
import { render } from '../../blueprints/rendering';
import { Assembly } from '../../labs/engine/assembly';
import { readAssemblyFolder } from '../../labs/engine/assembly-folder';
import { changesOf } from '../../labs/engine/changes';
import { type Check, runCheck } from '../../labs/engine/check';
import { filesOf, planMove, REACHES, type Reach, readVersions, writeMove } from '../../labs/engine/move';
import { latestSnapshot, restore, takeSnapshot } from '../../labs/engine/snapshots';
import { type Stuck, stuck } from '../labs/ways-to-be-stuck';
import { readFiles } from '../support/generate';
import { labAt } from '../support/sources';
import { scratchFolder, synthesizeFolders, writeVariants } from '../support/synthesize';

const FAR = '// mine, and far away';
const text = (lines: readonly string[]): string => lines.join('\n');

interface Case {
  readonly step: string;
  readonly way: Stuck;
  readonly folder: string;
  readonly path: string;
  readonly own: string | null;
  /** The file before and after the step. */
  readonly before: string;
  readonly after: string;
  /** The hash of each file of the project by path. */
  readonly hashes: ReadonlyMap<string, string>;
  reach?: Reach;
  solved?: string;
  /** The files that solving has changed. */
  changed?: readonly string[];
}

/** What a synthesis writes, and the lab keeps for itself. */
const NOT_THEIRS = /^(cdk\.out\/|problem\.txt$|\.atelier\/snapshots\/)/;

/** The hash of each file of a learner's by path. */
function hashesOf(folder: string): Map<string, string> {
  const theirs = [...readFiles(folder)].filter(([path]) => !NOT_THEIRS.test(path));
  return new Map(theirs.map(([path, text]) => [path, hashOf(text)]));
}

/** A line without what a formatter may change in it: its indentation, its end and its quotes. */
const tokens = (line: string): string => line.replace(/\s+/g, '').replaceAll('"', "'");

/**
 * What a learner has outside of a step's hunks, as a diff shows them, between the hunks: lines that nobody but they changed.
 *
 * @param before the lines before the step
 * @param after the lines after it
 * @param own the learner's
 */
function outsideOf(before: readonly string[], after: readonly string[], own: readonly string[]): string[][] {
  const hunksOf = (other: readonly string[], context: number) =>
    structuredPatch('', '', lined(before), lined(other), '', '', { context }).hunks;
  const inside = new Set(
    hunksOf(after, 3).flatMap(({ oldStart, oldLines }) => Array.from({ length: oldLines }, (_, i) => oldStart - 1 + i)),
  );
  const parts: string[][] = [[]];
  let line = 0;
  let at = 0;
  const untouched = (end: number): void => {
    for (; line < end; line += 1, at += 1) {
      inside.has(line) ? parts.push([]) : parts[parts.length - 1].push(own[at]);
    }
  };
  for (const { oldStart, oldLines, newLines } of hunksOf(own, 0)) {
    untouched(oldStart - 1);
    const texts = own.slice(at, at + newLines);
    // What is inserted between two lines is inside when one of them is.
    const [first, last] = oldLines === 0 ? [line - 1, line] : [line, line + oldLines - 1];
    const isInside = Array.from({ length: last - first + 1 }, (_, i) => first + i).some((one) => inside.has(one));
    isInside ? parts.push([]) : parts[parts.length - 1].push(...texts);
    line += oldLines;
    at += newLines;
  }
  untouched(before.length);
  return parts.filter((part) => part.length > 0);
}

const lined = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** The first part that is not in the text, each looked for behind the one before; undefined when all are there. */
function lostPart(parts: readonly string[][], lines: readonly string[]): string[] | undefined {
  let from = 0;
  return parts.find((part) => {
    const at = lines.findIndex((_, index) => index >= from && part.every((line, i) => lines[index + i] === line));
    from = at + part.length;
    return at < 0;
  });
}

/** Numbers in an order that a seed decides; the seed is printed, so that a failure can be had again. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const next = (value: number): number => (value * 48271) % 2147483647;
  let at = seed;
  return items
    .map((item) => {
      at = next(at);
      return { item, at };
    })
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/**
 * What becomes of learners who are stuck, and ask for the solution.
 *
 * @param pattern the pattern
 * @param drawn in how many ways they are stuck at each step, drawn by chance. @default - in all
 */
export function testLearners(pattern: Pattern, drawn = stuck.length): void {
  const { id } = pattern;
  const values = checkOptions(pattern, { name: 'orders' });
  const order = stepIds(pattern);
  const home = join(scratchFolder(packageOf(pattern).root), 'stuck', id);
  const seed = Number(process.env.SEED ?? Date.now() % 100_000) + 1;
  const ways = (step: number): readonly Stuck[] => shuffled(stuck, seed + step).slice(0, drawn);
  const plan = pattern.steps.flatMap(({ id: step }, index) =>
    ways(index).map((way, number) => ({ step, way, name: `${index}-${number}` })),
  );
  const stepBefore = (step: string): string => order[order.indexOf(step) - 1];
  let cases: Case[];

  beforeAll(async () => {
    const checks = new Map((await labAt(pattern))?.checks.map((check) => [check.step, check]));
    const variants = plan.map(({ step, name }) => ({ name, step: stepBefore(step), options: {} }));
    const folders = writeVariants(pattern, variants, join(home, 'cases'));
    cases = plan.map(({ step, way }, index) => begin(step, way, folders[index]));
    let open = cases;
    for (const reach of REACHES) {
      await Promise.all(open.map((one) => solve(one, reach)));
      synthesizeFolders(open.map(({ folder }) => folder));
      open = open.filter((one) => !isGreen(one, checks.get(one.step) as Check));
    }
    expect(open.map(({ step, way }) => `${step}: ${way.name}`)).toEqual([]);
  }, 400_000);

  /** Puts a learner where they are stuck: in the file that the step edits most, with a line of their own far away. */
  function begin(step: string, way: Stuck, folder: string): Case {
    const edited = changesOf(pattern, values, step).filter(({ path }) => path.startsWith('src/'));
    const path = (edited.find(({ kind }) => kind === 'edited') ?? edited[0]).path;
    const was = String(render(pattern, values, stepBefore(step)).get(path) ?? '').split('\n');
    const after = String(render(pattern, values, step).get(path)).split('\n');
    const first = was.findIndex((line, index) => line !== after[index]);
    const made = way.make({ before: was, after, first });
    const own = made === null ? null : `${made}${FAR}\n`;
    own === null ? rmSync(join(folder, path)) : writeFileSync(join(folder, path), own);
    takeSnapshot(folder, 'lab solve', filesOf(pattern, values));
    return { step, way, folder, path, own, before: text(was), after: text(after), hashes: hashesOf(folder) };
  }

  async function solve(one: Case, reach: Reach): Promise<void> {
    const { folder, step, path, own } = one;
    own === null ? rmSync(join(folder, path), { force: true }) : writeFileSync(join(folder, path), own);
    writeMove(
      folder,
      planMove(await readVersions({ folder, pattern, values, from: stepBefore(step), to: step }), reach),
    );
    one.reach = reach;
    const now = hashesOf(folder);
    one.changed = [...new Set([...now.keys(), ...one.hashes.keys()])].filter((p) => now.get(p) !== one.hashes.get(p));
    one.solved = existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : undefined;
  }

  function isGreen({ folder }: Case, check: Check): boolean {
    if (!existsSync(join(folder, 'cdk.out', 'manifest.json'))) {
      return false;
    }
    return runCheck(check, new Assembly(readAssemblyFolder(join(folder, 'cdk.out'), folder))).passed;
  }

  test('come from the start to the end by solutions alone, each of which is its step, byte for byte', async () => {
    const [folder] = writeVariants(pattern, [{ name: 'walk', step: order[0], options: {} }], join(home, 'walk'));
    for (const [index, to] of order.slice(1).entries()) {
      writeMove(folder, planMove(await readVersions({ folder, pattern, values, from: order[index], to }), 'merged'));
      const made = render(pattern, values, to);
      const now = readFiles(folder);
      expect([...made.keys()].map((path) => [path, now.get(path)])).toEqual([...made]);
      expect([...now.keys()].filter((path) => path.startsWith('src/') && !made.has(path))).toEqual([]);
    }
  }, 60_000);

  test('need the whole file in three of twenty cases at most', () => {
    const wholes = cases.filter(({ reach }) => reach === 'files' || reach === 'project');
    const whole = wholes.map(({ step, way }) => `${step}: ${way.name}`);
    console.log(
      `${id}: seed ${seed - 1}, ${whole.length} of ${cases.length} solved by whole files: ${whole.join('; ')}`,
    );
    expect(whole.length).toBeLessThanOrEqual(Math.max(3, (cases.length * 3) / 20));
    const most = Math.max(...order.map((step) => wholes.filter((one) => one.step === step).length));
    expect(most).toBeLessThanOrEqual(3);
  });

  test('never see a conflict marker', () => {
    expect(cases.filter(({ solved }) => /^(<{7}|={7}|>{7})/m.test(solved ?? ''))).toEqual([]);
  });

  test('keep all that they have outside of the hunks of the step, where their file was merged', () => {
    const merged = cases.filter(({ reach, own }) => (reach === 'merged' || reach === 'wide') && own !== null);
    let kept = 0;
    const lost = merged.flatMap(({ step, way, before, after, own, solved }) => {
      // Where it was about the layout, lines elsewhere are the same but for that.
      const linesOf = (file: string): string[] => file.split('\n').map((line) => (way.isLayout ? tokens(line) : line));
      const parts = outsideOf(linesOf(before), linesOf(after), linesOf(own ?? ''));
      kept += parts.flat().length;
      const part = lostPart(parts, linesOf(solved ?? ''));
      return part ? [{ case: `${step}: ${way.name}`, part }] : [];
    });
    expect(lost).toEqual([]);
    // Far more than the line that was added far away.
    expect(kept / merged.length).toBeGreaterThan(5);
  });

  test('keep every byte of the files that the step leaves alone', () => {
    const touched = cases
      .filter(({ reach }) => reach !== 'project')
      .flatMap(({ step, way, changed = [] }) => {
        const own = changesOf(pattern, values, step).map(({ path }) => path);
        return changed.filter((path) => !own.includes(path)).map((path) => `${step}: ${way.name}: ${path}`);
      });
    expect(touched).toEqual([]);
  });

  test('get back every byte of the project by undo', () => {
    for (const { folder, hashes } of cases) {
      const snapshot = latestSnapshot(folder);
      restore(folder, snapshot as NonNullable<typeof snapshot>);
      expect(hashesOf(folder)).toEqual(hashes);
      expect(latestSnapshot(folder)).toBeUndefined();
    }
  });
}
