import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { handler } from '../../src/functions/consumer';
import { work } from '../../src/functions/work';

jest.mock('../../src/functions/work', () => ({ work: jest.fn() }));
jest.mock('../../src/environment', () => ({
  required: (name: string) =>
    ({ IDEMPOTENCY_KEY: 'messageId', IDEMPOTENCY_SECONDS: '60', IDEMPOTENCY_TABLE: 'done-messages' })[name],
}));

const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 30_000 } as Context;
const rows = new Set<string>();

/** Stands in for the table: it refuses to put a row that it holds, and says that the row is completed. */
async function table(command: unknown): Promise<object> {
  if (command instanceof PutItemCommand) {
    const id = String(command.input.Item?.id.S);
    if (rows.has(id)) {
      const row = { id: { S: id }, status: { S: 'COMPLETED' }, expiration: { N: String(Date.now()) } };
      throw new ConditionalCheckFailedException({ $metadata: {}, message: 'the row is there', Item: row });
    }
    rows.add(id);
  }
  if (command instanceof DeleteItemCommand) {
    rows.delete(String(command.input.Key?.id.S));
  }
  return {};
}

const good = JSON.stringify({ subject: 'a good one' });
const bad = 'not a message';
const effects = jest.mocked(work);

/** Delivers a batch of messages with these bodies; their ids are m1, m2 and so on. */
function deliver(...bodies: string[]) {
  const record = (body: string, index: number) => ({ messageId: `m${index + 1}`, body }) as SQSRecord;
  const event: SQSEvent = { Records: bodies.map(record) };
  return handler(event, context);
}

beforeEach(() => {
  effects.mockReset();
  jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
  rows.clear();
  jest.spyOn(DynamoDBClient.prototype, 'send').mockImplementation(table);
  jest.spyOn(Metrics.prototype, 'publishStoredMetrics').mockReturnThis();
});

test('every message of a batch has its effect', async () => {
  await deliver(good, good);
  expect(effects).toHaveBeenCalledTimes(2);
});

test('only the third of five returns when the third fails', async () => {
  const response = await deliver(good, good, bad, good, good);
  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'm3' }] });
  expect(effects).toHaveBeenCalledTimes(4);
});

test('a batch in which all fail is returned, not thrown', async () => {
  const response = await deliver(bad);
  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
});

test('a message that is delivered twice has one effect', async () => {
  await deliver(good);
  const response = await deliver(good);
  expect(response).toEqual({ batchItemFailures: [] });
  expect(effects).toHaveBeenCalledTimes(1);
});

test('a message that failed is tried again when it returns', async () => {
  effects.mockRejectedValueOnce(new Error('the database is away'));
  await deliver(good);
  const response = await deliver(good);
  expect(response).toEqual({ batchItemFailures: [] });
  expect(effects).toHaveBeenCalledTimes(2);
});

test('only the messages that were handled are counted', async () => {
  const addMetric = jest.spyOn(Metrics.prototype, 'addMetric');
  await deliver(good, bad, good);
  expect(addMetric).toHaveBeenCalledWith('MessagesHandled', 'Count', 2);
});
