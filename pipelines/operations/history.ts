import {
  ListPipelineExecutionsCommand,
  type ListPipelineExecutionsOutput,
  type PipelineExecutionSummary,
} from '@aws-sdk/client-codepipeline';
import type { Aws } from './aws';

/** How many executions are looked back at: https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListPipelineExecutions.html */
const PAGE = 100;

/** How many pages are read for them: with a filter, a page may have few, or none at all, while there are more. */
const PAGES = 10;

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
  const found: PipelineExecutionSummary[] = [];
  let [nextToken, pages]: [string | undefined, number] = [undefined, 0];
  do {
    const page: ListPipelineExecutionsOutput = await aws.codepipeline.send(
      new ListPipelineExecutionsCommand({ pipelineName, maxResults: PAGE, filter, nextToken }),
    );
    found.push(...(page.pipelineExecutionSummaries ?? []));
    [nextToken, pages] = [page.nextToken, pages + 1];
  } while (nextToken && found.length < PAGE && pages < PAGES);
  return found.slice(0, PAGE);
}
