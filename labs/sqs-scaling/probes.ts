import { randomUUID } from 'node:crypto';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type Deployed, type Probe, ProbeFailure } from '../authoring';

const sqs = new SQSClient({});
const lambda = new LambdaClient({});
const dynamo = new DynamoDBClient({});
const logs = new CloudWatchLogsClient({});

/** What the consumer takes, and can be found again by. */
const message = (subject: string): string => JSON.stringify({ subject });

/** What it can't take. */
const BAD = JSON.stringify({ nothing: 'of use' });

/** How many messages of a queue are there to be received, and how many are hidden. */
async function depth(QueueUrl: string): Promise<{ visible: number; hidden: number }> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }));
  const [visible, hidden] = names.map((name) => Number(Attributes[name]));
  return { visible, hidden };
}

const isEmpty = ({ visible, hidden }: { visible: number; hidden: number }): boolean => visible + hidden === 0;

/** How often the consumer says that it has handled a message. */
async function effects(deployed: Deployed, subject: string): Promise<number> {
  const logGroupName = deployed.output('ConsumerLogGroup');
  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName, filterPattern: `"${subject}"` }));
  return events.filter(({ message: line = '' }) => line.includes('message handled')).length;
}

/** Turns the consumer's subscription on or off, and waits for that. */
async function subscribe(deployed: Deployed, isOn: boolean): Promise<void> {
  const UUID = deployed.only('AWS::Lambda::EventSourceMapping');
  await deployed.eventually(
    async () => (await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: isOn }))).State ?? '',
    (state) => state === (isOn ? 'Enabled' : 'Disabled'),
    `an event source mapping that is ${isOn ? 'enabled' : 'disabled'}`,
    60,
  );
}

/** Does something while nobody reads the queue. */
async function unread<T>(deployed: Deployed, action: () => Promise<T>): Promise<T> {
  await subscribe(deployed, false);
  try {
    return await action();
  } finally {
    await subscribe(deployed, true);
  }
}

async function handlesAMessage(deployed: Deployed): Promise<void> {
  const QueueUrl = deployed.output('QueueUrl');
  const subject = randomUUID();
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: message(subject) }));
  await deployed.eventually(
    () => effects(deployed, subject),
    (count) => count > 0,
    'a line in the log of the consumer that it has handled the message',
  );
  await deployed.eventually(() => depth(QueueUrl), isEmpty, 'an empty queue');
}

/** A bad one among five: it alone returns, hidden until its timeout, and the other four are done. */
async function returnsOnlyTheFailed(deployed: Deployed): Promise<void> {
  const QueueUrl = deployed.output('QueueUrl');
  const subjects = Array.from({ length: 5 }, () => randomUUID());
  await unread(deployed, () =>
    sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: subjects.map((subject, index) => ({
          Id: String(index),
          MessageBody: index === 2 ? BAD : message(subject),
        })),
      }),
    ),
  );
  const good = subjects.filter((_, index) => index !== 2);
  await deployed.eventually(
    async () => Promise.all(good.map((subject) => effects(deployed, subject))),
    (counts) => counts.every((count) => count === 1),
    'four messages that are handled once',
  );
  await deployed.eventually(
    () => depth(QueueUrl),
    ({ visible, hidden }) => visible === 0 && hidden === 1,
    'one message that has returned and is hidden',
  );
  await sqs.send(new PurgeQueueCommand({ QueueUrl }));
}

/** Nobody waits for a timeout: the probe itself receives, and lets go at once, until the message is set aside. */
async function setsAside(deployed: Deployed): Promise<void> {
  const QueueUrl = deployed.output('QueueUrl');
  const deadLetters = deployed.output('DeadLetterQueueUrl');
  const before = await depth(deadLetters);
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] }),
  );
  const { maxReceiveCount } = JSON.parse(Attributes.RedrivePolicy ?? '{}');
  const subject = randomUUID();
  const received = await unread(deployed, async () => {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: message(subject) }));
    let count = 0;
    await deployed.eventually(
      async () => {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0, WaitTimeSeconds: 1 }),
        );
        count += Messages.length;
        return (await depth(deadLetters)).visible - before.visible;
      },
      (added) => added === 1,
      'the message in the dead-letter queue',
      60,
    );
    return count;
  });
  if (received !== Number(maxReceiveCount)) {
    throw new ProbeFailure(
      `the message was received ${received} times`,
      `${maxReceiveCount} times, as maxReceiveCount says`,
    );
  }
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: deadLetters, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
  );
  for (const { Body, ReceiptHandle } of Messages.filter((one) => one.Body?.includes(subject))) {
    await sqs.send(new DeleteMessageCommand({ QueueUrl: deadLetters, ReceiptHandle }));
    if (Body !== message(subject)) {
      throw new ProbeFailure(`the dead letter says ${Body}`, 'what was sent');
    }
  }
}

/** The same delivery twice has one effect, and leaves one row that knows it. */
async function handlesOnce(deployed: Deployed): Promise<void> {
  const TableName = deployed.only('AWS::DynamoDB::GlobalTable');
  const FunctionName = deployed.output('ConsumerName');
  const subject = randomUUID();
  const record = {
    messageId: subject,
    receiptHandle: 'probe',
    body: message(subject),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'probe',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:probe',
    awsRegion: 'us-east-1',
  };
  const rows = async (): Promise<number> =>
    (await dynamo.send(new ScanCommand({ TableName, Select: 'COUNT', ConsistentRead: true }))).Count ?? 0;
  const before = await rows();
  const Payload = Buffer.from(JSON.stringify({ Records: [record] }));
  for (const delivery of ['first', 'second']) {
    const { Payload: answer } = await lambda.send(new InvokeCommand({ FunctionName, Payload }));
    const text = Buffer.from(answer ?? []).toString();
    if (!/"batchItemFailures":\s*\[\s*\]/.test(text)) {
      throw new ProbeFailure(`the ${delivery} delivery answers ${text}`, 'no failed message');
    }
  }
  await deployed.eventually(
    () => effects(deployed, subject),
    (count) => count > 0,
    'a line in the log that the message is handled',
  );
  const [seen, added] = [await effects(deployed, subject), (await rows()) - before];
  if (seen !== 1 || added !== 1) {
    throw new ProbeFailure(`${seen} effects and ${added} rows of one message`, 'one of each');
  }
}

/** What the pattern `sqs-scaling` promises. */
export const probes: readonly Probe[] = [
  {
    name: 'A message in, its effect in the log, and the queue is empty',
    step: 'queue-and-consumer',
    run: handlesAMessage,
  },
  {
    name: 'A message that nobody handles is set aside after maxReceiveCount',
    step: 'dead-letter-queue',
    run: setsAside,
  },
  {
    name: 'The third of five messages fails, and only it returns',
    step: 'partial-batch-responses',
    run: returnsOnlyTheFailed,
  },
  { name: 'The same message twice has one effect, and one row', step: 'idempotency', run: handlesOnce },
];
