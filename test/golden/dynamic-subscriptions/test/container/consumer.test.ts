import {
  type DeleteMessageCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { consume, ownTaskId } from '../../src/container/consumer';
import { work } from '../../src/container/work';

jest.mock('node:timers/promises', () => ({ setTimeout: jest.fn(async () => {}) }));
jest.mock('../../src/container/work', () => ({ work: jest.fn() }));
jest.mock('../../src/environment', () => ({ required: () => 'http://169.254.170.2/v4/here' }));

const effects = jest.mocked(work);
const clients = SQSClient.prototype as { send(command: unknown): Promise<object> };
let stopping: AbortController;
let deleted: (string | undefined)[];
let batches: string[][];
let isThere: boolean;

/** Stands in for SQS; the consumer is told to stop when there is no batch left. */
async function sqs(command: unknown): Promise<object> {
  if (command instanceof GetQueueUrlCommand) {
    if (!isThere) {
      isThere = true;
      throw new QueueDoesNotExist({ $metadata: {}, message: 'not yet' });
    }
    return { QueueUrl: `https://sqs.test/${command.input.QueueName}` };
  }
  if (command instanceof ReceiveMessageCommand) {
    const batch = batches.shift();
    if (!batch) {
      stopping.abort();
    }
    return batch ? { Messages: batch.map((id) => ({ MessageId: id, ReceiptHandle: id })) } : {};
  }
  deleted.push((command as DeleteMessageCommand).input.ReceiptHandle);
  return {};
}

beforeEach(() => {
  stopping = new AbortController();
  deleted = [];
  batches = [];
  isThere = true;
  effects.mockReset();
  jest.spyOn(clients, 'send').mockImplementation(sqs);
});

test('a container asks ECS which task it belongs to', async () => {
  const TaskARN = 'arn:aws:ecs:eu-west-1:123456789012:task/orders/0a1b';
  const fetched = jest.spyOn(globalThis, 'fetch').mockResolvedValue(Response.json({ TaskARN }));
  expect(await ownTaskId()).toBe('0a1b');
  expect(fetched).toHaveBeenCalledWith('http://169.254.170.2/v4/here/task');
});

test('a message is deleted when its work is done', async () => {
  batches = [['m1', 'm2'], ['m3']];
  await consume('task-0a1b', stopping.signal);
  expect(effects.mock.calls.map(([{ MessageId }]) => MessageId)).toEqual(['m1', 'm2', 'm3']);
  expect(deleted).toEqual(['m1', 'm2', 'm3']);
});

test('a message whose work fails stays, and others are handled', async () => {
  const told = jest.spyOn(console, 'error').mockReturnValue(undefined);
  effects.mockRejectedValueOnce(new Error('bad'));
  batches = [['m1', 'm2']];
  await consume('task-0a1b', stopping.signal);
  expect(deleted).toEqual(['m2']);
  expect(told).toHaveBeenCalledWith('message failed', 'm1', expect.any(Error));
});

test('a queue that is not there yet is waited for', async () => {
  isThere = false;
  batches = [['m1']];
  await consume('task-0a1b', stopping.signal);
  expect(deleted).toEqual(['m1']);
});

test('what was received before the container is stopped is finished, and nothing more is asked for', async () => {
  batches = [['m1'], ['m2']];
  effects.mockImplementation(async () => stopping.abort());
  await consume('task-0a1b', stopping.signal);
  expect(deleted).toEqual(['m1']);
});

test('a container that is stopped while it waits for messages ends without an error', async () => {
  jest.spyOn(clients, 'send').mockImplementation(async () => {
    stopping.abort();
    throw new DOMException('stopped', 'AbortError');
  });
  await expect(consume('task-0a1b', stopping.signal)).resolves.toBeUndefined();
});

test('another error ends the container, so that ECS starts a new one', async () => {
  jest.spyOn(clients, 'send').mockRejectedValue(new Error('access denied'));
  await expect(consume('task-0a1b', stopping.signal)).rejects.toThrow('access denied');
});
