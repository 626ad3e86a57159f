import type { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError, UsageError } from '../../../blueprints/errors';
import {
  type Act,
  type ActionState,
  Aws,
  approving,
  buildOf,
  type Definition,
  definitionOf,
  type ExecutionState,
  executionsOf,
  ImpossibleError,
  inventoryOf,
  isRefused,
  logPage,
  look,
  pipelineNames,
  retrying,
  rollingBack,
  starting,
  troubleOf,
} from '../../../pipelines/operations';
import { ProxyAgent } from '../operations/proxy';
import { printPublished } from '../operations/published';
import { failureOf, watchCommand, watchExecution } from '../operations/show';
import { treeOf } from '../operations/tree';
import { ageWords } from '../operations/words';
import { canAsk, exitCodes, Output, type OutputOptions } from '../output';

/** The flags of all commands that look at pipelines in AWS. */
export interface OperateOptions extends OutputOptions {
  /** A profile of the user's AWS configuration. @default - AWS_PROFILE, or `default` */
  readonly profile?: string;
  /** A Region. @default - AWS_REGION, or that of the profile */
  readonly region?: string;
  /** Seconds between two looks. @default 5 */
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
 * line, as docs/pipelines.md lists them.
 *
 * @param name the pipeline, or a part of its name
 * @param options the flags
 * @returns the exit code: 0 when it has succeeded, 1 failed or rolled back, 5 stopped, 6 superseded, 7 cancelled
 */
export async function watch(name: string | undefined, options: WatchOptions): Promise<number> {
  return opened(name, options, async ({ aws, definition }) =>
    watchExecution(aws, definition, options.execution ?? (await latestOf(aws, definition)), watching(options)),
  );
}

/**
 * `atelier pipeline status`: the latest execution as it is now, and what the pipeline has published, where, from which commit
 * and when. With `--json`: `{ pipeline, account, region, execution, published: [{ what, by, execution, revision, at }], notFound }`,
 * where `notFound` has the actions whose latest success lies too far back.
 *
 * @param name the pipeline, or a part of its name
 * @param options the flags
 * @returns the exit code: 0, or 1 when the execution has failed
 */
export async function status(name: string | undefined, options: WatchOptions): Promise<number> {
  return opened(name, options, async ({ aws, definition: latest, output }) => {
    const id = options.execution ?? (await latestOf(aws, latest));
    const { state, definition } = await look(aws, latest, id);
    const failed = state.stages.flatMap((stage) =>
      stage.actions
        .filter((action) => action.status === 'failed')
        .map((action) => [`${stage.name}/${action.name}`, action] as const),
    );
    const failures = new Map(
      (await Promise.all(failed.map(async ([key, action]) => [key, await failureOf(aws, action)] as const))).flatMap(
        ([key, failure]) => (failure ? [[key, failure] as const] : []),
      ),
    );
    const { items: published, notFound } = await inventoryOf(aws, latest);
    const now = new Date();
    output.print(...treeOf(output, { definition, state, failures }, { width: process.stdout.columns ?? 120, now }));
    if (published.length > 0) {
      output.print('', output.paint('strong', 'Published'));
      printPublished(output, published, now);
    }
    if (notFound.length > 0) {
      output.print('', `Not among the last 1,000 actions, and so not known: what ${notFound.join(', ')} has published`);
    }
    const { name: pipeline, account, region } = definition;
    output.document({
      pipeline,
      account,
      region,
      execution: { ...state, failures: Object.fromEntries(failures) },
      published,
      notFound,
    });
    return state.status === 'failed' ? exitCodes.checkFailed : exitCodes.done;
  });
}

/**
 * `atelier pipeline start`: starts an execution, after it has said where and asked. With `--json`: `{ pipeline, execution }`.
 *
 * @param name the pipeline, or a part of its name
 * @param options the flags
 * @returns the exit code: 0, or with `--watch` that of `atelier pipeline watch`
 */
export async function start(name: string | undefined, options: StartOptions): Promise<number> {
  const variables = Object.fromEntries((options.variable ?? []).map(assignment));
  return acting(name, options, async (aws, definition) =>
    starting(aws, definition, { variables, commit: options.commit }),
  );
}

/**
 * `atelier pipeline approve`: answers an approval that waits, after it has said which and asked. With `--json`:
 * `{ pipeline, stage, execution }`.
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
  return acting(name, options, (aws, definition) => approving(aws, definition, { stage, reject, comment, execution }));
}

/**
 * `atelier pipeline retry`: tries a failed stage again, after it has said which and asked. With `--json`:
 * `{ pipeline, stage, execution }`.
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
  return acting(name, options, (aws, definition) => retrying(aws, definition, { stage, all, execution }));
}

/**
 * `atelier pipeline rollback`: takes a stage back to what an earlier execution brought there, after it has said which and
 * asked. With `--json`: `{ pipeline, stage, execution }`.
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
  return acting(name, options, (aws, definition) => rollingBack(aws, definition, { stage, to: options.to }));
}

/**
 * `atelier pipeline logs`: the log of a build. With `--json` a line of the log in a line: `{ line }`.
 *
 * @param name the pipeline, or a part of its name
 * @param action the action, or `<stage>/<action>`. @default - the build that failed, or else the latest
 * @param options the flags
 * @returns the exit code: 0
 */
export async function logs(
  name: string | undefined,
  action: string | undefined,
  options: LogsOptions,
): Promise<number> {
  return opened(name, options, async ({ aws, definition, output }) => {
    const id = options.execution ?? (await latestOf(aws, definition));
    const { state } = await look(aws, definition, id);
    const build = chosenBuild(state, action);
    await printLog(aws, build, output, options);
    return exitCodes.done;
  });
}

/** Prints a log from its beginning; as it grows, where that is wanted. */
async function printLog(aws: Aws, action: ActionState, output: Output, options: LogsOptions): Promise<void> {
  const { follow = false, interval = 5 } = options;
  let next = '';
  for (;;) {
    const build = await buildOf(aws, action);
    if (!build) {
      throw new EnvironmentError(`the build ${action.externalId ?? action.name} is gone, or not begun`);
    }
    const page = await logPage(aws, build, { region: action.region, next: next || 'head' });
    for (const line of page.lines) {
      output.print(line);
      output.line({ line });
    }
    const isAtEnd = page.next === undefined || page.next === next;
    if (isAtEnd && (!follow || build.buildComplete)) {
      return;
    }
    next = page.next ?? next;
    await sleep(isAtEnd ? 1000 * interval : 0);
  }
}

/** The build that is meant: by its name, or the one that failed, or the latest. */
function chosenBuild({ stages }: ExecutionState, named: string | undefined): ActionState {
  const builds = stages.flatMap(({ name, actions }) =>
    actions
      .filter(({ provider, attempt }) => provider === 'CodeBuild' && attempt > 0)
      .map((action) => ({ path: `${name}/${action.name}`, action })),
  );
  const meant = named === undefined ? builds : builds.filter(({ path, action }) => [path, action.name].includes(named));
  const chosen = meant.find(({ action }) => action.status === 'failed') ?? meant.at(-1);
  if (!chosen) {
    const paths = builds.map(({ path }) => path);
    throw new UsageError(named === undefined ? 'no build has begun' : `no build ${JSON.stringify(named)} has begun`, {
      option: 'action',
      given: named,
      ...(paths.length > 0
        ? { choices: paths, example: `atelier pipeline logs ${paths[0]}` }
        : { allowed: 'a pipeline with a build of CodeBuild' }),
    });
  }
  return chosen.action;
}

/** Says what it is about to do and where, asks, and does it. */
async function acting(
  name: string | undefined,
  options: ActOptions,
  plan: (aws: Aws, definition: Definition) => Promise<Act>,
): Promise<number> {
  return opened(name, options, async ({ aws, definition, output }) => {
    const { account, region } = definition;
    const act = await plan(aws, definition);
    const { sentence, stage, since, run } = act;
    const age = since ? `, ${ageWords(since, new Date())}` : '';
    const whole = `${sentence}${age}, in account ${account}, ${region}`;
    await confirm(whole, options, output);
    const execution = await run();
    if (options.watch) {
      output.print('');
      return watchExecution(aws, definition, execution, { ...watching(options), act });
    }
    output.document({ pipeline: definition.name, ...(stage && { stage }), execution });
    output.print(
      `${output.mark('pass')} done: ${sentence}`,
      `${output.paint('accent', watchCommand(definition.name, execution))}  shows what comes of it`,
    );
    return exitCodes.done;
  });
}

async function confirm(sentence: string, options: ActOptions, output: Output): Promise<void> {
  if (options.yes) {
    output.print(`${output.mark('here')} ${sentence}`);
    return;
  }
  if (!canAsk(options)) {
    throw new UsageError(`this would ${sentence}`, {
      option: 'yes',
      allowed: 'a terminal that can be asked in, or --yes',
      example: 'atelier pipeline start --yes',
    });
  }
  const { askToGoOn } = await import('../prompts');
  if (!(await askToGoOn(`This will ${sentence}. Go on?`, output.plain))) {
    throw new UsageError('nothing was done', { example: 'atelier pipeline status' });
  }
}

/** Finds the pipeline that is meant, and does something with it. */
async function opened(
  name: string | undefined,
  options: OperateOptions,
  use: (opened: Opened) => Promise<number>,
): Promise<number> {
  const aws = new Aws({ ...options, agent: new ProxyAgent() as unknown as Agent });
  try {
    return await use({ aws, output: new Output(options), definition: await findPipeline(aws, name) });
  } catch (error) {
    throw await explained(error, options, aws);
  }
}

async function findPipeline(aws: Aws, name: string | undefined): Promise<Definition> {
  const exact = name === undefined ? undefined : await definitionOf(aws, name);
  if (exact) {
    return exact;
  }
  const names = await pipelineNames(aws);
  const near = names.filter((one) => one.toLowerCase().includes((name ?? '').toLowerCase()));
  const found = near.length === 1 ? await definitionOf(aws, near[0]) : undefined;
  if (found) {
    return found;
  }
  const choices = near.length > 0 ? near : names;
  throw new UsageError(
    name === undefined ? 'which pipeline is meant?' : `no single pipeline is named ${JSON.stringify(name)}`,
    {
      option: 'pipeline',
      given: name,
      ...(choices.length > 0
        ? { choices, example: `atelier pipeline status ${choices[0]}` }
        : {
            allowed: 'an account and a Region with a pipeline',
            example: 'atelier pipeline status --region eu-west-1',
          }),
    },
  );
}

async function latestOf(aws: Aws, { name }: Definition): Promise<string> {
  const [latest] = await executionsOf(aws, name);
  if (!latest?.pipelineExecutionId) {
    throw new UsageError(`${name} has never run`, { example: `atelier pipeline start ${name}` });
  }
  return latest.pipelineExecutionId;
}

function watching(options: OperateOptions) {
  return { ...options, logIn: logInCommand(options) };
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
      error.message,
      error.choices?.length ? { choices: error.choices, example: error.choices[0] } : {},
    );
  }
  const { message, $metadata } = error as Error & { $metadata?: unknown };
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
    return new UsageError(message, { option: 'execution', example: 'atelier pipeline watch' });
  }
  if (trouble !== 'other' || isRefused(error) || $metadata) {
    return new EnvironmentError(trouble === 'unreachable' ? `AWS can't be reached: ${message}` : `AWS: ${message}`);
  }
  return error;
}
