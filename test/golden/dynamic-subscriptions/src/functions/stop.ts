import { changeOf, type TaskEvent } from '../task';
import { unsubscribeTask } from './subscription';

/** Handles the event of a task that has stopped: nothing of it is left. */
export async function handler(event: TaskEvent): Promise<void> {
  await unsubscribeTask(changeOf(event));
}
