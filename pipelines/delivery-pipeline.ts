import { AspectPriority, Aspects, CfnOutput, Lazy, Stack, Stage, Token } from 'aws-cdk-lib';
import {
  type BuildEnvironment,
  BuildSpec,
  Cache,
  LinuxArmBuildImage,
  LocalCacheMode,
  PipelineProject,
} from 'aws-cdk-lib/aws-codebuild';
import {
  Artifact,
  type CfnPipeline,
  ExecutionMode,
  Pipeline,
  PipelineType,
  Result,
} from 'aws-cdk-lib/aws-codepipeline';
import type { CfnPolicy } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CodePipeline, CodePipelineFileSet, ManualApprovalStep, ShellStep } from 'aws-cdk-lib/pipelines';
import { Construct, type IConstruct } from 'constructs';
import { acknowledge, acknowledgeWildcard } from './acknowledge';
import { ArtifactBucket } from './artifact-bucket';
import { bootstrapCommands, type Place } from './bootstrap-commands';
import { type AddStacks, Delivery, type DeliveryStage } from './delivery';
import { bucketsOf, keyOf, replicasOf } from './delivery-artifacts';
import { refuse } from './refusal';
import { isOnLambda, NPM_CACHE, type SourcedPipelineProps } from './sourced-pipeline';
import { notify, startBy } from './starting';

/** What is delivered, and how. */
export interface DeliveryPipelineProps extends SourcedPipelineProps {
  /** The stages, in the order in which they are deployed. */
  readonly stages: readonly DeliveryStage[];
  /** Adds the stacks of a stage, with ids that tell stages apart, and in the account and Region of the stage. */
  readonly stacks: AddStacks;
  /** Whether somebody has to approve before a production stage is deployed. @default true */
  readonly approval?: boolean;
  /** The commands that build, test and synthesize the app into `cdk.out`. @default - `npm ci`, then `npm run build` */
  readonly commands?: readonly string[];
  /** The machine of all builds, no Lambda. @default - Amazon Linux 2023 on arm64, with Node.js 24 */
  readonly buildEnvironment?: BuildEnvironment;
  /** The ARNs of the policies with all that CloudFormation may do in other accounts. @default - AdministratorAccess */
  readonly executionPolicies?: readonly string[];
}

/** The stages that aws-cdk-lib's own pipeline has before those of an app, and what a stage can't be called therefore. */
const OWN_STAGES = ['Source', 'Build', 'UpdatePipeline', 'Assets'];

/** The newest major version of each that reads what this library synthesizes. */
const CLI = { cliVersion: '2', cdkAssetsCliVersion: '4' };

/** Node.js comes with the image: https://github.com/aws/aws-codebuild-docker-images/tree/master/al/aarch64/standard/4.0 */
const ENVIRONMENT: BuildEnvironment = { buildImage: LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_4_0 };
const RUNTIME = { phases: { install: { 'runtime-versions': { nodejs: 24 } } } };

/**
 * A pipeline (CodePipeline V2, aws-cdk-lib's own `pipelines`) that delivers an app to its stages: each change is built and
 * tested, the pipeline updates itself, assets are published, and the stages are deployed one after the other; before
 * production somebody approves. A stage that fails goes back to what was deployed before. The newest change wins: those that
 * wait for a stage give way to it.
 *
 * A stage in another account or Region needs a pipeline whose stack has both as well; in another account artifacts are
 * encrypted with a KMS key. The output `BootstrapCommands` has what prepares the accounts.
 *
 * @example
 * new DeliveryPipeline(stack, 'Delivery', {
 *   source: PipelineSource.connection(connectionArn, { repository: 'acme/orders' }),
 *   stages: [{ name: 'dev', isProduction: false }, { name: 'prod', isProduction: true }],
 *   stacks: (scope, { name, env }) => new OrdersStack(scope, `orders-${name}`, { env }),
 * });
 */
export class DeliveryPipeline extends Construct {
  /** The pipeline; stages are added to it when the app is synthesized. */
  readonly pipeline: Pipeline;
  /** The bucket of its artifacts. */
  readonly artifacts: ArtifactBucket;
  /** What prepares the accounts and Regions, one command each. */
  readonly bootstrapCommands: readonly string[];
  private readonly delivery: CodePipeline;
  private readonly deliveries: readonly Delivery[];
  private readonly replicas: Readonly<Record<string, ArtifactBucket>>;

