import { Aws, DefaultStackSynthesizer, type Environment, Stack } from 'aws-cdk-lib';
import { ComputeType, LinuxArmLambdaBuildImage } from 'aws-cdk-lib/aws-codebuild';
import { type Pipeline, Result, Variable } from 'aws-cdk-lib/aws-codepipeline';
import { CodeBuildAction } from 'aws-cdk-lib/aws-codepipeline-actions';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import type { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { ArtifactBucket } from './artifact-bucket';
import { digestOf, moveTag } from './image-commands';
import { refuse } from './refusal';
import { SourcedPipeline, type SourcedPipelineProps } from './sourced-pipeline';
import { startOn } from './starting';

/** What is deployed, and after whose success. */
export interface ImageDeploymentProps extends SourcedPipelineProps {
  /** The name of the pipeline that pushes the image, as `ImagePipeline` does. */
  readonly imagePipelineName: string;
  /** The repository that it pushes to. */
  readonly repository: IRepository;
  /** The name of the stack with the function, whose app reads the digest from the context `imageDigest`. */
  readonly stackName: string;
  /** The account and the Region of that stack; another account trusts this one by its bootstrap. @default - the pipeline's */
  readonly stackEnv?: Environment;
  /**
   * The tag that is moved to each image that is deployed, so that rules of the repository can spare what runs; while it is
   * deployed, the image has the same with `-next` behind it. The repository must let both be moved. @default - none is
   */
  readonly liveTag?: string;
  /** Whether somebody has to approve before the image is deployed. @default false */
  readonly approval?: boolean;
}

/** The variables of an execution: the execution that has pushed the image, or else the digest itself, to go back to it. */
const EXECUTION = 'IMAGE_EXECUTION';
const DIGEST = 'IMAGE_DIGEST';

/** What giving an image another tag takes: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-retag.html */
const TAG = ['ecr:BatchGetImage', 'ecr:PutImage'];

/** What stands for a variable without a value, which CodePipeline knows none of. */
const NONE = 'none';

/**
 * A pipeline that deploys the image of another one, as soon as that succeeds: it shares nothing with it but the event and the
 * repository. To go back, start it with `IMAGE_DIGEST`, the digest of an older image.
 *
 * Its source is the app of the stack with the function; a push starts nothing where its `triggerOnPush` is off.
 *
 * @example
 * new ImageDeployment(this, 'Deployment', {
 *   source: PipelineSource.connection(connectionArn, { repository: 'acme/orders', triggerOnPush: false }),
 *   imagePipelineName: image.pipeline.pipelineName,
 *   repository,
 *   stackName: 'orders-prod',
 * });
 */
export class ImageDeployment extends Construct {
  /** The pipeline. */
  readonly pipeline: Pipeline;
  /** The bucket of its artifacts. */
  readonly artifacts: ArtifactBucket;

  /**
   * @param scope what the pipeline is part of
   * @param id its id there
   * @param props what is deployed, and after whose success
   * @throws Error for a name that is none of a stack, or a tag that is none
   */
  constructor(scope: Construct, id: string, props: ImageDeploymentProps) {
    super(scope, id);
    const { repository, stackName, imagePipelineName, liveTag } = props;
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-using-console-create-stack-parameters.html
    if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(stackName)) {
      refuse(`the stack can't be named ${JSON.stringify(stackName)}`, 'letters, digits and -', "stackName: 'orders'");
    }
    // Shorter than the 128 that a tag may have: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
    if (liveTag !== undefined && !/^\w[\w.-]{0,99}$/.test(liveTag)) {
      refuse(`the tag can't be ${JSON.stringify(liveTag)}`, 'letters, digits, _, . and -', "liveTag: 'live'");
    }
    const sourced = new SourcedPipeline(this, 'Pipeline', props);
    [this.pipeline, this.artifacts] = [sourced.pipeline, sourced.artifacts];
    for (const variableName of [EXECUTION, DIGEST]) {
      this.pipeline.addVariable(new Variable({ variableName, defaultValue: NONE }));
    }
    if (props.approval) {
      sourced.waitForApproval(`Deploy an image to ${stackName}?`);
    }
    const project = sourced.project('Deploy', {
      buildSpec: buildSpecOf(props),
      environment: {
        buildImage: LinuxArmLambdaBuildImage.AMAZON_LINUX_2023_NODE_24,
        computeType: ComputeType.LAMBDA_4GB,
        environmentVariables: {
          REPOSITORY_NAME: { value: repository.repositoryName },
          REPOSITORY_REGION: { value: repository.env.region },
        },
      },
      cachePaths: [],
      statements: [
        new PolicyStatement({
          actions: ['ecr:DescribeImages', ...(liveTag ? TAG : [])],
          resources: [repository.repositoryArn],
        }),
        new PolicyStatement({ actions: ['sts:AssumeRole'], resources: bootstrapRoles(this, props) }),
      ],
    });
    this.pipeline.addStage({
      stageName: 'Deploy',
      actions: [
        new CodeBuildAction({
          actionName: 'Deploy',
          variablesNamespace: 'Deployment',
          project,
          input: sourced.sources,
          environmentVariables: Object.fromEntries(
            [EXECUTION, DIGEST].map((name) => [name, { value: `#{variables.${name}}` }]),
          ),
        }),
      ],
      onFailure: { result: Result.ROLLBACK },
    });
    startAfter(this.pipeline, imagePipelineName);
  }
}

