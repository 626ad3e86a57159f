import type { Assembly, Resource } from '../assembly';
import { asList, dig, isObject, type Json, type JsonObject } from '../json';

/** An action of a pipeline, as a template has it. */
export interface PipelineAction {
  /** The name of its stage. */
  readonly stage: string;
  /** Its name. */
  readonly name: string;
  /** What it does, by its category and its provider: `Build/CodeBuild` for example. */
  readonly kind: string;
  /** Its configuration, values of a template. */
  readonly configuration: JsonObject;
  /** When it runs in its stage: those of one number run at once. */
  readonly runOrder: number;
  /** The names of the artifacts that it reads; the first is its primary one. */
  readonly inputs: readonly string[];
  /** The names of the artifacts that it makes. */
  readonly outputs: readonly string[];
  /** The namespace of its variables. @default - it has none */
  readonly namespace?: string;
}

/** A pipeline, as a template has it. */
export interface TemplatePipeline {
  /** The resource. */
  readonly resource: Resource;
  /** Its actions in the order in which they run: by stage, then by their run order. */
  readonly actions: readonly PipelineAction[];
  /** The defaults of the variables that an execution is started with. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What stands for a variable of an action in the configuration of another: its namespace, and its name. */
export const REFERENCE = /#\{([\w.@-]+)\.(\w+)\}/g;

/** A variable that an action reads. */
export interface VariableReference {
  readonly namespace: string;
  readonly name: string;
  /** As the configuration has it. */
  readonly text: string;
}

/**
 * The variables that the configuration of an action reads.
 *
 * @param action the action
 */
export function referencesOf({ configuration }: PipelineAction): VariableReference[] {
  const found = JSON.stringify(configuration).matchAll(REFERENCE);
  return [...found].map(([text, namespace, name]) => ({ namespace, name, text }));
}

/**
 * All pipelines of an assembly.
 *
 * @param assembly the assembly
 */
export function pipelinesOf(assembly: Assembly): TemplatePipeline[] {
  return assembly.ofType('AWS::CodePipeline::Pipeline').map((resource) => {
    const stages = assembly.list(resource, 'Stages');
    const variables = assembly
      .list(resource, 'Variables')
      .filter((one) => dig(one, 'DefaultValue') !== undefined)
      .map((one) => [assembly.text(dig(one, 'Name')), assembly.text(dig(one, 'DefaultValue'))]);
    return {
      resource,
      actions: stages.flatMap((stage) => actionsOf(assembly, resource, stage)),
      variables: Object.fromEntries(variables),
    };
  });
}

function actionsOf(assembly: Assembly, pipeline: Resource, stage: Json): PipelineAction[] {
  const actions = asList(dig(stage, 'Actions')).map((action) => {
    const configuration = dig(action, 'Configuration');
    const namespace = dig(action, 'Namespace');
    const names = (of: string): string[] => asList(dig(action, of)).map((one) => assembly.text(dig(one, 'Name')));
    return {
      stage: assembly.text(dig(stage, 'Name')),
      name: assembly.text(dig(action, 'Name')),
      kind: `${dig(action, 'ActionTypeId', 'Category')}/${dig(action, 'ActionTypeId', 'Provider')}`,
      configuration: isObject(configuration) ? configuration : {},
      runOrder: Number(assembly.resolved(dig(action, 'RunOrder'), pipeline) ?? 1),
      inputs: names('InputArtifacts'),
      outputs: names('OutputArtifacts'),
      ...(namespace === undefined ? {} : { namespace: assembly.text(namespace) }),
    };
  });
  return actions.sort((a, b) => a.runOrder - b.runOrder);
}
