import { ListPipelineExecutionsCommand, type PipelineExecutionSummary } from '@aws-sdk/client-codepipeline';
import type { Aws } from './aws';

/** How many executions are looked back at: https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListPipelineExecutions.html */
const PAGE = 100;

/**
 * The latest executions of a pipeline, up to a hundred, the newest first.
 *
 * @param aws the clients
 * @param pipelineName the pipeline
 * @param stage only those that have succeeded in this stage. @default - all
 */
export async function executionsOf(
  aws: Aws,
  pipelineName: string,
  stage?: string,
): Promise<readonly PipelineExecutionSummary[]> {
  const filter = stage === undefined ? undefined : { succeededInStage: { stageName: stage } };
  const { pipelineExecutionSummaries = [] } = await aws.codepipeline.send(
    new ListPipelineExecutionsCommand({ pipelineName, maxResults: PAGE, filter }),
  );
  return pipelineExecutionSummaries;
}
