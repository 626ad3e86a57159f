import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { DynamicSubscriptionsStack, type DynamicSubscriptionsStackProps } from '../src/dynamic-subscriptions-stack';

const props: DynamicSubscriptionsStackProps = {
  desiredCount: 3,
  cpu: 512,
  memory: 1024,
  sweepInterval: 20,
};
const template = Template.fromStack(new DynamicSubscriptionsStack(new App(), 'test', props));

/** The actions that the role of this name is allowed, but for those on logs and the dead-letter queue, with their resources. */
function rightsOf(role: RegExp): Record<string, string> {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const statements = policies
    .filter(({ Properties }) => role.test(Properties.Roles[0].Ref))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const rights = statements.flatMap(({ Action, Resource }) =>
    [Action].flat().map((action): [string, string] => [action, JSON.stringify(Resource)]),
  );
  const isBeside = ([action, resource]: [string, string]) => /^logs:/.test(action) || /DeadLetterQueue/.test(resource);
  return Object.fromEntries(rights.filter((right) => !isBeside(right)));
}

test('the topic takes messages over TLS alone', () => {
  template.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: {
      Statement: [
        Match.objectLike({
          Action: 'sns:Publish',
          Effect: 'Deny',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ],
    },
    Topics: [{ Ref: Match.stringLikeRegexp('^Topic') }],
  });
});

test('the service runs as many tasks as it is told, of the size that it is told, under a name that is known before', () => {
  template.hasResourceProperties('AWS::ECS::Service', { ServiceName: 'test-consumer', DesiredCount: 3 });
  template.hasResourceProperties('AWS::ECS::TaskDefinition', {
    Cpu: '512',
    Memory: '1024',
    RuntimePlatform: { CpuArchitecture: 'ARM64' },
  });
});

test('nothing can connect to a task', () => {
  template.resourceCountIs('AWS::EC2::SecurityGroup', 1);
  template.hasResourceProperties('AWS::EC2::SecurityGroup', { SecurityGroupIngress: Match.absent() });
  template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
});

test('a task may read queues of tasks, and do nothing else', () => {
  expect(rightsOf(/TaskRole/)).toEqual({
    'sqs:GetQueueUrl': expect.stringContaining(':test_task-*"'),
    'sqs:ReceiveMessage': expect.stringContaining(':test_task-*"'),
    'sqs:DeleteMessage': expect.stringContaining(':test_task-*"'),
    'sqs:ChangeMessageVisibility': expect.stringContaining(':test_task-*"'),
  });
});

test('a task knows the prefix of its queue, and has a minute to finish its messages', () => {
  template.hasResourceProperties('AWS::ECS::TaskDefinition', {
    ContainerDefinitions: [
      Match.objectLike({ Environment: [{ Name: 'QUEUE_PREFIX', Value: 'test_task-' }], StopTimeout: 60 }),
    ],
  });
});

test.each([
  ['Start', { lastStatus: ['RUNNING'], desiredStatus: ['RUNNING'] }],
  ['Stop', { lastStatus: ['STOPPED'] }],
])('%s is invoked for tasks of this service alone', (handler, status) => {
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.ecs'],
      'detail-type': ['ECS Task State Change'],
      detail: {
        clusterArn: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('^Cluster'), 'Arn'] }],
        group: ['service:test-consumer'],
        ...status,
      },
    },
    Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp(`^${handler}`), 'Arn'] } })],
  });
});

test('the service starts its first task when what hears of it, and its network, are there', () => {
  const [{ DependsOn }] = Object.values(template.findResources('AWS::ECS::Service'));
  const earlier = [
    /^StartRule\w{8}$/,
    /^StartRuleAllow/,
    /^Start\w{8}$/,
    /^StopRule\w{8}$/,
    /^StopRuleAllow/,
    /^NetworkVpc/,
  ];
  expect(DependsOn).toEqual(expect.arrayContaining(earlier.map((name) => expect.stringMatching(name))));
});