  /**
   * @param scope the stack of the pipeline
   * @param id its id there
   * @param props what is delivered, and how
   * @throws Error for stages that can't be, in one line
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: DeliveryPipelineProps,
  ) {
    super(scope, id);
    checkStages(this, props);
    const keeping = {
      encryptionKey: keyOf(this, props.stages, props.encryptionKey),
      artifactRetention: props.artifactRetention,
    };
    this.replicas = replicasOf(this, props.stages, keeping);
    this.artifacts = new ArtifactBucket(this, 'Artifacts', keeping);
    this.pipeline = new Pipeline(this, 'Pipeline', {
      pipelineName: props.pipelineName,
      ...bucketsOf(this.artifacts, this.replicas),
      pipelineType: PipelineType.V2,
      executionMode: ExecutionMode.SUPERSEDED,
      restartExecutionOnUpdate: true,
    });
    const sources = new Artifact('Sources');
    const source = props.source.bind(sources);
    this.pipeline.addStage({ stageName: 'Source', actions: [source.action] });
    startBy(this.pipeline, source);
    notify(this.pipeline, props.notifications);
    this.deliveries = props.stages.map((stage) => new Delivery(Stage.of(this) as Stage, stage, props.stacks));
    this.delivery = deliveryOf(this, props, this.pipeline, sources);
    this.bootstrapCommands = commandsFor(this, props);
    new CfnOutput(this, 'BootstrapCommands', {
      value: this.bootstrapCommands.join('\n'),
      description: 'Prepares the accounts and Regions of the stages; each is run once, with credentials of its account',
    });
    // Stages are read when all that belongs to the app is there, the rules of a house for example.
    const visit = (node: IConstruct): void => {
      // An app can be synthesized more than once.
      if (node === this && this.delivery.waves.length === 0) {
        this.build();
      }
    };
    Aspects.of(this).add({ visit }, { priority: AspectPriority.MUTATING - 1 });
  }

  private build(): void {
    const { approval = true } = this.props;
    for (const { stage, synthesize } of this.deliveries) {
      const { name, isProduction } = stage;
      if (isProduction && approval) {
        // A stage of its own: what goes back to the last version would wait for somebody otherwise.
        this.delivery.addWave(`Approve-${name}`, {
          pre: [new ManualApprovalStep('Approve', { comment: `Deploy to ${name}?` })],
        });
      }
      this.delivery.addWave(name).stages.push(synthesize());
    }
    this.delivery.buildPipeline();
    this.rollBack();
    const parts = [this.pipeline, this.delivery];
    for (const project of parts
      .flatMap((part) => part.node.findAll())
      .filter((node) => node instanceof PipelineProject)) {
      narrow(project);
    }
    for (const part of parts) {
      acknowledgeAll(part, [this.artifacts, ...Object.values(this.replicas)]);
    }
  }

  /** Lets each stage that fails go back; where it had not succeeded before, CodePipeline has nothing to go back to. */
  private rollBack(): void {
    const names = new Set(this.props.stages.map(({ name }) => name));
    const resource = this.pipeline.node.defaultChild as CfnPipeline;
    for (const [index, { stageName }] of this.pipeline.stages.entries()) {
      // More than 50 actions are spread over stages with a number behind their name.
      if (names.has(stageName.replace(/\.\d+$/, ''))) {
        resource.addPropertyOverride(`Stages.${index}.OnFailure`, { Result: Result.ROLLBACK });
      }
    }
  }
}

/** What the CDK lets a build do that no build here does: make reports, start others, and have another log than its own. */
const UNUSED = /^(codebuild:|logs:CreateLogGroup$)/;

/** Takes permissions that are not used from the role of a project. */
function narrow({ role }: PipelineProject): void {
  const policy = role?.node.findChild('DefaultPolicy').node.defaultChild as CfnPolicy;
  const whole = policy.policyDocument;
  const isUsed = ({ Action }: { readonly Action: string | string[] }): boolean =>
    ![Action].flat().some((action) => UNUSED.test(action));
  policy.policyDocument = Lazy.uncachedAny({
    produce: (context) => {
      const document = context.resolve(whole);
      return { ...document, Statement: document.Statement.filter(isUsed) };
    },
  });
}

