import type { Pattern } from '../../blueprints/pattern';
import type { Assembly } from '../../labs/engine/assembly';
import { type Check, explain, type GoalResult, runCheck } from '../../labs/engine/check';
import { mutantsOf } from '../labs/mutants';
import { reshaped, variants } from '../labs/variants';
import { mistakenVariant, type Synthesis } from './synthesis';

/** What an explanation never says: a value that the check did not find. */
const SPILT = /undefined|null|NaN|\[object/;

/** A wrong answer to a step, and what its check says of it. */
interface Refusal {
  readonly name: string;
  /** What kind of wrong it is. */
  readonly kind: string;
  /** The result of the goal that is meant. @default - there is none */
  readonly result?: GoalResult;
}

/**
 * What the checks of a pattern have to say of answers: other shapes of the right one pass, and what is derived wrong from it is
 * refused, in words of its own.
 *
 * @param pattern the pattern
 * @param at gives what was synthesized, while the tests run
 */
export function testAnswers(pattern: Pattern, at: () => Synthesis): void {
  const steps = pattern.steps.map((step) => step.id);
  const checkOf = (step: string): Check => at().check(step);
  const rightOf = (step: string): Assembly => at().assembly(step);

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
  });

  test('of learners who make the typical mistakes are refused by what was seen', () => {
    const { mistakes } = at().lab;
    const causes = mistakes.map(
      ({ step }, index) => runCheck(checkOf(step), at().assembly(mistakenVariant(index))).cause,
    );
    expect(mistakes.map(({ mistake }, index) => [mistake, causes[index]?.seen])).toEqual(
      mistakes.map(({ mistake, seen }) => [mistake, seen]),
    );
    expect(causes.filter((cause) => SPILT.test(explain(cause as GoalResult).join('\n')))).toEqual([]);
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
}
