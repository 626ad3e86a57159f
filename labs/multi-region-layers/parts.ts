import {
  type Assembly,
  functionIn,
  isObject,
  type JsonObject,
  type PipelineAction,
  pipelinesOf,
  type Resource,
  roleOf,
  type TemplatePipeline,
} from '../authoring';

/** The parts of a pipeline that publishes a layer, as far as a template has them. */
export interface Parts {
  /** The pipeline: of several, the one that is farthest on the way that the lab goes. */
  readonly pipeline?: Resource;
  /** The project that builds the layer. */
  readonly project?: Resource;
  /** The function that publishes it. */
  readonly distributor?: Resource;
  /** The function's role. */
  readonly role?: Resource;
}

/** An action that publishes the layer. */
export interface Publishing extends PipelineAction {
  /** What it tells the function. */
  readonly told: JsonObject;
}

const BUILD = 'Build/CodeBuild';
const INVOKE = 'Invoke/Lambda';

/**
 * Finds the pipeline, what builds and what publishes by how they point at each other, whatever their names.
 *
 * @param assembly the assembly
 */
export function partsOf(assembly: Assembly): Parts {
  const progress = ({ actions }: TemplatePipeline): number =>
    2 * Number(actions.some(({ kind }) => kind === INVOKE)) + Number(actions.some(({ kind }) => kind === BUILD));
  const [found] = pipelinesOf(assembly).sort((a, b) => progress(b) - progress(a));
  if (!found) {
    return {};
  }
  const { resource: pipeline, actions } = found;
  const distributor = actions
    .filter(({ kind }) => kind === INVOKE)
    .map(({ configuration }) => functionIn(assembly, pipeline, configuration.FunctionName))
    .find((one) => one !== undefined);
  const [project] = projectsOf(assembly, found);
  return { pipeline, project, distributor, role: distributor && roleOf(assembly, distributor) };
}

/**
 * The pipeline as its template has it.
 *
 * @param assembly the assembly
 * @param pipeline its resource
 */
export function templateOf(assembly: Assembly, pipeline: Resource): TemplatePipeline {
  return pipelinesOf(assembly).find(({ resource }) => resource === pipeline) as TemplatePipeline;
}

/**
 * The projects that a pipeline runs, in the order of its actions.
 *
 * @param assembly the assembly
 * @param pipeline the pipeline
 */
export function projectsOf(assembly: Assembly, { resource, actions }: TemplatePipeline): Resource[] {
  return actions
    .filter(({ kind }) => kind === BUILD)
    .flatMap(({ configuration }) => assembly.targets(configuration.ProjectName, resource.stack))
    .map((target) => target.resource)
    .filter(({ type }) => type === 'AWS::CodeBuild::Project');
}

/**
 * The actions that publish the layer.
 *
 * @param assembly the assembly
 * @param pipeline the pipeline
 * @param distributor the function that publishes
 */
export function publishingOf(assembly: Assembly, pipeline: Resource, distributor: Resource): Publishing[] {
  return templateOf(assembly, pipeline)
    .actions.filter(({ kind }) => kind === INVOKE)
    .filter(({ configuration }) => functionIn(assembly, pipeline, configuration.FunctionName) === distributor)
    .map((action) => ({ ...action, told: parametersOf(assembly, action) }));
}

function parametersOf(assembly: Assembly, { configuration }: PipelineAction): JsonObject {
  try {
    const told = JSON.parse(assembly.text(configuration.UserParameters));
    return isObject(told) ? told : {};
  } catch {
    return {};
  }
}
