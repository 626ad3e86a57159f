import { checks } from '../../../labs/dynamic-subscriptions/checks';
import { asList, dig, type Json } from '../../../labs/engine/json';
import { checkerOf, testChecks } from '../check-suite';
import { attribute, type Resources, ref } from '../support';
import {
  allow,
  changed,
  finished,
  ofQueues,
  patternOf,
  plus,
  queuesOf,
  targetOf,
  taskQueues,
  without,
} from './templates';

const checked = checkerOf(checks);

testChecks(checks, finished);

/** The finished template with further statements in a policy. */
function granted(policy: string, ...statements: Json[]): Resources {
  const before = dig(finished[policy].Properties, 'PolicyDocument', 'Statement');
  return changed(policy, { PolicyDocument: { Statement: [...asList(before), ...statements] } });
}

/** The finished template with other statements in a policy. */
function only(policy: string, ...statements: Json[]): Resources {
  return changed(policy, { PolicyDocument: { Statement: statements } });
}

/** The finished template with another service. */
function waiting(dependsOn: readonly string[]): Resources {
  return plus({ Readers: { ...finished.Readers, DependsOn: dependsOn } });
}

const running = { lastStatus: ['RUNNING'], desiredStatus: ['RUNNING'] };
const { clusterArn } = patternOf({}).detail as { clusterArn: Json };

describe('a right answer of another shape passes', () => {
  test.each<[string, string, Resources]>([
    [
      'another service, which stands before',
      'start-rule',
      { Others: { Type: 'AWS::ECS::Service', Properties: { ServiceName: 'others' } }, ...finished },
    ],
    [
      'a service that waits by way of another resource',
      'start-rule',
      plus({
        Between: { Type: 'Test::Nothing', Properties: { Rule: ref('Born') }, DependsOn: ['MayGreet'] },
        Readers: { ...finished.Readers, DependsOn: ['Between'] },
      }),
    ],
    ['a permission for every rule', 'start-rule', changed('MayGreet', { SourceArn: undefined })],
    [
      'a rule that invokes an alias',
      'start-rule',
      plus({
        Live: { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: ref('Greet') } },
        Born: { ...finished.Born, Properties: { ...finished.Born.Properties, Targets: [{ Arn: ref('Live') }] } },
        MayGreet: {
          ...finished.MayGreet,
          Properties: { ...finished.MayGreet.Properties, FunctionName: ref('Live') },
        },
      }),
    ],
    [
      'a prefix that is made of the name of the stack',
      'consumer',
      plus({
        ReadingPolicy: only(
          'ReadingPolicy',
          allow(['sqs:GetQueueUrl', 'sqs:ReceiveMessage', 'sqs:DeleteMessage'], {
            'Fn::Sub': ['arn:aws:sqs:$', '{AWS::Region}:$', '{AWS::AccountId}:$', '{AWS::StackName}-task-*'].join(''),
          }),
        ).ReadingPolicy,
        Reader: changed('Reader', {
          ContainerDefinitions: [
            {
              StopTimeout: 30,
              Environment: [{ Name: 'PREFIX', Value: { 'Fn::Sub': ['$', '{AWS::StackName}-task'].join('') } }],
            },
          ],
        }).Reader,
      }),
    ],
    [
      'a task that may wait longer for a message',
      'consumer',
      granted('ReadingPolicy', allow('sqs:ChangeMessageVisibility', taskQueues)),
    ],
    [
      'rights split over two policies',
      'queue-for-a-task',
      plus({
        ...only('GreetingPolicy', allow('sns:Subscribe', ref('News'), ofQueues)),
        Second: {
          Type: 'AWS::IAM::ManagedPolicy',
          Properties: {
            Roles: [ref('Greeting')],
            PolicyDocument: {
              Statement: [allow('sqs:CreateQueue', taskQueues), allow('dynamodb:PutItem', attribute('Known'))],
            },
          },
        },
      }),
    ],
    [
      'a table of the older type, beside another one',
      'duplicates-and-order',
      {
        Orders: { Type: 'AWS::DynamoDB::Table' },
        ...plus({ Known: { ...finished.Known, Type: 'AWS::DynamoDB::Table' } }),
      },
    ],
    [
      'a stop rule that names both statuses',
      'stop-rule',
      changed('Gone', { EventPattern: patternOf({ lastStatus: ['STOPPED'], desiredStatus: ['STOPPED'] }) }),
    ],
    [
      'destinations on failure, and a queue of its own for each',
      'failures',
      plus({
        Mourn: changed('Mourn', { DeadLetterConfig: undefined }).Mourn,
        Limbo: { Type: 'AWS::SQS::Queue' },
        Trying: {
          Type: 'AWS::Lambda::EventInvokeConfig',
          Properties: {
            FunctionName: ref('Mourn'),
            DestinationConfig: { OnFailure: { Destination: attribute('Limbo') } },
          },
        },
      }),
    ],
    [
      'a schedule of EventBridge Scheduler',
      'sweeper',
      plus({
        Often: {
          Type: 'AWS::Scheduler::Schedule',
          Properties: { ScheduleExpression: 'rate(5 minutes)', Target: { Arn: attribute('Count') } },
        },
      }),
    ],
    [
      'another function on a schedule, which stands before',
      'sweeper',
      {
        Report: { Type: 'AWS::Lambda::Function', Properties: { Role: attribute('Mourning') } },
        Daily: {
          Type: 'AWS::Events::Rule',
          Properties: { ScheduleExpression: 'rate(1 day)', Targets: [{ Arn: attribute('Report') }] },
        },
        ...finished,
      },
    ],
  ])('%s: %s', (_, step, resources) => {
    expect(checked(step, resources).cause).toBeUndefined();
  });
});

