import {
  ActionCategory,
  ActionExecutionStatus,
  type ActionState,
  ApprovalStatus,
  ExecutionType,
  GetPipelineExecutionCommand,
  GetPipelineStateCommand,
  PipelineExecutionStatus,
  PutApprovalResultCommand,
  RetryStageExecutionCommand,
  RollbackStageCommand,
  type SourceRevisionOverride,
  SourceRevisionType,
  type StageExecution,
  StageRetryMode,
  type StageState,
  StartPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline';
import type { Aws } from './aws';
import type { Definition } from './definition';
import { attemptsOf, look } from './execution';
import { executionsOf } from './history';

/** Something that changes a pipeline's course: what it will do, and doing it. */
export interface Act {
  /** What it will do, as a sentence without a full stop. */
  readonly sentence: string;
  /** The stage that it is about. @default - the whole pipeline */
  readonly stage?: string;
  /** How many attempts of the stage's actions there were before it. @default - it tries none again */
  readonly attempts?: number;
  /** When that began which it goes back to. @default - it goes back to nothing, or that is not known */
  readonly since?: Date;
  /**
   * Does it.
   *
   * @returns the id of the execution that goes on from it
   */
  readonly run: () => Promise<string>;
}

/** What can't be done, and what can. */
export class ImpossibleError extends Error {
  /**
   * @param problem what is wrong
   * @param choices what is possible instead. @default - nothing is
   */
  constructor(
    problem: string,
    readonly choices?: readonly string[],
  ) {
    super(problem);
    this.name = 'ImpossibleError';
  }
}

/** What an execution is started with. */
export interface StartOptions {
  /** The values of the pipeline's variables, by name. */
  readonly variables?: Readonly<Record<string, string>>;
  /**
   * What sources take: `<id>`, a commit, or `<action>=<id>`, which may be the version of an object or the digest of an image, too.
   *
   * @default - the newest
   */
  readonly commit?: readonly string[];
}

/** How each source names its revisions: https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-trigger-source-overrides.html */
const REVISIONS: Readonly<Record<string, SourceRevisionType>> = {
  CodeStarSourceConnection: SourceRevisionType.COMMIT_ID,
  CodeCommit: SourceRevisionType.COMMIT_ID,
  GitHub: SourceRevisionType.COMMIT_ID,
  S3: SourceRevisionType.S3_OBJECT_VERSION_ID,
  ECR: SourceRevisionType.IMAGE_DIGEST,
};

/**
 * Starts an execution.
 *
 * @param aws the clients
 * @param definition the pipeline
 * @param options what it is started with
 * @throws ImpossibleError for a variable that the pipeline has not, or a commit where it is not clear which source takes it
 */
export function starting(aws: Aws, definition: Definition, { variables = {}, commit = [] }: StartOptions): Act {
  const unknown = Object.keys(variables).find((name) => !definition.variables.includes(name));
  if (unknown !== undefined) {
    throw new ImpossibleError(`${definition.name} has no variable ${JSON.stringify(unknown)}`, definition.variables);
  }
  const sourceRevisions = commit.map((one) => revisionOf(definition, one));
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const words = [
    commit.length > 0 && `at ${commit.join(', ')}`,
    settings.length > 0 && `with ${settings.join(', ')}`,
  ].filter(Boolean);
  // The same token twice is one execution: a call that is tried again starts no second one.
  const clientRequestToken = crypto.randomUUID();
  return {
    sentence: [`start ${definition.name}`, ...words].join(' '),
    run: async () => {
      const { pipelineExecutionId = '' } = await aws.codepipeline.send(
        new StartPipelineExecutionCommand({
          name: definition.name,
          clientRequestToken,
          // AWS refuses an empty list.
          variables:
            settings.length > 0 ? Object.entries(variables).map(([name, value]) => ({ name, value })) : undefined,
          sourceRevisions: sourceRevisions.length > 0 ? sourceRevisions : undefined,
        }),
      );
      return pipelineExecutionId;
    },
  };
}

/** What one source takes; where none is named it is the only one, or the only one with commits. */
function revisionOf({ name, stages }: Definition, text: string): SourceRevisionOverride {
  const [, named, id = text] = /^([A-Za-z0-9.@_-]+)=([\s\S]+)$/.exec(text) ?? [];
  const sources = stages
    .flatMap(({ actions }) => actions)
    .flatMap((one) =>
      one.category === ActionCategory.Source && REVISIONS[one.provider]
        ? [{ actionName: one.name, revisionType: REVISIONS[one.provider], revisionValue: id }]
        : [],
    );
  const unnamed =
    sources.length === 1 ? sources : sources.filter((one) => one.revisionType === SourceRevisionType.COMMIT_ID);
  const meant = named === undefined ? unnamed : sources.filter(({ actionName }) => actionName === named);
  if (meant.length === 1) {
    return meant[0];
  }
  throw new ImpossibleError(
    sources.length === 0
      ? `${name} has no source that takes a commit`
      : named === undefined
        ? `${name} has several sources: which one takes ${id}?`
        : `${name} has no source ${JSON.stringify(named)}`,
    sources.map(({ actionName }) => `${actionName}=${id}`),
  );
}

/** How somebody answers an approval. */
export interface Answer {
  /** The stage whose approval is meant, or `<stage>/<action>`. @default - the one that waits */
  readonly stage?: string;
  /** The execution whose approval is meant. @default - the one that waits */
  readonly execution?: string;
  /** Whether it is refused. @default false */
  readonly reject?: boolean;
  /** What is kept beside the answer. */
  readonly comment?: string;
}

/** An approval that waits for somebody. */
interface Waiting extends Candidate {
  readonly action: string;
  /** What CodePipeline knows the question by. */
  readonly token: string;
}

/**
 * Answers an approval that waits.
 *
 * @param aws the clients
 * @param definition the pipeline
 * @param answer the answer
 * @throws ImpossibleError when none waits, or several do and none is named
 */
export async function approving(aws: Aws, definition: Definition, answer: Answer): Promise<Act> {
  const waiting = await (definition.isParallel ? waitingInParallel : waitingInTurn)(aws, definition);
  const { name, stage, action, token, execution } = oneOf(waiting, answer, {
    none: `nothing waits for an approval in ${definition.name}`,
    other: 'is none that waits',
    several: `several approvals of ${definition.name} wait`,
  });
  return {
    sentence: `${answer.reject ? 'reject' : 'approve'} ${name} of ${definition.name}, execution ${execution}`,
    stage,
    run: async () => {
      await aws.codepipeline.send(
        new PutApprovalResultCommand({
          pipelineName: definition.name,
          stageName: stage,
          actionName: action,
          token,
          result: {
            status: answer.reject ? ApprovalStatus.Rejected : ApprovalStatus.Approved,
            summary: answer.comment ?? '',
          },
        }),
      );
      return execution;
    },
  };
}

/** Where one execution is in a stage at a time, the state of the pipeline has the token. */
async function waitingInTurn(aws: Aws, definition: Definition): Promise<Waiting[]> {
  return (await stagesOf(aws, definition)).flatMap(({ stageName: stage = '', actionStates = [], latestExecution }) =>
    actionStates
      .filter(isAsking)
      .map(({ actionName: action = '', latestExecution: { token = '' } = {} }) =>
        waitingAt(definition, { stage, action, token, execution: latestExecution?.pipelineExecutionId ?? '' }),
      ),
  );
}

/** Where several are, each of them has its own: https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutApprovalResult.html */
async function waitingInParallel(aws: Aws, definition: Definition): Promise<Waiting[]> {
  const running = (await executionsOf(aws, definition.name)).filter(
    ({ status }) => status === PipelineExecutionStatus.InProgress,
  );
  const states = await Promise.all(
    running.map(async ({ pipelineExecutionId = '' }) => (await look(aws, definition, pipelineExecutionId)).state),
  );
  return states.flatMap(({ id: execution, stages }) =>
    stages.flatMap(({ name: stage, actions }) =>
      actions.flatMap(({ name: action, status, externalId: token }) =>
        status === 'asking' && token ? [waitingAt(definition, { stage, action, token, execution })] : [],
      ),
    ),
  );
}

function waitingAt(definition: Definition, waiting: Omit<Waiting, 'name'>): Waiting {
  return { ...waiting, name: approvalName(definition, waiting.stage, waiting.action) };
}

/**
 * What an approval is called: by its stage, and by its own name too where the stage has several.
 *
 * @param definition the pipeline
 * @param stage the stage
 * @param action the action that waits
 */
export function approvalName({ stages }: Definition, stage: string, action: string): string {
  const actions = stages.find(({ name }) => name === stage)?.actions ?? [];
  const isAlone = actions.filter(({ category }) => category === ActionCategory.Approval).length < 2;
  return isAlone ? stage : `${stage}/${action}`;
}

/**
 * Whether an action waits for somebody now.
 *
 * @param state the action, as the state of the pipeline has it
 */
export function isAsking({ latestExecution: { token, status } = {} }: ActionState): boolean {
  return token !== undefined && status === ActionExecutionStatus.InProgress;
}

/** What is tried again. */
export interface RetryOptions {
  /** The stage. @default - the one that has failed */
  readonly stage?: string;
  /** The execution. @default - the one that has failed; of several at a time the latest */
  readonly execution?: string;
  /** Whether actions that have succeeded are done again, too. @default false */
  readonly all?: boolean;
}

/**
 * Tries a failed stage again.
 *
 * @param aws the clients
 * @param definition the pipeline
 * @param options what is tried again
 * @throws ImpossibleError when none has failed, or several have and none is named
 */
export async function retrying(aws: Aws, definition: Definition, options: RetryOptions): Promise<Act> {
  const failed = definition.isParallel
    ? await failedInParallel(aws, definition, options.execution)
    : await failedInTurn(aws, definition);
  const { stage, execution } = oneOf(failed, options, {
    none: `no stage of ${definition.name} has failed`,
    other: 'is none that has failed',
    several: `several stages of ${definition.name} have failed`,
  });
  const { stages } = (await look(aws, definition, execution)).state;
  return {
    sentence: `try ${options.all ? 'all actions' : 'the failed actions'} of ${stage} of ${definition.name} again, execution ${execution}`,
    stage,
    attempts: stages.filter(({ name }) => name === stage).map(attemptsOf)[0],
    run: async () => {
      await aws.codepipeline.send(
        new RetryStageExecutionCommand({
          pipelineName: definition.name,
          stageName: stage,
          pipelineExecutionId: execution,
          retryMode: options.all ? StageRetryMode.ALL_ACTIONS : StageRetryMode.FAILED_ACTIONS,
        }),
      );
      return execution;
    },
  };
}

/** Where one execution is in a stage at a time, the state of the pipeline has it. */
async function failedInTurn(aws: Aws, definition: Definition): Promise<Candidate[]> {
  const isFailed = ({ latestExecution }: StageState): boolean =>
    ['Failed', 'Stopped'].includes(latestExecution?.status ?? '');
  return (await stagesOf(aws, definition)).filter(isFailed).map(({ stageName: stage = '', latestExecution }) => ({
    name: stage,
    stage,
    execution: latestExecution?.pipelineExecutionId ?? '',
  }));
}

/** Where several are, each of them has its own stages. */
async function failedInParallel(aws: Aws, definition: Definition, named: string | undefined): Promise<Candidate[]> {
  const execution = named ?? (await executionsOf(aws, definition.name))[0]?.pipelineExecutionId;
  const stages = execution === undefined ? [] : (await look(aws, definition, execution)).state.stages;
  return stages
    .filter(({ status }) => status === 'failed' || status === 'stopped')
    .map(({ name }) => ({ name, stage: name, execution: execution ?? '' }));
}

/** What is gone back to. */
export interface RollbackOptions {
  /** The stage. @default - the last one that can go back */
  readonly stage?: string;
  /** The execution. @default - the newest that has succeeded in the stage before the one whose work is there */
  readonly to?: string;
}

/**
 * Takes a stage back to what an earlier execution brought there.
 *
 * @param aws the clients
 * @param definition the pipeline
 * @param options what is gone back to
 * @throws ImpossibleError when there is nothing to go back to, or the pipeline has changed since
 */
export async function rollingBack(aws: Aws, definition: Definition, options: RollbackOptions): Promise<Act> {
  // The first stage fetches the sources, and can't go back.
  const stages = definition.stages.slice(1).map(({ name }) => name);
  const stage = options.stage ?? stages.at(-1) ?? '';
  if (!stages.includes(stage)) {
    throw new ImpossibleError(`${definition.name} has no stage ${JSON.stringify(stage)} that can go back`, stages);
  }
  const present = (await stagesOf(aws, definition)).find(({ stageName }) => stageName === stage)?.latestExecution;
  const succeeded = (await executionsOf(aws, definition.name, stage)).filter(
    ({ executionType }) => executionType !== ExecutionType.ROLLBACK,
  );
  const ids = succeeded
    .map(({ pipelineExecutionId = '' }) => pipelineExecutionId)
    .filter((id) => id !== present?.pipelineExecutionId);
  const to = options.to ?? (await idsBefore(aws, definition, present, ids))[0];
  if (to === undefined || !ids.includes(to)) {
    throw new ImpossibleError(`${stage} of ${definition.name} can't go back to ${to ?? 'anything'}`, ids);
  }
  const { pipelineExecution } = await aws.codepipeline.send(
    new GetPipelineExecutionCommand({ pipelineName: definition.name, pipelineExecutionId: to }),
  );
  // https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback.html
  if (pipelineExecution?.pipelineVersion !== definition.version) {
    throw new ImpossibleError(
      `${definition.name} has changed since execution ${to}, and a stage goes back only in the same pipeline`,
    );
  }
  const revision = pipelineExecution.artifactRevisions?.[0]?.revisionId;
  return {
    sentence: `take ${stage} of ${definition.name} back to execution ${to}${revision ? `, ${revision}` : ''}`,
    stage,
    since: succeeded.find(({ pipelineExecutionId }) => pipelineExecutionId === to)?.startTime,
    run: async () => {
      const { pipelineExecutionId = '' } = await aws.codepipeline.send(
        new RollbackStageCommand({ pipelineName: definition.name, stageName: stage, targetPipelineExecutionId: to }),
      );
      return pipelineExecutionId;
    },
  };
}

/** Of the executions that a stage can go back to, the newest first, those from before what is there: not what was left by going back. */
async function idsBefore(
  aws: Aws,
  { name }: Definition,
  present: StageExecution | undefined,
  ids: readonly string[],
): Promise<readonly string[]> {
  if (present?.type !== ExecutionType.ROLLBACK) {
    return ids;
  }
  const { pipelineExecution } = await aws.codepipeline.send(
    new GetPipelineExecutionCommand({ pipelineName: name, pipelineExecutionId: present.pipelineExecutionId }),
  );
  const there = ids.indexOf(pipelineExecution?.rollbackMetadata?.rollbackTargetPipelineExecutionId ?? '');
  return there < 0 ? [] : ids.slice(there + 1);
}

/**
 * The stages of a pipeline as they are now, whichever execution is in them.
 *
 * @param aws the clients
 * @param definition the pipeline
 */
export async function stagesOf(aws: Aws, { name }: Definition): Promise<readonly StageState[]> {
  const { stageStates = [] } = await aws.codepipeline.send(new GetPipelineStateCommand({ name }));
  return stageStates;
}

/** Something of which one is meant. */
interface Candidate {
  /** What it is called. */
  readonly name: string;
  readonly stage: string;
  readonly execution: string;
}

/** The one of several that is meant: by its stage, `<stage>/<action>`, its execution, or as there is but one. */
function oneOf<T extends Candidate & { readonly action?: string }>(
  candidates: readonly T[],
  { stage: named, execution }: { readonly stage?: string; readonly execution?: string },
  words: { readonly none: string; readonly other: string; readonly several: string },
): T {
  const meant = candidates.filter(
    (one) =>
      (named === undefined || [one.stage, `${one.stage}/${one.action}`].includes(named)) &&
      (execution === undefined || one.execution === execution),
  );
  if (meant.length === 1) {
    return meant[0];
  }
  if (candidates.length === 0) {
    throw new ImpossibleError(words.none);
  }
  const others = meant.length > 0 ? meant : candidates;
  const isNameEnough = new Set(others.map(({ name }) => name)).size === others.length;
  throw new ImpossibleError(
    meant.length > 0 ? words.several : `${[named, execution].filter(Boolean).join(' of execution ')} ${words.other}`,
    others.map((one) => (isNameEnough ? one.name : `${one.name} --execution ${one.execution}`)),
  );
}
