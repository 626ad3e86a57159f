import { changeOf, type TaskEvent } from '../task';
import { subscribeTask } from './subscription';

/** Handles the event of a task that runs: the task gets its queue. */
export async function handler(event: TaskEvent): Promise<void> {
  await subscribeTask(changeOf(event));
}
