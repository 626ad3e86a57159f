import type { Agent } from 'node:https';
import { EnvironmentError, UsageError } from '../../../blueprints/errors';
import {
  type Act,
  Aws,
  approving,
  type Definition,
  definitionOf,
  executionsOf,
  ImpossibleError,
  isRefused,
  look,
  pipelineNames,
  printable,
  retrying,
  rollingBack,
  starting,
  troubleOf,
} from '../../../pipelines/operations';
import { LogPrinter, writerOf } from '../operations/logs';
import { overviewDocument, overviewOf, printOverview } from '../operations/overview';
import { ProxyAgent } from '../operations/proxy';
import { followingOf, watchCommand, watchExecution } from '../operations/show';
import { commandOf, type Place } from '../operations/suggestion';
import { ageWords } from '../operations/words';
import { canAsk, exitCodes, Output, type OutputOptions } from '../output';

/** The flags of all commands that look at pipelines in AWS. */
export interface OperateOptions extends OutputOptions {
  /** A profile of the user's AWS configuration. @default - AWS_PROFILE, or `default` */
  readonly profile?: string;
  /** A Region. @default - AWS_REGION, or that of the profile */
  readonly region?: string;
  /** Seconds between two looks, where it is looked again. @default 5 */
  readonly interval?: number;
}

/** The flags of those that change something. */
export interface ActOptions extends OperateOptions {
  /** Asks nothing. @default false */
  readonly yes?: boolean;
  /** Watches what comes of it. @default false */
  readonly watch?: boolean;
}

/** The flags of `atelier pipeline watch`. */
export interface WatchOptions extends OperateOptions {
  /** The execution. @default - the latest */
  readonly execution?: string;
}

/** The flags of `atelier pipeline start`. */
export interface StartOptions extends ActOptions {
  /** Variables of the pipeline, each as `NAME=value`. */
  readonly variable?: readonly string[];
  /** Commits or other revisions, each as `id` or `action=id`. @default - the newest */
  readonly commit?: readonly string[];
}

/** The flags of `atelier pipeline approve`. */
export interface ApproveOptions extends ActOptions {
  /** Says no. @default false */
  readonly reject?: boolean;
  /** What is kept beside the answer. */
  readonly comment?: string;
  /** The execution. @default - the one that waits */
  readonly execution?: string;
}

/** The flags of `atelier pipeline retry`. */
export interface RetryOptions extends ActOptions {
  /** Does actions that have succeeded again, too. @default false */
  readonly all?: boolean;
  /** The execution. @default - the one that has failed */
  readonly execution?: string;
}

/** The flags of `atelier pipeline rollback`. */
export interface RollbackOptions extends ActOptions {
  /** The execution that is gone back to. @default - the newest that has succeeded before the one whose work is there */
  readonly to?: string;
}

/** The flags of `atelier pipeline logs`. */
export interface LogsOptions extends WatchOptions {
  /** Goes on with new lines until the build ends. @default false */
  readonly follow?: boolean;
}

/** A pipeline, and how to reach it. */
interface Opened {
  readonly aws: Aws;
  readonly output: Output;
  readonly definition: Definition;
}

// Users can't mend what the SDK says of the Node.js that the kit supports.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/**
 * `atelier pipeline watch`: a live tree of an execution until its end, then what it has published. With `--json` events, one a
 * line, as docs/operations.md lists them.
 *
 * @param name the pipeline, or a part of its name
 * @param options the flags
 * @returns the exit code: 0 when it has succeeded, 1 failed or rolled back, 5 stopped, 6 superseded, 7 cancelled
 */
export async function watch(name: string | undefined, options: WatchOptions): Promise<number> {
  return opened(name, options, async ({ aws, definition }) =>
    watchExecution(aws, definition, options.execution ?? (await latestOf(aws, definition, options)), watching(options)),
  );
}

/**
 * `atelier pipeline status`: the latest execution as it is now, the others that are in stages, and what the pipeline has
 * published, where, from which commit and when. With `--json` a document, as docs/operations.md has it.
 *
 * @param name the pipeline, or a part of its name
 * @param options the flags
 * @returns the exit code: 0, or 1 when the execution has failed
 */
export async function status(name: string | undefined, options: WatchOptions): Promise<number> {
  return opened(name, options, async ({ aws, definition, output }) => {
    const executions = await executionsOf(aws, definition.name);
    const id = options.execution ?? executions[0]?.pipelineExecutionId ?? neverRun(definition, options);
    const overview = await overviewOf(aws, definition, executions, id);
    printOverview(output, overview, new Date());
    output.document(overviewDocument(overview));
    return overview.state.status === 'failed' ? exitCodes.checkFailed : exitCodes.done;
  });
}

