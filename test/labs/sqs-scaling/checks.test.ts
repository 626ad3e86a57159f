import { runCheck } from '../../../labs/engine/check';
import type { Json } from '../../../labs/engine/json';
import { checks } from '../../../labs/sqs-scaling/checks';
import { checkerOf, testChecks } from '../check-suite';
import { assemblyOf, attribute, type Resources, ref } from '../support';
import { changed, finished, plus, without } from './templates';

const checked = checkerOf(checks);

testChecks(checks, finished);

const polling = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
const remembering = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'];

const allow = (action: Json, resource: Json): Json => ({ Effect: 'Allow', Action: action, Resource: resource });

/** The metric of the age of a queue's oldest message. */
const ageOf = (name: Json): Json => ({
  Namespace: 'AWS/SQS',
  MetricName: 'ApproximateAgeOfOldestMessage',
  Dimensions: [{ Name: 'QueueName', Value: name }],
});

/** A dashboard with one graph of the given rows, whose text is joined around the references. */
function boardOf(...metrics: Json[]): Resources[string] {
  const parts = JSON.stringify({ widgets: [{ type: 'metric', properties: { metrics } }] })
    .split(/"?(\{"(?:Ref|Fn::GetAtt)":[^}]+\})"?/)
    .flatMap((part, index): Json[] => (index % 2 === 0 ? [part] : ['"', JSON.parse(part), '"']));
  return { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardBody: { 'Fn::Join': ['', parts] } } };
}

const queueRows: Json[] = [
  ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', attribute('In', 'QueueName')],
  ['.', 'ApproximateAgeOfOldestMessage', '.', '.'],
];

