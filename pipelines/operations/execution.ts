import {
  type ActionExecutionDetail,
  GetPipelineExecutionCommand,
  ListActionExecutionsCommand,
  ListRuleExecutionsCommand,
  type PipelineExecution,
  Result,
  type RuleExecutionDetail,
  RuleExecutionStatus,
} from '@aws-sdk/client-codepipeline';
import type { Aws } from './aws';
import { printable } from './build-log';
import {
  type DeclaredAction,
  type DeclaredCondition,
  type DeclaredStage,
  type Definition,
  definitionOf,
} from './definition';
import { isRefused } from './trouble';

/** How an execution, a stage or an action is. */
export type Status =
  | 'waiting'
  | 'running'
  | 'asking'
  | 'succeeded'
  | 'failed'
  | 'stopped'
  | 'superseded'
  | 'cancelled'
  | 'skipped';

/** An action of an execution, at its latest attempt; what it says of itself is safe to be printed. */
export interface ActionState {
  readonly name: string;
  readonly category: string;
  readonly provider: string;
  /** `asking` when somebody has to approve. */
  readonly status: Status;
  /** Which attempt it is, from 1; 0 before the first. */
  readonly attempt: number;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  /** The Region that it runs in, where it is known. */
  readonly region?: string;
  /** What it says of itself. */
  readonly summary?: string;
  /** Why it failed. */
  readonly error?: string;
  /** What it is to the service that does it: the id of a build. */
  readonly externalId?: string;
  /** The page of AWS that shows it. */
  readonly url?: string;
  /** The stream of CloudWatch Logs that it writes, by its ARN, where CodePipeline itself does it. */
  readonly logStream?: string;
  /** What it tells to later actions. */
  readonly variables: Readonly<Record<string, string>>;
  /** Its settings, with variables filled in. */
  readonly configuration: Readonly<Record<string, string>>;
  /** The role that it is done with, by its ARN. */
  readonly role?: string;
  /** How its attempts before this one have ended, the oldest first. @default - there were none */
  readonly earlier?: readonly ActionState[];
}

/** A rule of a stage's condition that has failed. */
export interface FailedRule {
  readonly name: string;
  /** What comes of it: `FAIL`, or `ROLLBACK`. */
  readonly result: string;
  /** What it says of itself. */
  readonly error?: string;
}

/** A stage of an execution. */
export interface StageState {
  readonly name: string;
  /** `skipped` when a condition has kept the execution out of it. */
  readonly status: Status;
  /** Why it has failed, where no action has. */
  readonly rule?: FailedRule;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  readonly actions: readonly ActionState[];
}

/** What an execution was started with. */
export interface Revision {
  /** The commit, or the version of an object. */
  readonly id: string;
  readonly summary?: string;
  readonly url?: string;
}

/** An execution, as it is at a moment; what is said of it is safe to be printed. */
export interface ExecutionState {
  readonly pipeline: string;
  readonly id: string;
  readonly status: Status;
  /** What CodePipeline says of its status. */
  readonly summary?: string;
  /** The version of the pipeline that it runs. */
  readonly version: number;
  /** What has started it, as CodePipeline has it. */
  readonly trigger?: string;
  /** The execution that is gone back to. @default - it is no roll-back */
  readonly backTo?: string;
  readonly revisions: readonly Revision[];
  readonly stages: readonly StageState[];
  readonly startedAt?: Date;
  readonly endedAt?: Date;
}

/** Status of CodePipeline by its own names. */
const STATUS: Readonly<Record<string, Status>> = {
  InProgress: 'running',
  Stopping: 'running',
  Succeeded: 'succeeded',
  Failed: 'failed',
  Abandoned: 'stopped',
  Stopped: 'stopped',
  Superseded: 'superseded',
  Cancelled: 'cancelled',
};

/**
 * How AWS's word for a status is said here.
 *
 * @param status as CodePipeline has it
 */
export function statusOf(status: string | undefined): Status {
  return STATUS[status ?? ''] ?? 'waiting';
}

/**
 * Whether nothing goes on any more.
 *
 * @param status of an execution, a stage or an action
 */
export function hasEnded(status: Status): boolean {
  return !['waiting', 'running', 'asking'].includes(status);
}

/**
 * The attempts of an action, the oldest first.
 *
 * @param action the action
 */
export function everyAttempt(action: ActionState): readonly ActionState[] {
  return [...(action.earlier ?? []), action];
}

/**
 * How many attempts of its actions a stage has had.
 *
 * @param stage the stage
 */
export function attemptsOf({ actions }: StageState): number {
  return actions.reduce((sum, { attempt }) => sum + attempt, 0);
}

/**
 * Looks at an execution: two calls, and one for each further hundred of its actions; one more where it has failed, but no action
 * has, and stages have conditions.
 *
 * @param aws the clients
 * @param known the pipeline's definition; another version of it is fetched when the execution runs that
 * @param id the execution
 * @throws PipelineExecutionNotFoundException for an execution that is none; for a moment for one that was just started
 */
