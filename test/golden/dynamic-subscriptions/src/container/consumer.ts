import { setTimeout as wait } from 'node:timers/promises';
import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { required } from '../environment';
import { taskIdOf } from '../task';
import { work } from './work';

const sqs = new SQSClient({});

/**
 * The id of the task that this container belongs to, as ECS tells it on an address that only the task can reach.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html
 */
export async function ownTaskId(): Promise<string> {
  const response = await fetch(`${required('ECS_CONTAINER_METADATA_URI_V4')}/task`);
  const { TaskARN } = (await response.json()) as { TaskARN: string };
  return taskIdOf(TaskARN);
}

/**
 * Handles the messages of a queue, which may not be there yet, until a signal says that it is enough. What it has
 * received by then it finishes.
 *
 * @param queueName the name of the queue
 * @param signal the signal
 */
export async function consume(queueName: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await poll(queueName, signal);
    } catch (error) {
      if (!signal.aborted && (error as Error).name !== 'QueueDoesNotExist') {
        throw error;
      }
      await wait(1000, undefined, { signal }).catch(() => {});
    }
  }
}

async function poll(queueName: string, abortSignal: AbortSignal): Promise<void> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queueName }), { abortSignal });
  const batch = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 };
  while (!abortSignal.aborted) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(batch), { abortSignal });
    await Promise.all(Messages.map((message) => handle(QueueUrl, message)));
  }
}

/** A message whose work fails returns to the queue by itself, until the queue has kept it for as long as it does. */
async function handle(QueueUrl: string | undefined, message: Message): Promise<void> {
  try {
    await work(message);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
  } catch (error) {
    console.error('message failed', message.MessageId, error);
  }
}

async function main(): Promise<void> {
  const stopping = new AbortController();
  process.once('SIGTERM', () => stopping.abort());
  await consume(required('QUEUE_PREFIX') + (await ownTaskId()), stopping.signal);
}

if (require.main === module) {
  main();
}
