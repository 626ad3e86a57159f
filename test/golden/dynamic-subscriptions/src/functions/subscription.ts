import { SNSClient, SubscribeCommand, UnsubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteQueueCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { required } from '../environment';
import type { TaskChange } from '../task';
import { claim, close, complete, expire } from './task-row';

/** Who waits longer for its messages has other troubles; a queue that is forgotten is empty after an hour. */
const RETENTION_SECONDS = 60 * 60;

const sqs = new SQSClient({});
// Many tasks may stop at once, and SNS takes 100 of these requests a second.
// https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html
const sns = new SNSClient({ maxAttempts: 8 });

/**
 * Gives a task that runs its queue, unless something newer is known of it. To do it again changes nothing.
 *
 * @param change the task, and the version of its event
 */
export async function subscribeTask({ taskId, version }: TaskChange): Promise<void> {
  const row = await claim(taskId, version);
  if (!row || row.subscriptionArn) {
    return;
  }
  await createQueue(taskId);
  const subscriptionArn = await subscribe(taskId);
  if (!(await complete(taskId, subscriptionArn))) {
    // It stopped meanwhile, and who cleaned up after it could not know of this.
    await remove(taskId, subscriptionArn);
  }
}

/**
 * Removes what a task that has stopped leaves behind. To do it again changes nothing.
 *
 * @param change the task, and the version of its event
 * @param subscriptionArn a subscription that its row may not know. @default - the one of its row
 */
export async function unsubscribeTask({ taskId, version }: TaskChange, subscriptionArn?: string): Promise<void> {
  const row = await close(taskId, version);
  await remove(taskId, row?.subscriptionArn ?? subscriptionArn);
  await expire(taskId);
}

/** Creates the queue of a task; one that is there with the same attributes stays. */
async function createQueue(taskId: string): Promise<void> {
  await sqs.send(
    new CreateQueueCommand({
      QueueName: queueNameOf(taskId),
      Attributes: {
        MessageRetentionPeriod: String(RETENTION_SECONDS),
        SqsManagedSseEnabled: 'true',
        Policy: JSON.stringify(policyOf(taskId)),
      },
      tags: JSON.parse(required('QUEUE_TAGS')),
    }),
  );
}

/** Subscribes the queue of a task; the answer is the same when it is subscribed already. */
async function subscribe(taskId: string): Promise<string> {
  const { SubscriptionArn = '' } = await sns.send(
    new SubscribeCommand({
      TopicArn: required('TOPIC_ARN'),
      Protocol: 'sqs',
      Endpoint: queueArnOf(taskId),
      Attributes: { RawMessageDelivery: 'true' },
      ReturnSubscriptionArn: true,
    }),
  );
  return SubscriptionArn;
}

/** Removes a queue and its subscription, which goes last: as long as it is there, it tells which queue to look for. */
async function remove(taskId: string, subscriptionArn: string | undefined): Promise<void> {
  try {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queueNameOf(taskId) }));
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  } catch (error) {
    // A task that failed before it ran never had a queue.
    if ((error as Error).name !== 'QueueDoesNotExist') {
      throw error;
    }
  }
  if (subscriptionArn) {
    await sns.send(new UnsubscribeCommand({ SubscriptionArn: subscriptionArn }));
  }
}

function queueNameOf(taskId: string): string {
  return required('QUEUE_PREFIX') + taskId;
}

/** The queue is in the account and the Region of the topic. */
function queueArnOf(taskId: string): string {
  const [, partition, , region, account] = required('TOPIC_ARN').split(':');
  return `arn:${partition}:sqs:${region}:${account}:${queueNameOf(taskId)}`;
}

/** SNS may send what comes from the topic, nobody else anything, and all of it over TLS alone. */
function policyOf(taskId: string): object {
  const of = { Action: 'sqs:SendMessage', Resource: queueArnOf(taskId) };
  const isOurs = { ArnEquals: { 'aws:SourceArn': required('TOPIC_ARN') } };
  const isPlain = { Bool: { 'aws:SecureTransport': 'false' } };
  return {
    Version: '2012-10-17',
    Statement: [
      { ...of, Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Condition: isOurs },
      { ...of, Effect: 'Deny', Principal: '*', Action: 'sqs:*', Condition: isPlain },
    ],
  };
}
