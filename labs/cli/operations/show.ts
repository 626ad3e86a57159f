import { createLogUpdate } from 'log-update';
import {
  type Aws,
  type BuildFailure,
  buildFailure,
  changesBetween,
  type Definition,
  type ExecutionState,
  everyAttempt,
  type Following,
  follow,
  hasEnded,
  publishedBy,
  type Sight,
  type Status,
} from '../../../pipelines/operations';
import { canAsk, exitCodes, Output, type OutputOptions } from '../output';
import { type PublishedItem, printPublished } from './published';
import { treeOf } from './tree';
import { durationWords, markOf } from './words';

/** How an execution is watched. */
export interface WatchOptions extends OutputOptions {
  /** Seconds between two looks. @default 5 */
  readonly interval?: number;
  /** The command that logs in again. */
  readonly logIn: string;
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

/** Milliseconds between two drawings. */
const FRAME = 1000;

/** The lines of a terminal that the tree leaves free. */
const MARGIN = 4;

/** What those who watch see: a tree that is drawn again, lines that are appended, or events. */
interface Screen {
  /** Shows a look. */
  readonly see: (sight: Sight) => void;
  /** Shows why a build has failed. */
  readonly fail: (stage: string, action: string, failure: BuildFailure) => void;
  /** Stays as it is, while something else is printed. */
  readonly rest: () => void;
}

/**
 * Watches an execution to its end.
 *
 * @param aws the clients
 * @param definition the pipeline
 * @param execution the execution
 * @param options how to print, and how often it is looked at
 * @returns the exit code, which says how it has ended
 */
export async function watchExecution(
  aws: Aws,
  definition: Definition,
  execution: string,
  options: WatchOptions,
): Promise<number> {
  const output = new Output(options);
  const screen = output.json
    ? eventScreen(output)
    : output.isLive
      ? liveScreen(output)
      : lineScreen(output, definition);
  const told = new Set<string>();
  let present = execution;
  let state: ExecutionState | undefined;
  let isRolledBack = false;
  process.once('SIGINT', () => {
    screen.rest();
    output.print('', `Watching has stopped; ${definition.name} goes on: ${watchCommand(definition.name, present)}`);
    output.line({ event: 'end', status: 'unwatched', execution: present, code: INTERRUPTED });
    process.exit(INTERRUPTED);
  });
  const logIn = async (message: string): Promise<boolean> => {
    screen.rest();
    output.print(`AWS does not take your login any more: ${message}`, `Log in in another window: ${options.logIn}`);
    const { askToGoOn } = await import('../prompts');
    return askToGoOn('Are you logged in again?', output.plain);
  };
  const following = { interval: options.interval, act: options.act, ...(canAsk(options) && { logIn }) };
  for await (const sight of follow(aws, definition, execution, following)) {
    screen.see(sight);
    if (sight.kind === 'next') {
      present = sight.to;
      isRolledBack ||= sight.because === 'rolled-back';
    }
    if (sight.kind === 'state') {
      state = sight.state;
      await tellFailures(aws, state, told, screen);
    }
  }
  screen.rest();
  const status = state?.status ?? 'failed';
  const items = state ? await publishedOf(aws, state) : [];
  if (items.length > 0) {
    output.print('');
    printPublished(output, items, new Date());
  }
  for (const { what, by } of items) {
    output.line({ event: 'published', by, ...what });
  }
  const code = isRolledBack ? exitCodes.checkFailed : (CODES[status] ?? exitCodes.checkFailed);
  output.line({ event: 'end', status: isRolledBack ? 'rolled-back' : status, execution: present, code });
  return code;
}

const INTERRUPTED = 130;

/**
 * The command that watches an execution.
 *
 * @param pipeline the pipeline
 * @param execution the execution
 */
export function watchCommand(pipeline: string, execution: string): string {
  return `atelier pipeline watch ${pipeline} --execution ${execution}`;
}

/** Says of each build that has failed why it has, once. */
async function tellFailures(aws: Aws, { stages }: ExecutionState, told: Set<string>, screen: Screen): Promise<void> {
  for (const { name, actions } of stages) {
    for (const action of actions.flatMap(everyAttempt).filter(({ status }) => status === 'failed')) {
      const key = `${name}/${action.name} ${action.attempt}`;
      if (!told.has(key)) {
        told.add(key);
        const failure = await failureOf(aws, action);
        if (failure) {
          screen.fail(name, action.name, failure);
        }
      }
    }
  }
}

/**
 * Why a build has failed, or that it can't be told: a log is worth less than the rest.
 *
 * @param aws the clients
 * @param action the action that has failed
 */
export async function failureOf(
  aws: Aws,
  action: Parameters<typeof buildFailure>[1],
): Promise<BuildFailure | undefined> {
  return buildFailure(aws, action).catch(({ message }: Error) => ({
    phase: 'its log is not to be read',
    reason: message,
    lines: [],
  }));
}

/** What an execution has published. */
async function publishedOf(aws: Aws, { stages }: ExecutionState): Promise<PublishedItem[]> {
  const done = stages.flatMap(({ name, actions }) =>
    actions.filter(({ status }) => status === 'succeeded').map((action) => ({ by: `${name}/${action.name}`, action })),
  );
  const found = await Promise.all(done.map(async ({ by, action }) => ({ by, what: await publishedBy(aws, action) })));
  return found.flatMap(({ by, what }) => (what ? [{ by, what }] : []));
}

/** Events, one a line. */
function eventScreen(output: Output): Screen {
  let before: ExecutionState | undefined;
  return {
    see: (sight) => {
      if (sight.kind === 'state') {
        for (const change of changesBetween(before, sight.state)) {
          output.line({ ...change, at: new Date().toISOString() });
        }
        before = sight.state;
      } else {
        const { kind, ...rest } = sight;
        output.line({ event: kind, ...rest });
      }
    },
    fail: (stage, action, failure) => output.line({ event: 'failure', stage, action, ...failure }),
    rest: () => {},
  };
}

/** Lines that are appended. */
function lineScreen(output: Output, definition: Definition): Screen {
  let before: ExecutionState | undefined;
  return {
    see: (sight) => {
      if (sight.kind === 'state') {
        for (const change of changesBetween(before, sight.state)) {
          output.print(
            change.event === 'execution'
              ? `${markOf(output, change.status)} ${definition.name}  ${change.id}  ${change.status}`
              : [
                  `${markOf(output, change.status)} ${change.stage}/${change.action}`,
                  change.status === 'asking'
                    ? `waits: ${approveCommand(definition.name, change.stage)}`
                    : change.status,
                  change.seconds !== undefined && durationWords(change.seconds),
                  change.error ?? change.summary,
                ]
                  .filter(Boolean)
                  .join('  '),
          );
        }
        before = sight.state;
      } else {
        output.print(sightWords(sight));
      }
    },
    fail: (_, __, failure) => {
      output.print(`    ${failure.phase}: ${[failure.command, failure.reason].filter(Boolean).join('  ')}`);
      output.print(...failure.lines.map((line) => `    | ${line}`));
    },
    rest: () => {},
  };
}

/** A tree that is drawn again each second, as what goes on takes longer. */
function liveScreen(output: Output): Screen {
  const draw = createLogUpdate(process.stdout);
  const failures = new Map<string, BuildFailure>();
  let seen: Extract<Sight, { kind: 'state' }> | undefined;
  let notice = '';
  const frame = (): void => {
    if (seen) {
      const room = {
        width: process.stdout.columns ?? 80,
        height: (process.stdout.rows ?? 24) - MARGIN,
        now: new Date(),
      };
      const hasIt = hasEnded(seen.state.status);
      const foot = hasIt ? [] : ['', output.paint('faint', notice || footOf(seen))];
      draw([...treeOf(output, { ...seen, failures }, room), ...foot].join('\n'));
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const go = (): void => {
    timer ??= setInterval(frame, FRAME);
    frame();
  };
  return {
    see: (sight) => {
      notice = sight.kind === 'state' ? '' : sightWords(sight);
      seen = sight.kind === 'state' ? sight : seen;
      if (sight.kind === 'next') {
        failures.clear();
        frame();
        draw.done();
      }
      go();
    },
    fail: (stage, action, failure) => {
      failures.set(`${stage}/${action}`, failure);
      frame();
    },
    rest: () => {
      clearInterval(timer);
      timer = undefined;
      frame();
      draw.done();
    },
  };
}

function footOf({ state, definition }: Extract<Sight, { kind: 'state' }>): string {
  const asking = state.stages.find(({ status }) => status === 'asking');
  return asking
    ? `${asking.name} waits for you: ${approveCommand(definition.name, asking.name)}`
    : 'Ctrl-C stops watching; the pipeline goes on.';
}

function approveCommand(pipeline: string, stage: string): string {
  return `atelier pipeline approve ${pipeline} ${stage}`;
}

function sightWords(sight: Exclude<Sight, { kind: 'state' }>): string {
  if (sight.kind === 'next') {
    const why = sight.because === 'changed' ? 'The pipeline has changed, and begins again' : 'A stage goes back';
    return `${why}: execution ${sight.to}`;
  }
  const words = {
    throttled: 'AWS asks for fewer calls',
    login: 'The login has expired',
    unreachable: 'AWS can not be reached',
    'not-yet': 'The execution is not known yet',
    other: sight.message,
  };
  return `${words[sight.trouble]}; the next look is in ${durationWords(sight.seconds)}`;
}
