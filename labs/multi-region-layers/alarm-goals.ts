import { alarmOn, alarmReads, type Goal, type MetricWatch, reads } from '../authoring';
import { TYPE, withParts } from './judging';

/** How often something may fail before somebody hears of it. */
const HANDFUL = 5;

/** An alarm on a metric of a part, which can go off, and does something then. */
function alarmGoal(
  name: string,
  part: 'pipeline' | 'distributor',
  other: string,
  watch: Omit<MetricWatch, 'largest'>,
): Goal {
  return {
    name,
    reads: [reads(TYPE.alarm, 'MetricName', other), reads(TYPE.alarm, 'Dimensions', []), ...alarmReads(HANDFUL + 1)],
    judge: withParts([part], (parts, assembly) =>
      alarmOn(assembly, parts[part], { ...watch, largest: HANDFUL, isCount: true }),
    ),
  };
}

/** Somebody hears of an execution that failed. */
export const failureAlarm = alarmGoal('An alarm goes off when the pipeline fails', 'pipeline', 'PipelineDuration', {
  namespace: 'AWS/CodePipeline',
  metric: 'FailedPipelineExecutions',
  told: 'the number of executions of the pipeline that failed',
  because: 'each one is a change that some Regions did not get',
});

/** A function that crashed has told CodePipeline nothing. */
export const crashAlarm = alarmGoal('An alarm goes off when the function crashes', 'distributor', 'Invocations', {
  namespace: 'AWS/Lambda',
  metric: 'Errors',
  told: 'the number of errors of the function',
  because: 'the pipeline waits for each of them, for up to twenty minutes',
});
