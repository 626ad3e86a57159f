import { ArnFormat, CfnOutput, type Environment, Stack, Stage, Token } from 'aws-cdk-lib';
import { Cache, CfnProject, LocalCacheMode } from 'aws-cdk-lib/aws-codebuild';
import type { Artifact, CfnPipeline, Pipeline } from 'aws-cdk-lib/aws-codepipeline';
import type { Action } from 'aws-cdk-lib/aws-codepipeline-actions';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CodePipeline, CodePipelineSource, FileSet, ManualApprovalStep, ShellStep } from 'aws-cdk-lib/pipelines';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcard } from './acknowledge';
import { ArtifactBucket } from './artifact-bucket';
import { notify, queuedPipeline, startBy } from './queued-pipeline';
import { refuse } from './refusal';
import type { BoundSource, PipelineSource } from './source';
import type { SourcedPipelineProps } from './sourced-pipeline';

/** A deployment of the app: its account and Region, and whether somebody has to approve it. */
export interface DeliveryStage {
  /** Its name, in the order of delivery: `dev` comes before `prod`. */
  readonly name: string;
  /** The account and the Region that it is deployed to. */
  readonly env: Required<Environment>;
  /** Whether somebody has to approve before it is deployed. @default false */
  readonly approval?: boolean;
}

/** What is delivered, and how. */
export interface DeliveryPipelineProps extends SourcedPipelineProps {
  /** The deployments, in order. */
  readonly stages: readonly DeliveryStage[];
  /** Makes the stacks of a deployment. */
  readonly stacks: (scope: Stage, stage: DeliveryStage) => void;
  /** Commands that test the app and synthesize it into `cdk.out`. @default - `npm ci` and `npx projen build` */
  readonly commands?: readonly string[];
}

/**
 * A pipeline that delivers an app of the CDK, and itself: a commit is built and tested, the pipeline adapts to it, assets are
 * published, and one stage is deployed after the other. A stage that fails goes back to what it was.
 *
 * It is built on the CDK's own `pipelines`. Each account and Region has to be bootstrapped once, by `bootstrapCommands`.
 *
 * @example
 * new DeliveryPipeline(stack, 'Delivery', {
 *   source: PipelineSource.connection(connectionArn, { repository: 'acme/orders' }),
 *   stages: [{ name: 'prod', env: { account: '111122223333', region: 'eu-west-1' }, approval: true }],
 *   stacks: (scope, { name }) => new OrdersStack(scope, 'Stack', { stackName: `orders-${name}` }),
 * });
 */
export class DeliveryPipeline extends Construct {
  /** The pipeline. */
  readonly pipeline: Pipeline;
  /** The bucket of its artifacts. */
  readonly artifacts: ArtifactBucket;
  /** The commands that prepare each account and Region, the pipeline's own first; accounts besides it trust it. */
  readonly bootstrapCommands: readonly string[];

  /**
   * @param scope the stack of the pipeline, which has an account and a Region
   * @param id its id there
   * @param props what is delivered, and how
   * @throws Error without a stage, for two of one name, and for a stack that has no account or Region
   */
  constructor(scope: Construct, id: string, props: DeliveryPipelineProps) {
    super(scope, id);
    const home = homeOf(Stack.of(this));
    checkStages(props.stages);
    this.artifacts = new ArtifactBucket(this, 'Artifacts', this.keyFor(home, props));
    this.pipeline = queuedPipeline(this, this.artifacts);

    const input = new SourceInput(props.source);
    const { logRetention = RetentionDays.ONE_MONTH } = props;
    const delivery = new CodePipeline(this, 'Delivery', {
      codePipeline: this.pipeline,
      synth: new ShellStep('Synth', {
        input,
        commands: [...(props.commands ?? ['npm ci', 'npx projen build'])],
        primaryOutputDirectory: 'cdk.out',
      }),
      codeBuildDefaults: {
        cache: Cache.local(LocalCacheMode.CUSTOM),
        logging: { cloudWatch: { logGroup: new LogGroup(this, 'Logs', { retention: logRetention }) } },
      },
    });
    for (const stage of props.stages) {
      // Beside the pipeline, so that what is acknowledged of that is not acknowledged of the app.
      const app = new Stage(scope, stage.name, { env: stage.env });
      props.stacks(app, stage);
      delivery.addStage(app, { pre: stage.approval ? [new ManualApprovalStep(`Approve-${stage.name}`)] : [] });
    }
    delivery.buildPipeline();
    startBy(this.pipeline, input.bound);
    notify(this.pipeline, props.notifications);
    rollBackOnFailure(this.pipeline, props.stages);

    this.acknowledgeWhatTheCdkGrants(delivery);

    this.bootstrapCommands = bootstrapCommands(home, props.stages);
    new CfnOutput(this, 'BootstrapCommands', { value: this.bootstrapCommands.join(' && ') });
  }

