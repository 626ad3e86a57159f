import { type ActionState, type ExecutionState, everyAttempt, type Status } from './execution';

/** An event of an execution: a status that has changed. */
export type Change =
  | { readonly event: 'execution'; readonly id: string; readonly status: Status; readonly summary?: string }
  | {
      readonly event: 'action';
      readonly stage: string;
      readonly action: string;
      readonly status: Status;
      readonly attempt: number;
      /** Seconds that the attempt has taken. @default - it goes on */
      readonly seconds?: number;
      readonly summary?: string;
      readonly error?: string;
      readonly url?: string;
    };

/**
 * What has changed between two looks at an execution, in the order of the pipeline; an attempt of an action that began and
 * ended between them has one change, its end.
 *
 * @param before the look before. @default - there was none
 * @param after the look after it
 */
export function changesBetween(before: ExecutionState | undefined, after: ExecutionState): Change[] {
  const known = new Map(before?.id === after.id ? actionsOf(before).map(([key, one]) => [key, one]) : []);
  const actions = actionsOf(after).flatMap(([key, action, stage]) => {
    const { attempt: seen = 0, status: then = undefined } = known.get(key) ?? {};
    return everyAttempt(action)
      .filter(({ attempt, status }) => attempt > seen || (attempt === seen && status !== then))
      .filter(({ status }) => status !== 'waiting')
      .map((one) => changeOf(stage, one));
  });
  const isNew = before?.id !== after.id || before.status !== after.status;
  const execution: Change = {
    event: 'execution',
    id: after.id,
    status: after.status,
    ...(after.summary && { summary: after.summary }),
  };
  // It begins before its actions, and ends after them.
  return isNew ? (after.status === 'running' ? [execution, ...actions] : [...actions, execution]) : actions;
}

function actionsOf({ stages }: ExecutionState): [key: string, action: ActionState, stage: string][] {
  return stages.flatMap(({ name, actions }) =>
    actions.map((action): [string, ActionState, string] => [`${name}/${action.name}`, action, name]),
  );
}

function changeOf(stage: string, action: ActionState): Change {
  const { name, status, attempt, startedAt, endedAt, summary, error, url } = action;
  return {
    event: 'action',
    stage,
    action: name,
    status,
    attempt,
    ...(startedAt && endedAt && { seconds: (endedAt.getTime() - startedAt.getTime()) / 1000 }),
    ...(summary && { summary }),
    ...(error && { error }),
    ...(url && { url }),
  };
}