/**
 * `atelier pipeline start`: starts an execution, after it has said where and asked. With `--json`:
 * `{ pipeline, account, region, execution }`.
 *
 * @param name the pipeline, or a part of its name
 * @param options the flags
 * @returns the exit code: 0, or with `--watch` that of `atelier pipeline watch`
 */
export async function start(name: string | undefined, options: StartOptions): Promise<number> {
  const variables = Object.fromEntries((options.variable ?? []).map(assignment));
  return acting(['start'], name, options, async (aws, definition) =>
    starting(aws, definition, { variables, commit: options.commit }),
  );
}

/**
 * `atelier pipeline approve`: answers an approval that waits, after it has said which and asked. With `--json`:
 * `{ pipeline, account, region, stage, execution }`.
 *
 * @param name the pipeline, or a part of its name
 * @param stage the stage, or `<stage>/<action>`; not needed where one alone waits
 * @param options the flags
 * @returns the exit code: 0, or with `--watch` that of `atelier pipeline watch`
 */
export async function approve(
  name: string | undefined,
  stage: string | undefined,
  options: ApproveOptions,
): Promise<number> {
  const { reject, comment, execution } = options;
  return acting(['approve', stage], name, options, (aws, definition) =>
    approving(aws, definition, { stage, reject, comment, execution }),
  );
}

/**
 * `atelier pipeline retry`: tries a failed stage again, after it has said which and asked. With `--json`:
 * `{ pipeline, account, region, stage, execution }`.
 *
 * @param name the pipeline, or a part of its name
 * @param stage the stage; not needed where one alone has failed
 * @param options the flags
 * @returns the exit code: 0, or with `--watch` that of `atelier pipeline watch`
 */
export async function retry(
  name: string | undefined,
  stage: string | undefined,
  options: RetryOptions,
): Promise<number> {
  const { all, execution } = options;
  return acting(['retry', stage], name, options, (aws, definition) =>
    retrying(aws, definition, { stage, all, execution }),
  );
}

/**
 * `atelier pipeline rollback`: takes a stage back to what an earlier execution brought there, after it has said which and
 * asked. With `--json`: `{ pipeline, account, region, stage, execution }`.
 *
 * @param name the pipeline, or a part of its name
 * @param stage the stage. @default - the last one
 * @param options the flags
 * @returns the exit code: 0, or with `--watch` that of `atelier pipeline watch`
 */
export async function rollback(
  name: string | undefined,
  stage: string | undefined,
  options: RollbackOptions,
): Promise<number> {
  return acting(['rollback', stage], name, options, (aws, definition) =>
    rollingBack(aws, definition, { stage, to: options.to }),
  );
}

/**
 * `atelier pipeline logs`: the log of a build. With `--json` a line of the log in a line: `{ line }`, and the events `trouble`
 * and `error` of `atelier pipeline watch`.
 *
 * @param name the pipeline, or a part of its name
 * @param action the action, or `<stage>/<action>`. @default - the latest build that failed, or else the latest one
 * @param options the flags
 * @returns the exit code: 0
 */
export async function logs(
  name: string | undefined,
  action: string | undefined,
  options: LogsOptions,
): Promise<number> {
  return opened(name, options, async ({ aws, definition: latest, output }) => {
    const id = options.execution ?? (await latestOf(aws, latest, options));
    const { state, definition } = await look(aws, latest, id);
    const writer = writerOf(state, action, placeOf(options));
    const following = followingOf(watching(options), output);
    await new LogPrinter(aws, definition, id, writer, output, { follow: options.follow ?? false, following }).print();
    return exitCodes.done;
  });
}

/** Says what it is about to do and where, asks, and does it. */
async function acting(
  [verb, stage]: readonly [verb: string, stage?: string],
  name: string | undefined,
  options: ActOptions,
  plan: (aws: Aws, definition: Definition) => Promise<Act>,
): Promise<number> {
  return opened(name, options, async ({ aws, definition, output }) => {
    const { name: pipeline, account, region } = definition;
    const act = await plan(aws, definition);
    const { stage: about, since, run } = act;
    const sentence = printable(act.sentence);
    const age = since ? `, ${ageWords(since, new Date())}` : '';
    const command = commandOf([verb, pipeline, stage], { ...options, yes: true });
    await confirm(`${sentence}${age}, in account ${account}, ${region}`, options, output, command);
    const execution = await run();
    if (options.watch) {
      output.print('');
      return watchExecution(aws, definition, execution, { ...watching(options), act });
    }
    output.document({ pipeline, account, region, ...(about && { stage: about }), execution });
    output.print(
      `${output.mark('pass')} done: ${sentence}`,
      `${output.paint('accent', watchCommand(pipeline, execution, placeOf(options)))}  shows what comes of it`,
    );
    return exitCodes.done;
  });
}

