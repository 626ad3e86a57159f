import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import fc from 'fast-check';
import { handler as start } from '../../src/functions/start';
import { handler as stop } from '../../src/functions/stop';
import { handler as sweep } from '../../src/functions/sweep';
import type { TaskEvent } from '../../src/task';
import { cloud, reset } from './cloud';

jest.mock('../../src/environment', () => ({
  required: (name: string) =>
    ({
      TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:news',
      TABLE_NAME: 'tasks',
      QUEUE_PREFIX: 'orders-dev_task-',
      QUEUE_TAGS: '{}',
      CLUSTER_ARN: 'arn:aws:ecs:eu-west-1:123456789012:cluster/orders',
      SERVICE_NAME: 'orders-dev-consumer',
    })[name],
}));

const arnOf = (taskId: string): string => `arn:aws:ecs:eu-west-1:123456789012:task/orders/${taskId}`;
const eventOf = (taskId: string, version: number): TaskEvent =>
  ({ detail: { taskArn: arnOf(taskId), version } }) as TaskEvent;
const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);

/** Lets ECS know a task that runs. */
function runs(taskId: string, minutes = 10): void {
  const status = { lastStatus: 'RUNNING', desiredStatus: 'RUNNING', startedAt: minutesAgo(minutes) };
  cloud.tasks.set(taskId, { taskArn: arnOf(taskId), version: 3, ...status });
}

/** Lets ECS know a task that has stopped. */
function stopped(taskId: string, minutes = 10): void {
  const status = { lastStatus: 'STOPPED', desiredStatus: 'STOPPED', stoppedAt: minutesAgo(minutes) };
  cloud.tasks.set(taskId, { taskArn: arnOf(taskId), version: 5, ...status });
}

const subscribed = (): string[] => [...cloud.subscriptions.values()].map((arn) => arn.replace(/.*_task-/, '')).sort();
const queued = (): string[] => [...cloud.queues.keys()].map((name) => name.replace(/.*_task-/, '')).sort();
let counted: jest.SpyInstance;

beforeEach(() => {
  reset();
  jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
  jest.spyOn(Metrics.prototype, 'publishStoredMetrics').mockReturnThis();
  counted = jest.spyOn(Metrics.prototype, 'addMetric');
});

test('where nothing was missed, nothing changes', async () => {
  runs('a');
  await start(eventOf('a', 3));
  await sweep();
  expect([queued(), subscribed()]).toEqual([['a'], ['a']]);
  expect(counted).toHaveBeenCalledWith('Swept', 'Count', 0);
});

test('a running task without a queue gets it', async () => {
  runs('a');
  await sweep();
  expect([queued(), subscribed()]).toEqual([['a'], ['a']]);
  expect(counted).toHaveBeenCalledWith('Swept', 'Count', 1);
});

test.each([
  ['that ECS says has stopped', () => stopped('a')],
  ['that ECS knows no more', () => {}],
])('what is left of a task %s goes', async (_, tell) => {
  await start(eventOf('a', 3));
  tell();
  await sweep();
  expect([queued(), subscribed()]).toEqual([[], []]);
  expect(cloud.rows.get('a')?.expiresAt).toBeDefined();
  expect(counted).toHaveBeenCalledWith('Swept', 'Count', 1);
});

test('a subscription that no row knows goes', async () => {
  await start(eventOf('a', 3));
  cloud.rows.clear();
  await sweep();
  expect([queued(), subscribed()]).toEqual([[], []]);
});

test('a subscription of something else stays', async () => {
  cloud.subscriptions.set('arn:of:another', 'arn:aws:sqs:eu-west-1:123456789012:another');
  await sweep();
  expect(cloud.subscriptions.size).toBe(1);
});

test('what has just happened is left to its event', async () => {
  runs('a', 1);
  await start(eventOf('b', 3));
  stopped('b', 1);
  await sweep();
  expect(queued()).toEqual(['b']);
  expect(counted).toHaveBeenCalledWith('Swept', 'Count', 0);
});

test('more tasks than ECS describes at once are all swept', async () => {
  const tasks = Array.from({ length: 250 }, (_, index) => `task${index}`);
  for (const taskId of tasks) {
    runs(taskId);
  }
  await sweep();
  expect(queued()).toHaveLength(250);
});

test('a task that can not be mended does not keep others from it, and fails the sweep', async () => {
  runs('a');
  runs('b');
  let failures = 1;
  cloud.before = async (call) => {
    if (call === 'CreateQueueCommand' && failures-- > 0) {
      throw new Error('throttled');
    }
  };
  await expect(sweep()).rejects.toThrow('throttled');
  expect(queued()).toHaveLength(1);
});

test('whatever call fails for good, a sweep leaves nothing of a stopped task', async () => {
  const property = fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 20 }), async (fails) => {
    reset();
    const calls = fails.values();
    cloud.before = async () => {
      if (calls.next().value) {
        throw new Error('out of order');
      }
    };
    const events = [() => start(eventOf('a', 3)), () => start(eventOf('a', 4)), () => stop(eventOf('a', 5))];
    for (const handle of events) {
      await handle().catch(() => {});
    }
    cloud.before = async () => {};
    stopped('a');
    await sweep();
    expect([queued(), subscribed()]).toEqual([[], []]);
  });
  await fc.assert(property, { numRuns: 300 });
});