  /** The roles of the CDK's pipelines have some wildcards, which are known; what is granted besides is a finding. */
  private acknowledgeWhatTheCdkGrants(delivery: Construct): void {
    const { account } = Stack.of(this);
    const replicas = Object.values(this.pipeline.crossRegionSupport).map(({ replicationBucket }) => replicationBucket);
    const projects = [delivery, this.pipeline].flatMap(({ node }) => node.findAll()).filter(CfnProject.isCfnProject);
    // Projects that publish assets share a role, which names none of them.
    const logs = ['*', ...projects.map(({ ref }) => `${ref}:*`)].map((name) =>
      this.arnOf('logs', 'log-group', `/aws/codebuild/${name}`, ArnFormat.COLON_RESOURCE_NAME),
    );
    const reports = ['*', ...projects.map(({ ref }) => `${ref}-*`)].map((name) =>
      this.arnOf('codebuild', 'report-group', name, ArnFormat.SLASH_RESOURCE_NAME),
    );
    for (const construct of [delivery, this.pipeline]) {
      for (const action of CDK_ACTIONS) {
        const reason = 'The CDK grants these actions by their prefix, on artifacts and their keys alone.';
        acknowledge(construct, `AwsSolutions-IAM5[Action::${action}]`, reason);
      }
      for (const arn of ['*', `arn:*:iam::${account}:role/*`]) {
        const reason = 'The CDK looks for what it has bootstrapped, and takes roles that have its tags alone.';
        acknowledgeWildcard(construct, arn, reason);
      }
      for (const arn of [...logs, ...reports]) {
        acknowledgeWildcard(construct, arn, 'Projects write logs and reports of their own names.');
      }
      for (const replica of replicas) {
        acknowledgeWildcard(construct, replica.arnForObjects('*'), 'CodePipeline gives artifacts names of its own.');
      }
    }
    for (const project of projects) {
      acknowledge(project, 'AwsSolutions-CB4', 'What it makes is encrypted as the bucket of artifacts is.');
    }
    for (const replica of replicas) {
      acknowledge(replica, 'AwsSolutions-S1', 'It holds copies of artifacts, whose history the pipeline has.');
    }
  }

  private arnOf(service: string, resource: string, resourceName: string, arnFormat: ArnFormat): string {
    return Stack.of(this).formatArn({ service, resource, resourceName, arnFormat });
  }

  /** Another account can read artifacts only if it may use their key, which the keys of Amazon S3 allow nobody. */
  private keyFor(home: Required<Environment>, { encryptionKey, stages }: DeliveryPipelineProps): IKey | undefined {
    const isAcross = stages.some(({ env }) => env.account !== home.account);
    return encryptionKey ?? (isAcross ? new Key(this, 'Key', { enableKeyRotation: true }) : undefined);
  }
}

/** Groups of actions that the CDK's pipelines grant on artifacts and their keys. */
const CDK_ACTIONS = [
  's3:Abort*',
  's3:DeleteObject*',
  's3:GetBucket*',
  's3:GetObject*',
  's3:List*',
  'kms:GenerateDataKey*',
  'kms:ReEncrypt*',
];

/** A source of the kit as the CDK's pipelines know sources. */
class SourceInput extends CodePipelineSource {
  /** The source, once the pipeline is built. */
  bound!: BoundSource;

  constructor(private readonly source: PipelineSource) {
    super('Source');
    this.configurePrimaryOutput(new FileSet('Source', this));
  }

  protected getAction(output: Artifact): Action {
    this.bound = this.source.bind(output);
    return this.bound.action;
  }
}

function homeOf({ account, region }: Stack): Required<Environment> {
  if (Token.isUnresolved(account) || Token.isUnresolved(region)) {
    refuse(
      'the stack of the pipeline has no account and Region',
      'both',
      "env: { account: '111122223333', region: 'eu-west-1' }",
    );
  }
  return { account, region };
}

function checkStages(stages: readonly DeliveryStage[]): void {
  const names = stages.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (stages.length === 0 || twice) {
    const problem = twice ? `the pipeline has the stage ${twice} twice` : 'the pipeline has no stage';
    refuse(problem, 'one stage or more, each with a name of its own', "stages: [{ name: 'dev', env }]");
  }
}

/** https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback.html */
function rollBackOnFailure(pipeline: Pipeline, stages: readonly DeliveryStage[]): void {
  const names = new Set(stages.map(({ name }) => name));
  const resource = pipeline.node.defaultChild as CfnPipeline;
  pipeline.stages.forEach(({ stageName }, index) => {
    if (names.has(stageName)) {
      resource.addPropertyOverride(`Stages.${index}.OnFailure`, { Result: 'ROLLBACK' });
    }
  });
}

/** One command for each account and Region; what is deployed there, CloudFormation does with rights that the command gives. */
function bootstrapCommands(home: Required<Environment>, stages: readonly DeliveryStage[]): string[] {
  const place = ({ account, region }: Required<Environment>): string => `aws://${account}/${region}`;
  const commandFor = (env: Required<Environment>): string => {
    const trust = env.account === home.account ? '' : ` --trust ${home.account}`;
    const rights = `--cloudformation-execution-policies arn:aws:iam::aws:policy/AdministratorAccess`;
    return `npx cdk bootstrap ${place(env)}${trust} ${rights}`;
  };
  return [...new Set([home, ...stages.map(({ env }) => env)].map(commandFor))];
}
