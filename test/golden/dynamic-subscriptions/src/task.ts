import type { EventBridgeEvent } from 'aws-lambda';

/**
 * What ECS says whenever a task changes, as far as it is read here.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
 */
export type TaskEvent = EventBridgeEvent<
  'ECS Task State Change',
  {
    readonly taskArn: string;
    /** It rises with each change of the task; an event that is delivered again has the same. */
    readonly version: number;
  }
>;

/** One change of a task. */
export interface TaskChange {
  readonly taskId: string;
  readonly version: number;
}

/**
 * Reads an event.
 *
 * @param event the event
 */
export function changeOf({ detail }: TaskEvent): TaskChange {
  return { taskId: taskIdOf(detail.taskArn), version: detail.version };
}

/**
 * The id of a task, which is never used again.
 *
 * @param taskArn the ARN of the task, which ends in the id
 * @throws Error when it is no such ARN
 */
export function taskIdOf(taskArn: string): string {
  const [, id] = /^arn:.+:task\/(?:.+\/)?([A-Za-z0-9-]+)$/.exec(taskArn) ?? [];
  if (!id) {
    throw new Error(`${taskArn} is no ARN of a task`);
  }
  return id;
}
