import { setTimeout as sleep } from 'node:timers/promises';
import type { Build } from '@aws-sdk/client-codebuild';
import { EnvironmentError, UsageError } from '../../../blueprints/errors';
import {
  type ActionState,
  type Aws,
  buildOf,
  type Definition,
  type ExecutionState,
  type Following,
  hasEnded,
  type LogPage,
  logPage,
  look,
  persisting,
} from '../../../pipelines/operations';
import type { Output } from '../output';
import { answerOf } from './patience';
import { commandOf, type Place } from './suggestion';
import { sightWords } from './words';

/** An action that writes a log, and what it is named by. */
interface Writer {
  readonly stage: string;
  readonly action: ActionState;
}

/** A log as it is now: where it is, and whether it grows. */
interface Log extends Pick<Build, 'logs'> {
  readonly isComplete: boolean;
}

/** How a log is printed. */
export interface LogOptions {
  /** Goes on with new lines until the build ends. */
  readonly follow: boolean;
  /** How AWS is asked. */
  readonly following: Following;
}

/**
 * The action whose log is meant: by its name, or the latest of those that have failed, or the latest.
 *
 * @param state the execution
 * @param named the action, or `<stage>/<action>`
 * @param place where the pipeline is, for the command that is suggested
 */
export function writerOf(state: ExecutionState, named: string | undefined, place: Place): Writer {
  const writers = state.stages.flatMap(({ name, actions }) =>
    actions.filter(writesLog).map((action) => ({ stage: name, action })),
  );
  const meant = writers.filter((one) => named === undefined || [pathOf(one), one.action.name].includes(named));
  const failed = meant.filter(({ action }) => action.status === 'failed');
  const chosen = latestOf(failed) ?? latestOf(meant);
  if (!chosen) {
    const paths = writers.map(pathOf);
    throw new UsageError(named === undefined ? 'no build has begun' : `no build ${JSON.stringify(named)} has begun`, {
      option: 'action',
      given: named,
      ...(paths.length > 0
        ? { choices: paths, example: commandOf(['logs', state.pipeline, paths[0]], place) }
        : { allowed: 'a pipeline with a build that has begun' }),
    });
  }
  return chosen;
}

function writesLog({ provider, attempt, logStream }: ActionState): boolean {
  return logStream !== undefined || (provider === 'CodeBuild' && attempt > 0);
}

function pathOf({ stage, action }: Writer): string {
  return `${stage}/${action.name}`;
}

function latestOf(writers: readonly Writer[]): Writer | undefined {
  return [...writers].sort((a, b) => Number(a.action.startedAt ?? 0) - Number(b.action.startedAt ?? 0)).at(-1);
}

/** Prints the log of an action, through whatever AWS answers meanwhile. */
export class LogPrinter {
  /**
   * @param aws the clients
   * @param definition the pipeline
   * @param execution the execution
   * @param writer the action
   * @param output how to print
   * @param options how much is printed, and how AWS is asked
   */
  constructor(
    private readonly aws: Aws,
    private readonly definition: Definition,
    private readonly execution: string,
    private readonly writer: Writer,
    private readonly output: Output,
    private readonly options: LogOptions,
  ) {}

  /** Prints it from its beginning; as it grows, where that is wanted. */
  async print(): Promise<void> {
    let log = await this.log(this.writer.action);
    let next: string | undefined;
    for (;;) {
      const page = await this.page(log, next);
      this.printLines(page.lines);
      const isAtEnd = page.next === undefined || page.next === next;
      if (isAtEnd && (log.isComplete || !this.options.follow)) {
        return;
      }
      next = page.next ?? next;
      if (isAtEnd) {
        await sleep(1000 * (this.options.following.interval ?? 5));
        log = await this.log(await this.present());
      }
    }
  }

  private printLines(lines: readonly string[]): void {
    for (const line of lines) {
      this.output.print(line);
      this.output.line({ line });
    }
  }

  /** The action as it is now; the build alone tells how it is with a build. */
  private async present(): Promise<ActionState> {
    const { stage, action } = this.writer;
    if (action.logStream === undefined) {
      return action;
    }
    const { state } = await this.ask(() => look(this.aws, this.definition, this.execution));
    const stages = state.stages.filter(({ name }) => name === stage);
    return stages.flatMap(({ actions }) => actions).find(({ name }) => name === action.name) ?? action;
  }

  private async log(action: ActionState): Promise<Log> {
    if (action.logStream !== undefined) {
      // arn:aws:logs:<region>:<account>:log-group:<group>:log-stream:<stream>
      const [, groupName, streamName] = /:log-group:(.*?):log-stream:(.*)$/.exec(action.logStream) ?? [];
      return { logs: { groupName, streamName }, isComplete: hasEnded(action.status) };
    }
    const build = await this.ask(() => buildOf(this.aws, action));
    if (!build) {
      throw new EnvironmentError(`the build ${action.externalId ?? action.name} is gone, or not begun`);
    }
    return { logs: build.logs, isComplete: build.buildComplete ?? false };
  }

  /** A page of the log; a build that has only begun has none yet. */
  private async page(log: Log, next = 'head'): Promise<LogPage> {
    const { region } = this.writer.action;
    if (log.logs?.groupName === undefined || log.logs.streamName === undefined) {
      return this.missing(log);
    }
    return this.ask(() =>
      logPage(this.aws, log, { region, next }).catch((error: Error) => {
        if (error.name !== 'ResourceNotFoundException') {
          throw error;
        }
        return this.missing(log);
      }),
    );
  }

  /** No lines yet, while there may be some; says where they are otherwise. */
  private missing({ logs, isComplete }: Log): LogPage {
    const { s3Logs, groupName } = logs ?? {};
    const place = s3Logs?.status === 'ENABLED' ? `; it is in S3: ${s3Logs.location}` : '';
    if (!isComplete && !place) {
      if (!this.options.follow) {
        this.note(`${pathOf(this.writer)} has printed nothing yet`);
      }
      return { lines: [] };
    }
    throw new EnvironmentError(
      groupName
        ? `the log of ${pathOf(this.writer)} is gone: ${groupName}`
        : `${pathOf(this.writer)} writes no log to CloudWatch Logs${place}`,
    );
  }

  private ask<T>(question: () => Promise<T>): Promise<T> {
    return answerOf(persisting(this.aws, question, this.options.following), (sight) => {
      const { kind, ...rest } = sight;
      this.output.line({ event: kind, ...rest });
      this.note(sightWords(sight));
    });
  }

  /** Says something to people that is no line of the log. */
  private note(text: string): void {
    if (!this.output.json) {
      process.stderr.write(`${text}\n`);
    }
  }
}
