import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SqsScalingStack, type SqsScalingStackProps } from '../src/sqs-scaling-stack';

const props: SqsScalingStackProps = {
  maxReceiveCount: 6,
  batchSize: 40,
  batchingWindow: 2,
  memorySize: 256,
  maxConcurrency: 30,
  idempotencyKey: 'messageId',
};
const template = Template.fromStack(new SqsScalingStack(new App(), 'test', props));

test('the queue invokes the consumer', () => {
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Queue'), 'Arn'] },
    FunctionName: { Ref: Match.stringLikeRegexp('^Consumer') },
  });
});

test('the consumer may receive from its queue, and use no wildcard', () => {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const statements = policies.flatMap((policy) => policy.Properties.PolicyDocument.Statement);
  const receiving = statements.filter(({ Action }) => Action.includes('sqs:ReceiveMessage'));
  expect(receiving.map(({ Resource }) => Resource)).toEqual([
    { 'Fn::GetAtt': [expect.stringMatching(/^Queue/), 'Arn'] },
  ]);
  expect(statements.filter(({ Resource }) => Resource === '*')).toEqual([]);
});

test('a message is hidden for six timeouts of the consumer and the batching window', () => {
  template.hasResourceProperties('AWS::Lambda::Function', { Timeout: 30 });
  template.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: 182 });
});

test('a message that keeps failing moves to the dead-letter queue, which keeps it for 14 days', () => {
  template.hasResourceProperties('AWS::SQS::Queue', {
    RedrivePolicy: {
      deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^DeadLetterQueue'), 'Arn'] },
      maxReceiveCount: 6,
    },
  });
  template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 24 * 60 * 60 });
});

test('the consumer reports which messages failed', () => {
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
});

test('messages are gathered up to the batch size and the batching window', () => {
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    BatchSize: 40,
    MaximumBatchingWindowInSeconds: 2,
  });
});

test('the consumer scales to the maximum concurrency', () => {
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { ScalingConfig: { MaximumConcurrency: 30 } });
});

test('the consumer has the memory that it is given', () => {
  template.hasResourceProperties('AWS::Lambda::Function', { MemorySize: 256 });
});

test('messages that are done are remembered in a table that forgets', () => {
  template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    TimeToLiveSpecification: { AttributeName: 'expiration', Enabled: true },
  });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { IDEMPOTENCY_TABLE: { Ref: Match.stringLikeRegexp('^DoneMessages') } } },
  });
});

test('every alarm tells the topic, and is quiet while there is no data', () => {
  template.resourceCountIs('AWS::CloudWatch::Alarm', 4);
  template.allResourcesProperties('AWS::CloudWatch::Alarm', {
    AlarmActions: [{ Ref: Match.stringLikeRegexp('^AlarmTopic') }],
    TreatMissingData: 'notBreaching',
  });
});

test('alarms may publish to the topic', () => {
  template.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: 'sns:Publish',
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
        }),
      ]),
    },
  });
});

test.each(['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage', 'ConcurrentExecutions', 'Errors'])(
  'the dashboard shows %s',
  (metric) => {
    const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
    expect(JSON.stringify(dashboard.Properties.DashboardBody)).toContain(metric);
  },
);
