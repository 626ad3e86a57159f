import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DeleteItemCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeClustersCommand, ECSClient, ListTasksCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { DescribeRuleCommand, EventBridgeClient, TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  PublishCommand,
  paginateListSubscriptionsByTopic,
  SNSClient,
  type Subscription,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type Deployed, type Probe, ProbeFailure } from '../authoring';

const sqs = new SQSClient({});
const sns = new SNSClient({});
const ecs = new ECSClient({});
const lambda = new LambdaClient({});
const dynamo = new DynamoDBClient({});
const eventBridge = new EventBridgeClient({});

/**
 * SQS takes up to a minute to delete a queue, and to count its messages right.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html
 */
const SQS_SECONDS = 90;

/** The states of a task that an event tells of. */
interface Change {
  readonly lastStatus: string;
  readonly desiredStatus: string;
  readonly version: number;
}

const running = (version: number): Change => ({ lastStatus: 'RUNNING', desiredStatus: 'RUNNING', version });
const stopped = (version: number): Change => ({ lastStatus: 'STOPPED', desiredStatus: 'STOPPED', version });

/** A task that ECS never ran, and whose events the probe makes up as ECS would send them. */
class MadeUpTask {
  /** As ECS makes them. */
  readonly id = randomUUID().replaceAll('-', '');
  private readonly arn: string;

  private constructor(
    private readonly deployed: Deployed,
    private readonly clusterArn: string,
  ) {
    this.arn = `${clusterArn.replace(':cluster/', ':task/')}/${this.id}`;
  }

  /** Does something with a task, of which nothing is left afterwards. */
  static async with(deployed: Deployed, action: (task: MadeUpTask) => Promise<void>): Promise<void> {
    const cluster = deployed.only('AWS::ECS::Cluster');
    const { clusters = [] } = await ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
    const task = new MadeUpTask(deployed, clusters[0]?.clusterArn ?? '');
    try {
      await action(task);
    } finally {
      await task.forget();
    }
  }

  /**
   * The event of a change. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
   *
   * @param change the change
   * @param other what else is said than of a task of the service
   */
  event(change: Change, other: { readonly clusterArn?: string; readonly group?: string } = {}): string {
    const [, , , region, account] = this.arn.split(':');
    const service = this.deployed.only('AWS::ECS::Service').split('/').at(-1);
    const time = new Date().toISOString();
    return JSON.stringify({
      version: '0',
      id: randomUUID(),
      'detail-type': 'ECS Task State Change',
      source: 'aws.ecs',
      account,
      time,
      region,
      resources: [this.arn],
      detail: {
        availabilityZone: `${region}a`,
        clusterArn: this.clusterArn,
        containers: [],
        createdAt: time,
        group: `service:${service}`,
        launchType: 'FARGATE',
        taskArn: this.arn,
        updatedAt: time,
        ...change,
        ...other,
      },
    });
  }

  /** Gives the event of a change to a function, and waits until that is done. */
  async tell(name: 'Start' | 'Stop', change: Change): Promise<void> {
    await invoke(this.deployed, name, this.event(change));
  }

  /** The name of its queue. */
  get queueName(): string {
    return this.deployed.output('QueuePrefix') + this.id;
  }

  /** Its queue, when it has one. */
  async queueUrl(): Promise<string | undefined> {
    try {
      return (await sqs.send(new GetQueueUrlCommand({ QueueName: this.queueName }))).QueueUrl;
    } catch (error) {
      if ((error as Error).name === 'QueueDoesNotExist') {
        return undefined;
      }
      throw error;
    }
  }

  /** The subscriptions of its queue. */
  async subscriptions(): Promise<Subscription[]> {
    const pages = paginateListSubscriptionsByTopic({ client: sns }, { TopicArn: this.deployed.output('TopicArn') });
    const found: Subscription[] = [];
    for await (const { Subscriptions = [] } of pages) {
      found.push(...Subscriptions.filter(({ Endpoint = '' }) => Endpoint.endsWith(`:${this.queueName}`)));
    }
    return found;
  }

  /** Waits until so much of it is there: a queue may be listed for a while after it was deleted. */
  async has(queues: 0 | 1, seconds?: number): Promise<void> {
    await this.deployed.eventually(
      async () => ({
        queues: Number((await this.queueUrl()) !== undefined),
        subscriptions: (await this.subscriptions()).length,
      }),
      (seen) => seen.queues === queues && seen.subscriptions === queues,
      queues === 0 ? 'no queue and no subscription' : 'one queue and one subscription',
      seconds,
    );
  }

