import { setTimeout as sleep } from 'node:timers/promises';
import type { Act } from './acts';
import type { Aws } from './aws';
import type { Definition } from './definition';
import { attemptsOf, type ExecutionState, hasEnded, look } from './execution';
import { waiting } from './patience';
import { type Successor, successorOf } from './successor';
import { type Trouble, troubleOf } from './trouble';

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
  /** What this execution comes of, done just now: AWS may not know it yet, nor that it goes on. @default - it was there before */
  readonly act?: Pick<Act, 'stage' | 'attempts'>;
  /** Seconds in which AWS tells of an execution that it has begun, and goes on with one by itself. @default 30 */
  readonly patience?: number;
}

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
  { interval = 5, logIn, act, patience = 30 }: Following = {},
): AsyncGenerator<Sight> {
  const soon = (): number => Date.now() + 1000 * patience;
  let [definition, execution, failures] = [known, id, 0];
  let knownBy = act ? soon() : 0;
  let overBy: number | undefined;
  while (true) {
    try {
      const seen = await look(aws, definition, execution);
      definition = seen.definition;
      const isOver = hasEnded(seen.state.status);
      const next = isOver ? await successorOf(aws, definition, seen.state) : undefined;
      overBy = isOver ? (overBy ?? soon()) : undefined;
      const mayGoOn = next !== undefined || isFromBefore(seen.state, id, act);
      yield { kind: 'state', ...seen };
      if (overBy !== undefined && (!mayGoOn || (Date.now() >= overBy && !isSuccessor(next)))) {
        return;
      }
      failures = 0;
      if (isSuccessor(next)) {
        yield { kind: 'next', from: execution, ...next };
        [execution, knownBy, overBy] = [next.to, soon(), undefined];
      }
      await sleep(1000 * interval * (1 + JITTER * Math.random()));
    } catch (error) {
      const isNotYet = troubleOf(error) === 'not-yet';
      if (isNotYet && Date.now() >= knownBy) {
        throw error;
      }
      failures = isNotYet ? 0 : failures + 1;
      yield* waiting(aws, error, failures, { interval, logIn });
    }
  }
}

function isSuccessor(next: Successor | 'soon' | undefined): next is Successor {
  return next !== undefined && next !== 'soon';
}

/** Whether a look shows an execution as it was before it was tried again. */
function isFromBefore({ id, stages }: ExecutionState, tried: string, act: Following['act']): boolean {
  const stage = stages.find(({ name }) => name === act?.stage);
  const isTried = id === tried && act?.attempts !== undefined && stage !== undefined;
  return isTried && (attemptsOf(stage) <= act.attempts || !hasEnded(stage.status));
}
