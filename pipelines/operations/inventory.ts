import type { ActionExecutionDetail, PipelineExecutionSummary } from '@aws-sdk/client-codepipeline';
import type { Aws } from './aws';
import { printable } from './build-log';
import type { Definition } from './definition';
import { type ActionState, actionExecutions, stateOf } from './execution';
import { executionsOf } from './history';
import { type Published, publishedBy, unknownFor } from './published';

/** What is out there, and since when. */
export interface Item {
  readonly what: Published;
  /** The stage and action that have published it. */
  readonly by: string;
  /** The execution. */
  readonly execution: string;
  /** The commit, or another revision of the sources, where it is known. */
  readonly revision?: string;
  readonly at?: Date;
}

/**
 * What a pipeline has published, as it stands now: of each action the latest success among the last hundred.
 *
 * @param aws the clients
 * @param definition the pipeline
 * @param executions its latest ones, where they are known already
 */
export async function inventoryOf(
  aws: Aws,
  definition: Definition,
  executions?: readonly PipelineExecutionSummary[],
): Promise<Item[]> {
  const details = (await actionExecutions(aws, definition.name)).filter(({ status }) => status === 'Succeeded');
  const revisions = new Map(
    (executions ?? (await executionsOf(aws, definition.name))).map((one) => [
      one.pipelineExecutionId,
      one.sourceRevisions?.map(({ revisionId = '' }) => printable(revisionId))[0],
    ]),
  );
  const latest = definition.stages.flatMap((stage) =>
    stage.actions.flatMap(({ name }) => {
      const detail = details.find(({ stageName, actionName }) => stageName === stage.name && actionName === name);
      return detail ? [{ detail, action: actionOf(definition, detail) }] : [];
    }),
  );
  const items = await Promise.all(
    latest.map(async ({ detail, action }): Promise<Item[]> => {
      const what = action && (await publishedBy(aws, action).catch(unknownFor));
      return what
        ? [
            {
              what,
              by: `${detail.stageName}/${detail.actionName}`,
              execution: detail.pipelineExecutionId ?? '',
              revision: revisions.get(detail.pipelineExecutionId),
              at: detail.lastUpdateTime,
            },
          ]
        : [];
    }),
  );
  return items.flat();
}

/** One attempt of one action, as the tree of an execution has it. */
function actionOf(definition: Definition, detail: ActionExecutionDetail): ActionState | undefined {
  return stateOf(definition, {}, [detail])
    .stages.find(({ name }) => name === detail.stageName)
    ?.actions.find(({ name }) => name === detail.actionName);
}
