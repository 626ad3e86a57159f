import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeTasksCommand, ECSClient, paginateListTasks, type Task } from '@aws-sdk/client-ecs';
import { paginateListSubscriptionsByTopic, SNSClient } from '@aws-sdk/client-sns';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { required } from '../environment';
import { taskIdOf } from '../task';
import type { TaskRow } from './task-row';

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html */
const TASKS_AT_ONCE = 100;

const ecs = new ECSClient({});
const sns = new SNSClient({});
const rows = DynamoDBDocumentClient.from(new DynamoDBClient({}));

/** The rows of tasks of which something may be left, by the task's id. */
export async function openRows(): Promise<Map<string, TaskRow>> {
  const open = new Map<string, TaskRow>();
  const scan = {
    TableName: required('TABLE_NAME'),
    FilterExpression: 'attribute_not_exists(expiresAt)',
    ConsistentRead: true,
  };
  for await (const { Items = [] } of paginateScan({ client: rows }, scan)) {
    for (const row of Items as TaskRow[]) {
      open.set(row.taskId, row);
    }
  }
  return open;
}

/** The subscriptions of queues of tasks, by the task's id. */
export async function subscriptions(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const prefix = `:${required('QUEUE_PREFIX')}`;
  const pages = paginateListSubscriptionsByTopic({ client: sns }, { TopicArn: required('TOPIC_ARN') });
  for await (const { Subscriptions = [] } of pages) {
    for (const { Endpoint = '', SubscriptionArn = '' } of Subscriptions) {
      const [, taskId] = Endpoint.split(prefix);
      if (taskId) {
        found.set(taskId, SubscriptionArn);
      }
    }
  }
  return found;
}

/**
 * The tasks that the service runs, and others, as far as ECS still knows them.
 *
 * @param others the ids of the others
 * @returns the tasks by their id
 */
export async function tasks(others: Iterable<string>): Promise<Map<string, Task>> {
  const ids = [...new Set([...others, ...(await listedTasks())])];
  const found = new Map<string, Task>();
  for (let at = 0; at < ids.length; at += TASKS_AT_ONCE) {
    const chunk = { cluster: required('CLUSTER_ARN'), tasks: ids.slice(at, at + TASKS_AT_ONCE) };
    const { tasks: described = [] } = await ecs.send(new DescribeTasksCommand(chunk));
    for (const task of described) {
      found.set(taskIdOf(task.taskArn ?? ''), task);
    }
  }
  return found;
}

async function listedTasks(): Promise<string[]> {
  const listed: string[] = [];
  const service = { cluster: required('CLUSTER_ARN'), serviceName: required('SERVICE_NAME') };
  for await (const { taskArns = [] } of paginateListTasks({ client: ecs }, service)) {
    listed.push(...taskArns.map(taskIdOf));
  }
  return listed;
}