describe('a right answer of another shape passes', () => {
  const document = (...statements: Json[]): Json => ({ Statement: statements });
  const split = {
    RightsPolicy: {
      Type: 'AWS::IAM::RolePolicy',
      Properties: {
        RoleName: ref('Rights'),
        PolicyDocument: document(allow(['sqs:ReceiveMessage', 'sqs:GetQueueAttributes'], attribute('In'))),
      },
    },
    Second: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: { Roles: [ref('Rights')], PolicyDocument: document(allow('sqs:DeleteMessage', [attribute('In')])) },
    },
    Third: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        Roles: [ref('Rights')],
        PolicyDocument: document(
          allow(remembering, [attribute('Done'), { 'Fn::Join': ['', [attribute('Done'), '/index/*']] }]),
        ),
      },
    },
  } as Resources;
  const ageByMath = {
    Late: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        ComparisonOperator: 'LessThanThreshold',
        Threshold: 0,
        Metrics: [
          { Id: 'rest', Expression: '900 - age' },
          {
            Id: 'age',
            ReturnData: false,
            MetricStat: {
              Metric: {
                Namespace: 'AWS/SQS',
                MetricName: 'ApproximateAgeOfOldestMessage',
                Dimensions: [{ Name: 'QueueName', Value: attribute('In', 'QueueName') }],
              },
            },
          },
        ],
      },
    },
    Either: {
      Type: 'AWS::CloudWatch::CompositeAlarm',
      Properties: {
        AlarmActions: [ref('Bell')],
        AlarmRule: { 'Fn::Join': ['', ['ALARM("', attribute('Late'), '")']] },
      },
    },
  } as Resources;

  test.each<[string, string, Resources]>([
    ['rights split over three policies', 'queue-and-consumer', plus(split)],
    ['rights split over three policies', 'idempotency', plus(split)],
    [
      'inline rights on that queue',
      'queue-and-consumer',
      plus({
        RightsPolicy: { Type: 'Test::Nothing' },
        Rights: {
          Type: 'AWS::IAM::Role',
          Properties: {
            ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
            Policies: [{ PolicyDocument: document(allow(polling, attribute('In'))) }],
          },
        },
      }),
    ],
    [
      'messages that the consumer sends elsewhere',
      'queue-and-consumer',
      plus({
        More: {
          Type: 'AWS::IAM::Policy',
          Properties: {
            Roles: [ref('Rights')],
            PolicyDocument: document(allow('sqs:SendMessage', attribute('Graveyard'))),
          },
        },
      }),
    ],
    [
      'a mapping to an alias',
      'queue-and-consumer',
      plus({
        Live: { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: ref('Worker') } },
        Feed: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: { EventSourceArn: attribute('In'), FunctionName: ref('Live') },
        },
      }),
    ],
    [
      'a mapping by ARN in a text',
      'queue-and-consumer',
      changed('Feed', { EventSourceArn: { 'Fn::Sub': ['$', '{In.Arn}'].join('') } }),
    ],
    [
      'a second queue with a consumer of dead letters',
      'queue-and-consumer',
      {
        Redrive: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: { EventSourceArn: attribute('Graveyard'), FunctionName: ref('Worker') },
        },
        ...finished,
      },
    ],
    ['numbers as text', 'visibility-timeout', changed('In', { VisibilityTimeout: '181' })],
    [
      'a function with the default timeout of 3 seconds',
      'visibility-timeout',
      plus({
        ...changed('Worker', { Timeout: undefined }),
        In: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 19 } },
      }),
    ],
    [
      'a redrive policy as JSON text',
      'dead-letter-queue',
      plus({
        Graveyard: {
          Type: 'AWS::SQS::Queue',
          Properties: { QueueName: 'graveyard', MessageRetentionPeriod: 1_209_600 },
        },
        In: {
          Type: 'AWS::SQS::Queue',
          Properties: {
            RedrivePolicy:
              '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:123456789012:graveyard","maxReceiveCount":"5"}',
          },
        },
      }),
    ],
    [
      'a shorter retention of the queue',
      'dead-letter-queue',
      plus({ ...changed('In', { MessageRetentionPeriod: 86_400 }), Graveyard: { Type: 'AWS::SQS::Queue' } }),
    ],
    [
      'another queue and its consumer, which stand before',
      'dead-letter-queue',
      {
        Mail: { Type: 'AWS::SQS::Queue' },
        Mailer: { Type: 'AWS::Lambda::Function', Properties: { Role: attribute('Rights') } },
        Post: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: { EventSourceArn: attribute('Mail'), FunctionName: ref('Mailer') },
        },
        ...finished,
      },
    ],
    [
      'provisioned pollers',
      'concurrency',
      changed('Feed', { ScalingConfig: undefined, ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 2 } }),
    ],
    ['no reserved concurrency', 'concurrency', changed('Worker', { ReservedConcurrentExecutions: undefined })],
    [
      'a table of the older type, beside another one',
      'idempotency',
      {
        Orders: { Type: 'AWS::DynamoDB::Table' },
        ...plus({
          Done: {
            Type: 'AWS::DynamoDB::Table',
            Properties: { TimeToLiveSpecification: { AttributeName: 'until', Enabled: true } },
          },
        }),
      },
    ],
    ['metric math and a composite alarm', 'alarms', plus(ageByMath)],
    [
      'limits that have to be exceeded, and an action of a composite alarm only',
      'alarms',
      plus({
        ...changed('Late', { ComparisonOperator: 'GreaterThanThreshold', Threshold: 345_599 }),
        Lost: changed('Lost', { ComparisonOperator: 'GreaterThanThreshold', Threshold: 0, ActionsEnabled: false }).Lost,
        Any: {
          Type: 'AWS::CloudWatch::CompositeAlarm',
          Properties: { AlarmActions: [ref('Bell')], AlarmRule: { 'Fn::Sub': ['ALARM("$', '{Lost}")'].join('') } },
        },
      }),
    ],
    [
      'a band that is learnt from the past',
      'alarms',
      changed('Late', {
        MetricName: undefined,
        ComparisonOperator: 'GreaterThanUpperThreshold',
        Threshold: undefined,
        ThresholdMetricId: 'band',
        Metrics: [
          { Id: 'age', MetricStat: { Metric: ageOf(attribute('In', 'QueueName')), Stat: 'p99' } },
          { Id: 'band', Expression: 'ANOMALY_DETECTION_BAND(age, 3)' },
        ],
      }),
    ],
    [
      'a name that is cut out of the ARN of the queue',
      'alarms',
      changed('Late', {
        Dimensions: [{ Name: 'QueueName', Value: { 'Fn::Select': [5, { 'Fn::Split': [':', attribute('In')] }] } }],
      }),
    ],
    [
      'rows that repeat the row before',
      'dashboard',
      plus({
        Board: boardOf(
          ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', attribute('Graveyard', 'QueueName')],
          ['...', attribute('In', 'QueueName'), { stat: 'Maximum' }],
          [{ expression: 'm1 / 2', label: 'half' }],
          ['.', 'ApproximateAgeOfOldestMessage', '.', '.', { region: ref('AWS::Region') }],
          ['AWS/Lambda', 'Errors', 'FunctionName', ref('Worker')],
          ['.', 'ConcurrentExecutions', '...'],
        ),
      }),
    ],
    [
      'alarms that are shown with their metrics',
      'dashboard',
      plus({
        Board: boardOf(
          ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', attribute('In', 'QueueName')],
          ['AWS/Lambda', 'Errors', 'FunctionName', ref('Worker')],
          ['.', 'ConcurrentExecutions', '.', '.'],
        ),
        More: {
          Type: 'AWS::CloudWatch::Dashboard',
          Properties: {
            DashboardBody: {
              'Fn::Join': [
                '',
                ['{"widgets":[{"type":"metric","properties":{"annotations":{"alarms":["', attribute('Late'), '"]}}}]}'],
              ],
            },
          },
        },
      }),
    ],
    [
      'a redrive policy as JSON text with a reference',
      'dead-letter-queue',
      changed('In', {
        RedrivePolicy: {
          'Fn::Join': ['', ['{"maxReceiveCount":5,"deadLetterTargetArn":"', attribute('Graveyard'), '"}']],
        },
      }),
    ],
    [
      'two dashboards',
      'dashboard',
      plus({ Empty: { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardBody: '{}' } } }),
    ],
  ])('%s: %s', (_, step, resources) => {
    expect(checked(step, resources).cause).toBeUndefined();
  });
});

