import type { Json, JsonObject } from '../../../labs/engine/json';
import { attribute, type Resources, ref, variationsOf } from '../support';

const rights = (actions: readonly string[], resource: Json): JsonObject => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resource,
});

const polling = rights(
  ['sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  attribute('In'),
);
const remembering = rights(
  ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
  attribute('Done'),
);

const alarmOn = (queue: string, metric: string): JsonObject => ({
  Namespace: 'AWS/SQS',
  MetricName: metric,
  Dimensions: [{ Name: 'QueueName', Value: attribute(queue, 'QueueName') }],
  AlarmActions: [ref('Bell')],
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  Statistic: 'Maximum',
  Threshold: 1,
});

const graph = (namespace: string, metric: string, dimension: string, value: Json): Json[] => [
  `["${namespace}","${metric}","${dimension}","`,
  value,
  '"]',
];

/** A right answer to every step, as aws-cdk-lib's constructs would make it, with names that no solution has. */
export const finished: Resources = {
  Graveyard: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 1_209_600 } },
  In: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      VisibilityTimeout: 181,
      RedrivePolicy: { deadLetterTargetArn: attribute('Graveyard'), maxReceiveCount: 5 },
    },
  },
  Done: {
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: { TimeToLiveSpecification: { AttributeName: 'expiration', Enabled: true } },
  },
  Rights: { Type: 'AWS::IAM::Role', Properties: {} },
  RightsPolicy: {
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyDocument: { Statement: [polling, remembering] }, Roles: [ref('Rights')] },
  },
  Worker: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Role: attribute('Rights'),
      Timeout: 30,
      MemorySize: 512,
      ReservedConcurrentExecutions: 20,
      Environment: { Variables: { TABLE: ref('Done') } },
    },
  },
  Feed: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: attribute('In'),
      FunctionName: ref('Worker'),
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BatchSize: 50,
      MaximumBatchingWindowInSeconds: 1,
      ScalingConfig: { MaximumConcurrency: 10 },
    },
  },
  Bell: { Type: 'AWS::SNS::Topic' },
  Late: { Type: 'AWS::CloudWatch::Alarm', Properties: alarmOn('In', 'ApproximateAgeOfOldestMessage') },
  Lost: { Type: 'AWS::CloudWatch::Alarm', Properties: alarmOn('Graveyard', 'ApproximateNumberOfMessagesVisible') },
  Board: {
    Type: 'AWS::CloudWatch::Dashboard',
    Properties: {
      DashboardBody: {
        'Fn::Join': [
          '',
          [
            '{"widgets":[{"type":"metric","properties":{"metrics":[',
            ...graph('AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', attribute('In', 'QueueName')),
            ',',
            ...graph('AWS/SQS', 'ApproximateAgeOfOldestMessage', 'QueueName', attribute('In', 'QueueName')),
            ',',
            ...graph('AWS/Lambda', 'ConcurrentExecutions', 'FunctionName', ref('Worker')),
            ',',
            ...graph('AWS/Lambda', 'Errors', 'FunctionName', ref('Worker')),
            ']}}]}',
          ],
        ],
      },
    },
  },
};

/** The finished template with something else in it. */
export const { changed, without, plus } = variationsOf(finished);
