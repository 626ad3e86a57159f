import { App, CfnOutput, Duration, Fn, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { CfnAlarm, CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { AttributeType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { CfnPolicy, Effect, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias, CfnEventSourceMapping, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { CfnQueue, CfnQueuePolicy } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { Construct } from 'constructs';
import { Assembly } from '../../../labs/engine/assembly';
import { readAssemblyFolder } from '../../../labs/engine/assembly-folder';
import { runCheck } from '../../../labs/engine/check';
import { checks } from '../../../labs/sqs-scaling/checks';

/*
 * The pattern once more, by hand and quite differently: other names, constructs of one's own, CloudFormation's own
 * resources where the lab has constructs of the library, two stacks, and the older kind of table.
 */

/** A queue without a construct of the library, which refuses what is not encrypted on its way. */
class Letterbox extends Construct {
  public readonly box: CfnQueue;

  constructor(scope: Construct, id: string, keptDays: number, props: Record<string, unknown> = {}) {
    super(scope, id);
    this.box = new CfnQueue(this, 'Box', { messageRetentionPeriod: keptDays * 86_400, ...props });
    const refusal = {
      Effect: 'Deny',
      Principal: '*',
      Action: 'sqs:*',
      Resource: this.box.attrArn,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    };
    new CfnQueuePolicy(this, 'Tls', { queues: [this.box.ref], policyDocument: { Statement: [refusal] } });
  }
}

/** A function that sorts letters, with a role of its own. */
class Sorter extends Construct {
  public readonly hands: LambdaFunction;
  public readonly role: Role;

  constructor(scope: Construct, id: string, environment: Record<string, string>) {
    super(scope, id);
    this.role = new Role(this, 'Permit', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.hands = new LambdaFunction(this, 'Hands', {
      code: Code.fromInline('exports.handler = async () => ({ batchItemFailures: [] });'),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      role: this.role.withoutPolicyUpdates(),
      timeout: Duration.seconds(20),
      memorySize: 1024,
      environment,
    });
  }
}

function postOffice(): App {
  const app = new App({ context: { '@aws-cdk/core:failSynthOnValidationErrors': false } });
  const ledgers = new Stack(app, 'ledgers');
  const ledger = new Table(ledgers, 'Ledger', {
    partitionKey: { name: 'letter', type: AttributeType.STRING },
    timeToLiveAttribute: 'until',
    encryption: TableEncryption.AWS_MANAGED,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy: RemovalPolicy.DESTROY,
  });

  const post = new Stack(app, 'post');
  const returned = new Letterbox(post, 'Returned', 14);
  const incoming = new Letterbox(post, 'Incoming', 2, {
    visibilityTimeout: 6 * 20 + 5,
    redrivePolicy: { deadLetterTargetArn: returned.box.attrArn, maxReceiveCount: 8 },
  });
  const sorter = new Sorter(post, 'Sorter', { LEDGER: ledger.tableName });
  const live = new Alias(post, 'Live', { aliasName: 'live', version: sorter.hands.currentVersion });
  grant(post, sorter.role, incoming.box, ledger);
  const delivery = new CfnEventSourceMapping(post, 'Delivery', {
    eventSourceArn: Fn.sub('$'.concat('{Arn}'), { Arn: incoming.box.attrArn }),
    functionName: live.functionArn,
    functionResponseTypes: ['ReportBatchItemFailures'],
    batchSize: 100,
    maximumBatchingWindowInSeconds: 5,
    scalingConfig: { maximumConcurrency: 25 },
  });
  watch(post, incoming.box, returned.box, sorter.hands);
  acknowledge(sorter, returned, incoming, delivery);
  new CfnOutput(post, 'Address', { value: incoming.box.ref });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  return app;
}

/** What the sorter may do, in one policy of CloudFormation's own and one that is managed by the app. */
function grant(scope: Construct, role: Role, queue: CfnQueue, ledger: Table): void {
  const allow = (Action: string | string[], Resource: string): object => ({ Effect: 'Allow', Action, Resource });
  new CfnPolicy(scope, 'Delivered', {
    policyName: 'delivered',
    roles: [role.roleName],
    policyDocument: {
      Statement: [
        allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage'], queue.attrArn),
        allow('sqs:GetQueueAttributes', queue.attrArn),
      ],
    },
  });
  const writes = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'];
  new ManagedPolicy(scope, 'Noted', {
    roles: [role],
    statements: [new PolicyStatement({ effect: Effect.ALLOW, actions: writes, resources: [ledger.tableArn] })],
  });
}

/** Alarms and the dashboard without the constructs of the library. */
function watch(scope: Construct, queue: CfnQueue, dead: CfnQueue, hands: LambdaFunction): void {
  const bell = new Topic(scope, 'Bell', { enforceSSL: true });
  bell.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com'));
  const watched = {
    Overdue: { box: queue, metricName: 'ApproximateAgeOfOldestMessage', threshold: 600 },
    Undelivered: { box: dead, metricName: 'ApproximateNumberOfMessagesVisible', threshold: 0 },
  };
  for (const [name, { box, ...limit }] of Object.entries(watched)) {
    new CfnAlarm(scope, name, {
      ...limit,
      namespace: 'AWS/SQS',
      dimensions: [{ name: 'QueueName', value: box.attrQueueName }],
      comparisonOperator: 'GreaterThanThreshold',
      statistic: 'Maximum',
      period: 300,
      evaluationPeriods: 1,
      alarmActions: [bell.topicArn],
    });
  }
  const rows = [
    ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', queue.attrQueueName],
    ['.', 'ApproximateAgeOfOldestMessage', '.', '.'],
    ['AWS/Lambda', 'ConcurrentExecutions', 'FunctionName', hands.functionName],
    ['.', 'Errors', '.', '.'],
  ];
  const widgets = rows.map((_, index) => ({ type: 'metric', properties: { metrics: rows.slice(0, index + 1) } }));
  new CfnDashboard(scope, 'Counter', { dashboardBody: Stack.of(scope).toJsonString({ widgets }) });
}

/** What the rule packs say of it that is meant so. */
function acknowledge(...constructs: Construct[]): void {
  const rules = ['LambdaDLQ', 'LambdaTracing', 'LambdaEventSourceMappingDestination', 'SQSRedrivePolicy'];
  for (const construct of constructs) {
    Validations.of(construct).acknowledge(
      ...rules.map((rule) => ({ id: `Serverless-${rule}`, reason: 'The queue sets aside what fails.' })),
    );
  }
}

describe('a second program, written by hand,', () => {
  let assembly: Assembly;

  beforeAll(() => {
    const { directory } = postOffice().synth();
    assembly = new Assembly(readAssemblyFolder(directory, directory));
  }, 30_000);

  test.each(checks.map((check) => [check.step, check] as const))('passes the check of %s', (_, check) => {
    const { results } = runCheck(check, assembly);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });
});