describe('a wrong answer is told what was seen', () => {
  test.each<[string, string, Resources, string]>([
    [
      'a name that only CloudFormation knows',
      'topic-and-task',
      changed('Readers', { ServiceName: undefined }),
      'ServiceName of Readers is not set, so that nobody knows it before the service exists',
    ],
    [
      'a task that subscribes itself',
      'topic-and-task',
      granted('ReadingPolicy', allow('sns:Subscribe', ref('News'))),
      'Reading may do sns:Subscribe',
    ],
    [
      'a policy managed by AWS',
      'topic-and-task',
      changed('Reading', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSNSFullAccess'] }),
      'Reading may do sns:*',
    ],
    [
      'an open port',
      'topic-and-task',
      plus({
        Open: {
          Type: 'AWS::EC2::SecurityGroupIngress',
          Properties: { GroupId: attribute('Shell', 'GroupId'), CidrIpv6: '::/0', IpProtocol: 'tcp' },
        },
      }),
      'the security group Shell lets in everybody',
    ],
    [
      'every task of the account',
      'start-rule',
      changed('Born', { EventPattern: { ...patternOf(running), detail: running } }),
      'clusterArn in the pattern of Born is not set',
    ],
    [
      'the attribute of the service in the pattern',
      'start-rule',
      changed('Born', {
        EventPattern: patternOf({
          ...running,
          group: [{ 'Fn::Join': ['', ['service:', attribute('Readers', 'Name')]] }],
        }),
      }),
      'group in the pattern of Born refers to Readers, so that the rule comes after the service',
    ],
    [
      'every task of the cluster',
      'start-rule',
      changed('Born', { EventPattern: { ...patternOf(running), detail: { clusterArn, ...running } } }),
      'group in the pattern of Born is not set',
    ],
    [
      'tasks that are about to stop',
      'start-rule',
      changed('Born', { EventPattern: patternOf({ lastStatus: ['RUNNING'] }) }),
      'desiredStatus in the pattern of Born is not set',
    ],
    [
      'one rule for both ends',
      'start-rule',
      changed('Born', { EventPattern: patternOf({ ...running, lastStatus: ['RUNNING', 'STOPPED'] }) }),
      'lastStatus in the pattern of Born is RUNNING, STOPPED',
    ],
    [
      'a rule that may not invoke',
      'start-rule',
      without('MayGreet'),
      'no permission (AWS::Lambda::Permission) lets Born invoke Greet',
    ],
    [
      'a service that waits for nothing',
      'start-rule',
      waiting([]),
      'Readers does not depend on Born (AWS::Events::Rule)',
    ],
    [
      'a service that does not wait for the permission',
      'start-rule',
      waiting(['Born']),
      'Readers does not depend on MayGreet (AWS::Lambda::Permission)',
    ],
    [
      'queues of any name',
      'queue-for-a-task',
      only('GreetingPolicy', allow('sqs:CreateQueue', queuesOf(''))),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: references as the check shows them
      'Greeting may do sqs:CreateQueue on arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:*',
    ],
    ['every queue', 'queue-for-a-task', granted('GreetingPolicy', allow('sqs:*', '*')), 'Greeting may do sqs:* on *'],
    [
      'every action on queues of tasks',
      'queue-for-a-task',
      granted('GreetingPolicy', allow('sqs:*', taskQueues)),
      'Greeting may do sqs:*, which is more than it needs',
    ],
    [
      'anything that may be subscribed',
      'queue-for-a-task',
      granted('GreetingPolicy', allow('sns:Subscribe', ref('News'))),
      'Greeting may subscribe anything to News, a mail address for example',
    ],
    [
      'any queue that may be subscribed',
      'queue-for-a-task',
      granted('GreetingPolicy', allow('sns:Subscribe', ref('News'), { StringEquals: { 'sns:Protocol': 'sqs' } })),
      'Greeting may subscribe anything to News, a mail address for example',
    ],
    [
      'a topic by its name',
      'queue-for-a-task',
      only(
        'GreetingPolicy',
        allow('sqs:CreateQueue', taskQueues),
        allow('sns:Subscribe', attribute('News', 'TopicName'), ofQueues),
      ),
      'Greeting may not do sns:Subscribe on News',
    ],
    [
      'a topic that nobody is told of',
      'queue-for-a-task',
      changed('Greet', { Environment: { Variables: { TABLE: ref('Known') } } }),
      'no environment variable of Greet names News',
    ],
    [
      'a sort key',
      'queue-for-a-task',
      changed('Known', { KeySchema: [{ AttributeName: 'task' }, { AttributeName: 'version' }] }),
      'Known has 2 keys',
    ],
    [
      'a task that makes its queue itself',
      'consumer',
      granted('ReadingPolicy', allow('sqs:CreateQueue', taskQueues)),
      'Reading may do sqs:CreateQueue, which is more than it needs',
    ],
    [
      'a container that is killed at once',
      'consumer',
      changed('Reader', {
        ContainerDefinitions: [{ StopTimeout: 2, Environment: [{ Name: 'MINE', Value: 'feed_of-' }] }],
      }),
      'StopTimeout of a container of Reader is 2 s',
    ],
    [
      'another prefix',
      'consumer',
      changed('Reader', {
        ContainerDefinitions: [{ StopTimeout: 20, Environment: [{ Name: 'MINE', Value: 'other-' }] }],
      }),
      'no environment variable of the containers of Reader is feed_of-',
    ],
    [
      'one function for both ends',
      'stop-rule',
      changed('Gone', { Targets: [targetOf('Greet')] }),
      'Gone and Born invoke the same function, Greet',
    ],
    [
      'a stop function that makes queues',
      'stop-rule',
      granted('MourningPolicy', allow('sqs:CreateQueue', taskQueues)),
      'Mourning may do sqs:CreateQueue, which is more than it needs',
    ],
    [
      'a table that never forgets',
      'duplicates-and-order',
      changed('Known', { TimeToLiveSpecification: undefined }),
      'TimeToLiveSpecification of Known is not set, so that a row of every task that ever ran is kept',
    ],
    [
      'rows that are only put',
      'duplicates-and-order',
      only('MourningPolicy', allow('dynamodb:PutItem', attribute('Known'))),
      'Mourning may not do dynamodb:UpdateItem on Known',
    ],
    [
      'a target without a dead-letter queue',
      'failures',
      changed('Gone', { Targets: [{ ...targetOf('Mourn'), DeadLetterConfig: {} }] }),
      'the target Mourn of Gone has no dead-letter queue (DeadLetterConfig)',
    ],
    [
      'events of a day ago',
      'failures',
      changed('Born', { Targets: [{ ...targetOf('Greet'), RetryPolicy: { MaximumRetryAttempts: 3 } }] }),
      'the target Greet of Born takes events for up to 86400 s',
    ],
    [
      'a function that loses what fails',
      'failures',
      changed('Mourn', { DeadLetterConfig: undefined }),
      'Mourn has neither a dead-letter queue nor a destination for what fails',
    ],
    [
      'tasks of every cluster',
      'sweeper',
      granted('CountingPolicy', allow('ecs:ListTasks', '*')),
      'Counting may do ecs:ListTasks in every cluster of the account',
    ],
    [
      'a schedule that is off',
      'sweeper',
      changed('Often', { State: 'DISABLED' }),
      'what invokes Count on a schedule is disabled',
    ],
    [
      'alarms on metrics of AWS alone',
      'sweeper',
      without('Found'),
      'no alarm watches a metric of the app itself: all of them are on metrics of AWS',
    ],
  ])('%s: %s', (_, step, resources, seen) => {
    expect(checked(step, resources).cause?.seen).toBe(seen);
  });
});
