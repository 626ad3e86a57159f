import {
  type BuildEnvironment,
  BuildSpec,
  Cache,
  LinuxArmLambdaBuildImage,
  LinuxLambdaBuildImage,
  LocalCacheMode,
  PipelineProject,
  Project,
} from 'aws-cdk-lib/aws-codebuild';
import { Artifact, ExecutionMode, Pipeline, PipelineType } from 'aws-cdk-lib/aws-codepipeline';
import { ManualApprovalAction } from 'aws-cdk-lib/aws-codepipeline-actions';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcard } from './acknowledge';
import { ArtifactBucket, type ArtifactBucketProps } from './artifact-bucket';
import type { PipelineSource } from './source';
import { notify, startBy } from './starting';

/** What every pipeline of the kit is made of. */
export interface SourcedPipelineProps extends ArtifactBucketProps {
  /** Its name, by which others can wait for it. @default - a name that CloudFormation makes */
  readonly pipelineName?: string;
  /** Where its sources come from, and what starts it. */
  readonly source: PipelineSource;
  /** How long logs of builds are kept. @default - one month */
  readonly logRetention?: RetentionDays;
  /** The topic that is told when an execution fails or waits for approval. @default - nobody is told */
  readonly notifications?: ITopic;
}

/** What a build runs, and where. */
export interface BuildProps {
  /** Its buildspec: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html */
  readonly buildSpec: Readonly<Record<string, unknown>>;
  /** The machine that it runs on. */
  readonly environment: BuildEnvironment;
  /** What a machine may keep from one build to the next, as patterns of paths; builds on Lambda keep nothing. */
  readonly cachePaths: readonly string[];
  /** Whether a machine may keep the layers of images from one build to the next. @default false */
  readonly keepsDockerLayers?: boolean;
  /** What it may do beyond reading and writing artifacts and its log. @default - nothing */
  readonly statements?: readonly PolicyStatement[];
}

/** What npm has downloaded, in the machine of a build, which runs as root. */
export const NPM_CACHE = '/root/.npm/**/*';

/**
 * A CodePipeline (V2) that begins with a source: its artifacts are encrypted and expire, executions queue up,
 * so that what they make follows the order of the commits, and builds write to a log group of their own.
 */
export class SourcedPipeline extends Construct {
  /** The pipeline; its first stage has the source. */
  readonly pipeline: Pipeline;
  /** The artifact with the sources. */
  readonly sources: Artifact;
  /** What names the revision of the sources in the actions of later stages. */
  readonly revision: string;
  /** The bucket of all artifacts. */
  readonly artifacts: ArtifactBucket;

  /**
   * @param scope what the pipeline is part of
   * @param id its id there
   * @param props its settings
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: SourcedPipelineProps,
  ) {
    super(scope, id);
    const { pipelineName, source, notifications } = props;
    this.artifacts = new ArtifactBucket(this, 'Artifacts', props);
    acknowledgeWildcard(this, this.artifacts.arnForObjects('*'), 'CodePipeline gives artifacts names of its own.');
    this.pipeline = new Pipeline(this, 'Resource', {
      pipelineName,
      artifactBucket: this.artifacts,
      pipelineType: PipelineType.V2,
      executionMode: ExecutionMode.QUEUED,
      restartExecutionOnUpdate: false,
    });
    this.sources = new Artifact('Sources');
    const bound = source.bind(this.sources);
    this.revision = bound.revision;
    this.pipeline.addStage({ stageName: 'Source', actions: [bound.action] });
    startBy(this.pipeline, bound);
    notify(this.pipeline, notifications);
  }

  /**
   * Lets the pipeline wait until somebody approves.
   *
   * @param question what they are asked
   */
  waitForApproval(question: string): void {
    const approve = new ManualApprovalAction({ actionName: 'Approve', additionalInformation: question });
    this.pipeline.addStage({ stageName: 'Approve', actions: [approve] });
  }

  /**
   * A project for a build action of the pipeline.
   *
   * @param id its id
   * @param build what it runs
   */
  project(id: string, build: BuildProps): PipelineProject {
    const { buildSpec, environment, cachePaths, statements = [] } = build;
    const { logRetention = RetentionDays.ONE_MONTH, encryptionKey } = this.props;
    const logGroup = new LogGroup(this, `${id}Logs`, { retention: logRetention });
    const role = new Role(this, `${id}Role`, { assumedBy: new ServicePrincipal('codebuild.amazonaws.com') });
    this.artifacts.grantReadWrite(role);
    logGroup.grantWrite(role);
    for (const statement of statements) {
      role.addToPolicy(statement);
    }
    grantEnvironment(role, environment);
    const modes = cacheModesOf(build);
    const cached = cachePaths.length > 0 && modes.length > 0 ? { cache: { paths: cachePaths } } : {};
    const project = new PipelineProject(this, id, {
      // The construct would let it write to logs, and make reports, that it does not have.
      role: role.withoutPolicyUpdates(),
      buildSpec: BuildSpec.fromObjectToYaml({ ...buildSpec, ...cached }),
      environment,
      cache: modes.length > 0 ? Cache.local(...modes) : undefined,
      encryptionKey,
      logging: { cloudWatch: { logGroup } },
    });
    if (!encryptionKey) {
      const reason = 'What it makes is encrypted with the keys of Amazon S3; a key of KMS is an option.';
      acknowledge(project, 'AwsSolutions-CB4', reason);
    }
    return project;
  }
}

/** Lets a role pull the image of a machine, and read the parameters and secrets that become variables there. */
function grantEnvironment(role: Role, { buildImage, environmentVariables = {} }: BuildEnvironment): void {
  buildImage?.secretsManagerCredentials?.grantRead(role);
  if (buildImage?.repository) {
    buildImage.repository.grantPull(role);
    acknowledge(role, 'AwsSolutions-IAM5[Resource::*]', 'The token of a registry is asked for without naming one.');
  }
  Project.serializeEnvVariables(environmentVariables, true, role);
}

/** What the machine of a build keeps; those of Lambda keep nothing. */
function cacheModesOf({ environment, cachePaths, keepsDockerLayers }: BuildProps): LocalCacheMode[] {
  const modes = [
    ...(cachePaths.length > 0 ? [LocalCacheMode.CUSTOM] : []),
    ...(keepsDockerLayers ? [LocalCacheMode.DOCKER_LAYER] : []),
  ];
  return isOnLambda(environment) ? [] : modes;
}

/**
 * Whether a build runs on Lambda, where it may do less: https://docs.aws.amazon.com/codebuild/latest/userguide/lambda.html
 *
 * @param environment the machine that it runs on
 */
export function isOnLambda({ buildImage }: BuildEnvironment): boolean {
  return buildImage instanceof LinuxLambdaBuildImage || buildImage instanceof LinuxArmLambdaBuildImage;
}
