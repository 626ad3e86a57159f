import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { labs } from '../../labs';
import { Assembly } from '../../labs/engine/assembly';
import { readAssemblyFolder } from '../../labs/engine/assembly-folder';
import { type Check, explain, type GoalResult, runCheck } from '../../labs/engine/check';
import { mutantsOf } from '../labs/mutants';
import { reshaped, variants } from '../labs/variants';
import { mistakesOf } from '../support/mutations';
import { scratchFolder, synthesizeFolders, writeVariants } from '../support/synthesize';

/** What an explanation never says: a value that the check did not find. */
const SPILT = /undefined|null|NaN|\[object/;

/** Resources are called as a learner's own are in a check. */
const WITH_PATHS = { 'aws:cdk:enable-path-metadata': true };

/** A wrong answer to a step, and what its check says of it. */
interface Refusal {
  readonly name: string;
  /** What kind of wrong it is. */
  readonly kind: string;
  /** The result of the goal that is meant. @default - there is none */
  readonly result?: GoalResult;
}

describe.each(patterns.map((pattern) => [pattern.id, pattern] as const))('answers to %s', (id, pattern) => {
  const steps = pattern.steps.map((step) => step.id);
  const mistakes = mistakesOf(id);
  let checks: Map<string, Check>;
  let right: Map<string, Assembly>;
  let wrong: Map<string, Assembly>;
  const checkOf = (step: string): Check => checks.get(step) as Check;
  const rightOf = (step: string): Assembly => right.get(step) as Assembly;

  /** The project at each step, and for each mistake the project that it is made in. */
  beforeAll(async () => {
    checks = new Map((await labs[id]()).checks.map((check) => [check.step, check]));
    const plan = [
      ...steps.map((step) => ({ name: step, step, options: {} })),
      ...mistakes.map(({ step }, index) => ({ name: `mistake-${index}`, step, options: {} })),
    ];
    const folders = writeVariants(pattern, plan, join(scratchFolder(), 'answers', id));
    for (const [index, { file, from, to }] of mistakes.entries()) {
      const path = join(folders[steps.length + index], file);
      const text = readFileSync(path, 'utf8');
      if (text.split(from).length !== 2) {
        throw new Error(`${file} of ${folders[steps.length + index]} has not once: ${from}`);
      }
      writeFileSync(
        path,
        text.replace(from, () => to),
      );
    }
    synthesizeFolders(folders, WITH_PATHS);
    const assemblies = folders.map((folder) => new Assembly(readAssemblyFolder(join(folder, 'cdk.out'), folder)));
    right = new Map(steps.map((step, index) => [step, assemblies[index]]));
    wrong = new Map(mistakes.map(({ mistake }, index) => [mistake, assemblies[steps.length + index]]));
  }, 120_000);

  const refusals = (step: string): Refusal[] =>
    mutantsOf(checkOf(step), rightOf(step)).map(({ name, kind, goal, assembly }) => ({
      name,
      kind,
      result: runCheck(checkOf(step), assembly).results.find((one) => one.goal === goal),
    }));

  describe.each(steps)('%s', (step) => {
    test.each(variants)('pass with $name', ({ change }) => {
      const { results } = runCheck(checkOf(step), reshaped(rightOf(step), change));
      expect(results.filter(({ passed }) => !passed)).toEqual([]);
    });

    test('are refused where they are derived wrong, three of them or more', () => {
      const all = refusals(step);
      expect(all.length).toBeGreaterThanOrEqual(3);
      // A goal that was skipped has noticed nothing.
      expect(all.filter(({ result }) => result?.passed !== false)).toEqual([]);
    });

    test('are refused in three lines at most, which hold no value that is missing', () => {
      const explained = refusals(step).map(({ result }) => explain(result as GoalResult));
      expect(explained.filter((lines) => lines.length > 3 || SPILT.test(lines.join('\n')))).toEqual([]);
    });

    test('are each refused in words of their own', () => {
      const byText = new Map<string, Set<string>>();
      for (const { kind, result } of refusals(step)) {
        const text = explain(result as GoalResult).join('\n');
        byText.set(text, (byText.get(text) ?? new Set()).add(kind));
      }
      expect([...byText].filter(([, kinds]) => kinds.size > 1)).toEqual([]);
    });

    test('that are a mistake of many learners are known', () => {
      expect(mistakes.filter((one) => one.step === step).length).toBeGreaterThanOrEqual(1);
    });
  });

  test.each(mistakes)('of a learner who $mistake: what was seen is told', ({ step, mistake, seen }) => {
    const { cause } = runCheck(checkOf(step), wrong.get(mistake) as Assembly);
    expect(cause?.seen).toBe(seen);
    expect(explain(cause as GoalResult).join('\n')).not.toMatch(SPILT);
  });

  test('come in every shape that the templates allow', () => {
    const shapes = steps.map((step) => JSON.stringify([...rightOf(step).stacks.values()]));
    const idle = variants.filter(({ change }) =>
      steps.every((step, index) => {
        const other = reshaped(rightOf(step), change);
        return JSON.stringify([...other.stacks.values()]) === shapes[index];
      }),
    );
    expect(idle).toEqual([]);
  });
});