/** Findings that do not fit, on a part of the pipeline. */
function acknowledgeAll(part: Construct, buckets: readonly ArtifactBucket[]): void {
  for (const bucket of buckets) {
    acknowledgeWildcard(part, bucket.arnForObjects('*'), 'CodePipeline gives artifacts names of its own.');
  }
  const roles = `arn:*:iam::${Stack.of(part).account}:role/*`;
  acknowledgeWildcard(
    part,
    roles,
    'The pipeline updates itself by roles of the bootstrap, which their tag tells from others.',
  );
  for (const { rule, reason } of ACKNOWLEDGED) {
    acknowledge(part, rule, reason);
  }
}

const ACKNOWLEDGED = [
  {
    rule: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'The command line of the CDK looks for stacks and buckets; a key in another Region has no ARN here.',
  },
  ...['ReEncrypt', 'GenerateDataKey'].map((action) => ({
    rule: `AwsSolutions-IAM5[Action::kms:${action}*]`,
    reason: 'CodeBuild asks for all forms of it, of the one key that encrypts artifacts.',
  })),
  {
    rule: 'AwsSolutions-CB4',
    reason: 'What builds make is encrypted with the keys of Amazon S3 unless a key of KMS is given.',
  },
];

/** The pipeline of the CDK, around one that is there. */
function deliveryOf(
  scope: Construct,
  { commands, buildEnvironment, logRetention = RetentionDays.ONE_MONTH }: DeliveryPipelineProps,
  pipeline: Pipeline,
  sources: Artifact,
): CodePipeline {
  const logGroup = new LogGroup(scope, 'Logs', { retention: logRetention });
  return new CodePipeline(scope, 'Delivery', {
    ...CLI,
    codePipeline: pipeline,
    // A project for all assets: the pipeline is not another one, and can go back, whenever the code of a function changes.
    publishAssetsInParallel: false,
    synth: new ShellStep('Synth', {
      input: CodePipelineFileSet.fromArtifact(sources),
      commands: [...(commands ?? ['npm ci', 'npm run build'])],
    }),
    codeBuildDefaults: {
      buildEnvironment: buildEnvironment ?? ENVIRONMENT,
      partialBuildSpec: BuildSpec.fromObject({
        version: '0.2',
        ...(buildEnvironment ? {} : RUNTIME),
        cache: { paths: [NPM_CACHE] },
      }),
      cache: Cache.local(LocalCacheMode.CUSTOM),
      logging: { cloudWatch: { logGroup } },
    },
  });
}

function commandsFor(scope: Construct, { stages, executionPolicies }: DeliveryPipelineProps): string[] {
  const { account, region } = Stack.of(scope);
  const pipeline = Token.isUnresolved(account) ? undefined : { account, region };
  return bootstrapCommands(
    pipeline,
    stages.map(({ env }) => env as Place | undefined),
    executionPolicies,
  );
}

function checkStages(scope: Construct, { stages, buildEnvironment }: DeliveryPipelineProps): void {
  const { account, region } = Stack.of(scope);
  const names = stages.map(({ name }) => name);
  if (names.length === 0 || new Set(names).size < names.length) {
    refuse(`the pipeline has the stages ${JSON.stringify(names)}`, 'one or more, each once', "{ name: 'dev', … }");
  }
  // https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html, and what the CDK asks of a stage.
  const wrong = names.find((name) => !/^[A-Za-z][\w.-]{1,90}$/.test(name) || OWN_STAGES.includes(name));
  if (wrong !== undefined) {
    const allowed = `2 to 91 letters, digits and _ . -, a letter first, but none of ${OWN_STAGES.join(', ')}`;
    refuse(`a stage can't be called ${JSON.stringify(wrong)}`, allowed, "name: 'dev'");
  }
  const half = stages.find(({ env }) => env && !(env.account && env.region));
  if (half) {
    const example = "env: { account: '123456789012', region: 'eu-west-1' }";
    refuse(`the stage ${half.name} has an account or a Region alone`, 'both, or none of them', example);
  }
  const placed = stages.find(({ env }) => env);
  if (placed && (Token.isUnresolved(account) || Token.isUnresolved(region))) {
    const problem = `the stage ${placed.name} has an account and a Region, and the stack of the pipeline has not`;
    refuse(problem, 'both for the stack as well', "new Stack(app, 'pipeline', { env: { account: '…', region: '…' } })");
  }
  if (buildEnvironment && isOnLambda(buildEnvironment)) {
    const problem = 'the builds of the pipeline are on Lambda, where no command-line tools can be installed';
    refuse(problem, 'an image for Linux', 'buildImage: LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_4_0');
  }
}
