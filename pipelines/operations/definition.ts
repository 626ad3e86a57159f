import {
  ExecutionMode,
  GetPipelineCommand,
  ListPipelinesCommand,
  type PipelineDeclaration,
  PipelineNotFoundException,
  Result,
  type StageDeclaration,
} from '@aws-sdk/client-codepipeline';
import type { Aws } from './aws';

/** An action, as a pipeline declares it. */
export interface DeclaredAction {
  readonly name: string;
  /** `Source`, `Build`, `Approval` and so on, as CodePipeline has it. */
  readonly category: string;
  /** Who does it: `CodeBuild`, `Lambda` and so on. */
  readonly provider: string;
  /** The settings of the action, before variables are filled in. */
  readonly configuration: Readonly<Record<string, string>>;
}

/** What a stage makes sure of, as a pipeline declares it: where one of the rules fails, the result comes about. */
export interface DeclaredCondition {
  readonly when: 'beforeEntry' | 'onSuccess' | 'onFailure';
  /** `FAIL`, `SKIP` or `ROLLBACK`, as CodePipeline has it. */
  readonly result: string;
  /** The names of the rules. */
  readonly rules: readonly string[];
}

/** A stage, as a pipeline declares it. */
export interface DeclaredStage {
  readonly name: string;
  readonly actions: readonly DeclaredAction[];
  /** Whether CodePipeline itself tries it again once an action has failed. */
  readonly retries: boolean;
  /** Whether CodePipeline itself goes back to what was there before once an action has failed. */
  readonly rollsBack: boolean;
  /** What it makes sure of before it begins, and after it has ended. */
  readonly conditions: readonly DeclaredCondition[];
}

/** A pipeline, as it is declared, and where it is. */
export interface Definition {
  readonly name: string;
  /** Grows with each change of the pipeline. */
  readonly version: number;
  readonly account: string;
  readonly region: string;
  readonly stages: readonly DeclaredStage[];
  /** Whether its executions run beside one another, so that a stage has several at a time. */
  readonly isParallel: boolean;
  /** The names of the variables that an execution can be started with. */
  readonly variables: readonly string[];
}

/**
 * A pipeline's definition.
 *
 * @param aws the clients
 * @param name its name
 * @param version which of its versions; the one of an execution, for example
 * @returns the definition, or undefined when there is no such pipeline
 */
export async function definitionOf(aws: Aws, name: string, version?: number): Promise<Definition | undefined> {
  try {
    const { pipeline, metadata } = await aws.codepipeline.send(new GetPipelineCommand({ name, version }));
    // arn:aws:codepipeline:<region>:<account>:<name>
    const [, , , region = '', account = ''] = metadata?.pipelineArn?.split(':') ?? [];
    return { ...declared(pipeline as PipelineDeclaration), account, region };
  } catch (error) {
    if (error instanceof PipelineNotFoundException) {
      return undefined;
    }
    throw error;
  }
}

function declared(pipeline: PipelineDeclaration): Omit<Definition, 'account' | 'region'> {
  return {
    name: pipeline.name ?? '',
    version: pipeline.version ?? 1,
    stages: (pipeline.stages ?? []).map((stage) => ({
      name: stage.name ?? '',
      retries: stage.onFailure?.result === Result.RETRY,
      rollsBack: [stage.onFailure, ...(stage.onFailure?.conditions ?? [])].some(
        (one) => one?.result === Result.ROLLBACK,
      ),
      conditions: conditionsOf(stage),
      actions: (stage.actions ?? []).map(({ name: action = '', actionTypeId, configuration = {} }) => ({
        name: action,
        category: actionTypeId?.category ?? '',
        provider: actionTypeId?.provider ?? '',
        configuration,
      })),
    })),
    isParallel: pipeline.executionMode === ExecutionMode.PARALLEL,
    variables: (pipeline.variables ?? []).map(({ name = '' }) => name),
  };
}

function conditionsOf(stage: StageDeclaration): DeclaredCondition[] {
  return (['beforeEntry', 'onSuccess', 'onFailure'] as const).flatMap((when) =>
    (stage[when]?.conditions ?? []).map(({ result = '', rules = [] }) => ({
      when,
      result,
      rules: rules.map(({ name = '' }) => name),
    })),
  );
}

/**
 * The names of all pipelines of the account, in the Region that the clients are for.
 *
 * @param aws the clients
 */
export async function pipelineNames(aws: Aws): Promise<string[]> {
  const names: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await aws.codepipeline.send(new ListPipelinesCommand({ nextToken }));
    names.push(...(page.pipelines ?? []).map(({ name = '' }) => name));
    nextToken = page.nextToken;
  } while (nextToken);
  return names;
}