  private async forget(): Promise<void> {
    const TableName = this.deployed.all('AWS::DynamoDB::GlobalTable')[0];
    if (TableName === undefined) {
      return; // The table comes with the first queue.
    }
    const [QueueUrl, subscriptions] = await Promise.all([this.queueUrl(), this.subscriptions()]);
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
    const key = Table?.KeySchema?.[0]?.AttributeName ?? '';
    await Promise.all([
      QueueUrl && sqs.send(new DeleteQueueCommand({ QueueUrl })),
      ...subscriptions.map(({ SubscriptionArn }) => sns.send(new UnsubscribeCommand({ SubscriptionArn }))),
      dynamo.send(new DeleteItemCommand({ TableName, Key: { [key]: { S: this.id } } })),
    ]);
  }
}

/** Invokes a function, and waits until it has answered. */
async function invoke(deployed: Deployed, name: 'Start' | 'Stop' | 'Sweep', event: string): Promise<void> {
  const FunctionName = deployed.output(`${name}Name`);
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: Buffer.from(event) }),
  );
  if (FunctionError) {
    throw new ProbeFailure(`the function ${name} fails: ${Buffer.from(Payload ?? []).toString()}`, 'that it succeeds');
  }
}

/** The patterns of the rules that an event fits, of all that have one. */
async function fitting(deployed: Deployed, Event: string): Promise<string[]> {
  const rules = deployed.all('AWS::Events::Rule');
  const described = await Promise.all(
    rules.map((rule) => eventBridge.send(new DescribeRuleCommand({ Name: nameOf(rule) }))),
  );
  const patterns = described.flatMap(({ EventPattern }) => (EventPattern ? [EventPattern] : []));
  const results = await Promise.all(
    patterns.map((EventPattern) => eventBridge.send(new TestEventPatternCommand({ EventPattern, Event }))),
  );
  return patterns.filter((_, index) => results[index]?.Result);
}

/** A rule is known to its stack by its name, or by its ARN. */
function nameOf(rule: string): string {
  return rule.split('/').at(-1) as string;
}

async function hears(deployed: Deployed, change: Change): Promise<void> {
  await MadeUpTask.with(deployed, async (task) => {
    const cases = [
      { event: task.event(change), rules: 1, told: `a task of the service that is ${change.lastStatus}` },
      { event: task.event(change, { group: 'service:another' }), rules: 0, told: 'a task of another service' },
      { event: task.event(change, { group: 'family:migration' }), rules: 0, told: 'a task that no service runs' },
      {
        event: task.event(change, { clusterArn: 'arn:aws:ecs:us-east-1:123456789012:cluster/other' }),
        rules: 0,
        told: 'a task of another cluster',
      },
      { event: task.event({ ...change, lastStatus: 'PENDING' }), rules: 0, told: 'a task that is PENDING' },
    ];
    for (const { event, rules, told } of cases) {
      const heard = await fitting(deployed, event);
      if (heard.length !== rules) {
        throw new ProbeFailure(`${heard.length} rules hear of ${told}`, `${rules}`);
      }
    }
  });
}

async function givesAQueue(deployed: Deployed): Promise<void> {
  await MadeUpTask.with(deployed, async (task) => {
    await task.tell('Start', running(2));
    await task.has(1);
    const QueueUrl = await task.queueUrl();
    const text = randomUUID();
    await publish(deployed, text);
    await deployed.eventually(
      async () => {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
        return Messages.map(({ Body }) => Body);
      },
      (bodies) => bodies.includes(text),
      'the message in the queue, as it was published',
    );
  });
}

async function publish(deployed: Deployed, Message: string): Promise<void> {
  await sns.send(new PublishCommand({ TopicArn: deployed.output('TopicArn'), Message }));
}

