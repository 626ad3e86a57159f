import { type Assembly, asList, dig, type Json, type Resource, readBuildspec, roleOf } from '../authoring';

/** The CloudFormation types of the pattern's resources. */
export const TYPE = {
  repository: 'AWS::ECR::Repository',
  project: 'AWS::CodeBuild::Project',
  pipeline: 'AWS::CodePipeline::Pipeline',
  rule: 'AWS::Events::Rule',
  function: 'AWS::Lambda::Function',
  version: 'AWS::Lambda::Version',
  alias: 'AWS::Lambda::Alias',
  policy: 'AWS::IAM::Policy',
  alarm: 'AWS::CloudWatch::Alarm',
} as const;

/** The parts of the pattern, as far as an app has them. */
export interface Parts {
  /** The registry. */
  readonly repository?: Resource;
  /** The build that pushes images. */
  readonly build?: Resource;
  /** Its role. */
  readonly buildRole?: Resource;
  /** The pipeline that has this build. */
  readonly imagePipeline?: Resource;
  /** The function that runs an image. */
  readonly function?: Resource;
  /** A version of it. */
  readonly version?: Resource;
  /** An alias of it. */
  readonly alias?: Resource;
  /** The build that deploys an image. */
  readonly deployment?: Resource;
  /** The pipeline that has this build. */
  readonly deploymentPipeline?: Resource;
  /** The rule that starts that pipeline. */
  readonly rule?: Resource;
}

/**
 * Finds the parts by what they do, whatever their names.
 *
 * @param assembly the assembly
 */
export function partsOf(assembly: Assembly): Parts {
  const building = (command: RegExp): Resource | undefined =>
    assembly.ofType(TYPE.project).find((project) => commandsOf(assembly, project).some((one) => command.test(one)));
  const pipelineWith = (project?: Resource): Resource | undefined =>
    project &&
    assembly.ofType(TYPE.pipeline).find((pipeline) => buildAction(assembly, pipeline, project) !== undefined);
  const build = building(PUSHES);
  const deployment = building(DEPLOYS);
  const deploymentPipeline = pipelineWith(deployment);
  const running = assembly.ofType(TYPE.function).find((one) => assembly.property(one, 'Code.ImageUri') !== undefined);
  const ofFunction = (type: string): Resource | undefined =>
    assembly.ofType(type).find((one) => running && assembly.resourceAt(one, 'FunctionName') === running);
  return {
    repository: assembly.ofType(TYPE.repository)[0],
    build,
    buildRole: build && roleOf(assembly, build, 'ServiceRole'),
    imagePipeline: pipelineWith(build),
    function: running,
    version: ofFunction(TYPE.version),
    alias: ofFunction(TYPE.alias),
    deployment,
    deploymentPipeline,
    rule:
      deploymentPipeline && assembly.ofType(TYPE.rule).find((rule) => isStartedBy(assembly, deploymentPipeline, rule)),
  };
}

/** What pushes an image. */
export const PUSHES = /\bdocker (image )?push\b/;

/** What deploys one: by the CDK, which is told the digest, or by Lambda's own API. */
export const DEPLOYS = /\bcdk deploy\b|\blambda update-function-code\b/;

/**
 * The commands of a build, in the order in which they run.
 *
 * @param assembly the assembly
 * @param project the build
 * @returns none where its buildspec is not in the template, or can't be read
 */
export function commandsOf(assembly: Assembly, project: Resource): string[] {
  return phasesOf(assembly, project).flatMap(({ commands }) => commands);
}

/**
 * The phases of a build.
 *
 * @param assembly the assembly
 * @param project the build
 */
export function phasesOf(
  assembly: Assembly,
  project: Resource,
): { readonly name: string; readonly commands: string[] }[] {
  const text = assembly.property(project, 'Source.BuildSpec');
  try {
    return readBuildspec(assembly.text(text)).phases.map(({ name, commands }) => ({ name, commands: [...commands] }));
  } catch {
    return [];
  }
}

/**
 * The action of a pipeline that runs a build.
 *
 * @param assembly the assembly
 * @param pipeline the pipeline
 * @param project the build
 */
export function buildAction(assembly: Assembly, pipeline: Resource, project: Resource): Json | undefined {
  const actions = assembly.list(pipeline, 'Stages').flatMap((stage) => asList(dig(stage, 'Actions')));
  return actions.find((action) => assembly.pointsAt(dig(action, 'Configuration', 'ProjectName'), pipeline, project));
}

function isStartedBy(assembly: Assembly, pipeline: Resource, rule: Resource): boolean {
  return assembly.list(rule, 'Targets').some((target) => assembly.pointsAt(dig(target, 'Arn'), rule, pipeline));
}
