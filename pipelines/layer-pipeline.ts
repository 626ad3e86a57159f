import { Stack } from 'aws-cdk-lib';
import {
  type BuildEnvironment,
  ComputeType,
  LinuxArmLambdaBuildImage,
  LinuxLambdaBuildImage,
} from 'aws-cdk-lib/aws-codebuild';
import { Artifact, type Pipeline, Result, RetryMode } from 'aws-cdk-lib/aws-codepipeline';
import { CodeBuildAction } from 'aws-cdk-lib/aws-codepipeline-actions';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcard } from './acknowledge';
import type { ArtifactBucket } from './artifact-bucket';
import { checkDirectory } from './directory';
import { LayerDistributor } from './layer-distributor';
import { refuse } from './refusal';
import { NPM_CACHE, SourcedPipeline, type SourcedPipelineProps } from './sourced-pipeline';

/** How a layer is built and published. */
export interface LayerPipelineProps extends SourcedPipelineProps {
  /** The layer's name, the same in every Region. */
  readonly layerName: string;
  /** The folder of the sources with the layer's `package.json` and `package-lock.json`. @default - their top level */
  readonly directory?: string;
  /** The Regions that the layer is published in. @default - the pipeline's own */
  readonly regions?: readonly string[];
  /** The runtimes that the layer is for, as Lambda names them. @default - none is named */
  readonly runtimes?: readonly string[];
  /** The architecture that the layer is built on, and for. @default ARM_64 */
  readonly architecture?: Architecture;
  /** Commands that try the layer before it is published: its packages can be required. @default - none */
  readonly checks?: readonly string[];
  /** Who else may use the layer: accounts of twelve digits, or the id of an organization. @default - this account alone */
  readonly shareWith?: readonly string[];
  /** Whether somebody has to approve before the layer is published. @default false */
  readonly approval?: boolean;
  /** The machine of the build. @default - CodeBuild on Lambda with Node.js 24 */
  readonly buildEnvironment?: BuildEnvironment;
  /**
   * A bucket for each Region through which a layer of more than 50 MB is published there.
   *
   * @default - the bucket of artifacts in the pipeline's own Region, and none elsewhere: such a layer is refused there
   */
  readonly stagingBuckets?: Readonly<Record<string, string>>;
}

/** How many actions a stage runs at once: https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html */
const MAX_REGIONS = 50;

/** What Lambda unpacks to /opt, in the folder of the build. */
const CONTENT = 'opt';

/**
 * A pipeline that builds a Lambda layer from the packages of a lock file, and publishes it in several Regions at once. The
 * same content is not published twice in a row; a Region that fails does so alone, and is tried again.
 *
 * @example
 * new LayerPipeline(this, 'Layer', {
 *   source: PipelineSource.connection(connectionArn, { repository: 'acme/layers' }),
 *   layerName: 'dependencies',
 *   regions: ['eu-central-1', 'us-east-1'],
 * });
 */
export class LayerPipeline extends Construct {
  /** The pipeline. */
  readonly pipeline: Pipeline;
  /** The bucket of its artifacts. */
  readonly artifacts: ArtifactBucket;
  /** The function that publishes the layer. */
  readonly distributor: LayerDistributor;

  /**
   * @param scope what the pipeline is part of
   * @param id its id there
   * @param props how the layer is built and published
   * @throws Error for a name, a Region, an account or an organization that is none
   */
  constructor(scope: Construct, id: string, props: LayerPipelineProps) {
    super(scope, id);
    const { architecture = Architecture.ARM_64, approval = false } = props;
    const regions = [...(props.regions ?? [Stack.of(this).region])];
    if (regions.length === 0 || regions.length > MAX_REGIONS || new Set(regions).size < regions.length) {
      refuse(`the layer has ${regions.length} Regions`, `1 to ${MAX_REGIONS}, each once`, "regions: ['eu-west-1']");
    }
    const sourced = new SourcedPipeline(this, 'Pipeline', props);
    [this.pipeline, this.artifacts] = [sourced.pipeline, sourced.artifacts];

    const layer = new Artifact('Layer');
    const project = sourced.project('Build', {
      buildSpec: buildSpecOf(props),
      environment: props.buildEnvironment ?? environmentFor(architecture),
      cachePaths: [NPM_CACHE],
    });
    this.pipeline.addStage({
      stageName: 'Build',
      actions: [new CodeBuildAction({ actionName: 'Build', project, input: sourced.sources, outputs: [layer] })],
    });
    if (approval) {
      sourced.waitForApproval(`Publish ${props.layerName}?`);
    }

    this.distributor = new LayerDistributor(this, 'Distributor', {
      layerName: props.layerName,
      regions,
      shareWith: props.shareWith,
      artifacts: this.artifacts,
      stagingBuckets: props.stagingBuckets,
      logRetention: props.logRetention,
    });
    const settings = { runtimes: props.runtimes, architecture: architecture.name, revision: sourced.revision };
    this.pipeline.addStage({
      stageName: 'Distribute',
      actions: regions.map((region) => this.distributor.action(region, layer, settings)),
      onFailure: { result: Result.RETRY, retryMode: RetryMode.FAILED_ACTIONS },
    });
    const reason = 'CodePipeline lists functions without naming one, and invokes any version of this one.';
    acknowledge(this.pipeline, 'AwsSolutions-IAM5[Resource::*]', reason);
    acknowledgeWildcard(this.pipeline, `${this.distributor.handler.functionArn}:*`, reason);
  }
}

/** CodeBuild on Lambda starts in seconds, on the same system as the functions that the layer is for. */
function environmentFor(architecture: Architecture): BuildEnvironment {
  const buildImage =
    architecture === Architecture.ARM_64
      ? LinuxArmLambdaBuildImage.AMAZON_LINUX_2023_NODE_24
      : LinuxLambdaBuildImage.AMAZON_LINUX_2023_NODE_24;
  return { buildImage, computeType: ComputeType.LAMBDA_2GB };
}

/** The artifact is the layer itself: CodeBuild packs what Lambda will unpack, and no zip is in the zip. */
function buildSpecOf({ directory = '.', checks = [] }: LayerPipelineProps): Record<string, unknown> {
  checkDirectory(directory);
  if (directory.split('/').filter((part) => part !== '.')[0] === CONTENT) {
    refuse(
      `the directory ${JSON.stringify(directory)} can't be`,
      'another: the layer is made there',
      "directory: 'layer'",
    );
  }
  const packages = `${CONTENT}/nodejs`;
  return {
    version: '0.2',
    phases: {
      build: {
        commands: [
          `rm -rf ${CONTENT} && mkdir -p ${packages}`,
          `cp ${directory}/package.json ${directory}/package-lock.json ${packages}`,
          `[ ! -f ${directory}/.npmrc ] || cp ${directory}/.npmrc ${packages}`,
          `npm ci --prefix ${packages} --omit=dev --no-bin-links --no-audit --no-fund`,
          `rm -f ${packages}/package.json ${packages}/package-lock.json ${packages}/.npmrc`,
          ...(checks.length > 0 ? [`export NODE_PATH="$PWD/${packages}/node_modules"`, ...checks] : []),
        ],
      },
    },
    artifacts: { 'base-directory': CONTENT, files: ['**/*'] },
  };
}
