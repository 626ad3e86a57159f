import {
  type ExecutionTrigger,
  GetPipelineExecutionCommand,
  type PipelineExecutionSummary,
  Result,
  TriggerType,
} from '@aws-sdk/client-codepipeline';
import type { Aws } from './aws';
import type { DeclaredStage, Definition } from './definition';
import type { ExecutionState, Revision, StageState } from './execution';
import { executionsOf } from './history';

/** The execution that goes on with what another one was for, and why. */
export interface Successor {
  readonly to: string;
  /** `changed`: the pipeline has changed itself, and begins again; `rolled-back`: a stage has failed, and goes back. */
  readonly because: 'changed' | 'rolled-back';
}

/**
 * What CodePipeline itself does after an execution has ended: begins again once a pipeline has changed itself, tries a failed
 * stage again, or takes it back.
 *
 * @param aws the clients
 * @param definition the pipeline
 * @param state the execution, which has ended
 * @returns the execution that follows; `soon` when one is to be expected; undefined when it was the end
 */
export async function successorOf(
  aws: Aws,
  definition: Definition,
  state: ExecutionState,
): Promise<Successor | 'soon' | undefined> {
  if (state.status === 'failed') {
    const failed = definition.stages.filter(({ name }) => stageOf(state, name)?.status === 'failed');
    if (failed.some((stage) => goesBack(stage, state)) && state.backTo === undefined) {
      const back = (await newerThan(aws, state)).find(({ trigger }) => isRollbackOf(state, trigger));
      return back ? { to: back.pipelineExecutionId ?? '', because: 'rolled-back' } : 'soon';
    }
    return failed.some(({ name, retries }) => retries && !wasTriedAgain(state, name)) ? 'soon' : undefined;
  }
  if (state.status === 'cancelled' || state.status === 'superseded') {
    const again = (await newerThan(aws, state)).find((one) => isOfSameRevisions(state, one));
    const to = again?.pipelineExecutionId;
    if (to !== undefined && (state.status === 'cancelled' || (await versionOf(aws, state, to)) > state.version)) {
      return { to, because: 'changed' };
    }
    return state.status === 'cancelled' ? 'soon' : undefined;
  }
  return undefined;
}

/** Whether it runs what this one was for; where that is not known, nothing can be said of any. */
function isOfSameRevisions({ revisions }: ExecutionState, { sourceRevisions = [] }: PipelineExecutionSummary): boolean {
  const isThere = ({ id }: Revision): boolean => sourceRevisions.some(({ revisionId }) => revisionId === id);
  return revisions.length > 0 && revisions.every(isThere);
}

/** A newer execution of the same pipeline has superseded this one, whatever it runs; one of a changed pipeline goes on with it. */
async function versionOf(aws: Aws, { pipeline, version }: ExecutionState, id: string): Promise<number> {
  const { pipelineExecution } = await aws.codepipeline.send(
    new GetPipelineExecutionCommand({ pipelineName: pipeline, pipelineExecutionId: id }),
  );
  return pipelineExecution?.pipelineVersion ?? version;
}

/** Whether CodePipeline has begun it because this execution has failed: its detail is `{"FailedPipelineExecutionId":"…"}`. */
function isRollbackOf({ id }: ExecutionState, { triggerType, triggerDetail = '' }: ExecutionTrigger = {}): boolean {
  return triggerType === TriggerType.AutomatedRollback && triggerDetail.includes(id);
}

/** The executions that began after this one, the oldest of them first. */
async function newerThan(aws: Aws, { pipeline, id }: ExecutionState) {
  const all = await executionsOf(aws, pipeline);
  const own = all.findIndex(({ pipelineExecutionId }) => pipelineExecutionId === id);
  return all.slice(0, Math.max(own, 0)).reverse();
}

function stageOf({ stages }: ExecutionState, stage: string): StageState | undefined {
  return stages.find(({ name }) => name === stage);
}

/** Whether CodePipeline goes back once a stage has failed: by an action, or a condition. */
function goesBack({ name, rollsBack }: DeclaredStage, state: ExecutionState): boolean {
  const rule = stageOf(state, name)?.rule;
  return rule ? rule.result === Result.ROLLBACK : rollsBack;
}

/** https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-retry.html#stage-retry-auto: once */
function wasTriedAgain(state: ExecutionState, stage: string): boolean {
  return stageOf(state, stage)?.actions.some(({ attempt }) => attempt > 1) ?? false;
}
