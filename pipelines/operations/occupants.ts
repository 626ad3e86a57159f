import { isAsking, stagesOf } from './acts';
import type { Aws } from './aws';
import type { Definition } from './definition';
import { type Status, statusOf } from './execution';

/** Who is in a stage now, or was there last. */
export interface Occupant {
  readonly stage: string;
  /** The execution. */
  readonly execution: string;
  /** How the stage is; `asking` when somebody has to approve. */
  readonly status: Status;
}

/**
 * Which execution is in each stage: one call.
 *
 * @param aws the clients
 * @param definition the pipeline
 * @returns no stage that nothing has reached yet
 */
export async function occupantsOf(aws: Aws, definition: Definition): Promise<Occupant[]> {
  const stages = await stagesOf(aws, definition);
  return stages.flatMap(({ stageName: stage = '', latestExecution, actionStates = [] }) => {
    const { pipelineExecutionId: execution, status } = latestExecution ?? {};
    return execution ? [{ stage, execution, status: actionStates.some(isAsking) ? 'asking' : statusOf(status) }] : [];
  });
}