export async function look(
  aws: Aws,
  known: Definition,
  id: string,
): Promise<{ state: ExecutionState; definition: Definition }> {
  const named = { pipelineName: known.name, pipelineExecutionId: id };
  const { pipelineExecution = {} } = await aws.codepipeline.send(new GetPipelineExecutionCommand(named));
  const details = await actionsOf(aws, known.name, id);
  const version = pipelineExecution.pipelineVersion ?? known.version;
  const definition = version === known.version ? known : ((await definitionOf(aws, known.name, version)) ?? known);
  const state = stateOf(definition, pipelineExecution, details);
  const hasRule = definition.stages.some(({ conditions }) => conditions.some(endsIt));
  if (state.status !== 'failed' || state.stages.some(({ status }) => status === 'failed') || !hasRule) {
    return { definition, state };
  }
  return { definition, state: stateOf(definition, pipelineExecution, details, await failedRules(aws, named)) };
}

/** Whether an execution doesn't go on where a condition is not met. */
function endsIt({ result }: DeclaredCondition): boolean {
  return result !== Result.SKIP;
}

/** The rules of conditions that have failed in an execution, where they may be read. */
async function failedRules(
  aws: Aws,
  { pipelineName, pipelineExecutionId }: { readonly pipelineName: string; readonly pipelineExecutionId: string },
): Promise<RuleExecutionDetail[]> {
  const ask = new ListRuleExecutionsCommand({ pipelineName, filter: { pipelineExecutionId }, maxResults: 100 });
  const { ruleExecutionDetails = [] } = await aws.codepipeline.send(ask).catch((error: unknown) => {
    if (!isRefused(error)) {
      throw error;
    }
    return { ruleExecutionDetails: [] };
  });
  return ruleExecutionDetails.filter(({ status }) => status === RuleExecutionStatus.Failed);
}

/** A part of the actions of a pipeline. */
export interface ActionPage {
  /** Attempts of actions, the newest first. */
  readonly details: readonly ActionExecutionDetail[];
  /** Where the next page begins. @default - there is none */
  readonly next?: string;
}

/** Which page of actions is meant. */
export interface ActionPageOptions {
  /** The execution. @default - all of the pipeline */
  readonly execution?: string;
  /** What the page before has said. @default - the first page */
  readonly next?: string;
}

/**
 * A page of a hundred attempts of actions.
 *
 * @param aws the clients
 * @param pipelineName the pipeline
 * @param page which page
 */
export async function actionPage(
  aws: Aws,
  pipelineName: string,
  { execution, next }: ActionPageOptions = {},
): Promise<ActionPage> {
  const filter = execution === undefined ? undefined : { pipelineExecutionId: execution };
  const { actionExecutionDetails = [], nextToken } = await aws.codepipeline.send(
    new ListActionExecutionsCommand({ pipelineName, filter, maxResults: 100, nextToken: next }),
  );
  return { details: actionExecutionDetails, next: nextToken };
}

/** All actions of an execution, the newest first. */
async function actionsOf(aws: Aws, pipelineName: string, execution: string): Promise<ActionExecutionDetail[]> {
  const found: ActionExecutionDetail[] = [];
  let next: string | undefined;
  do {
    const page = await actionPage(aws, pipelineName, { execution, next });
    found.push(...page.details);
    next = page.next;
  } while (next);
  return found;
}

/**
 * What the answers of CodePipeline say together.
 *
 * @param definition the pipeline, at the version that the execution runs
 * @param execution the execution
 * @param details the attempts of its actions, the newest first
 * @param rules the rules of conditions that have failed in it
 */
export function stateOf(
  definition: Definition,
  execution: PipelineExecution,
  details: readonly ActionExecutionDetail[],
  rules: readonly RuleExecutionDetail[] = [],
): ExecutionState {
  const status = statusOf(execution.status);
  const isBehind = (stage: string): boolean => {
    const behind = definition.stages.slice(definition.stages.findIndex(({ name }) => name === stage));
    return status === 'succeeded' || details.some(({ stageName }) => behind.some(({ name }) => name === stageName));
  };
  const stages = definition.stages.map((declared): StageState => {
    const { name, actions, conditions } = declared;
    const states = actions.map((action) =>
      actionStateOf(
        action,
        details.filter(({ stageName, actionName }) => stageName === name && actionName === action.name),
      ),
    );
    const rule = failedRule(declared, rules);
    const stage = { name, ...together(states), ...(rule && { rule, status: 'failed' as const }), actions: states };
    const isSkipped = stage.status === 'waiting' && conditions.some(({ result }) => result === Result.SKIP);
    return isSkipped && isBehind(name) ? { ...stage, status: 'skipped' } : stage;
  });
  const { startedAt, endedAt } = together(stages);
  return {
    pipeline: definition.name,
    id: execution.pipelineExecutionId ?? '',
    status,
    summary: readable(execution.statusSummary),
    version: definition.version,
    trigger: execution.trigger?.triggerType,
    backTo: execution.rollbackMetadata?.rollbackTargetPipelineExecutionId,
    revisions: (execution.artifactRevisions ?? []).map((one) => ({
      id: printable(one.revisionId ?? ''),
      summary: readable(summaryOf(one.revisionSummary)?.split(/[\r\n]/)[0]),
      url: one.revisionUrl,
    })),
    stages,
    startedAt,
    endedAt: hasEnded(status) ? endedAt : undefined,
  };
}