/** Asks whether it shall be done; `command` is the one that does not ask. */
async function confirm(sentence: string, options: ActOptions, output: Output, command: string): Promise<void> {
  if (options.yes) {
    output.print(`${output.mark('here')} ${sentence}`);
    return;
  }
  if (!canAsk(options)) {
    throw new UsageError(`this would ${sentence}`, {
      option: 'yes',
      allowed: 'a terminal that can be asked in, or --yes',
      example: command,
    });
  }
  const { askToGoOn } = await import('../prompts');
  if (!(await askToGoOn(`This will ${sentence}. Go on?`, output.plain))) {
    throw new UsageError('nothing was done', { example: commandOf(['status'], placeOf(options)) });
  }
}

/** Finds the pipeline that is meant, and does something with it. */
async function opened(
  name: string | undefined,
  options: ActOptions,
  use: (opened: Opened) => Promise<number>,
): Promise<number> {
  const aws = new Aws({ ...options, agent: new ProxyAgent() as unknown as Agent });
  try {
    return await use({ aws, output: new Output(options), definition: await findPipeline(aws, name, options) });
  } catch (error) {
    throw await explained(error, options, aws);
  }
}

/** The pipeline of the name, or the only one that has it as a part of its own; where nobody is asked, nothing is guessed. */
async function findPipeline(aws: Aws, name: string | undefined, options: ActOptions): Promise<Definition> {
  const exact = name === undefined ? undefined : await definitionOf(aws, name);
  if (exact) {
    return exact;
  }
  const names = await pipelineNames(aws);
  const near = names.filter((one) => one.toLowerCase().includes((name ?? '').toLowerCase()));
  const found = near.length === 1 && !options.yes ? await definitionOf(aws, near[0]) : undefined;
  if (found) {
    return found;
  }
  const choices = near.length > 0 ? near : names;
  throw new UsageError(unfound(name, options), {
    option: 'pipeline',
    given: name,
    ...(choices.length > 0
      ? { choices, example: commandOf(['status', choices[0]], placeOf(options)) }
      : {
          allowed: 'an account and a Region with a pipeline',
          example: 'atelier pipeline status --region eu-west-1',
        }),
  });
}

function unfound(name: string | undefined, { yes }: ActOptions): string {
  if (yes) {
    return `--yes needs the whole name of a pipeline${name === undefined ? '' : `, not ${JSON.stringify(name)}`}`;
  }
  return name === undefined ? 'which pipeline is meant?' : `no single pipeline is named ${JSON.stringify(name)}`;
}

async function latestOf(aws: Aws, definition: Definition, options: OperateOptions): Promise<string> {
  const [latest] = await executionsOf(aws, definition.name);
  return latest?.pipelineExecutionId ?? neverRun(definition, options);
}

function neverRun({ name }: Definition, options: OperateOptions): never {
  throw new UsageError(`${name} has never run`, { example: commandOf(['start', name], placeOf(options)) });
}

function placeOf({ profile, region }: OperateOptions): Place {
  return { profile, region };
}

function watching(options: OperateOptions) {
  return { ...options, logIn: logInCommand(options), place: placeOf(options) };
}

function logInCommand({ profile = process.env.AWS_PROFILE }: OperateOptions): string {
  return `aws sso login${profile ? ` --profile ${profile}` : ''}`;
}

function assignment(text: string): [string, string] {
  const [, name, value] = /^([A-Za-z0-9@\-_]+)=([\s\S]+)$/.exec(text) ?? [];
  if (name === undefined) {
    throw new UsageError(`--variable can't be ${JSON.stringify(text)}`, {
      option: 'variable',
      given: text,
      allowed: 'NAME=value',
      example: '--variable IMAGE_DIGEST=sha256:0123',
    });
  }
  return [name, value];
}

/** What went wrong, as the user can mend it. */
async function explained(error: unknown, options: OperateOptions, aws: Aws): Promise<unknown> {
  if (error instanceof ImpossibleError) {
    return new UsageError(
      printable(error.message),
      error.choices?.length ? { choices: error.choices, example: error.choices[0] } : {},
    );
  }
  const { message: raw, $metadata } = error as Error & { $metadata?: unknown };
  const message = printable(raw);
  if (message === 'Region is missing') {
    return new EnvironmentError('no Region is set; --region eu-west-1 names one, or AWS_REGION');
  }
  const trouble = troubleOf(error);
  if (trouble === 'login') {
    const how = (await aws.canRenew())
      ? `log in again: ${logInCommand(options)}`
      : 'set AWS_ACCESS_KEY_ID and what belongs to it anew';
    return new EnvironmentError(`AWS does not take your login: ${message}; ${how}`);
  }
  if (trouble === 'not-yet') {
    return new UsageError(message, { option: 'execution', example: commandOf(['watch'], placeOf(options)) });
  }
  if (trouble !== 'other' || isRefused(error) || $metadata) {
    return new EnvironmentError(trouble === 'unreachable' ? `AWS can't be reached: ${message}` : `AWS: ${message}`);
  }
  return error;
}