describe('a wrong answer is told what was seen', () => {
  test.each<[string, string, Resources, string]>([
    [
      'two mappings of the queue',
      'queue-and-consumer',
      plus({ Twin: finished.Feed }),
      '2 event source mappings read In',
    ],
    [
      'a disabled mapping',
      'queue-and-consumer',
      changed('Feed', { Enabled: false }),
      'the event source mapping Feed is disabled',
    ],
    [
      'a policy managed by AWS',
      'queue-and-consumer',
      changed('Rights', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole'] }),
      'Rights has the managed policy AWSLambdaSQSQueueExecutionRole, which covers every queue',
    ],
    [
      'rights on every queue',
      'queue-and-consumer',
      changed('RightsPolicy', { PolicyDocument: { Statement: allow('sqs:*', '*') } }),
      'Rights may do sqs:* on more than In',
    ],
    [
      'rights on another queue as well',
      'queue-and-consumer',
      changed('RightsPolicy', {
        PolicyDocument: { Statement: allow(polling, [attribute('In'), attribute('Graveyard')]) },
      }),
      'Rights may do sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes on more than In',
    ],
    [
      'every action on that queue',
      'queue-and-consumer',
      changed('RightsPolicy', { PolicyDocument: { Statement: allow('sqs:*', attribute('In')) } }),
      'Rights may do sqs:* on In, which is more than it needs',
    ],
    [
      'a wildcard among actions',
      'queue-and-consumer',
      changed('RightsPolicy', { PolicyDocument: { Statement: allow([...polling, 'sqs:Receive*'], attribute('In')) } }),
      'Rights may do sqs:Receive* on In, which is more than it needs',
    ],
    [
      'rights on queues by a pattern',
      'queue-and-consumer',
      changed('RightsPolicy', { PolicyDocument: { Statement: allow(polling, 'arn:aws:sqs:*:*:orders-*') } }),
      'Rights may do sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes on more than In',
    ],
    ['a FIFO queue', 'queue-and-consumer', changed('In', { FifoQueue: true }), 'In is a FIFO queue'],
    [
      "the queue's URL as the source",
      'queue-and-consumer',
      changed('Feed', { EventSourceArn: ref('In') }),
      'EventSourceArn of Feed is no ARN, but the URL or the name of In',
    ],
    [
      "the queue's name as the source",
      'queue-and-consumer',
      changed('Feed', { EventSourceArn: attribute('In', 'QueueName') }),
      'EventSourceArn of Feed is no ARN, but the URL or the name of In',
    ],
    [
      'a missing action',
      'queue-and-consumer',
      changed('RightsPolicy', {
        PolicyDocument: { Statement: allow(['sqs:ReceiveMessage', 'sqs:GetQueueAttributes'], attribute('In')) },
      }),
      'Rights may not do sqs:DeleteMessage on In',
    ],
    [
      'an unknown role',
      'queue-and-consumer',
      changed('Worker', { Role: 'arn:aws:iam::123456789012:role/admin' }),
      'the role of Worker is not in the template, so that its rights are unknown',
    ],
    [
      'an unknown function',
      'queue-and-consumer',
      without('Worker'),
      'the event source mapping Feed points at no function of the template',
    ],
    ['no mapping', 'queue-and-consumer', without('Feed'), 'no event source mapping has In as its source'],
    [
      'the default visibility',
      'visibility-timeout',
      changed('In', { VisibilityTimeout: undefined }),
      'VisibilityTimeout of In is not set, which means 30 s',
    ],
    [
      'a visibility that forgets the window',
      'batching',
      changed('In', { VisibilityTimeout: 180 }),
      'VisibilityTimeout of In is 180 s',
    ],
    [
      'a queue that redrives to itself',
      'dead-letter-queue',
      changed('In', { RedrivePolicy: { deadLetterTargetArn: attribute('In'), maxReceiveCount: 5 } }),
      'In redrives to itself',
    ],
    [
      'a dead-letter queue by its URL',
      'dead-letter-queue',
      changed('In', { RedrivePolicy: { deadLetterTargetArn: ref('Graveyard'), maxReceiveCount: 5 } }),
      'deadLetterTargetArn of In is no ARN, but the URL or the name of Graveyard',
    ],
    [
      'a FIFO dead-letter queue of a standard queue',
      'dead-letter-queue',
      changed('Graveyard', { FifoQueue: true }),
      'Graveyard is a FIFO queue, In a standard queue',
    ],
    [
      'a standard dead-letter queue of a FIFO queue',
      'dead-letter-queue',
      changed('In', { FifoQueue: 'true' }),
      'Graveyard is a standard queue, In a FIFO queue',
    ],
    [
      'periods that are no whole days',
      'dead-letter-queue',
      plus({
        ...changed('In', { MessageRetentionPeriod: 129_600 }),
        Graveyard: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 5400 } },
      }),
      'Graveyard keeps messages for 90 minutes, In for 36 hours',
    ],
    [
      'periods of one unit, and of odd seconds',
      'dead-letter-queue',
      plus({
        ...changed('In', { MessageRetentionPeriod: 86_400 }),
        Graveyard: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 61 } },
      }),
      'Graveyard keeps messages for 61 seconds, In for 1 day',
    ],
    [
      'equal retention',
      'dead-letter-queue',
      changed('Graveyard', { MessageRetentionPeriod: undefined }),
      'Graveyard keeps messages for 4 days, In for 4 days',
    ],
    [
      'no window',
      'batching',
      changed('Feed', { MaximumBatchingWindowInSeconds: 0 }),
      'MaximumBatchingWindowInSeconds of Feed is 0 s',
    ],
    [
      'too little reserved',
      'concurrency',
      changed('Worker', { ReservedConcurrentExecutions: 8 }),
      'ReservedConcurrentExecutions of Worker is 8',
    ],
    [
      'a table that never forgets',
      'idempotency',
      changed('Done', { TimeToLiveSpecification: undefined }),
      'Done has no time to live (TimeToLiveSpecification), and so never forgets',
    ],
    [
      'read rights only',
      'idempotency',
      changed('RightsPolicy', { PolicyDocument: { Statement: allow('dynamodb:GetItem', attribute('Done')) } }),
      'Rights may not do dynamodb:PutItem, dynamodb:UpdateItem, dynamodb:DeleteItem on Done',
    ],
    [
      'every action on the table',
      'idempotency',
      changed('RightsPolicy', { PolicyDocument: { Statement: allow('dynamodb:*', attribute('Done')) } }),
      'Rights may do dynamodb:* on Done, which is more than it needs',
    ],
    [
      'rights on every table',
      'idempotency',
      changed('RightsPolicy', { PolicyDocument: { Statement: allow('dynamodb:GetItem', '*') } }),
      'Rights may do dynamodb:GetItem on more than Done',
    ],
    [
      'a policy managed by AWS on tables',
      'idempotency',
      changed('Rights', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess'] }),
      'Rights has the managed policy AmazonDynamoDBFullAccess, which covers every table',
    ],
    [
      'a table that the function does not know',
      'idempotency',
      changed('Worker', { Environment: { Variables: { TABLE: 'done' } } }),
      'no environment variable of Worker holds the name of Done',
    ],
    [
      'an alarm on the other queue',
      'alarms',
      changed('Late', { Dimensions: [{ Name: 'QueueName', Value: attribute('Graveyard', 'QueueName') }] }),
      'Late watches AWS/SQS ApproximateAgeOfOldestMessage, but not of In; no alarm watches ApproximateAgeOfOldestMessage of In',
    ],
    [
      'an alarm whose dimension is an ARN',
      'alarms',
      changed('Late', { Dimensions: [{ Name: 'QueueName', Value: attribute('In') }] }),
      'Late watches AWS/SQS ApproximateAgeOfOldestMessage, but not of In; no alarm watches ApproximateAgeOfOldestMessage of In',
    ],
    [
      'a timeout that Lambda does not take',
      'visibility-timeout',
      { ...changed('Worker', { Timeout: 1800 }), In: changed('In', { VisibilityTimeout: 10_801 }).In },
      'Timeout of Worker is 1800 s',
    ],
    ['a silent alarm', 'alarms', changed('Lost', { AlarmActions: [] }), 'the alarm Lost has no action'],
    [
      'an alarm whose actions are off',
      'alarms',
      changed('Lost', { ActionsEnabled: false }),
      'ActionsEnabled of Lost is false, so that its actions never run',
    ],
    [
      'an alarm by the URL of the queue',
      'alarms',
      changed('Late', { Dimensions: [{ Name: 'QueueName', Value: ref('In') }] }),
      'Late watches AWS/SQS ApproximateAgeOfOldestMessage, but not of In; no alarm watches ApproximateAgeOfOldestMessage of In',
    ],
    [
      'an alarm on small values',
      'alarms',
      changed('Late', { ComparisonOperator: 'LessThanThreshold' }),
      'ComparisonOperator of Late is LessThanThreshold',
    ],
    [
      'a limit that no message reaches',
      'alarms',
      changed('Late', { Threshold: 345_600 }),
      'Threshold of Late is 345600',
    ],
    [
      'a limit that lets many dead letters pass',
      'alarms',
      changed('Lost', { Threshold: 100 }),
      'Threshold of Lost is 100',
    ],
    [
      'a limit that is always reached',
      'alarms',
      changed('Lost', { Threshold: 0 }),
      'the alarm Lost goes off at 0, and so it always does',
    ],
    [
      'a statistic that counts samples',
      'alarms',
      changed('Late', {
        MetricName: undefined,
        Statistic: undefined,
        Metrics: [{ Id: 'age', MetricStat: { Metric: ageOf(attribute('In', 'QueueName')), Stat: 'SampleCount' } }],
      }),
      'the alarm Late watches the statistic SampleCount, which does not tell the age of the oldest message of the queue',
    ],
    [
      'graphs of all functions',
      'dashboard',
      plus({ Board: boardOf(...queueRows, ['AWS/Lambda', 'ConcurrentExecutions'], ['.', 'Errors']) }),
      'the graph of ConcurrentExecutions is not of Worker',
    ],
    [
      'graphs of another queue',
      'dashboard',
      plus({
        Board: boardOf(
          ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', attribute('Graveyard', 'QueueName')],
          ['.', 'ApproximateAgeOfOldestMessage', '.', attribute('In', 'QueueName')],
        ),
      }),
      'the graph of ApproximateNumberOfMessagesVisible is not of In',
    ],
    [
      'a dashboard without a graph',
      'dashboard',
      changed('Board', { DashboardBody: '{"widgets":[]}' }),
      'no dashboard shows ApproximateNumberOfMessagesVisible',
    ],
  ])('%s: %s', (_, step, resources, seen) => {
    expect(checked(step, resources).cause?.seen).toBe(seen);
  });
});

