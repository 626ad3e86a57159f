import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AssetHashType,
  AssetStaging,
  Aws,
  CfnOutput,
  DockerImage,
  Duration,
  Fn,
  Names,
  Stack,
  type StackProps,
  Validations,
} from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LogDrivers,
  PropagatedTagSource,
} from 'aws-cdk-lib/aws-ecs';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type IFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { NodejsFunction, type NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { buildSync } from 'esbuild';
import { Network } from './network';

const projectRoot = join(__dirname, '..');

/** What a deployment of the stack decides. */
export interface DynamicSubscriptionsStackProps extends StackProps {
  /** How many tasks the service runs. */
  readonly desiredCount: number;
  /** The CPU units of a task. */
  readonly cpu: number;
  /** The memory of a task in MiB. */
  readonly memory: number;
  /** The minutes between two runs of the sweeper. */
  readonly sweepInterval: number;
}

/** A topic, and tasks that each have their own queue on it. */
export class DynamicSubscriptionsStack extends Stack {
  /** Two zones by their number: for their names an account would be asked whenever the app is synthesized. */
  public override get availabilityZones(): string[] {
    return [Fn.select(0, Fn.getAzs()), Fn.select(1, Fn.getAzs())];
  }

  constructor(scope: Construct, id: string, props: DynamicSubscriptionsStackProps) {
    super(scope, id, props);

    const topic = new Topic(this, 'Topic', { enforceSSL: true });

    const { vpc, taskGroup } = new Network(this, 'Network');
    const cluster = new Cluster(this, 'Cluster', { vpc, containerInsightsV2: ContainerInsights.ENABLED });
    const logGroup = new LogGroup(this, 'ConsumerLogs', { retention: RetentionDays.ONE_MONTH });
    const taskDefinition = new FargateTaskDefinition(this, 'Task', {
      cpu: props.cpu,
      memoryLimitMiB: props.memory,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64 },
    });
    // No name of a stack has an underscore: no queue but those of these tasks is called so.
    const queuePrefix = `${Names.uniqueResourceName(this, { maxLength: 37, separator: '-', allowedSpecialCharacters: '-' })}_task-`;
    const taskQueues = `arn:${Aws.PARTITION}:sqs:${Aws.REGION}:${Aws.ACCOUNT_ID}:${queuePrefix}*`;
    Validations.of(this).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sqs:<AWS::Region>:<AWS::AccountId>:${queuePrefix}*]`,
      reason: 'A task gets its id when it starts, and only queues of these tasks have the prefix.',
    });
    taskDefinition.addContainer('Consumer', {
      image: ContainerImage.fromAsset(this.bundledImage(), { platform: Platform.LINUX_ARM64 }),
      environment: { QUEUE_PREFIX: queuePrefix },
      // For the messages that it has received when it is told to stop.
      stopTimeout: Duration.seconds(60),
      logging: LogDrivers.awsLogs({ logGroup, streamPrefix: 'task' }),
      readonlyRootFilesystem: true,
    });
    taskDefinition.addToTaskRolePolicy(
      new PolicyStatement({
        actions: ['sqs:GetQueueUrl', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
        resources: [taskQueues],
      }),
    );
    Validations.of(taskDefinition).acknowledge(
      { id: 'AwsSolutions-ECS2', reason: 'The prefix of the names of queues is no secret.' },
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'ecr:GetAuthorizationToken, with which ECS pulls the image, knows no resource.',
      },
    );
    // Fixed, so that rules can name the service before it exists.
    const serviceName = `${this.stackName}-consumer`;
    const service = new FargateService(this, 'Service', {
      serviceName,
      cluster,
      taskDefinition,
      desiredCount: props.desiredCount,
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      assignPublicIp: true,
      securityGroups: [taskGroup],
      propagateTags: PropagatedTagSource.SERVICE,
    });

    const table = new TableV2(this, 'Tasks', {
      partitionKey: { name: 'taskId', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    });
    const deadLetterQueue = new Queue(this, 'DeadLetterQueue', {
      retentionPeriod: Duration.days(14),
      enforceSSL: true,
    });
    const isLast = 'It is where events end up: people read them and give them to a function again.';
    Validations.of(deadLetterQueue).acknowledge(
      { id: 'AwsSolutions-SQS3', reason: isLast },
      { id: 'Serverless-SQSRedrivePolicy', reason: isLast },
    );
    const environment = {
      TOPIC_ARN: topic.topicArn,
      TABLE_NAME: table.tableName,
      QUEUE_PREFIX: queuePrefix,
      QUEUE_TAGS: JSON.stringify(props.tags ?? {}),
    };
    const maxEventAge = Duration.minutes(30);
    // EventBridge gives up to deliver an event, and Lambda to have it handled: each is told for itself.
    const delivery = { maxEventAge, deadLetterQueue };
    const attempts = { maxEventAge, onFailure: new SqsDestination(deadLetterQueue) };
    const start = this.addFunction('Start', {
      description: 'Gives a task that runs its queue',
      environment,
      ...attempts,
    });
    const subscribing = [
      new PolicyStatement({ actions: ['sqs:CreateQueue', 'sqs:TagQueue'], resources: [taskQueues] }),
      new PolicyStatement({
        actions: ['sns:Subscribe'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'sns:Protocol': 'sqs' }, StringLike: { 'sns:Endpoint': taskQueues } },
      }),
    ];
    const unsubscribing = [
      new PolicyStatement({ actions: ['sqs:GetQueueUrl', 'sqs:DeleteQueue'], resources: [taskQueues] }),
      new PolicyStatement({ actions: ['sns:Unsubscribe'], resources: [topic.topicArn] }),
    ];
    for (const statement of [...subscribing, ...unsubscribing]) {
      start.addToRolePolicy(statement);
    }
    table.grant(start, 'dynamodb:UpdateItem');

    const stop = this.addFunction('Stop', {
      description: 'Removes what a task that has stopped leaves behind',
      environment,
      ...attempts,
    });
    for (const statement of unsubscribing) {
      stop.addToRolePolicy(statement);
    }
    table.grant(stop, 'dynamodb:UpdateItem');

    const ruleFor = (ruleId: string, status: Record<string, string[]>, handler: IFunction): Rule =>
      new Rule(this, ruleId, {
        eventPattern: {
          source: ['aws.ecs'],
          detailType: ['ECS Task State Change'],
          detail: { clusterArn: [cluster.clusterArn], group: [`service:${serviceName}`], ...status },
        },
        targets: [new LambdaFunction(handler, delivery)],
      });
    const startRule = ruleFor('StartRule', { lastStatus: ['RUNNING'], desiredStatus: ['RUNNING'] }, start);
    // A task that fails before it runs says this and nothing else.
    const stopRule = ruleFor('StopRule', { lastStatus: ['STOPPED'] }, stop);
    // CloudFormation starts the first tasks with the service: who hears of them, and their network, come before.
    service.node.addDependency(vpc, startRule, start, stopRule, stop);

    const sweep = this.addFunction('Sweep', {
      description: 'Mends what the events of tasks have missed',
      timeout: Duration.minutes(5),
      environment: {
        ...environment,
        CLUSTER_ARN: cluster.clusterArn,
        SERVICE_NAME: serviceName,
        POWERTOOLS_METRICS_NAMESPACE: 'DynamicSubscriptions',
      },
      ...attempts,
    });
    const looking = [
      new PolicyStatement({ actions: ['sns:ListSubscriptionsByTopic'], resources: [topic.topicArn] }),
      new PolicyStatement({
        actions: ['ecs:ListTasks'],
        resources: ['*'],
        conditions: { ArnEquals: { 'ecs:cluster': cluster.clusterArn } },
      }),
      new PolicyStatement({
        actions: ['ecs:DescribeTasks'],
        resources: [`arn:${Aws.PARTITION}:ecs:${Aws.REGION}:${Aws.ACCOUNT_ID}:task/${cluster.clusterName}/*`],
      }),
    ];
    for (const statement of [...looking, ...subscribing, ...unsubscribing]) {
      sweep.addToRolePolicy(statement);
    }
    table.grant(sweep, 'dynamodb:Scan', 'dynamodb:UpdateItem');
    Validations.of(this.node.findChild('SweepRole')).acknowledge(
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'ecs:ListTasks knows no resource; a condition limits it to the cluster.',
      },
      {
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:task/<${this.resolve(cluster.clusterName).Ref}>/*]`,
        reason: 'A task gets its id when it starts, and the cluster has no other tasks.',
      },
    );
    new Rule(this, 'SweepRule', {
      schedule: Schedule.rate(Duration.minutes(props.sweepInterval)),
      targets: [new LambdaFunction(sweep, delivery)],
    });

    // Not encrypted with the key aws/sns: CloudWatch may not use it, and alarms would be lost without a word.
    const alarmTopic = new Topic(this, 'AlarmTopic', { enforceSSL: true });
    // A policy of its own replaces the topic's default one, which lets CloudWatch publish.
    alarmTopic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    const limits = {
      DeadLetters: {
        description: 'Events of tasks were given up and set aside',
        metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible({
          period: Duration.minutes(1),
          statistic: Stats.MAXIMUM,
        }),
        threshold: 1,
      },
      Swept: {
        description: 'The sweeper mended what events had missed',
        metric: new Metric({
          namespace: 'DynamicSubscriptions',
          metricName: 'Swept',
          dimensionsMap: { service: this.stackName },
          statistic: Stats.SUM,
        }),
        threshold: 1,
      },
      SweepErrors: {
        description: 'The sweeper failed',
        metric: sweep.metricErrors(),
        threshold: 1,
      },
    };
    for (const [name, { description, ...limit }] of Object.entries(limits)) {
      const alarm = new Alarm(this, name, {
        ...limit,
        alarmDescription: `${description} (README.md, ${name})`,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: 1,
        // Where nothing happens no metric is sent, and all is well.
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(new SnsAction(alarmTopic));
    }

    new CfnOutput(this, 'TopicArn', { value: topic.topicArn });
    new CfnOutput(this, 'ClusterName', { value: cluster.clusterName });
    new CfnOutput(this, 'ConsumerLogGroup', { value: logGroup.logGroupName });
    new CfnOutput(this, 'ServiceName', { value: serviceName });
    new CfnOutput(this, 'TableName', { value: table.tableName });
    new CfnOutput(this, 'QueuePrefix', { value: queuePrefix });
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: deadLetterQueue.queueUrl });
    new CfnOutput(this, 'AlarmTopicArn', { value: alarmTopic.topicArn });
  }

  /** The folder of the image: the Dockerfile, and the program in one file, with the packages that the tests ran with. */
  private bundledImage(): string {
    const sourcePath = join(__dirname, 'container');
    const tryBundle = (folder: string): boolean => {
      copyFileSync(join(sourcePath, 'Dockerfile'), join(folder, 'Dockerfile'));
      buildSync({
        entryPoints: [join(sourcePath, 'consumer.ts')],
        outfile: join(folder, 'consumer.js'),
        bundle: true,
        platform: 'node',
        target: 'node24',
      });
      return true;
    };
    const { absoluteStagedPath } = new AssetStaging(this, 'Image', {
      sourcePath,
      assetHashType: AssetHashType.OUTPUT,
      // It is bundled here, never in an image.
      bundling: { image: DockerImage.fromRegistry('scratch'), local: { tryBundle } },
    });
    return absoluteStagedPath;
  }

  /** Adds a function that may write its own log; the role that Lambda would make may write every log of the account. */
  private addFunction(name: string, props: NodejsFunctionProps): NodejsFunction {
    const logGroup = new LogGroup(this, `${name}Logs`, { retention: RetentionDays.ONE_MONTH });
    const role = new Role(this, `${name}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    const handler = new NodejsFunction(this, name, {
      entry: join(__dirname, 'functions', `${name.toLowerCase()}.ts`),
      projectRoot,
      depsLockFilePath: join(projectRoot, 'package-lock.json'),
      // The SDK that the tests ran with, not the one that the runtime happens to hold.
      bundling: { bundleAwsSDK: true },
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 256,
      timeout: Duration.seconds(30),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      ...props,
      environment: { ...props.environment, POWERTOOLS_SERVICE_NAME: this.stackName },
    });
    new CfnOutput(this, `${name}Name`, { value: handler.functionName });
    new CfnOutput(this, `${name}LogGroup`, { value: logGroup.logGroupName });
    Validations.of(handler).acknowledge(
      {
        id: 'Serverless-LambdaDLQ',
        reason: 'Its destination on failure takes the event, and what the function said of it.',
      },
      {
        id: 'Serverless-LambdaTracing',
        reason: 'Traces cost extra and need a wildcard permission; metrics and logs tell how the function does.',
      },
    );
    return handler;
  }
}
