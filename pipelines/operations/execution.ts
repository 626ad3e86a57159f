import {
  type ActionExecutionDetail,
  GetPipelineExecutionCommand,
  ListActionExecutionsCommand,
  type PipelineExecution,
} from '@aws-sdk/client-codepipeline';
import type { Aws } from './aws';
import { type Definition, definitionOf } from './definition';

/** How an execution, a stage or an action is. */
export type Status = 'waiting' | 'running' | 'asking' | 'succeeded' | 'failed' | 'stopped' | 'superseded' | 'cancelled';

/** An action of an execution, at its latest attempt. */
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
  /** What it tells to later actions. */
  readonly variables: Readonly<Record<string, string>>;
  /** Its settings, with variables filled in. */
  readonly configuration: Readonly<Record<string, string>>;
  /** The role that it is done with, by its ARN. */
  readonly role?: string;
}

/** A stage of an execution. */
export interface StageState {
  readonly name: string;
  readonly status: Status;
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

/** An execution, as it is at a moment. */
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
 * How many attempts of its actions a stage has had.
 *
 * @param stage the stage
 */
export function attemptsOf({ actions }: StageState): number {
  return actions.reduce((sum, { attempt }) => sum + attempt, 0);
}

/**
 * Looks at an execution: two calls, and one for each further hundred of its actions.
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
  return { definition, state: stateOf(definition, pipelineExecution, details) };
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
 * What three answers of CodePipeline say together.
 *
 * @param definition the pipeline, at the version that the execution runs
 * @param execution the execution
 * @param details the attempts of its actions, the newest first
 */
export function stateOf(
  definition: Definition,
  execution: PipelineExecution,
  details: readonly ActionExecutionDetail[],
): ExecutionState {
  const status = statusOf(execution.status);
  const stages = definition.stages.map(({ name, actions }): StageState => {
    const states = actions.map(({ name: action, category, provider }): ActionState => {
      const attempts = details.filter((one) => one.stageName === name && one.actionName === action);
      return { name: action, category, provider, ...attemptOf(category, attempts) };
    });
    return { name, ...together(states), actions: states };
  });
  const { startedAt, endedAt } = together(stages);
  return {
    pipeline: definition.name,
    id: execution.pipelineExecutionId ?? '',
    status,
    summary: execution.statusSummary,
    version: definition.version,
    trigger: execution.trigger?.triggerType,
    backTo: execution.rollbackMetadata?.rollbackTargetPipelineExecutionId,
    revisions: (execution.artifactRevisions ?? []).map((one) => ({
      id: one.revisionId ?? '',
      summary: summaryOf(one.revisionSummary),
      url: one.revisionUrl,
    })),
    stages,
    startedAt,
    endedAt: hasEnded(status) ? endedAt : undefined,
  };
}

/** GitHub's summary of a commit is a document: `{"ProviderType":"GitHub","CommitMessage":"…"}`. */
function summaryOf(text: string | undefined): string | undefined {
  try {
    return JSON.parse(text ?? '').CommitMessage ?? text;
  } catch {
    return text;
  }
}

/** The latest attempt of an action; what was tried before it counts only as a number. */
function attemptOf(
  category: string,
  attempts: readonly ActionExecutionDetail[],
): Omit<ActionState, 'name' | 'category' | 'provider'> {
  const latest = attempts.reduce<ActionExecutionDetail | undefined>(
    (newest, one) => (newest && (newest.startTime ?? 0) >= (one.startTime ?? 0) ? newest : one),
    undefined,
  );
  if (!latest) {
    return { status: 'waiting', attempt: 0, variables: {}, configuration: {} };
  }
  const { executionResult: result, outputVariables } = latest.output ?? {};
  const status = statusOf(latest.status);
  return {
    status: status === 'running' && category === 'Approval' ? 'asking' : status,
    attempt: attempts.length,
    startedAt: latest.startTime,
    endedAt: hasEnded(status) ? latest.lastUpdateTime : undefined,
    region: latest.input?.region,
    summary: result?.externalExecutionSummary,
    error: result?.errorDetails?.message ?? result?.errorDetails?.code,
    externalId: result?.externalExecutionId,
    url: result?.externalExecutionUrl,
    variables: outputVariables ?? {},
    configuration: latest.input?.resolvedConfiguration ?? latest.input?.configuration ?? {},
    role: latest.input?.roleArn,
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
