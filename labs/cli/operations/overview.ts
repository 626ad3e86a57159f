import type { PipelineExecutionSummary } from '@aws-sdk/client-codepipeline';
import {
  type Aws,
  type Definition,
  type ExecutionState,
  type Inventory,
  inventoryOf,
  look,
  type Occupant,
  occupantsOf,
  printable,
} from '../../../pipelines/operations';
import type { Output } from '../output';
import { type Explanation, explanationOf, failedOf } from './failures';
import { printPublished } from './published';
import { treeOf, type View } from './tree';

/** A pipeline as it is now. */
export interface Overview extends View {
  /** The stages that another execution than the one shown is in, or was in last; or why they are not known. */
  readonly others: readonly Occupant[] | { readonly unknown: string };
  /** What the pipeline has published. */
  readonly inventory: Inventory;
}

/** What a machine gets to know of an execution. */
const EXECUTION = [
  'id',
  'status',
  'summary',
  'version',
  'trigger',
  'backTo',
  'revisions',
  'startedAt',
  'endedAt',
] as const;

/** What it gets to know of an action. */
const ACTION = ['name', 'status', 'attempt', 'startedAt', 'endedAt', 'summary', 'error', 'url'] as const;

/**
 * Looks at a pipeline.
 *
 * @param aws the clients
 * @param known its definition
 * @param executions its latest executions
 * @param id the one that is shown
 */
export async function overviewOf(
  aws: Aws,
  known: Definition,
  executions: readonly PipelineExecutionSummary[],
  id: string,
): Promise<Overview> {
  const { state, definition } = await look(aws, known, id);
  const failures = await Promise.all(
    failedOf(state).map(
      async ({ stage, action }): Promise<[string, Explanation | undefined]> => [
        `${stage}/${action.name}`,
        await explanationOf(aws, action),
      ],
    ),
  );
  return {
    definition,
    state,
    failures: new Map(failures.flatMap(([key, failure]) => (failure ? [[key, failure]] : []))),
    others: await othersOf(aws, known, id),
    inventory: await inventoryOf(aws, known, executions),
  };
}

async function othersOf(aws: Aws, definition: Definition, shown: string): Promise<Overview['others']> {
  try {
    return (await occupantsOf(aws, definition)).filter(({ execution }) => execution !== shown);
  } catch (error) {
    return { unknown: printable((error as Error).message) };
  }
}

/**
 * Prints it for people.
 *
 * @param output how to print
 * @param overview what is printed
 * @param now the present
 */
export function printOverview(output: Output, overview: Overview, now: Date): void {
  const {
    others,
    inventory: { items, notFound },
  } = overview;
  output.print(...treeOf(output, overview, { width: output.isLive ? process.stdout.columns : undefined, now }));
  if ('unknown' in others) {
    output.print('', `Other executions are not known: ${others.unknown}`);
  } else if (others.length > 0) {
    output.print('', output.paint('strong', 'Other executions'));
    output.table(
      others.map(({ stage, execution, status }) => [
        stage,
        status === 'asking' ? 'waits for an approval' : status,
        execution,
      ]),
    );
  }
  if (items.length > 0) {
    output.print('', output.paint('strong', 'Published'));
    printPublished(output, items, now);
  }
  if (notFound.length > 0) {
    output.print('', `Not among the last 1,000 actions, and so not known: what ${notFound.join(', ')} has published`);
  }
}

/**
 * The same as a document, as docs/operations.md has it: nothing of the settings and variables of actions, which may be secret.
 *
 * @param overview what is printed
 */
export function overviewDocument({ definition, state, failures, others, inventory }: Overview) {
  const { name: pipeline, account, region } = definition;
  return {
    pipeline,
    account,
    region,
    execution: { ...executionDocument(state), failures: Object.fromEntries(failures) },
    others,
    published: inventory.items,
    notFound: inventory.notFound,
  };
}

function executionDocument(state: ExecutionState) {
  return {
    ...picked(state, EXECUTION),
    stages: state.stages.map((stage) => ({
      ...stage,
      actions: stage.actions.map((action) => picked(action, ACTION)),
    })),
  };
}

function picked<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, from[name]])) as Pick<T, K>;
}
