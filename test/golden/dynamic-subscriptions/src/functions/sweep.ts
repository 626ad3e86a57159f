import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Task } from '@aws-sdk/client-ecs';
import { openRows, subscriptions, tasks } from './inventory';
import { subscribeTask, unsubscribeTask } from './subscription';

const logger = new Logger();
const metrics = new Metrics();

/** An event that is younger may still be on its way. */
const GRACE_MILLISECONDS = 2 * 60 * 1000;

/** Compares what there is with the tasks that run, mends the difference, and counts what it mended. */
export async function handler(): Promise<void> {
  // First what was made, then the tasks: so that a task that starts meanwhile is not taken for one that is gone.
  const rows = await openRows();
  const subscribed = await subscriptions();
  const known = new Set([...rows.keys(), ...subscribed.keys()]);
  const running = await tasks(known);

  const gone = [...known].filter((taskId) => hasStopped(running.get(taskId)));
  const missed = [...running].filter(([taskId, task]) => runs(task) && !rows.get(taskId)?.subscriptionArn);

  const done = await Promise.allSettled([
    ...gone.map(async (taskId) => {
      logger.warn('a stopped task was missed', { taskId });
      const version = running.get(taskId)?.version ?? (rows.get(taskId)?.lastVersion ?? 0) + 1;
      await unsubscribeTask({ taskId, version }, subscribed.get(taskId));
    }),
    ...missed.map(async ([taskId, { version = 0 }]) => {
      logger.warn('a running task was missed', { taskId });
      await subscribeTask({ taskId, version });
    }),
  ]);

  metrics.addMetric('Swept', MetricUnit.Count, done.length);
  metrics.publishStoredMetrics();
  const failed = done.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
  if (failed) {
    throw failed.reason;
  }
}

/** Whether a task has stopped long enough ago; what ECS knows no more has. */
function hasStopped(task: Task | undefined): boolean {
  return task === undefined || (task.lastStatus === 'STOPPED' && isSettled(task.stoppedAt));
}

/** Whether a task has been running long enough, and is meant to go on. */
function runs({ lastStatus, desiredStatus, startedAt }: Task): boolean {
  return lastStatus === 'RUNNING' && desiredStatus === 'RUNNING' && isSettled(startedAt);
}

function isSettled(since: Date | undefined): boolean {
  return since !== undefined && Date.now() - since.getTime() > GRACE_MILLISECONDS;
}