describe('a wrong answer is told what to do next', () => {
  const fortnight = { MessageRetentionPeriod: 1_209_600 };

  test.each<[string, string, Resources, string]>([
    [
      'two queues that keep messages for as long as there is',
      'dead-letter-queue',
      changed('In', fortnight),
      'lower the retention period of the queue: no queue keeps messages for longer than 14 days',
    ],
    [
      'dead letters that are kept too short',
      'dead-letter-queue',
      changed('Graveyard', { MessageRetentionPeriod: 60 }),
      'raise the retention period of the dead-letter queue, up to 14 days',
    ],
    [
      'a maximum concurrency under five, reserved as well',
      'concurrency',
      plus({
        ...changed('Worker', { ReservedConcurrentExecutions: 3 }),
        Feed: changed('Feed', { ScalingConfig: { MaximumConcurrency: 3 } }).Feed,
      }),
      'raise the reserved concurrency to 5 or more, or leave it out',
    ],
    [
      'too little reserved',
      'concurrency',
      changed('Worker', { ReservedConcurrentExecutions: 8 }),
      'raise the reserved concurrency to 10 or more, or leave it out',
    ],
    [
      'no maximum concurrency',
      'concurrency',
      changed('Feed', { ScalingConfig: undefined }),
      'give the event source a maximum concurrency',
    ],
    [
      'too small a maximum concurrency',
      'concurrency',
      changed('Feed', { ScalingConfig: { MaximumConcurrency: 1 } }),
      'raise the maximum concurrency of the event source to 2 or more, which is the least that Lambda takes',
    ],
    [
      'too large a maximum concurrency',
      'concurrency',
      changed('Feed', { ScalingConfig: { MaximumConcurrency: 1001 } }),
      'lower the maximum concurrency of the event source to 1000 or less, which is the most that Lambda takes',
    ],
    [
      'too large a batch',
      'batching',
      changed('Feed', { BatchSize: 10_001 }),
      'lower the batch size of the event source to 10000 or less, which is the most that Lambda takes',
    ],
    [
      'too long a window',
      'batching',
      changed('Feed', { MaximumBatchingWindowInSeconds: 301 }),
      'shorten the batching window to 300 seconds or less, which is the most that Lambda takes',
    ],
  ])('%s: %s', (_, step, resources, next) => {
    expect(checked(step, resources).cause?.next).toBe(next);
  });
});

test('rules that do not run at every synthesis are missed', () => {
  const { cause } = runCheck(checks[checks.length - 1], assemblyOf(finished));
  expect(cause?.goal).toBe('The security rules run at every synthesis');
  expect(cause?.seen).toBe('no rule pack looked at the app when it was synthesized');
});
