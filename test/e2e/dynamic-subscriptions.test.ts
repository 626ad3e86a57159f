import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeTasksCommand, ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import {
  DescribeRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  PutRuleCommand,
} from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { findPattern } from '../../blueprints/catalog';
import { type ClientConfig, clientConfig, outputsOf } from './clients';
import { createProject, documentOf, empty, type Machine, machine } from './support';

/* What of the pattern an emulator shows only with some help: ECS sends no events there, and nobody else may send them. */

/** Who sends the events here: as on AWS, only ECS itself can be `aws.ecs`. */
const SOURCE = 'atelier.test';

/** For how long the sweeper leaves a task alone, in milliseconds. */
const GRACE = 120_000;

const STACK = 'orders-dev';

let here: Machine;
let project: string;
let config: ClientConfig;
let outputs: Readonly<Record<string, string>>;

beforeAll(async () => {
  here = machine();
  project = createProject(here, 'dynamic-subscriptions');
  config = clientConfig(documentOf(here.atelier(project, ['local', 'deploy', '--json'])).endpoint);
  outputs = await outputsOf(config, STACK);
});

afterAll(() => here.remove());

/** The ids of the tasks that have a queue. */
async function tasksWithQueues(): Promise<string[]> {
  const { QueuePrefix } = outputs;
  const { QueueUrls = [] } = await new SQSClient(config).send(new ListQueuesCommand({ QueueNamePrefix: QueuePrefix }));
  return QueueUrls.map((url) => url.split(QueuePrefix)[1]).sort();
}

/** Waits until tasks have queues, or 20 seconds. */
async function settled(ids: readonly string[]): Promise<string[]> {
  for (let tries = 0; tries < 100 && (await tasksWithQueues()).length < ids.length; tries += 1) {
    await sleep(200);
  }
  return tasksWithQueues();
}

test('a rule delivers the event of a task of the service, and that of no other', async () => {
  const events = new EventBridgeClient(config);
  const { Rules = [] } = await events.send(new ListRulesCommand({ NamePrefix: STACK }));
  const Name = Rules.find((rule) => rule.Name?.includes('StartRule'))?.Name;
  const { EventPattern = '' } = await events.send(new DescribeRuleCommand({ Name }));
  const pattern = JSON.parse(EventPattern);
  await events.send(
    new PutRuleCommand({ Name, EventPattern: JSON.stringify({ ...pattern, source: ['aws.ecs', SOURCE] }) }),
  );
  const [clusterArn] = pattern.detail.clusterArn;
  const event = (id: string, group: string) => ({
    Source: SOURCE,
    DetailType: 'ECS Task State Change',
    Detail: JSON.stringify({
      clusterArn,
      group,
      lastStatus: 'RUNNING',
      desiredStatus: 'RUNNING',
      taskArn: `${clusterArn.replace(':cluster/', ':task/')}/${id}`,
      version: 2,
    }),
  });
  const Entries = [event('theirs', 'service:another'), event('ours', `service:${outputs.ServiceName}`)];
  await events.send(new PutEventsCommand({ Entries }));
  expect(await settled(['ours'])).toEqual(['ours']);
});

test('a sweep gives every running task its queue, and takes what has no task; when all stop, nothing is left', async () => {
  const ecs = new ECSClient(config);
  const { ClusterName: cluster } = outputs;
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster }));
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
  const ids = taskArns.map((arn) => arn.split('/').at(-1) as string).sort();
  expect(ids).toHaveLength(2);
  const youngest = Math.max(...tasks.map(({ startedAt }) => Number(startedAt)));
  await sleep(Math.max(0, youngest + GRACE + 1_000 - Date.now()));
  await new LambdaClient(config).send(new InvokeCommand({ FunctionName: outputs.SweepName }));
  expect(await tasksWithQueues()).toEqual(ids);
  empty(findPattern('dynamic-subscriptions'), STACK, project, config.endpoint);
  expect(await tasksWithQueues()).toEqual([]);
});