/** A digest that is not in the repository is deployed by nobody: the function would break at its next cold start. */
function buildSpecOf({ stackName, liveTag }: ImageDeploymentProps): Record<string, unknown> {
  const mark = (suffix = ''): string[] => (liveTag ? [moveTag(`${liveTag}${suffix}`, `$${DIGEST}`)] : []);
  return {
    version: '0.2',
    env: { 'exported-variables': [DIGEST] },
    phases: {
      build: {
        commands: [
          `[ "$${DIGEST}" != ${NONE} ] || ${DIGEST}=$(${digestOf(`imageTag=exec-$${EXECUTION}`)})`,
          digestOf(`imageDigest=$${DIGEST}`),
          // What runs has one of both tags at any moment: the old image its own, until the new one runs.
          ...mark('-next'),
          'npm ci',
          `npx cdk deploy ${stackName} --exclusively --require-approval never --context "imageDigest=$${DIGEST}"`,
          ...mark(),
        ],
      },
    },
  };
}

/** The roles that a bootstrap of the CDK has made for deploying a stack whose image is pushed already. */
function bootstrapRoles(scope: Construct, { stackEnv = {} }: ImageDeploymentProps): string[] {
  const stack = Stack.of(scope);
  const { account = stack.account, region = stack.region } = stackEnv;
  const qualifier = stack.synthesizer.bootstrapQualifier ?? DefaultStackSynthesizer.DEFAULT_QUALIFIER;
  return ['deploy-role', 'file-publishing-role'].map(
    (role) => `arn:${Aws.PARTITION}:iam::${account}:role/cdk-${qualifier}-${role}-${account}-${region}`,
  );
}

/** The event carries neither digest nor commit: the execution's id leads to the image's tag. */
function startAfter(pipeline: Pipeline, imagePipelineName: string): void {
  const rule = startOn(pipeline, 'AfterImage', {
    source: ['aws.codepipeline'],
    detailType: ['CodePipeline Pipeline Execution State Change'],
    detail: { pipeline: [imagePipelineName], state: ['SUCCEEDED'] },
  });
  // The construct has no way to say what the pipeline is told.
  (rule.node.defaultChild as CfnRule).addPropertyOverride('Targets.0.InputTransformer', {
    InputPathsMap: { execution: '$.detail.execution-id' },
    InputTemplate: `{"variables":[{"name":"${EXECUTION}","value":"<execution>"}]}`,
  });
}
