import type { Json, JsonObject } from '../../../labs/engine/json';
import { attribute, type Resources, ref, variationsOf } from '../support';

/** A statement that allows something. */
export const allow = (action: Json, resource: Json, condition?: JsonObject): JsonObject => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
  ...(condition ? { Condition: condition } : {}),
});

/** The ARN of queues whose names begin so. */
export const queuesOf = (prefix: string): Json => ({
  'Fn::Join': [
    '',
    ['arn:', ref('AWS::Partition'), ':sqs:', ref('AWS::Region'), ':', ref('AWS::AccountId'), `:${prefix}*`],
  ],
});

/** The ARN of the queues of tasks. */
export const taskQueues = queuesOf('feed_of-');

/** What limits a right to subscribe to queues of tasks. */
export const ofQueues: JsonObject = {
  StringEquals: { 'sns:Protocol': 'sqs' },
  StringLike: { 'sns:Endpoint': taskQueues },
};

const subscribing = [
  allow(['sqs:CreateQueue', 'sqs:TagQueue'], taskQueues),
  allow('sns:Subscribe', ref('News'), ofQueues),
];
const unsubscribing = [
  allow(['sqs:GetQueueUrl', 'sqs:DeleteQueue'], taskQueues),
  allow('sns:Unsubscribe', ref('News')),
];
const updating = allow('dynamodb:UpdateItem', attribute('Known'));
const settingAside = allow('sqs:SendMessage', attribute('Graveyard'));

const role = { Type: 'AWS::IAM::Role', Properties: {} };
const policyOf = (of: string, ...statements: Json[]): Resources[string] => ({
  Type: 'AWS::IAM::Policy',
  Properties: { PolicyDocument: { Statement: statements }, Roles: [ref(of)] },
});

const functionOf = (of: string): Resources[string] => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Role: attribute(of),
    Environment: { Variables: { TOPIC: ref('News'), TABLE: ref('Known') } },
    DeadLetterConfig: { TargetArn: attribute('Graveyard') },
  },
});

/** A target of a rule that sets aside what can't be delivered. */
export const targetOf = (of: string): JsonObject => ({
  Id: 'Target0',
  Arn: attribute(of),
  DeadLetterConfig: { Arn: attribute('Graveyard') },
  RetryPolicy: { MaximumEventAgeInSeconds: 1800 },
});

/** The pattern of events about tasks of the service in some status. */
export const patternOf = (status: JsonObject): JsonObject => ({
  source: ['aws.ecs'],
  'detail-type': ['ECS Task State Change'],
  detail: { clusterArn: [attribute('Ring')], group: ['service:feed-readers'], ...status },
});

const ruleOf = (of: string, status: JsonObject): Resources[string] => ({
  Type: 'AWS::Events::Rule',
  Properties: { EventPattern: patternOf(status), Targets: [targetOf(of)], State: 'ENABLED' },
});

const permissionOf = (of: string, rule: string): Resources[string] => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: ref(of),
    Principal: 'events.amazonaws.com',
    SourceArn: attribute(rule),
  },
});

const alarm: JsonObject = {
  AlarmActions: [ref('Bell')],
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  Statistic: 'Maximum',
  Threshold: 1,
};

/** A right answer to every step, as aws-cdk-lib's constructs would make it, with names that no solution has. */
export const finished: Resources = {
  News: { Type: 'AWS::SNS::Topic' },
  NewsPolicy: {
    Type: 'AWS::SNS::TopicPolicy',
    Properties: {
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Deny',
            Action: 'sns:Publish',
            Principal: '*',
            Resource: ref('News'),
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
      Topics: [ref('News')],
    },
  },
  Ring: { Type: 'AWS::ECS::Cluster' },
  Shell: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: 'readers' } },
  Reading: role,
  ReadingPolicy: policyOf('Reading', allow(['sqs:GetQueueUrl', 'sqs:ReceiveMessage', 'sqs:DeleteMessage'], taskQueues)),
  Reader: {
    Type: 'AWS::ECS::TaskDefinition',
    Properties: {
      TaskRoleArn: attribute('Reading'),
      ContainerDefinitions: [
        { Name: 'Reader', Essential: true, StopTimeout: 90, Environment: [{ Name: 'MINE', Value: 'feed_of-' }] },
      ],
    },
  },
  Readers: {
    Type: 'AWS::ECS::Service',
    Properties: {
      Cluster: ref('Ring'),
      ServiceName: 'feed-readers',
      TaskDefinition: ref('Reader'),
      NetworkConfiguration: { AwsvpcConfiguration: { SecurityGroups: [attribute('Shell', 'GroupId')] } },
    },
    DependsOn: ['Born', 'MayGreet'],
  },
  Greeting: role,
  GreetingPolicy: policyOf('Greeting', ...subscribing, ...unsubscribing, updating, settingAside),
  Greet: functionOf('Greeting'),
  Born: ruleOf('Greet', { lastStatus: ['RUNNING'], desiredStatus: ['RUNNING'] }),
  MayGreet: permissionOf('Greet', 'Born'),
  Known: {
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: {
      KeySchema: [{ AttributeName: 'task', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'until', Enabled: true },
    },
  },
  Mourning: role,
  MourningPolicy: policyOf('Mourning', ...unsubscribing, updating, settingAside),
  Mourn: functionOf('Mourning'),
  Gone: ruleOf('Mourn', { lastStatus: ['STOPPED'] }),
  MayMourn: permissionOf('Mourn', 'Gone'),
  Graveyard: { Type: 'AWS::SQS::Queue' },
  Bell: { Type: 'AWS::SNS::Topic' },
  Lost: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      ...alarm,
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: attribute('Graveyard', 'QueueName') }],
    },
  },
  Counting: role,
  CountingPolicy: policyOf(
    'Counting',
    allow('ecs:ListTasks', '*', { ArnEquals: { 'ecs:cluster': attribute('Ring') } }),
    ...subscribing,
    ...unsubscribing,
    updating,
  ),
  Count: functionOf('Counting'),
  Often: {
    Type: 'AWS::Events::Rule',
    Properties: { ScheduleExpression: 'rate(15 minutes)', Targets: [targetOf('Count')], State: 'ENABLED' },
  },
  Found: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: { ...alarm, Namespace: 'Feed', MetricName: 'Found', Dimensions: [] },
  },
};

/** The finished template with something else in it. */
export const { changed, without, plus } = variationsOf(finished);
