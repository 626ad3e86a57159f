import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { ECSClient, type Task } from '@aws-sdk/client-ecs';
import { SNSClient } from '@aws-sdk/client-sns';
import { QueueDoesNotExist, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/*
 * Stands in for the services that the functions call: what is there, in memory.
 */

type Row = Record<string, string | number | boolean>;

/** What commands say, as far as it is read here. */
interface Input {
  readonly QueueName: string;
  readonly QueueUrl: string;
  readonly Attributes: Record<string, string>;
  readonly tags: Record<string, string>;
  readonly Endpoint: string;
  readonly SubscriptionArn: string;
  readonly Key: { readonly taskId: string };
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeValues: Row;
  readonly tasks: readonly string[];
}

/** The attributes and tags of queues by name, subscribed endpoints by ARN, and rows by task. */
export const cloud = {
  queues: new Map<string, Record<string, string>>(),
  subscriptions: new Map<string, string>(),
  rows: new Map<string, Row>(),
  tasks: new Map<string, Task>(),
  /** What happens before a call is answered. */
  before: async (_call: string): Promise<void> => {},
};

const answers: Record<string, (input: Input) => object> = {
  CreateQueueCommand: ({ QueueName, Attributes, tags }) => {
    cloud.queues.set(QueueName, { ...Attributes, ...tags });
    return { QueueUrl: urlOf(QueueName) };
  },
  SubscribeCommand: ({ Endpoint }) => {
    const SubscriptionArn = `arn:of:${Endpoint}`;
    cloud.subscriptions.set(SubscriptionArn, Endpoint);
    return { SubscriptionArn };
  },
  GetQueueUrlCommand: ({ QueueName }) => ({ QueueUrl: existing(urlOf(QueueName)) }),
  DeleteQueueCommand: ({ QueueUrl }) => {
    cloud.queues.delete(nameOf(existing(QueueUrl)));
    return {};
  },
  UnsubscribeCommand: ({ SubscriptionArn }) => {
    cloud.subscriptions.delete(SubscriptionArn);
    return {};
  },
  UpdateCommand: ({ Key, UpdateExpression, ConditionExpression, ExpressionAttributeValues: values }) => {
    const row = cloud.rows.get(Key.taskId) ?? { ...Key };
    if (!holds(ConditionExpression, row, values)) {
      throw new ConditionalCheckFailedException({ $metadata: {}, message: 'the condition does not hold' });
    }
    const settings = UpdateExpression.replace(/^SET /, '').split(', ');
    for (const [name, value] of settings.map((setting) => setting.split(' = '))) {
      row[name] = values[value];
    }
    cloud.rows.set(Key.taskId, row);
    return { Attributes: { ...row } };
  },
  ScanCommand: () => ({ Items: [...cloud.rows.values()].filter(({ expiresAt }) => expiresAt === undefined) }),
  ListSubscriptionsByTopicCommand: () => ({
    Subscriptions: [...cloud.subscriptions].map(([SubscriptionArn, Endpoint]) => ({ SubscriptionArn, Endpoint })),
  }),
  ListTasksCommand: () => ({
    taskArns: [...cloud.tasks.values()]
      .filter(({ desiredStatus }) => desiredStatus === 'RUNNING')
      .map(({ taskArn }) => taskArn),
  }),
  DescribeTasksCommand: ({ tasks }) => ({ tasks: tasks.flatMap((taskId) => cloud.tasks.get(taskId) ?? []) }),
};

/** Empties the cloud, and lets all clients call it. */
export function reset(): void {
  cloud.queues.clear();
  cloud.subscriptions.clear();
  cloud.rows.clear();
  cloud.tasks.clear();
  cloud.before = async () => {};
  for (const client of [SQSClient, SNSClient, DynamoDBDocumentClient, ECSClient]) {
    jest.spyOn(client.prototype as { send(command: unknown): Promise<object> }, 'send').mockImplementation(answer);
  }
}

async function answer(command: unknown): Promise<object> {
  const {
    constructor: { name },
    input,
  } = command as { constructor: { name: string }; input: Input };
  await cloud.before(name);
  return answers[name](input);
}

function urlOf(queueName: string): string {
  return `https://sqs.test/${queueName}`;
}

function nameOf(queueUrl: string): string {
  return queueUrl.slice(urlOf('').length);
}

function existing(queueUrl: string): string {
  if (!cloud.queues.has(nameOf(queueUrl))) {
    throw new QueueDoesNotExist({ $metadata: {}, message: 'there is no such queue' });
  }
  return queueUrl;
}

/** Whether a row meets a condition, whose terms are joined by OR. */
function holds(condition: string, row: Row, values: Row): boolean {
  return condition.split(' OR ').some((term) => {
    const [, exists, name] = /^attribute_(exists|not_exists)\((\w+)\)$/.exec(term) ?? [];
    const [, left, right] = /^(\w+) <= (:\w+)$/.exec(term) ?? [];
    if (!name && !left) {
      throw new Error(`no condition that is known here: ${term}`);
    }
    return name ? (exists === 'exists') === (row[name] !== undefined) : row[left] <= values[right];
  });
}