/** The program runs here, not on Fargate: what tells it which task it belongs to is an address of this machine. */
async function readsItsQueue(deployed: Deployed): Promise<void> {
  const program = join(deployed.image(), 'consumer.js');
  await MadeUpTask.with(deployed, async (task) => {
    const metadata = createServer((_, response) =>
      response.end(JSON.stringify({ TaskARN: `arn:aws:ecs:::task/it/${task.id}` })),
    );
    metadata.listen(0, '127.0.0.1');
    await once(metadata, 'listening');
    const { port } = metadata.address() as AddressInfo;
    await task.tell('Start', running(2));
    await publish(deployed, randomUUID());
    const depth = async (): Promise<number> => depthOf(await task.queueUrl());
    await deployed.eventually(depth, (messages) => messages === 1, 'one message in the queue', SQS_SECONDS);
    const child = spawn(process.execPath, [program], {
      stdio: 'ignore',
      env: {
        ...process.env,
        ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${port}/v4`,
        QUEUE_PREFIX: deployed.output('QueuePrefix'),
      },
    });
    try {
      await deployed.eventually(
        depth,
        (messages) => messages === 0,
        'a queue that the program has emptied',
        SQS_SECONDS,
      );
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = await ended;
      if (code !== 0) {
        throw new ProbeFailure(`the program ends with ${code}`, '0, once it has finished its messages');
      }
    } finally {
      child.kill('SIGKILL');
      metadata.close();
    }
  });
}

/** How many messages of a queue are not deleted yet. */
async function depthOf(QueueUrl: string | undefined): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }));
  return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
}

async function cleansUp(deployed: Deployed): Promise<void> {
  await MadeUpTask.with(deployed, async (task) => {
    await task.tell('Start', running(2));
    await task.has(1);
    await task.tell('Stop', stopped(5));
    await task.has(0, SQS_SECONDS);
  });
  // One that failed before it ran has nothing that could be removed.
  await MadeUpTask.with(deployed, (task) => task.tell('Stop', stopped(3)));
}

async function bearsDuplicates(deployed: Deployed): Promise<void> {
  await MadeUpTask.with(deployed, async (task) => {
    await Promise.all([task.tell('Start', running(2)), task.tell('Start', running(2)), task.tell('Start', running(3))]);
    await task.has(1);
    await task.tell('Stop', stopped(5));
    await task.tell('Stop', stopped(5));
    await task.has(0, SQS_SECONDS);
  });
}

async function bearsDisorder(deployed: Deployed): Promise<void> {
  await MadeUpTask.with(deployed, async (task) => {
    await task.tell('Stop', stopped(5));
    await task.tell('Start', running(2));
    await task.has(0, SQS_SECONDS);
  });
  await MadeUpTask.with(deployed, async (task) => {
    await Promise.all([task.tell('Start', running(2)), task.tell('Stop', stopped(5)), task.tell('Start', running(3))]);
    await task.has(0, SQS_SECONDS);
  });
}

/** An event that is no event of a task makes the function fail; Lambda gives it up after two more attempts, in minutes. */
async function setsAside(deployed: Deployed): Promise<void> {
  const subject = randomUUID();
  const Payload = Buffer.from(JSON.stringify({ detail: { taskArn: subject, version: 1 } }));
  await lambda.send(
    new InvokeCommand({ FunctionName: deployed.output('StartName'), InvocationType: 'Event', Payload }),
  );
  const QueueUrl = deployed.output('DeadLetterQueueUrl');
  await deployed.eventually(
    async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, VisibilityTimeout: 5 }),
      );
      const own = Messages.filter(({ Body }) => Body?.includes(subject));
      await Promise.all(own.map((one) => drop(QueueUrl, one)));
      return own.length;
    },
    (found) => found > 0,
    'the event in the dead-letter queue',
    300,
  );
}

async function drop(QueueUrl: string, { ReceiptHandle }: Message): Promise<void> {
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
}

/** ECS does not know the task, as if it had stopped and no event had told. */
async function sweeps(deployed: Deployed): Promise<void> {
  await MadeUpTask.with(deployed, async (task) => {
    await task.tell('Start', running(2));
    await task.has(1);
    await invoke(deployed, 'Sweep', '{}');
    await task.has(0, SQS_SECONDS);
  });
}

/** What the pattern `dynamic-subscriptions` promises. */
export const probes: readonly Probe[] = [
  {
    name: 'A rule hears of tasks of the service that run, and of no others',
    step: 'start-rule',
    run: (deployed) => hears(deployed, running(2)),
  },
  {
    name: 'A task that runs gets a queue of its own, and in it what is published',
    step: 'queue-for-a-task',
    run: givesAQueue,
  },
  {
    name: 'The program finds the queue of its task, empties it, and ends when it is told to',
    step: 'consumer',
    run: readsItsQueue,
  },
  {
    name: 'A rule hears of tasks of the service that have stopped, and of no others',
    step: 'stop-rule',
    run: (deployed) => hears(deployed, stopped(5)),
  },
  { name: 'A task that has stopped leaves no queue and no subscription', step: 'stop-rule', run: cleansUp },
  { name: 'Events that come twice change nothing', step: 'duplicates-and-order', run: bearsDuplicates },
  {
    name: 'Events that come too late, or all at once, leave nothing',
    step: 'duplicates-and-order',
    run: bearsDisorder,
  },
  { name: 'An event that can not be handled is set aside', step: 'failures', run: setsAside },
  { name: 'What no event has told is swept up', step: 'sweeper', run: sweeps },
];

/** The emulator tells of no change of a task: what ECS would tell of those that are stopped is told here. */
export async function empty(deployed: Deployed): Promise<void> {
  const [cluster, service] = [deployed.output('ClusterName'), deployed.output('ServiceName')];
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName: service }));
  await ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 0 }));
  for (const taskArn of taskArns) {
    const Payload = Buffer.from(JSON.stringify({ detail: { taskArn, version: 1_000 } }));
    await lambda.send(new InvokeCommand({ FunctionName: deployed.output('StopName'), Payload }));
  }
}
