import { Aws } from 'aws-cdk-lib';
import { ComputeType, LinuxArmBuildImage, LinuxBuildImage } from 'aws-cdk-lib/aws-codebuild';
import type { Pipeline } from 'aws-cdk-lib/aws-codepipeline';
import { CodeBuildAction } from 'aws-cdk-lib/aws-codepipeline-actions';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import type { ArtifactBucket } from './artifact-bucket';
import { checkDirectory } from './directory';
import { digestOf } from './image-commands';
import { SourcedPipeline, type SourcedPipelineProps } from './sourced-pipeline';

/** How an image is built, tried and pushed. */
export interface ImagePipelineProps extends SourcedPipelineProps {
  /** The repository that the image is pushed to. */
  readonly repository: IRepository;
  /** The folder of the sources with the Dockerfile. @default - their top level */
  readonly directory?: string;
  /** The one architecture that the image is built on, and for. @default ARM_64 */
  readonly architecture?: Architecture;
  /** Commands that try the image before it is pushed; `$IMAGE` names it. @default - none */
  readonly checks?: readonly string[];
}

/** What pushing takes: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html */
const PUSH = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:CompleteLayerUpload',
  'ecr:DescribeImages',
  'ecr:GetDownloadUrlForLayer',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
];

/**
 * A pipeline that builds a container image for Lambda, tries it, and pushes it with two tags: the revision of its sources, and
 * `exec-` with the id of the execution, by which whoever hears of its success finds the digest. No tag is ever moved.
 *
 * @example
 * new ImagePipeline(this, 'Image', {
 *   source: PipelineSource.connection(connectionArn, { repository: 'acme/orders' }),
 *   repository,
 *   checks: ['docker run --rm --entrypoint node "$IMAGE" --test'],
 * });
 */
export class ImagePipeline extends Construct {
  /** The pipeline. */
  readonly pipeline: Pipeline;
  /** The bucket of its artifacts. */
  readonly artifacts: ArtifactBucket;

  /**
   * @param scope what the pipeline is part of
   * @param id its id there
   * @param props how the image is built, tried and pushed
   * @throws Error for a directory that is none
   */
  constructor(scope: Construct, id: string, props: ImagePipelineProps) {
    super(scope, id);
    const { repository, architecture = Architecture.ARM_64 } = props;
    const sourced = new SourcedPipeline(this, 'Pipeline', props);
    [this.pipeline, this.artifacts] = [sourced.pipeline, sourced.artifacts];

    const isArm = architecture === Architecture.ARM_64;
    const project = sourced.project('Build', {
      buildSpec: buildSpecOf(props, architecture),
      environment: {
        buildImage: isArm ? LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0 : LinuxBuildImage.AMAZON_LINUX_2023_5,
        computeType: ComputeType.SMALL,
        // Docker runs in the machine of the build.
        privileged: true,
        environmentVariables: {
          REGISTRY: { value: `${repository.env.account}.dkr.ecr.${repository.env.region}.${Aws.URL_SUFFIX}` },
          REPOSITORY_NAME: { value: repository.repositoryName },
          REPOSITORY_URI: { value: repository.repositoryUri },
          REPOSITORY_REGION: { value: repository.env.region },
        },
      },
      cachePaths: [],
      keepsDockerLayers: true,
      statements: [
        new PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
        new PolicyStatement({ actions: PUSH, resources: [repository.repositoryArn] }),
      ],
    });
    acknowledge(sourced, 'AwsSolutions-IAM5[Resource::*]', 'The token of a registry is asked for without naming one.');
    this.pipeline.addStage({
      stageName: 'Build',
      actions: [
        new CodeBuildAction({
          actionName: 'Build',
          variablesNamespace: 'Image',
          project,
          input: sourced.sources,
          environmentVariables: {
            REVISION: { value: sourced.revision },
            EXECUTION: { value: '#{codepipeline.PipelineExecutionId}' },
          },
        }),
      ],
    });
  }
}

/** The image of this execution. */
const EXECUTED = 'imageTag=exec-$EXECUTION';

/** One phase, since whatever came after a failed one would push an image that has failed. */
function buildSpecOf({ directory = '.', checks = [] }: ImagePipelineProps, { dockerPlatform }: Architecture) {
  checkDirectory(directory);
  return {
    version: '0.2',
    env: { 'exported-variables': ['DIGEST'] },
    phases: {
      build: {
        commands: [
          'export IMAGE="$REPOSITORY_URI:$REVISION"',
          'aws ecr get-login-password --region "$REPOSITORY_REGION" | docker login --username AWS --password-stdin "$REGISTRY"',
          // A revision that was pushed has its tag for good. Lambda takes one platform, and no index, as attestations make one.
          'docker pull "$IMAGE" || ' +
            `{ docker build --platform ${dockerPlatform} --provenance=false --sbom=false --tag "$IMAGE" ${directory} && BUILT=1; }`,
          ...checks,
          '[ -z "$BUILT" ] || docker push "$IMAGE"',
          'docker tag "$IMAGE" "$REPOSITORY_URI:exec-$EXECUTION"',
          // The same execution, tried again, may have pushed it before: a tag that never moves is refused even then.
          `${digestOf(EXECUTED)} || docker push "$REPOSITORY_URI:exec-$EXECUTION"`,
          `DIGEST=$(${digestOf(EXECUTED)})`,
        ],
      },
    },
  };
}
