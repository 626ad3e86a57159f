import {
  type Aws,
  buildFailure,
  type Definition,
  type ExecutionState,
  everyAttempt,
  type Following,
  follow,
  persisting,
  printable,
  publishedBy,
  type Sight,
  type Status,
  troubleOf,
  unknownFor,
} from '../../../pipelines/operations';
import { canAsk, exitCodes, Output, type OutputOptions } from '../output';
import { type Failed, failedOf, unexplained } from './failures';
import { answerOf } from './patience';
import { type PublishedItem, printPublished } from './published';
import { type Screen, screenFor } from './screens';
import { commandOf, type Place } from './suggestion';

/** How an execution is watched. */
export interface WatchOptions extends OutputOptions {
  /** Seconds between two looks. @default 5 */
  readonly interval?: number;
  /** The command that logs in again. */
  readonly logIn: string;
  /** Where the pipeline is, for the commands that are suggested. */
  readonly place: Place;
  /** What the execution comes of. @default - it was there before */
  readonly act?: Following['act'];
}

/** How an execution has ended, as the exit code of the one who has watched it. */
const CODES: Partial<Readonly<Record<Status, number>>> = {
  succeeded: exitCodes.done,
  failed: exitCodes.checkFailed,
  stopped: exitCodes.stopped,
  superseded: exitCodes.superseded,
  cancelled: exitCodes.cancelled,
};

/** The exit code after Ctrl-C. */
const INTERRUPTED = 130;

/**
 * Watches an execution to its end.
 *
 * @param aws the clients
 * @param definition the pipeline
 * @param execution the execution
 * @param options how to print, and how often it is looked at
 * @returns the exit code, which says how it has ended
 */
export function watchExecution(
  aws: Aws,
  definition: Definition,
  execution: string,
  options: WatchOptions,
): Promise<number> {
  return new Watch(aws, definition, execution, options).toTheEnd();
}

/**
 * The command that watches an execution.
 *
 * @param pipeline the pipeline
 * @param execution the execution
 * @param place where the pipeline is
 */
export function watchCommand(pipeline: string, execution: string, place: Place): string {
  return commandOf(['watch', pipeline], { execution, ...place });
}

/**
 * How AWS is asked: how long it is waited, and who logs in again, where somebody can be asked.
 *
 * @param options how often AWS is asked, and the command that logs in
 * @param output how to print
 * @param rest is called before something is printed and asked
 */
export function followingOf(options: WatchOptions, output: Output, rest: () => void = () => {}): Following {
  const logIn = async (message: string): Promise<boolean> => {
    rest();
    output.print(
      `AWS does not take your login any more: ${printable(message)}`,
      `Log in in another window: ${options.logIn}`,
    );
    const { askToGoOn } = await import('../prompts');
    return askToGoOn('Are you logged in again?', output.plain);
  };
  return { interval: options.interval, act: options.act, ...(canAsk(options) && { logIn }) };
}

/** An execution that is watched, and those that go on with what it was for. */
class Watch {
  private readonly output: Output;
  private readonly screen: Screen;
  private readonly following: Following;
  /** Failures whose reason was told. */
  private readonly told = new Set<string>();
  private state?: ExecutionState;
  private isRolledBack = false;

  constructor(
    private readonly aws: Aws,
    private readonly definition: Definition,
    private present: string,
    private readonly options: WatchOptions,
  ) {
    this.output = new Output(options);
    this.screen = screenFor(this.output, definition, options.place);
    this.following = followingOf(options, this.output, () => this.screen.rest());
  }

  /** Watches it; gives the exit code. */
  async toTheEnd(): Promise<number> {
    process.once('SIGINT', () => this.interrupt());
    try {
      for await (const sight of follow(this.aws, this.definition, this.present, this.following)) {
        await this.see(sight);
      }
      const items = await this.published();
      this.screen.settle();
      return this.end(items);
    } finally {
      this.screen.rest();
    }
  }

  private async see(sight: Sight): Promise<void> {
    this.screen.see(sight);
    if (sight.kind === 'next') {
      this.present = sight.to;
      this.isRolledBack ||= sight.because === 'rolled-back';
    }
    if (sight.kind === 'state') {
      this.state = sight.state;
      for (const failed of failedOf(sight.state, everyAttempt)) {
        await this.explain(failed);
      }
    }
  }

  /** Says why a build has failed, once; where AWS may yet tell, it is asked again at the next look. */
  private async explain({ stage, action }: Failed): Promise<void> {
    const key = `${this.present} ${stage}/${action.name} ${action.attempt}`;
    if (this.told.has(key)) {
      return;
    }
    try {
      const explanation = await this.ask(() => buildFailure(this.aws, action));
      this.told.add(key);
      if (explanation) {
        this.screen.fail(stage, action.name, explanation);
      }
    } catch (error) {
      if (troubleOf(error) === 'other') {
        this.told.add(key);
      }
      this.screen.fail(stage, action.name, unexplained(error as Error));
    }
  }

  /** What the execution has published; one after the other, since somebody may have to log in for it. */
  private async published(): Promise<PublishedItem[]> {
    const items: PublishedItem[] = [];
    for (const { name, actions } of this.state?.stages ?? []) {
      for (const action of actions.filter(({ status }) => status === 'succeeded')) {
        const what = await this.ask(() => publishedBy(this.aws, action)).catch(unknownFor);
        items.push(...(what ? [{ by: `${name}/${action.name}`, what }] : []));
      }
    }
    return items;
  }

  private ask<T>(question: () => Promise<T>): Promise<T> {
    return answerOf(persisting(this.aws, question, this.following), (sight) => this.screen.see(sight));
  }

  /** Says what was published, and how it has ended. */
  private end(items: readonly PublishedItem[]): number {
    if (items.length > 0) {
      this.output.print('');
      printPublished(this.output, items, new Date());
    }
    for (const { what, by } of items) {
      this.output.line({ event: 'published', by, ...what });
    }
    const status = this.isRolledBack ? 'rolled-back' : (this.state?.status ?? 'failed');
    const code = CODES[status as Status] ?? exitCodes.checkFailed;
    this.output.line({ event: 'end', status, execution: this.present, code });
    return code;
  }

  private interrupt(): never {
    const { definition, present, output } = this;
    this.screen.rest();
    const again = watchCommand(definition.name, present, this.options.place);
    output.print('', `Watching has stopped; ${definition.name} goes on: ${again}`);
    output.line({ event: 'end', status: 'unwatched', execution: present, code: INTERRUPTED });
    process.exit(INTERRUPTED);
  }
}
