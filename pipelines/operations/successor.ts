import type { Aws } from './aws';
import type { Definition } from './definition';
import type { ExecutionState } from './execution';
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
    const failed = definition.stages.filter(({ name }) => isFailed(state, name));
    if (failed.some(({ rollsBack }) => rollsBack) && state.backTo === undefined) {
      const newer = await newerThan(aws, state);
      const back = newer.find(({ executionType }) => executionType === 'ROLLBACK');
      return back ? { to: back.pipelineExecutionId ?? '', because: 'rolled-back' } : 'soon';
    }
    return failed.some(({ name, retries }) => retries && !wasTriedAgain(state, name)) ? 'soon' : undefined;
  }
  if (state.status === 'cancelled' || state.status === 'superseded') {
    const again = (await newerThan(aws, state)).find(({ sourceRevisions = [] }) =>
      state.revisions.every(({ id }) => sourceRevisions.some(({ revisionId }) => revisionId === id)),
    );
    return again
      ? { to: again.pipelineExecutionId ?? '', because: 'changed' }
      : state.status === 'cancelled'
        ? 'soon'
        : undefined;
  }
  return undefined;
}

/** The executions that began after this one, the oldest of them first. */
async function newerThan(aws: Aws, { pipeline, id }: ExecutionState) {
  const all = await executionsOf(aws, pipeline);
  const own = all.findIndex(({ pipelineExecutionId }) => pipelineExecutionId === id);
  return all.slice(0, Math.max(own, 0)).reverse();
}

function isFailed(state: ExecutionState, stage: string): boolean {
  return state.stages.some(({ name, status }) => name === stage && status === 'failed');
}

/** https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-retry.html#stage-retry-auto: once */
function wasTriedAgain({ stages }: ExecutionState, stage: string): boolean {
  return stages.some(({ name, actions }) => name === stage && actions.some(({ attempt }) => attempt > 1));
}
