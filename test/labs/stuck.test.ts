import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { checkOptions } from '../../blueprints/options';
import { stepIds } from '../../blueprints/pattern';
import { render } from '../../blueprints/rendering';
import { labs } from '../../labs';
import { Assembly } from '../../labs/engine/assembly';
import { readAssemblyFolder } from '../../labs/engine/assembly-folder';
import { changesOf } from '../../labs/engine/changes';
import { type Check, runCheck } from '../../labs/engine/check';
import { filesOf, planMove, REACHES, type Reach, readVersions, writeMove } from '../../labs/engine/move';
import { latestSnapshot, restore, takeSnapshot } from '../../labs/engine/snapshots';
import { scratchFolder, synthesizeFolders, writeVariants } from '../support/synthesize';
import { type Stuck, stuck } from './stuck';

/** The pattern whose learners are stuck in all ways at each step; at the steps of others three ways are drawn. */
const THOROUGH = 'sqs-scaling';
const FAR = '// mine, and far away';
const text = (lines: readonly string[]): string => lines.join('\n');

interface Case {
  readonly step: string;
  readonly way: Stuck;
  readonly folder: string;
  readonly path: string;
  readonly own: string | null;
  /** Whether the end of the file is not what the step is about. */
  readonly hasFarEnd: boolean;
  reach?: Reach;
  solved?: string;
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

describe.each(patterns.map((pattern) => [pattern.id, pattern] as const))('learners of %s', (id, pattern) => {
  const values = checkOptions(pattern, { name: 'orders' });
  const order = stepIds(pattern);
  const seed = Number(process.env.SEED ?? Date.now() % 100_000) + 1;
  const ways = (): readonly Stuck[] => (id === THOROUGH ? stuck : shuffled(stuck, seed).slice(0, 3));
  const plan = pattern.steps.flatMap(({ id: step }, index) =>
    ways().map((way, number) => ({ step, way, name: `${index}-${number}` })),
  );
  const stepBefore = (step: string): string => order[order.indexOf(step) - 1];
  let cases: Case[];

  beforeAll(async () => {
    const checks = new Map((await labs[id]()).checks.map((check) => [check.step, check]));
    const variants = plan.map(({ step, name }) => ({ name, step: stepBefore(step), options: {} }));
    const folders = writeVariants(pattern, variants, join(scratchFolder(), 'stuck', id));
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
    const hasFarEnd = was.length > 10 && text(was.slice(-5)) === text(after.slice(-5));
    return { step, way, folder, path, own, hasFarEnd };
  }

  async function solve(one: Case, reach: Reach): Promise<void> {
    const { folder, step, path, own } = one;
    own === null ? rmSync(join(folder, path), { force: true }) : writeFileSync(join(folder, path), own);
    writeMove(
      folder,
      planMove(await readVersions({ folder, pattern, values, from: stepBefore(step), to: step }), reach),
    );
    one.reach = reach;
    one.solved = existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : undefined;
  }

  function isGreen({ folder }: Case, check: Check): boolean {
    if (!existsSync(join(folder, 'cdk.out', 'manifest.json'))) {
      return false;
    }
    return runCheck(check, new Assembly(readAssemblyFolder(join(folder, 'cdk.out'), folder))).passed;
  }

  test('need the whole file in three of twenty cases at most', () => {
    const whole = cases
      .filter(({ reach }) => reach === 'files' || reach === 'project')
      .map(({ step, way }) => `${step}: ${way.name}`);
    console.log(
      `${id}: seed ${seed - 1}, ${whole.length} of ${cases.length} solved by whole files: ${whole.join('; ')}`,
    );
    expect(whole.length / cases.length).toBeLessThanOrEqual(3 / 20);
  });

  test('never see a conflict marker', () => {
    expect(cases.filter(({ solved }) => /^(<{7}|={7}|>{7})/m.test(solved ?? ''))).toEqual([]);
  });

  test('keep what they wrote far away, where their file was merged', () => {
    const merged = cases.filter(
      ({ reach, own, hasFarEnd }) => (reach === 'merged' || reach === 'wide') && own !== null && hasFarEnd,
    );
    expect(merged.length).toBeGreaterThan(0);
    expect(
      merged.filter(({ solved }) => !solved?.includes(FAR)).map(({ step, way }) => `${step}: ${way.name}`),
    ).toEqual([]);
  });

  test('get back every byte by undo', () => {
    for (const { folder, path, own } of cases) {
      const snapshot = latestSnapshot(folder);
      restore(folder, snapshot as NonNullable<typeof snapshot>);
      expect(existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : null).toBe(own);
      expect(latestSnapshot(folder)).toBeUndefined();
    }
  });
});
