import fc from 'fast-check';
import { type Check, type CheckResult, explain, type GoalResult, runCheck } from '../../labs/engine/check';
import type { Json } from '../../labs/engine/json';
import { mutantsOf } from './mutants';
import { assemblyOf, attribute, type Resources, ref, variationsOf } from './support';

/** What checks a template against a step, whose rule packs have found nothing. */
export type Checker = (step: string, resources: Resources) => CheckResult;

/** What checks templates by the checks of a lab. */
export function checkerOf(checks: readonly Check[]): Checker {
  return (step, resources) => runCheck(checkOf(checks, step), assemblyOf(resources, { isValidated: true }));
}

function checkOf(checks: readonly Check[], step: string): Check {
  const check = checks.find((one) => one.step === step);
  if (!check) {
    throw new Error(`no check for ${step}`);
  }
  return check;
}

/**
 * The tests that the checks of every lab have to pass: they hold on a right template, fail on an empty one and on each
 * wrong answer that is derived from the right one, and bear any template.
 *
 * @param checks the checks
 * @param finished a right answer to every step
 */
export function testChecks(checks: readonly Check[], finished: Resources): void {
  const checked = checkerOf(checks);
  const { without } = variationsOf(finished);

  test.each(checks.map(({ step }) => [step]))('%s passes on the finished template', (step) => {
    expect(checked(step, finished)).toMatchObject({ passed: true });
  });

  test.each(checks.map(({ step }) => [step]))('%s fails on an empty template, with a cause', (step) => {
    const { passed, cause } = checked(step, {});
    expect(passed).toBe(false);
    expect(cause).toBeDefined();
  });

  describe('a wrong answer that was derived from the right one', () => {
    const mutants = checks.flatMap((check) =>
      mutantsOf(check, assemblyOf(finished, { isValidated: true })).map(
        (mutant) => [check.step, mutant.name, mutant] as const,
      ),
    );

    test('exists at least three times for each step', () => {
      const counts = checks.map(({ step }) => mutants.filter(([of]) => of === step).length);
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(3);
    });

    test.each(mutants)('%s fails: %s', (step, _, { goal, assembly }) => {
      const result = runCheck(checkOf(checks, step), assembly).results.find((one) => one.goal === goal);
      expect(result?.passed).toBe(false); // a goal that was skipped has noticed nothing
      expect(explain(result as GoalResult).join('\n')).not.toMatch(/undefined|null|NaN|\[object/);
    });
  });

  test('no template makes a check crash, or say undefined', () => {
    const logicalIds = [...Object.keys(finished), 'Nobody'];
    const odd: fc.Arbitrary<Json> = fc.oneof(
      fc.constantFrom<Json>(
        null,
        '',
        '*',
        0,
        -1,
        true,
        [],
        {},
        '{"a":',
        { Ref: 1 },
        { 'Fn::GetAtt': [] },
        { 'Fn::Join': [] },
        { 'Fn::If': [] },
      ),
      fc.constantFrom(...logicalIds).map((id) => attribute(id)),
      fc.constantFrom(...logicalIds).map((id) => ref(id)),
      fc.jsonValue() as fc.Arbitrary<Json>,
    );
    const places = Object.entries(finished).flatMap(([id, { Properties }]) =>
      Object.keys(Properties ?? {}).map((name) => [id, name] as const),
    );
    const changes = fc.array(fc.tuple(fc.constantFrom(...places), odd), { minLength: 1, maxLength: 4 });
    const gone = fc.subarray(Object.keys(finished), { maxLength: 3 });
    fc.assert(
      fc.property(changes, gone, (replaced, removed) => {
        const resources: Record<string, Resources[string]> = { ...without(...removed) };
        for (const [[id, name], value] of replaced.filter(([[id]]) => resources[id])) {
          resources[id] = { ...resources[id], Properties: { ...resources[id].Properties, [name]: value } };
        }
        for (const { step } of checks) {
          const { cause } = checked(step, resources);
          expect(cause ? explain(cause) : []).not.toContainEqual(expect.stringMatching(/undefined|NaN|\[object/));
        }
      }),
      { numRuns: 200 },
    );
  });
}
