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
      .map((one) => [assembly.text(dig(one, 'Name')), assembly.text(dig(one, 'DefaultValue'))]);
    return {
      resource,
      actions: stages.flatMap((stage) => actionsOf(assembly, stage)),
      variables: Object.fromEntries(variables),
    };
  });
}

function actionsOf(assembly: Assembly, stage: Json): PipelineAction[] {
  const order = (action: Json): number => Number(dig(action, 'RunOrder') ?? 1);
  const actions = [...asList(dig(stage, 'Actions'))].sort((a, b) => order(a) - order(b));
  return actions.map((action) => {
    const configuration = dig(action, 'Configuration');
    const namespace = dig(action, 'Namespace');
    const names = (of: string): string[] => asList(dig(action, of)).map((one) => assembly.text(dig(one, 'Name')));
    return {
      stage: assembly.text(dig(stage, 'Name')),
      name: assembly.text(dig(action, 'Name')),
      kind: `${dig(action, 'ActionTypeId', 'Category')}/${dig(action, 'ActionTypeId', 'Provider')}`,
      configuration: isObject(configuration) ? configuration : {},
      inputs: names('InputArtifacts'),
      outputs: names('OutputArtifacts'),
      ...(namespace === undefined ? {} : { namespace: assembly.text(namespace) }),
    };
  });
}
