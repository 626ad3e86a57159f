import fc from 'fast-check';
import { type CheckResult, explain, runCheck } from '../../../labs/engine/check';
import type { Json } from '../../../labs/engine/json';
import { checks } from '../../../labs/sqs-scaling/checks';
import { mutantsOf } from '../mutants';
import { assemblyOf, attribute, type Resources, ref } from '../support';
import { changed, finished, plus, without } from './templates';

function checked(step: string, resources: Resources): CheckResult {
  const check = checks.find((one) => one.step === step);
  if (!check) {
    throw new Error(`no check for ${step}`);
  }
  return runCheck(check, assemblyOf(resources));
}

const allow = (action: Json, resource: Json): Json => ({ Effect: 'Allow', Action: action, Resource: resource });

test.each(checks.map(({ step }) => [step]))('%s passes on the finished template', (step) => {
  expect(checked(step, finished)).toMatchObject({ passed: true });
});

test.each(checks.map(({ step }) => [step]))('%s fails on an empty template, with a cause', (step) => {
  const { passed, cause } = checked(step, {});
  expect(passed).toBe(false);
  expect(cause).toBeDefined();
});

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
          allow('dynamodb:*Item', [attribute('Done'), { 'Fn::Join': ['', [attribute('Done'), '/index/*']] }]),
        ),
      },
    },
  } as Resources;
  const ageByMath = {
    Late: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        Metrics: [
          {
            Id: 'age',
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
      'inline rights for every action of that queue',
      'queue-and-consumer',
      plus({
        RightsPolicy: { Type: 'Test::Nothing' },
        Rights: {
          Type: 'AWS::IAM::Role',
          Properties: { Policies: [{ PolicyDocument: document(allow('sqs:*', attribute('In'))) }] },
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
      'provisioned pollers',
      'concurrency',
      changed('Feed', { ScalingConfig: undefined, ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 5 } }),
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
        PolicyDocument: { Statement: allow('sqs:*', [attribute('In'), attribute('Graveyard')]) },
      }),
      'Rights may do sqs:* on more than In',
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
      'the role of the consumer is not in the template, so that its rights are unknown',
    ],
    [
      'an unknown function',
      'queue-and-consumer',
      without('Worker'),
      'the event source mapping points at no function of the template',
    ],
    ['no mapping', 'queue-and-consumer', without('Feed'), 'no event source mapping has the queue as its source'],
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
      'a table that the function does not know',
      'idempotency',
      changed('Worker', { Environment: { Variables: { TABLE: 'done' } } }),
      'no environment variable of Worker holds the name of Done',
    ],
    [
      'an alarm on the other queue',
      'alarms',
      changed('Late', { Dimensions: [{ Name: 'QueueName', Value: attribute('Graveyard', 'QueueName') }] }),
      'no alarm watches ApproximateAgeOfOldestMessage of In',
    ],
    ['a silent alarm', 'alarms', changed('Lost', { AlarmActions: [] }), 'the alarm Lost has no action'],
    [
      'an alarm whose actions are off',
      'alarms',
      changed('Lost', { ActionsEnabled: false }),
      'the alarm Lost has no action',
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

describe('a wrong answer that was derived from the right one', () => {
  const mutants = checks.flatMap((check) =>
    mutantsOf(check, finished).map((mutant) => [check.step, mutant.name, mutant] as const),
  );

  test('exists at least three times for each step', () => {
    const counts = checks.map(({ step }) => mutants.filter(([of]) => of === step).length);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(3);
  });

  test.each(mutants)('%s fails: %s', (step, _, { goal, resources }) => {
    const { results, cause } = checked(step, resources);
    expect(results.find((result) => result.goal === goal)?.passed).not.toBe(true);
    expect(cause && explain(cause).join('\n')).not.toMatch(/undefined|null|NaN|\[object/);
  });
});

test('no template makes a check crash, or say undefined', () => {
  const logicalIds = [...Object.keys(finished), 'Nobody'];
  const odd: fc.Arbitrary<Json> = fc.oneof(
    fc.constantFrom<Json>(
      null,
      '',
      '*',
      0,
      -1,
      true,
      [],
      {},
      '{"a":',
      { Ref: 1 },
      { 'Fn::GetAtt': [] },
      { 'Fn::Join': [] },
      { 'Fn::If': [] },
    ),
    fc.constantFrom(...logicalIds).map((id) => attribute(id)),
    fc.constantFrom(...logicalIds).map((id) => ref(id)),
    fc.jsonValue() as fc.Arbitrary<Json>,
  );
  const places = Object.entries(finished).flatMap(([id, { Properties }]) =>
    Object.keys(Properties ?? {}).map((name) => [id, name] as const),
  );
  const changes = fc.array(fc.tuple(fc.constantFrom(...places), odd), { minLength: 1, maxLength: 4 });
  const gone = fc.subarray(Object.keys(finished), { maxLength: 3 });
  fc.assert(
    fc.property(changes, gone, (replaced, removed) => {
      const resources: Record<string, Resources[string]> = { ...without(...removed) };
      for (const [[id, name], value] of replaced.filter(([[id]]) => resources[id])) {
        resources[id] = { ...resources[id], Properties: { ...resources[id].Properties, [name]: value } };
      }
      for (const { step } of checks) {
        const { cause } = checked(step, resources);
        expect(cause ? explain(cause) : []).not.toContainEqual(expect.stringMatching(/undefined|NaN|\[object/));
      }
    }),
    { numRuns: 200 },
  );
});
