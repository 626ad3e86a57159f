import { stripVTControlCharacters } from 'node:util';
import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { BatchGetBuildsCommand, type Build } from '@aws-sdk/client-codebuild';
import type { Aws } from './aws';
import type { ActionState } from './execution';

/** Why a build has failed. */
export interface BuildFailure {
  /** The phase of the buildspec, as CodeBuild has it: `BUILD`. */
  readonly phase: string;
  /** The command that failed. @default - none did: the build itself could not go on */
  readonly command?: string;
  /** What CodeBuild says of it. */
  readonly reason: string;
  /** The last lines that it has printed, the oldest first; safe to be printed. */
  readonly lines: readonly string[];
}

/** How a log is read on. */
export interface LogPage {
  /** Its lines, the oldest first; safe to be printed. */
  readonly lines: readonly string[];
  /** Where the next page begins; the same again at the end. */
  readonly next?: string;
  /** Where the page before it is; the same again at the beginning. */
  readonly previous?: string;
}

/** How many lines of a failed command are shown. */
const TAIL = 20;

/** How many are fetched for them: what CodeBuild says after a failure is among them. */
const FETCHED = 200;

/** How many pages are fetched at most, from the end of a log on: phases after the one that failed may have printed much. */
const PAGES = 5;

/** The longest line that is shown, in characters. */
const LONGEST = 2000;

/**
 * A build.
 *
 * @param aws the clients
 * @param action an action that CodeBuild does
 * @returns the build, or undefined when it is gone, or none was started
 */
export async function buildOf(aws: Aws, { externalId, region }: ActionState): Promise<Build | undefined> {
  if (!externalId) {
    return undefined;
  }
  const { builds = [] } = await aws.codebuild(region).send(new BatchGetBuildsCommand({ ids: [externalId] }));
  return builds[0];
}

/**
 * Why a build has failed: two calls, and up to four where what its first failed command has printed lies further back.
 *
 * @param aws the clients
 * @param action the action that has failed
 * @returns the command, and what it has printed; undefined when it was no build, or it is gone
 */
export async function buildFailure(aws: Aws, action: ActionState): Promise<BuildFailure | undefined> {
  const build = action.provider === 'CodeBuild' ? await buildOf(aws, action) : undefined;
  const failed = build?.phases?.find(({ phaseStatus }) => phaseStatus !== undefined && phaseStatus !== 'SUCCEEDED');
  if (!build || !failed) {
    return undefined;
  }
  const message = failed.contexts?.map((one) => one.message).find(Boolean) ?? action.error ?? '';
  // Error while executing command: npm test. Reason: exit status 1
  const [, command, reason] = /executing command: ([\s\S]*)\. Reason: ([\s\S]*)/.exec(message) ?? [];
  return {
    phase: failed.phaseType ?? '',
    ...(command && { command: printable(command) }),
    reason: printable(reason ?? message),
    lines: await linesOf(aws, build, action.region, command),
  };
}

/** Which page of a log is read. */
export interface PageOptions {
  /** Where the build runs. @default - the Region of the clients */
  readonly region?: string;
  /** Where the page begins: `head`, `tail`, or what another page has said. */
  readonly next: string;
  /** Whether it is the page before another one. @default - the one after it */
  readonly isBackward?: boolean;
}

/**
 * A page of a build's log.
 *
 * @param aws the clients
 * @param build the build
 * @param page which page
 */
export async function logPage(aws: Aws, { logs }: Build, { region, next, isBackward }: PageOptions): Promise<LogPage> {
  if (!logs?.groupName || !logs.streamName) {
    return { lines: [] };
  }
  const {
    events = [],
    nextForwardToken,
    nextBackwardToken,
  } = await aws.logs(region).send(
    new GetLogEventsCommand({
      logGroupName: logs.groupName,
      logStreamName: logs.streamName,
      startFromHead: next !== 'tail' && !isBackward,
      nextToken: next === 'tail' || next === 'head' ? undefined : next,
      limit: next === 'tail' ? FETCHED : undefined,
    }),
  );
  return {
    lines: events
      .flatMap(({ message = '' }) => message.split(/\r?\n|\r/))
      .map(printable)
      .filter(Boolean),
    next: nextForwardToken,
    previous: nextBackwardToken,
  };
}

/** What CodeBuild says in its log before a command, and after one that has failed. */
const RUNNING = /^\[Container\].*Running command /;
const FAILED = 'Command did not exit successfully ';

/** The last lines that the failed command has printed; where that is not known, or not found, those of the last one. */
async function linesOf(
  aws: Aws,
  build: Build,
  region: string | undefined,
  command: string | undefined,
): Promise<readonly string[]> {
  let page = await logPage(aws, build, { region, next: 'tail' });
  let lines = page.lines;
  for (let pages = 1; pages < PAGES && page.previous && command && !hasAllOf(lines, command); pages += 1) {
    const before = await logPage(aws, build, { region, next: page.previous, isBackward: true });
    if (before.previous === page.previous) {
      break;
    }
    [page, lines] = [before, [...before.lines, ...lines]];
  }
  const own = endOf(lines, command);
  const end = own < 0 ? lines.findLastIndex((line) => line.startsWith('[Container]') && line.includes(FAILED)) : own;
  const until = lines.slice(0, end < 0 ? undefined : end);
  return until.slice(startOf(until)).slice(-TAIL);
}

/** Whether these lines have as much of a failed command as is shown. */
function hasAllOf(lines: readonly string[], command: string): boolean {
  const end = endOf(lines, command);
  return end >= TAIL || startOf(lines.slice(0, Math.max(end, 0))) > 0;
}

/** The line that says that a command has failed; of a command of several lines it has the first one. */
function endOf(lines: readonly string[], command: string | undefined): number {
  const said = FAILED + printable(command?.split(/\r?\n/)[0] ?? '');
  return command === undefined ? -1 : lines.findIndex((line) => line.startsWith('[Container]') && line.includes(said));
}

/** Where the last command of these lines begins to print. */
function startOf(lines: readonly string[]): number {
  return lines.findLastIndex((line) => RUNNING.test(line)) + 1;
}

/**
 * A text that came from elsewhere as it may be printed: one line, no control characters, and not without end.
 *
 * @param text what came
 */
export function printable(text: string): string {
  const line = stripVTControlCharacters(text.slice(0, 2 * LONGEST))
    .replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, ' ')
    .trimEnd();
  return text.length <= LONGEST ? line : `${line.slice(0, LONGEST)}… (${text.length.toLocaleString('en')} characters)`;
}
