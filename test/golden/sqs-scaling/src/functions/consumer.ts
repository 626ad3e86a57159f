import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { required } from '../environment';
import { parseMessage } from './message';
import { work } from './work';

const logger = new Logger();
const metrics = new Metrics();
const processor = new BatchProcessor(EventType.SQS);
const idempotency = new IdempotencyConfig({
  eventKeyJmesPath: required('IDEMPOTENCY_KEY'),
  // A message that can't be told from others is better set aside than handled twice.
  throwOnNoIdempotencyKey: true,
  expiresAfterSeconds: Number(required('IDEMPOTENCY_SECONDS')),
});

const workOnce = makeIdempotent((record: SQSRecord) => work(parseMessage(record.body)), {
  config: idempotency,
  persistenceStore: new DynamoDBPersistenceLayer({ tableName: required('IDEMPOTENCY_TABLE') }),
});

/** Handles one message; what it throws makes the message return to the queue. */
async function handleRecord(record: SQSRecord): Promise<void> {
  try {
    await workOnce(record);
  } catch (error) {
    logger.error('message failed', { messageId: record.messageId, error: error as Error });
    throw error;
  }
}

/** Handles the messages of a batch all at once, and returns those that failed: only they go back to the queue. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  idempotency.registerLambdaContext(context);
  // Without the option a batch in which all fail throws, and Lambda polls more slowly after an error.
  const response = await processPartialResponse(event, handleRecord, processor, {
    context,
    throwOnFullBatchFailure: false,
  });
  const handled = event.Records.length - response.batchItemFailures.length;
  metrics.addMetric('MessagesHandled', MetricUnit.Count, handled);
  metrics.publishStoredMetrics();
  return response;
}
