import fc from 'fast-check';
import { handler as start } from '../../src/functions/start';
import { handler as stop } from '../../src/functions/stop';
import type { TaskEvent } from '../../src/task';
import { cloud, reset } from './cloud';

const topic = 'arn:aws:sns:eu-west-1:123456789012:news';
const queueArn = 'arn:aws:sqs:eu-west-1:123456789012:orders-dev_task-0a1b';

jest.mock('../../src/environment', () => ({
  required: (name: string) =>
    ({
      TOPIC_ARN: topic,
      TABLE_NAME: 'tasks',
      QUEUE_PREFIX: 'orders-dev_task-',
      QUEUE_TAGS: '{"team":"orders"}',
    })[name],
}));

/** An event of the task 0a1b. */
function eventOf(version: number): TaskEvent {
  return { detail: { taskArn: 'arn:aws:ecs:eu-west-1:123456789012:task/orders/0a1b', version } } as TaskEvent;
}

beforeEach(reset);

test('a task that runs has a queue, whose subscription is written down', async () => {
  await start(eventOf(1));
  expect([...cloud.queues.keys()]).toEqual(['orders-dev_task-0a1b']);
  const [[subscriptionArn, endpoint]] = cloud.subscriptions;
  expect(endpoint).toBe(queueArn);
  expect(cloud.rows.get('0a1b')).toMatchObject({ subscriptionArn });
});

test('the queue is encrypted, forgets after an hour, and has the tags of the project', async () => {
  await start(eventOf(1));
  const [{ Policy, ...others }] = cloud.queues.values();
  expect(others).toEqual({ MessageRetentionPeriod: '3600', SqsManagedSseEnabled: 'true', team: 'orders' });
});

test('the queue takes messages of the topic alone, over TLS', async () => {
  await start(eventOf(1));
  const [{ Policy }] = cloud.queues.values();
  expect(JSON.parse(Policy).Statement).toEqual([
    {
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: queueArn,
      Condition: { ArnEquals: { 'aws:SourceArn': topic } },
    },
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 'sqs:*',
      Resource: queueArn,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ]);
});

/** What is left of a task, apart from its row. */
function left(): string[] {
  return [...cloud.queues.keys(), ...cloud.subscriptions.keys()];
}

test('a task that has stopped leaves nothing behind', async () => {
  await start(eventOf(1));
  await stop(eventOf(2));
  expect(left()).toEqual([]);
});

test('a task that stopped before it ran is no error', async () => {
  await expect(stop(eventOf(1))).resolves.toBeUndefined();
});

test('another error is one', async () => {
  cloud.before = async (call) => {
    if (call === 'GetQueueUrlCommand') {
      throw new Error('access denied');
    }
  };
  await expect(stop(eventOf(1))).rejects.toThrow('access denied');
});

/** The calls that handling an event makes. */
async function callsOf(handled: () => Promise<void>): Promise<string[]> {
  const calls: string[] = [];
  cloud.before = async (call) => {
    calls.push(call);
  };
  await handled();
  return calls;
}

test('an event that comes again makes nothing again', async () => {
  await start(eventOf(1));
  expect(await callsOf(() => start(eventOf(1)))).toEqual(['UpdateCommand']);
  expect(await callsOf(() => start(eventOf(2)))).toEqual(['UpdateCommand']);
});

test('an event that is older than the newest one changes nothing', async () => {
  await start(eventOf(2));
  const before = { ...cloud.rows.get('0a1b') };
  await start(eventOf(1));
  expect(cloud.rows.get('0a1b')).toEqual(before);
});

test('a task that is said to run after it has stopped gets no queue, for a day', async () => {
  await stop(eventOf(2));
  expect(await callsOf(() => start(eventOf(1)))).toEqual(['UpdateCommand']);
  expect(left()).toEqual([]);
  const dayFromNow = Date.now() / 1000 + 24 * 60 * 60;
  expect(Math.abs(Number(cloud.rows.get('0a1b')?.expiresAt) - dayFromNow)).toBeLessThan(60);
});

test('what fails half-way is finished by the next attempt', async () => {
  cloud.before = async (call) => {
    if (call === 'SubscribeCommand') {
      throw new Error('throttled');
    }
  };
  await expect(start(eventOf(1))).rejects.toThrow('throttled');
  cloud.before = async () => {};
  await start(eventOf(1));
  expect(left()).toHaveLength(2);
});

/** What ECS says of a task that runs, several times, and then has stopped. */
const lives = fc.integer({ min: 1, max: 4 }).map((times) => {
  const running = Array.from({ length: times }, (_, index) => ({ handler: start, event: eventOf(index + 1) }));
  return [...running, { handler: stop, event: eventOf(times + 1) }];
});

/** How it is delivered: at least once, in any order. */
const deliveries = lives.chain((life) =>
  fc
    .array(fc.constantFrom(...life), { maxLength: 5 })
    .chain((again) => fc.shuffledSubarray([...life, ...again], { minLength: life.length + again.length })),
);

test('in any order, as often as they come and all at once, events leave nothing of a stopped task but its row', async () => {
  const property = fc.asyncProperty(deliveries, fc.scheduler(), async (events, scheduler) => {
    reset();
    cloud.before = (call) => scheduler.schedule(Promise.resolve(), call);
    await scheduler.waitFor(Promise.all(events.map(({ handler, event }) => handler(event))));
    expect(left()).toEqual([]);
    expect(cloud.rows.get('0a1b')).toMatchObject({ hasStopped: true, expiresAt: expect.any(Number) });
  });
  await fc.assert(property, { numRuns: 300 });
});
