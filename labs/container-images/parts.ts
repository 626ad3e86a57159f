import {
  type Assembly,
  asList,
  type BuildScript,
  buildScript,
  dig,
  type Json,
  type Resource,
  readBuildspec,
  roleOf,
} from '../authoring';

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
    assembly
      .ofType(TYPE.project)
      .find((project) => scriptOf(assembly, project).commands.some(({ text }) => command.test(text)));
  const pipelineWith = (project?: Resource): Resource | undefined =>
    project &&
    assembly.ofType(TYPE.pipeline).find((pipeline) => buildAction(assembly, pipeline, project) !== undefined);
  const build = building(BUILDS) ?? building(PUSHES);
  const deployment = building(DEPLOYS);
  const deploymentPipeline = pipelineWith(deployment);
  const starters = deploymentPipeline ? startersOf(assembly, deploymentPipeline) : [];
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
    rule: starters.find((one) => assembly.list(one, 'EventPattern.source').includes('aws.codepipeline')) ?? starters[0],
  };
}

/** What makes an image. */
export const BUILDS = /\bdocker (buildx |image )?build\b/;

/** What pushes an image. */
export const PUSHES = /\bdocker (image )?push\b|\bdocker (buildx |image )?build\b.* --push\b/;

/** What deploys one: by the CDK, which is told the digest, by a task of the project that does, or by Lambda's own API. */
export const DEPLOYS = /\b(cdk|projen) deploy\b|\bnpm run deploy\b|\blambda update-function-code\b/;

/** The variables that an action gives its build, by their names there. */
export function variablesOf(assembly: Assembly, action: Json | undefined): [string, string][] {
  try {
    const given = JSON.parse(assembly.text(dig(action, 'Configuration', 'EnvironmentVariables')));
    return asList(given).map((one) => [String(dig(one, 'name')), String(dig(one, 'value'))]);
  } catch {
    return [];
  }
}

/** What does nothing but print, or nothing at all. */
const SAYS = /^(echo|printf|true|:)(\s|$)/;

/**
 * What a build runs, without what only says something.
 *
 * @param assembly the assembly
 * @param project the build
 * @returns no commands where its buildspec is not in the template, or can't be read
 */
export function scriptOf(assembly: Assembly, project: Resource): BuildScript {
  try {
    const spec = readBuildspec(assembly.text(assembly.property(project, 'Source.BuildSpec')));
    const { commands, variables } = buildScript(assembly, project, spec);
    return { commands: commands.filter(({ text }) => !SAYS.test(text)), variables };
  } catch {
    return { commands: [], variables: new Map() };
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

/**
 * The rules that start a pipeline.
 *
 * @param assembly the assembly
 * @param pipeline the pipeline
 */
export function startersOf(assembly: Assembly, pipeline: Resource): Resource[] {
  return assembly
    .ofType(TYPE.rule)
    .filter((rule) =>
      assembly.list(rule, 'Targets').some((target) => assembly.pointsAt(dig(target, 'Arn'), rule, pipeline)),
    );
}
