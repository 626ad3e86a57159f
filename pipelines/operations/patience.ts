import { setTimeout as sleep } from 'node:timers/promises';
import type { Aws } from './aws';
import type { Following, Sight } from './following';
import { troubleOf } from './trouble';

/** What is told of a call that has to be made again. */
export type TroubleSight = Extract<Sight, { kind: 'trouble' }>;

/** The longest time between two calls when AWS is asked too often, in seconds. */
const LONGEST = 60;

/** How often in a row AWS may fail to answer before it is given up. */
const FAILURES = 10;

/**
 * Asks AWS until it answers: through throttling, a lost connection and an expired login.
 *
 * @param aws the clients
 * @param ask what is asked
 * @param following how long it is waited, and who logs in again
 * @returns tells each time that it waits, and then the answer
 * @throws what AWS refuses, or goes on refusing
 */
export async function* persisting<T>(
  aws: Aws,
  ask: () => Promise<T>,
  following: Following = {},
): AsyncGenerator<TroubleSight, T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await ask();
    } catch (error) {
      yield* waiting(aws, error, failures, following);
    }
  }
}

/**
 * Waits until it is worth while to ask again.
 *
 * @param aws the clients
 * @param error what AWS has answered
 * @param failures how often in a row it has failed to answer
 * @param following how long it is waited, and who logs in again
 * @returns tells that it waits
 * @throws the error, when it is not
 */
export async function* waiting(
  aws: Aws,
  error: unknown,
  failures: number,
  { interval = 5, logIn }: Following,
): AsyncGenerator<TroubleSight, void> {
  const trouble = troubleOf(error);
  const { message } = error as Error;
  const canGoOn =
    trouble === 'login' ? logIn !== undefined && (await aws.canRenew()) : trouble !== 'other' && failures < FAILURES;
  if (!canGoOn) {
    throw error;
  }
  const seconds = trouble === 'login' ? 0 : Math.min(LONGEST, interval * 2 ** failures);
  yield { kind: 'trouble', trouble, seconds, message };
  if (trouble === 'login') {
    if (!(await logIn?.(message))) {
      throw error;
    }
    aws.renew();
  }
  await sleep(1000 * seconds);
}
