import { join } from 'node:path';
import { CfnOutput, Duration, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { SqsConsumerRules } from 'serverless-atelier/modules';

const projectRoot = join(__dirname, '..');

/** What a deployment of the stack decides. */
export interface SqsScalingStackProps extends StackProps {
  /** How often a message is received before it moves to the dead-letter queue. */
  readonly maxReceiveCount: number;
  /** The most messages that one invocation gets. */
  readonly batchSize: number;
  /** The seconds for which Lambda gathers messages before it invokes the consumer. */
  readonly batchingWindow: number;
  /** The memory of the consumer in MB, with which its CPU power grows. */
  readonly memorySize: number;
  /** The most invocations of the consumer that run at once. */
  readonly maxConcurrency: number;
  /** The JMESPath expression that tells one message from another. */
  readonly idempotencyKey: string;
}

/** A queue, and a consumer that scales with it. */
export class SqsScalingStack extends Stack {
  constructor(scope: Construct, id: string, props: SqsScalingStackProps) {
    super(scope, id, props);

    const timeout = Duration.seconds(30);

    // It keeps messages longer than the queue does: their age counts from when they were first sent.
    const deadLetterQueue = new Queue(this, 'DeadLetterQueue', {
      retentionPeriod: Duration.days(14),
      enforceSSL: true,
    });

    // For as long as the queue keeps a message, it can be delivered again.
    const retention = Duration.days(4);
    const queue = new Queue(this, 'Queue', {
      retentionPeriod: retention,
      // Lambda may gather, invoke and be throttled several times before it gives a message up.
      visibilityTimeout: Duration.seconds(6 * timeout.toSeconds() + props.batchingWindow),
      deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: props.maxReceiveCount },
      enforceSSL: true,
    });

    const doneMessages = new TableV2(this, 'DoneMessages', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiration',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    });

    const logGroup = new LogGroup(this, 'ConsumerLogs', { retention: RetentionDays.ONE_MONTH });
    // The role that Lambda would make may write every log group of the account; this one only its own.
    const role = new Role(this, 'ConsumerRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    const consumer = new NodejsFunction(this, 'Consumer', {
      description: 'Handles the messages of the queue',
      entry: join(__dirname, 'functions', 'consumer.ts'),
      projectRoot,
      depsLockFilePath: join(projectRoot, 'package-lock.json'),
      // The SDK that the tests ran with, not the one that the runtime happens to hold.
      bundling: { bundleAwsSDK: true },
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memorySize,
      timeout,
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      environment: {
        IDEMPOTENCY_TABLE: doneMessages.tableName,
        IDEMPOTENCY_KEY: props.idempotencyKey,
        IDEMPOTENCY_SECONDS: String(retention.toSeconds()),
        POWERTOOLS_METRICS_NAMESPACE: 'SqsScaling',
        POWERTOOLS_SERVICE_NAME: this.stackName,
      },
    });
    doneMessages.grant(consumer, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem');

    consumer.addEventSource(
      new SqsEventSource(queue, {
        batchSize: props.batchSize,
        maxBatchingWindow: Duration.seconds(props.batchingWindow),
        maxConcurrency: props.maxConcurrency,
        reportBatchItemFailures: true,
      }),
    );

    // Not encrypted with the key aws/sns: CloudWatch may not use it, and alarms would be lost without a word.
    const alarmTopic = new Topic(this, 'AlarmTopic', { enforceSSL: true });
    // A policy of its own replaces the topic's default one, which lets CloudWatch publish.
    alarmTopic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    const everyMinute = { period: Duration.minutes(1), statistic: Stats.MAXIMUM };
    const limits = {
      BacklogAge: {
        description: 'Messages wait for 15 minutes or more',
        metric: queue.metricApproximateAgeOfOldestMessage(everyMinute),
        threshold: 900,
      },
      DeadLetters: {
        description: 'Messages were set aside in the dead-letter queue',
        metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible(everyMinute),
        threshold: 1,
      },
      ConsumerErrors: {
        description: 'The consumer crashed or timed out',
        metric: consumer.metricErrors(),
        threshold: 1,
      },
      ConsumerThrottles: {
        description: 'Invocations of the consumer were refused for lack of concurrency',
        metric: consumer.metricThrottles(),
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

    const handled = new Metric({
      namespace: 'SqsScaling',
      metricName: 'MessagesHandled',
      dimensionsMap: { service: this.stackName },
      statistic: Stats.SUM,
    });
    const graphs = {
      Backlog: [
        queue.metricApproximateNumberOfMessagesVisible(everyMinute),
        queue.metricApproximateNumberOfMessagesNotVisible(everyMinute),
      ],
      'Age of the oldest message': [limits.BacklogAge.metric],
      Concurrency: [consumer.metric('ConcurrentExecutions', everyMinute)],
      Errors: [limits.ConsumerErrors.metric, limits.ConsumerThrottles.metric],
      'Messages handled': [handled],
      'Dead letters': [limits.DeadLetters.metric],
    };
    new Dashboard(this, 'Dashboard').addWidgets(
      ...Object.entries(graphs).map(([title, left]) => new GraphWidget({ title, left, width: 8 })),
    );

    SqsConsumerRules.of(queue, consumer);

    Validations.of(deadLetterQueue).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'It is where messages end up: people read it and send them back.',
    });
    Validations.of(consumer).acknowledge(
      {
        id: 'Serverless-LambdaDLQ',
        reason: 'Only the queue invokes it; what fails returns there, and moves on to the dead-letter queue.',
      },
      {
        id: 'Serverless-LambdaEventSourceMappingDestination',
        reason: 'A queue redrives by itself, and a mapping from a queue takes no destination.',
      },
      {
        id: 'Serverless-LambdaTracing',
        reason: 'Traces cost extra and need a wildcard permission; metrics and logs tell how the consumer does.',
      },
    );

    new CfnOutput(this, 'QueueUrl', { value: queue.queueUrl });
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: deadLetterQueue.queueUrl });
    new CfnOutput(this, 'DeadLetterQueueArn', { value: deadLetterQueue.queueArn });
    new CfnOutput(this, 'ConsumerName', { value: consumer.functionName });
    new CfnOutput(this, 'ConsumerLogGroup', { value: logGroup.logGroupName });
    new CfnOutput(this, 'AlarmTopicArn', { value: alarmTopic.topicArn });
  }
}
