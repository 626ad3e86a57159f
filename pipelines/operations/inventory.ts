import { isDeepStrictEqual } from 'node:util';
import {
  type ActionExecutionDetail,
  ActionExecutionStatus,
  type PipelineExecutionSummary,
} from '@aws-sdk/client-codepipeline';
import type { Aws } from './aws';
import { printable } from './build-log';
import type { Definition } from './definition';
import { type ActionPage, type ActionState, actionPage, stateOf } from './execution';
import { executionsOf } from './history';
import { type Published, publishedBy, stackOf, unknownFor } from './published';

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

/** What a pipeline has published. */
export interface Inventory {
  readonly items: readonly Item[];
  /** Actions, as `<stage>/<action>`, that have not succeeded among those that were looked at, while there are older ones. */
  readonly notFound: readonly string[];
}

/** An action that has succeeded. */
interface Done {
  readonly detail: ActionExecutionDetail;
  readonly action: ActionState;
}

/** How many pages of a hundred actions are looked at. */
const PAGES = 10;

/** Who can publish something. */
const PUBLISHERS: readonly string[] = ['CloudFormation', 'CodeBuild', 'ECRBuildAndPublish', 'Lambda'];

/**
 * What a pipeline has published, as it stands now: of each action the latest success among the last thousand. A call for each
 * hundred until each action that can publish is found, one for the revisions, and what `publishedBy` takes.
 *
 * @param aws the clients
 * @param definition the pipeline
 * @param executions its latest ones, where they are known already
 */
export async function inventoryOf(
  aws: Aws,
  definition: Definition,
  executions?: readonly PipelineExecutionSummary[],
): Promise<Inventory> {
  const { found, notFound } = await latestSuccesses(aws, definition);
  const known = new Map(
    (executions ?? (await executionsOf(aws, definition.name))).map((one) => [one.pipelineExecutionId, one]),
  );
  const done = found.flatMap((detail) => {
    const action = actionOf(definition, detail);
    return action ? [{ detail, action }] : [];
  });
  const items = await Promise.all(
    standing(done).map(async ({ detail, action }): Promise<Item[]> => {
      const what = await publishedBy(aws, action).catch(unknownFor);
      return what
        ? [
            {
              what,
              by: pathOf(detail),
              execution: detail.pipelineExecutionId ?? '',
              revision: known
                .get(detail.pipelineExecutionId)
                ?.sourceRevisions?.map(({ revisionId = '' }) => printable(revisionId))[0],
              at: detail.lastUpdateTime,
            },
          ]
        : [];
    }),
  );
  return { items: items.flat(), notFound };
}

/** Without the actions whose stack another one has deleted since. */
function standing(done: readonly Done[]): readonly Done[] {
  const stacks = done.map(({ detail, action }) => ({ at: Number(detail.lastUpdateTime), stack: stackOf(action) }));
  return done.filter((_, index) => {
    const { at, stack } = stacks[index];
    return !stacks.some(
      (later) => later.stack?.isDeleted && later.at > at && isDeepStrictEqual(later.stack.place, stack?.place),
    );
  });
}

/** The latest success of each declared action, in the order of the pipeline. */
async function latestSuccesses(
  aws: Aws,
  { name, stages }: Definition,
): Promise<{ found: readonly ActionExecutionDetail[]; notFound: readonly string[] }> {
  const declared = stages.flatMap((stage) =>
    stage.actions.map(({ name: actionName, provider }) => ({
      path: pathOf({ stageName: stage.name, actionName }),
      canPublish: PUBLISHERS.includes(provider),
    })),
  );
  const found = new Map<string, ActionExecutionDetail>();
  const missing = (): string[] =>
    declared.flatMap(({ path, canPublish }) => (canPublish && !found.has(path) ? path : []));
  let [page, pages]: [ActionPage, number] = [await actionPage(aws, name), 1];
  for (;;) {
    for (const detail of page.details.filter(({ status }) => status === ActionExecutionStatus.Succeeded)) {
      found.set(pathOf(detail), found.get(pathOf(detail)) ?? detail);
    }
    if (page.next === undefined || missing().length === 0 || pages === PAGES) {
      break;
    }
    [page, pages] = [await actionPage(aws, name, page), pages + 1];
  }
  return {
    found: declared.flatMap(({ path }) => found.get(path) ?? []),
    notFound: page.next === undefined ? [] : missing(),
  };
}

function pathOf({ stageName, actionName }: Pick<ActionExecutionDetail, 'stageName' | 'actionName'>): string {
  return `${stageName}/${actionName}`;
}

/** One attempt of one action, as the tree of an execution has it. */
function actionOf(definition: Definition, detail: ActionExecutionDetail): ActionState | undefined {
  return stateOf(definition, {}, [detail])
    .stages.find(({ name }) => name === detail.stageName)
    ?.actions.find(({ name }) => name === detail.actionName);
}
