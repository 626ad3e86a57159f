import { setTimeout as sleep } from 'node:timers/promises';
import type { Aws } from './aws';
import type { Definition } from './definition';
import { type ExecutionState, hasEnded, look } from './execution';
import { waiting } from './patience';
import { type Successor, successorOf } from './successor';
import type { Trouble } from './trouble';

/** What is told of an execution that is followed. */
export type Sight =
  | { readonly kind: 'state'; readonly state: ExecutionState; readonly definition: Definition }
  /** AWS did not answer as it should; it is asked again after some seconds. */
  | { readonly kind: 'trouble'; readonly trouble: Trouble; readonly seconds: number; readonly message: string }
  /** Another execution goes on with what this one was for. */
  | ({ readonly kind: 'next'; readonly from: string } & Successor);

/** How an execution is followed. */
export interface Following {
  /** Seconds between two looks. @default 5 */
  readonly interval?: number;
  /**
   * Asks somebody to log in again, and returns true when that was done.
   *
   * @default - nobody can be asked
   */
  readonly logIn?: (message: string) => Promise<boolean>;
}

/** How often an execution that has ended is looked at again when CodePipeline itself may go on with it. */
const SECOND_LOOKS = 3;

/** The part of an interval that is left to chance, so that many who watch don't ask at once. */
const JITTER = 0.2;

/**
 * Follows an execution to its end: two calls a look. It goes on through throttling, a lost connection and an expired login,
 * and with the execution that comes after it when the pipeline has changed itself, or goes back.
 *
 * @param aws the clients
 * @param known the pipeline
 * @param id the execution
 * @param following how it is followed
 * @returns each look; the last one is that of the end
 * @throws what AWS refuses, or goes on refusing
 */
export async function* follow(
  aws: Aws,
  known: Definition,
  id: string,
  { interval = 5, logIn }: Following = {},
): AsyncGenerator<Sight> {
  let [definition, execution, failures, looksLeft] = [known, id, 0, SECOND_LOOKS];
  while (true) {
    try {
      const seen = await look(aws, definition, execution);
      definition = seen.definition;
      const next = hasEnded(seen.state.status) ? await successorOf(aws, definition, seen.state) : undefined;
      const isOver = hasEnded(seen.state.status) && (next === undefined || (next === 'soon' && looksLeft === 0));
      yield { kind: 'state', ...seen };
      if (isOver) {
        return;
      }
      failures = 0;
      looksLeft = next === 'soon' ? looksLeft - 1 : SECOND_LOOKS;
      if (next && next !== 'soon') {
        yield { kind: 'next', from: execution, ...next };
        execution = next.to;
      }
      await sleep(1000 * interval * (1 + JITTER * Math.random()));
    } catch (error) {
      failures += 1;
      yield* waiting(aws, error, failures, { interval, logIn });
    }
  }
}