/** The rule that a stage has failed by. */
function failedRule(
  { name, conditions }: DeclaredStage,
  rules: readonly RuleExecutionDetail[],
): FailedRule | undefined {
  const [failed] = rules.flatMap(({ stageName, ruleName = '', output }): FailedRule[] => {
    const condition = conditions.find((one) => endsIt(one) && one.rules.includes(ruleName));
    const { errorDetails, externalExecutionSummary } = output?.executionResult ?? {};
    return stageName === name && condition
      ? [
          {
            name: ruleName,
            result: condition.result,
            error: readable(errorDetails?.message ?? externalExecutionSummary),
          },
        ]
      : [];
  });
  return failed;
}

/** GitHub's summary of a commit is a document: `{"ProviderType":"GitHub","CommitMessage":"…"}`. */
function summaryOf(text: string | undefined): string | undefined {
  try {
    const { CommitMessage: message } = JSON.parse(text ?? '');
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
}

/** A text that AWS hands on as it may be printed, where there is one. */
function readable(text: string | undefined): string | undefined {
  return text === undefined ? undefined : printable(text);
}

/** An action at its latest attempt; its attempts come the newest first. */
function actionStateOf(
  { name, category, provider }: DeclaredAction,
  details: readonly ActionExecutionDetail[],
): ActionState {
  const began = ({ startTime }: ActionExecutionDetail): number => Number(startTime ?? 0);
  const attempts = details
    .toReversed()
    .toSorted((one, other) => began(one) - began(other))
    .map((detail, index): ActionState => ({ name, category, provider, ...attemptOf(category, detail, index + 1) }));
  const waiting: ActionState = {
    name,
    category,
    provider,
    status: 'waiting',
    attempt: 0,
    variables: {},
    configuration: {},
  };
  return attempts.length > 1
    ? { ...attempts[attempts.length - 1], earlier: attempts.slice(0, -1) }
    : (attempts[0] ?? waiting);
}

/** What is known of an attempt of an action. */
function attemptOf(
  category: string,
  detail: ActionExecutionDetail,
  attempt: number,
): Omit<ActionState, 'name' | 'category' | 'provider'> {
  const { executionResult: result, outputVariables } = detail.output ?? {};
  const status = statusOf(detail.status);
  return {
    status: status === 'running' && category === 'Approval' ? 'asking' : status,
    attempt,
    startedAt: detail.startTime,
    endedAt: hasEnded(status) ? detail.lastUpdateTime : undefined,
    region: detail.input?.region,
    summary: readable(summaryOf(result?.externalExecutionSummary)),
    error: readable(result?.errorDetails?.message ?? result?.errorDetails?.code),
    externalId: result?.externalExecutionId,
    url: result?.externalExecutionUrl,
    logStream: result?.logStreamARN,
    variables: Object.fromEntries(
      Object.entries(outputVariables ?? {}).map(([name, value]) => [name, printable(value)]),
    ),
    configuration: detail.input?.resolvedConfiguration ?? detail.input?.configuration ?? {},
    role: detail.input?.roleArn,
  };
}

/** What comes first decides: a stage in which one action fails while others run is a stage that fails. */
const DECIDING: readonly Status[] = ['failed', 'stopped', 'asking', 'running'];

/** What several parts are together. */
function together(
  parts: readonly { readonly status: Status; readonly startedAt?: Date; readonly endedAt?: Date }[],
): Pick<StageState, 'status' | 'startedAt' | 'endedAt'> {
  const all = (status: Status): boolean => parts.length > 0 && parts.every((part) => part.status === status);
  const begun = parts.some((part) => part.status !== 'waiting');
  const status =
    DECIDING.find((one) => parts.some((part) => part.status === one)) ??
    (all('succeeded') ? 'succeeded' : begun ? 'running' : 'waiting');
  const times = (key: 'startedAt' | 'endedAt'): number[] => parts.flatMap((part) => part[key]?.getTime() ?? []);
  const started = times('startedAt');
  const ended = times('endedAt');
  return {
    status,
    ...(started.length > 0 && { startedAt: new Date(Math.min(...started)) }),
    ...(hasEnded(status) && ended.length > 0 && { endedAt: new Date(Math.max(...ended)) }),
  };
}
