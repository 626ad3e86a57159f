import {
  type ActionState,
  type ExecutionState,
  printable,
  type Sight,
  type Status,
} from '../../../pipelines/operations';
import type { Mark, Output } from '../output';

/** The mark of each status. */
const MARKS: Readonly<Record<Status, Mark>> = {
  waiting: 'todo',
  running: 'here',
  asking: 'ask',
  succeeded: 'pass',
  failed: 'fail',
  stopped: 'skip',
  superseded: 'skip',
  cancelled: 'skip',
  skipped: 'skip',
};

/** What has started an execution, in words; CodePipeline's own word where it has another one. */
const TRIGGERS: Readonly<Record<string, string>> = {
  AutomatedRollback: 'a stage that failed',
  CloudWatchEvent: 'an event',
  CreatePipeline: 'the creation of the pipeline',
  ManualRollback: 'somebody who goes back',
  PollForSourceChanges: 'a change of its source',
  StartPipelineExecution: 'somebody',
  Webhook: 'a push',
  WebhookV2: 'a push',
};

/**
 * The mark of a status.
 *
 * @param output how to print
 * @param status of an execution, a stage or an action
 */
export function markOf(output: Output, status: Status): string {
  return output.mark(MARKS[status]);
}

/**
 * What has started an execution.
 *
 * @param trigger as CodePipeline has it
 */
export function triggerWords(trigger: string): string {
  return `started by ${TRIGGERS[trigger] ?? trigger}`;
}

/**
 * A duration: `48 s`, `1 min 12 s`, `2 h 3 min`.
 *
 * @param seconds how long it was
 */
export function durationWords(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const parts: ReadonlyArray<readonly [number, string]> =
    hours > 0
      ? [
          [hours, 'h'],
          [minutes, 'min'],
        ]
      : [
          [minutes, 'min'],
          [whole % 60, 's'],
        ];
  const words = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return words.join(' ') || '0 s';
}

/**
 * How long ago something was: `5 min ago`, `3 days ago`.
 *
 * @param at when it was
 * @param now the present
 */
export function ageWords(at: Date, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - at.getTime()) / 1000);
  const days = Math.floor(seconds / 86_400);
  return days > 1 ? `${days} days ago` : `${durationWords(seconds < 60 ? seconds : Math.floor(seconds / 60) * 60)} ago`;
}

/**
 * A revision as people know it: the first digits of a commit, or a word as it is.
 *
 * @param revision a commit, or the version of an object
 */
export function revisionWords(revision: string): string {
  return /^[0-9a-f]{40,64}$/.test(revision) ? revision.slice(0, 8) : revision;
}

/**
 * How long something has taken, or takes so far.
 *
 * @param times when it began and ended
 * @param now the present
 */
export function takenWords({ startedAt, endedAt }: Pick<ActionState, 'startedAt' | 'endedAt'>, now: Date): string {
  return startedAt ? durationWords(((endedAt ?? now).getTime() - startedAt.getTime()) / 1000) : '';
}

/**
 * Where an execution comes from, what CodePipeline says of it, and what it was started with.
 *
 * @param state the execution
 */
export function originWords({ id, trigger, backTo, summary: said, revisions }: ExecutionState): string[] {
  return [
    [`execution ${id}`, backTo ? `back to ${backTo}` : trigger && triggerWords(trigger)].filter(Boolean).join(', '),
    ...(said ? [said] : []),
    ...revisions.map(({ id: revision, summary }) => [revisionWords(revision), summary].filter(Boolean).join('  ')),
  ];
}

/**
 * Why there is no look, or whose turn it is.
 *
 * @param sight what is told of an execution that is followed
 */
export function sightWords(sight: Exclude<Sight, { kind: 'state' }>): string {
  if (sight.kind === 'next') {
    const why = sight.because === 'changed' ? 'The pipeline has changed, and begins again' : 'A stage goes back';
    return `${why}: execution ${sight.to}`;
  }
  const words = {
    throttled: 'AWS asks for fewer calls',
    login: 'The login has expired',
    unreachable: 'AWS can not be reached',
    'not-yet': 'The execution is not known yet',
    other: printable(sight.message),
  };
  return `${words[sight.trouble]}; the next look is in ${durationWords(sight.seconds)}`;
}
