/** How Lambda scales the invocations for a queue. */
export interface Profile {
  readonly name: string;
  /** Invocations at once, to begin with. */
  readonly start: number;
  /** How many a minute it adds while messages wait. */
  readonly perMinute: number;
  /** The most that it runs at once. */
  readonly ceiling: number;
}

/** What arrives, and what the consumer makes of it. */
export interface Load {
  readonly arrivalsPerSecond: number;
  /** For how long messages arrive, in seconds. */
  readonly arrivalSeconds: number;
  readonly batchSize: number;
  /** How long an invocation takes for a batch. */
  readonly secondsPerBatch: number;
  /** How long the simulation runs. */
  readonly seconds: number;
}

/** One second of a simulation. */
export interface Tick {
  readonly second: number;
  readonly concurrency: number;
  readonly backlog: number;
}

/**
 * 2021 and today: https://aws.amazon.com/blogs/compute/introducing-faster-polling-scale-up-for-aws-lambda-functions-configured-with-amazon-sqs/
 * Provisioned, here with the smallest and largest numbers of pollers that are the default, 2 and 200, of ten invocations
 * each: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export const profiles: readonly Profile[] = [
  { name: '2021', start: 5, perMinute: 60, ceiling: 1000 },
  { name: 'today', start: 5, perMinute: 300, ceiling: 1250 },
  { name: 'provisioned', start: 20, perMinute: 1000, ceiling: 2000 },
];

/** Two thousand messages a second for ten minutes, which keep a thousand invocations busy. */
export const burst: Load = {
  arrivalsPerSecond: 2000,
  arrivalSeconds: 600,
  batchSize: 10,
  secondsPerBatch: 5,
  seconds: 1500,
};

/**
 * Follows a load second by second. Capacity grows only while more messages wait than it can take.
 *
 * @param profile how Lambda scales
 * @param load what arrives
 * @returns a tick for every second
 */
export function simulate(profile: Profile, load: Load): Tick[] {
  const ticks: Tick[] = [];
  let capacity = Math.min(profile.start, profile.ceiling);
  let backlog = 0;
  for (let second = 0; second < load.seconds; second++) {
    const waiting = backlog + (second < load.arrivalSeconds ? load.arrivalsPerSecond : 0);
    const wanted = Math.ceil((waiting * load.secondsPerBatch) / load.batchSize);
    const concurrency = Math.min(Math.floor(capacity), wanted);
    backlog = Math.max(0, waiting - (concurrency * load.batchSize) / load.secondsPerBatch);
    ticks.push({ second, concurrency, backlog });
    const next = wanted > concurrency ? capacity + profile.perMinute / 60 : Math.max(profile.start, concurrency);
    capacity = Math.min(next, profile.ceiling);
  }
  return ticks;
}

/**
 * Draws a simulation, a line a minute.
 *
 * @param title what stands above
 * @param ticks the simulation
 */
export function chart(title: string, ticks: readonly Tick[]): string {
  const minutes = ticks.filter(({ second }) => second % 60 === 0);
  const bar = (value: number, full: number): string => '#'.repeat(Math.round((20 * value) / full)).padEnd(20);
  const lines = minutes.map(({ second, concurrency, backlog }) => {
    const cells = [second / 60, concurrency, bar(concurrency, 2000), Math.round(backlog), bar(backlog, 1_000_000)];
    const widths = [6, 11, 20, 10, 20];
    const columns = cells.map((cell, column) => String(cell).padStart(widths[column]));
    return columns.join('  ').trimEnd();
  });
  return [title, `minute  concurrency  ${' '.repeat(20)}     backlog`, ...lines, ''].join('\n');
}

/**
 * Reads a maximum concurrency that was typed.
 *
 * @param typed what was typed; nothing means no limit
 * @throws Error when it is no whole number from 1
 */
export function limitFrom(typed: string | undefined): number {
  const limit = Number(typed ?? Number.POSITIVE_INFINITY);
  if (typed !== undefined && !(Number.isInteger(limit) && limit >= 1)) {
    throw new Error(`"${typed}" is no maximum concurrency: give a whole number from 1, for example 100`);
  }
  return limit;
}

/** Prints the simulation of the burst for each profile, with the maximum concurrency of the command line. */
function main(): void {
  const limit = limitFrom(process.argv[2]);
  for (const profile of profiles) {
    console.log(chart(profile.name, simulate({ ...profile, ceiling: Math.min(profile.ceiling, limit) }, burst)));
  }
}

if (require.main === module) {
  try {
    main();
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 2;
  }
}
