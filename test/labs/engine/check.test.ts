import { Assembly } from '../../../labs/engine/assembly';
import { type Check, explain, type Goal, runCheck } from '../../../labs/engine/check';
import { failed, numberWithin, reached } from '../../../labs/engine/verdicts';
import { assemblyOf } from '../support';

const empty = new Assembly({});
const failure = failed({ seen: 'nothing', wanted: 'something', next: 'make something' });
const goal = (name: string, verdict: ReturnType<Goal['judge']>, dependsOn?: string[]): Goal => {
  return { name, reads: [], judge: () => verdict, ...(dependsOn ? { dependsOn } : {}) };
};
const check = (...goals: Goal[]): Check => ({ step: 'a-step', goals });

test('passes when every goal is reached', () => {
  const result = runCheck(check(goal('a', reached), goal('b', reached, ['a'])), empty);
  expect(result).toMatchObject({ step: 'a-step', passed: true, results: [{ passed: true }, { passed: true }] });
  expect(result.cause).toBeUndefined();
});

test('skips what depends on a goal that failed, and on one that was skipped', () => {
  const result = runCheck(
    check(goal('a', failure), goal('b', reached, ['a']), goal('c', reached, ['b']), goal('d', reached)),
    empty,
  );
  expect(result.results.map(({ passed }) => passed)).toEqual([false, null, null, true]);
  expect(result.passed).toBe(false);
});

test('names the first goal that failed as the cause', () => {
  const result = runCheck(check(goal('a', reached), goal('b', failure), goal('c', failure)), empty);
  expect(result.cause?.goal).toBe('b');
});

test('judges nothing when the app does not synthesize', () => {
  const result = runCheck(check(goal('a', reached)), new Assembly({ error: 'boom' }));
  expect(result).toEqual({
    step: 'a-step',
    passed: false,
    results: [{ goal: 'a', passed: null, seen: null, wanted: null, where: null, next: null }],
  });
});

describe('an explanation', () => {
  const result = { goal: 'a', passed: false, seen: 'two\n  lines', wanted: 'one', where: null, next: 'join them' };

  test('has three lines, whatever the texts hold', () => {
    expect(explain(result)).toEqual(['seen    two lines', 'wanted  one', 'next    join them']);
  });

  test('names the place where there is one', () => {
    expect(explain({ ...result, where: 'src/b.ts:3' })[0]).toBe('seen    two lines  (src/b.ts:3)');
  });
});

describe('a number within bounds', () => {
  const judge = (value: unknown, unset?: number) => {
    const assembly = assemblyOf({
      Queue: { Type: 'AWS::SQS::Queue', Properties: value === undefined ? {} : { Delay: value as never } },
    });
    const [of] = assembly.resources;
    return numberWithin(assembly, {
      of,
      property: 'Delay',
      unset,
      minimum: 2,
      maximum: 5,
      unit: 's',
      because: 'so it is',
      next: 'raise it',
      nextIfTooLarge: 'lower it',
      nextIfUnset: 'set it',
    });
  };

  test.each([[2], [5], ['3']])('passes for %j', (value) => {
    expect(judge(value).passed).toBe(true);
  });

  test("passes for the service's own value where it is not set", () => {
    expect(judge(undefined, 2).passed).toBe(true);
  });

  test.each([
    [1, 'Delay of Queue is 1 s', 'at least 2 s: so it is', 'raise it'],
    [6, 'Delay of Queue is 6 s', 'at most 5 s: so it is', 'lower it'],
    [
      { Ref: 'Odd' },
      'Delay of Queue is no plain number',
      'at least 2 s and at most 5 s: so it is',
      'write the number itself, or give the parameter that holds it a default value',
    ],
    [undefined, 'Delay of Queue is not set', 'at least 2 s and at most 5 s: so it is', 'set it'],
  ])('says for %j what was seen, wanted, and to be done', (value, seen, wanted, next) => {
    expect(judge(value)).toEqual({ passed: false, seen, wanted, where: 'src/orders-stack.ts:1', next });
  });

  test('says the same for a number that is too small, too large or not set, unless told otherwise', () => {
    const assembly = assemblyOf({ Queue: { Type: 'AWS::SQS::Queue' } });
    const [of] = assembly.resources;
    const next = 'change it';
    expect(numberWithin(assembly, { of, property: 'Delay', minimum: 2, next })).toMatchObject({ next });
    expect(numberWithin(assembly, { of, property: 'Delay', unset: 6, maximum: 5, next })).toMatchObject({ next });
  });

  test('says what not set means', () => {
    expect(judge(undefined, 0)).toMatchObject({ seen: 'Delay of Queue is not set, which means 0 s' });
  });
});