test('the start function may make, subscribe and remove queues of tasks, and update their rows', () => {
  expect(rightsOf(/^StartRole/)).toEqual({
    'sqs:CreateQueue': expect.stringContaining(':test_task-*"'),
    'sqs:TagQueue': expect.stringContaining(':test_task-*"'),
    'sqs:GetQueueUrl': expect.stringContaining(':test_task-*"'),
    'sqs:DeleteQueue': expect.stringContaining(':test_task-*"'),
    'sns:Subscribe': expect.stringMatching(/"Ref":"Topic/),
    'sns:Unsubscribe': expect.stringMatching(/"Ref":"Topic/),
    'dynamodb:UpdateItem': expect.stringContaining('"Tasks'),
  });
});

test('nothing but queues of tasks can be subscribed', () => {
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: 'sns:Subscribe',
          Condition: {
            StringEquals: { 'sns:Protocol': 'sqs' },
            StringLike: { 'sns:Endpoint': { 'Fn::Join': ['', Match.arrayWith([':test_task-*'])] } },
          },
        }),
      ]),
    },
    Roles: [{ Ref: Match.stringLikeRegexp('^StartRole') }],
  });
});

test('the start function knows the tags of the project, which queues get as well', () => {
  const tagged = new DynamicSubscriptionsStack(new App(), 'test', { ...props, tags: { team: 'orders' } });
  Template.fromStack(tagged).hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { QUEUE_TAGS: '{"team":"orders"}' } },
  });
});

test('a name of 80 letters holds the prefix and an id of 36, however long the name of the stack is', () => {
  const long = new DynamicSubscriptionsStack(new App(), 'a-very-long-name-'.repeat(7).slice(0, -1), props);
  const [{ Value }] = Object.values(Template.fromStack(long).findOutputs('QueuePrefix'));
  expect(Value.length + 36).toBeLessThanOrEqual(80);
});

test('the stop function may remove queues of tasks and subscriptions, and make none', () => {
  expect(rightsOf(/^StopRole/)).toEqual({
    'sqs:GetQueueUrl': expect.stringContaining(':test_task-*"'),
    'sqs:DeleteQueue': expect.stringContaining(':test_task-*"'),
    'sns:Unsubscribe': expect.stringMatching(/"Ref":"Topic/),
    'dynamodb:UpdateItem': expect.stringContaining('"Tasks'),
  });
});

test('rows of tasks go by themselves', () => {
  template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
    KeySchema: [{ AttributeName: 'taskId', KeyType: 'HASH' }],
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
  });
});

test('what can not be delivered or handled is set aside after half an hour, for 14 days', () => {
  const deadLetterQueue = { 'Fn::GetAtt': [Match.stringLikeRegexp('^DeadLetterQueue'), 'Arn'] };
  template.allResourcesProperties('AWS::Events::Rule', {
    Targets: [
      Match.objectLike({
        DeadLetterConfig: { Arn: deadLetterQueue },
        RetryPolicy: { MaximumEventAgeInSeconds: 1800 },
      }),
    ],
  });
  template.resourceCountIs('AWS::Lambda::EventInvokeConfig', 3);
  template.allResourcesProperties('AWS::Lambda::EventInvokeConfig', {
    MaximumEventAgeInSeconds: 1800,
    DestinationConfig: { OnFailure: { Destination: deadLetterQueue } },
  });
  template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 24 * 60 * 60 });
});

test('every alarm tells the topic, and is quiet while there is no data', () => {
  template.resourceCountIs('AWS::CloudWatch::Alarm', 3);
  template.allResourcesProperties('AWS::CloudWatch::Alarm', {
    AlarmActions: [{ Ref: Match.stringLikeRegexp('^AlarmTopic') }],
    TreatMissingData: 'notBreaching',
  });
});

test('the sweeper runs as often as it is told', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    ScheduleExpression: 'rate(20 minutes)',
    Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Sweep'), 'Arn'] } })],
  });
});

test('the sweeper sees tasks of this cluster alone', () => {
  expect(rightsOf(/^SweepRole/)['ecs:DescribeTasks']).toMatch(/:task\/.+"Ref":"Cluster\w+"},"\/\*"/);
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: 'ecs:ListTasks',
          Condition: { ArnEquals: { 'ecs:cluster': { 'Fn::GetAtt': [Match.stringLikeRegexp('^Cluster'), 'Arn'] } } },
        }),
      ]),
    },
  });
});

test('an alarm watches what the sweeper mended', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: { POWERTOOLS_METRICS_NAMESPACE: 'DynamicSubscriptions', POWERTOOLS_SERVICE_NAME: 'test' },
    },
  });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'DynamicSubscriptions',
    MetricName: 'Swept',
    Dimensions: [{ Name: 'service', Value: 'test' }],
    Threshold: 1,
  });
});
