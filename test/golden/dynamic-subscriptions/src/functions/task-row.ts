import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { required } from '../environment';

/** What is known of a task. */
export interface TaskRow {
  readonly taskId: string;
  /** The version of the newest event that was handled. */
  readonly lastVersion: number;
  /** The subscription of its queue, once it is made. */
  readonly subscriptionArn?: string;
  /** There once the task has stopped, which it never takes back. */
  readonly hasStopped?: true;
  /** The second since 1970 after which the row may go; there once nothing of the task is left. */
  readonly expiresAt?: number;
}

/** Events are delivered for some hours at most; the row of a stopped task has to outlast them. */
const KEPT_SECONDS = 24 * 60 * 60;

const IS_NOT_OLDER = 'attribute_not_exists(lastVersion) OR lastVersion <= :version';

const rows = DynamoDBDocumentClient.from(new DynamoDBClient({}));

/**
 * Writes down that a task runs.
 *
 * @param taskId the task
 * @param version the version of the event that says so
 * @returns its row; nothing when a newer event was handled
 */
export function claim(taskId: string, version: number): Promise<TaskRow | undefined> {
  return update(taskId, 'SET lastVersion = :version', IS_NOT_OLDER, { ':version': version });
}

/**
 * Writes down the subscription of a task.
 *
 * @param taskId the task
 * @param subscriptionArn the subscription
 * @returns its row; nothing when the task has stopped
 */
export function complete(taskId: string, subscriptionArn: string): Promise<TaskRow | undefined> {
  return update(taskId, 'SET subscriptionArn = :arn', 'attribute_not_exists(hasStopped)', { ':arn': subscriptionArn });
}

/**
 * Writes down that a task has stopped.
 *
 * @param taskId the task
 * @param version the version of the event that says so
 * @returns its row; nothing when a newer event was handled
 */
export function close(taskId: string, version: number): Promise<TaskRow | undefined> {
  const values = { ':version': version, ':true': true };
  return update(taskId, 'SET lastVersion = :version, hasStopped = :true', IS_NOT_OLDER, values);
}

/**
 * Lets the row of a task go after a while, in which an event that comes late is still known as such.
 *
 * @param taskId the task
 */
export async function expire(taskId: string): Promise<void> {
  const expiresAt = Math.floor(Date.now() / 1000) + KEPT_SECONDS;
  await update(taskId, 'SET expiresAt = :at', 'attribute_exists(hasStopped)', { ':at': expiresAt });
}

async function update(
  taskId: string,
  UpdateExpression: string,
  ConditionExpression: string,
  ExpressionAttributeValues: Record<string, string | number | boolean>,
): Promise<TaskRow | undefined> {
  try {
    const { Attributes } = await rows.send(
      new UpdateCommand({
        TableName: required('TABLE_NAME'),
        Key: { taskId },
        UpdateExpression,
        ConditionExpression,
        ExpressionAttributeValues,
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Attributes as TaskRow;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return undefined;
    }
    throw error;
  }
}
