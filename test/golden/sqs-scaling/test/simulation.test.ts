import { burst, chart, limitFrom, profiles, simulate } from '../src/simulation';

const flood = { ...burst, arrivalsPerSecond: 100_000, arrivalSeconds: 1500 };
const [before, today, provisioned] = profiles;

/** The second at which a profile first runs that many invocations at once. */
function secondsTo(concurrency: number, profile: (typeof profiles)[number]): number | undefined {
  return simulate(profile, flood).find((tick) => tick.concurrency >= concurrency)?.second;
}

test.each([
  { profile: before, concurrency: 1000, seconds: 995 },
  { profile: today, concurrency: 1000, seconds: 199 },
  { profile: today, concurrency: 1250, seconds: 249 },
  { profile: provisioned, concurrency: 1000, seconds: 59 },
])('$profile.name takes $seconds s to $concurrency invocations at once', ({ profile, concurrency, seconds }) => {
  // A second either way: sums of sixtieths are not exact.
  expect(Math.abs((secondsTo(concurrency, profile) ?? 0) - seconds)).toBeLessThanOrEqual(1);
});

test.each(profiles)('$name never exceeds its ceiling', (profile) => {
  const most = Math.max(...simulate(profile, flood).map((tick) => tick.concurrency));
  expect(most).toBeLessThanOrEqual(profile.ceiling);
});

test('a quiet queue keeps capacity at its start', () => {
  const quiet = { ...burst, arrivalsPerSecond: 1 };
  expect(Math.max(...simulate(today, quiet).map((tick) => tick.concurrency))).toBe(1);
});

test('a faster ramp leaves a smaller backlog', () => {
  const most = profiles.map((profile) => Math.max(...simulate(profile, burst).map((tick) => tick.backlog)));
  expect(most).toEqual([...most].sort((a, b) => b - a));
});

test('the chart has a line for every minute', () => {
  expect(chart('today', simulate(today, { ...burst, seconds: 180 })).split('\n')).toHaveLength(2 + 3 + 1);
});

test.each(['many', '-5', '2.5', ''])('%j is refused as a maximum concurrency, in one line', (typed) => {
  expect(() => limitFrom(typed)).toThrow(`"${typed}" is no maximum concurrency: give a whole number from 1`);
});

test('without a maximum concurrency there is no limit', () => {
  expect([limitFrom('100'), limitFrom(undefined)]).toEqual([100, Number.POSITIVE_INFINITY]);
});
