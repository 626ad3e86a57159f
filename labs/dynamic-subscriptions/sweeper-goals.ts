import {
  alarmMetrics,
  alarmReads,
  failed,
  firstFailure,
  type Goal,
  grantsOf,
  judgeAlarm,
  mayRead,
  names,
  reads,
  when,
} from '../authoring';
import { judgeSubscribing, judgeTopicRights, MAKING, REMOVING, valuesOf } from './function-goals';
import { withParts } from './judging';
import { TYPE } from './parts';
import { judgeQueueRights } from './task-queues';

/** How much may be swept before somebody hears of it. */
const HANDFUL = 5;

/** What no event tells is found by looking. */
export const scheduled: Goal = {
  name: 'A function runs on a schedule',
  reads: [reads(TYPE.rule, 'ScheduleExpression'), mayRead(TYPE.rule, 'State', 'DISABLED')],
  judge: withParts(['sweep'], ({ sweep }, assembly) => {
    const schedules = assembly
      .ofType(TYPE.rule, TYPE.schedule)
      .filter((one) => assembly.property(one, 'ScheduleExpression') !== undefined)
      .filter(({ properties, stack }) =>
        assembly.targets(properties, stack).some(({ resource }) => resource === sweep),
      );
    return when(
      schedules.some((one) => assembly.property(one, 'State') !== 'DISABLED'),
      {
        seen: `what invokes ${sweep.name} on a schedule is disabled`,
        wanted: 'a schedule that is enabled, which it is by default',
        where: schedules[0]?.where,
        next: 'remove what disables the schedule',
      },
    );
  }),
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html */
export const listsTasks: Goal = {
  name: 'It may list the tasks of this cluster alone',
  reads: [
    reads(
      TYPE.policy,
      'PolicyDocument',
      { Statement: [] },
      { Statement: [{ Effect: 'Allow', Action: 'ecs:ListTasks', Resource: '*' }] },
    ),
  ],
  dependsOn: [scheduled.name],
  judge: withParts(['cluster', 'sweep', 'sweepRole'], ({ cluster, sweepRole }, assembly) => {
    const listing = grantsOf(assembly, sweepRole).filter((statement) => names(statement, 'ecs:ListTasks'));
    const loose = listing.find((statement) => {
      const clusters = valuesOf(statement, 'ecs:cluster');
      return clusters.length === 0 || !clusters.every((one) => assembly.pointsAt(one, statement.holder, cluster));
    });
    return firstFailure(
      () =>
        when(listing.length > 0, {
          seen: `${sweepRole.name} may not do ecs:ListTasks`,
          wanted: 'a role that may list the tasks of the cluster',
          where: sweepRole.where,
          next: 'grant the role ecs:ListTasks, under a condition on the cluster',
        }),
      () =>
        when(loose === undefined, {
          seen: `${sweepRole.name} may do ecs:ListTasks in every cluster of the account`,
          wanted: `a condition: ecs:cluster is the ARN of ${cluster.name}, as the action knows no resource`,
          where: loose?.holder.where ?? sweepRole.where,
          next: 'add a condition on ecs:cluster to the statement',
        }),
    );
  }),
};

/** It does what the two functions would have done. */
export const mends: Goal = {
  name: 'It may make what is missing, and remove what is left',
  reads: [reads(TYPE.policy, 'PolicyDocument', { Statement: [] })],
  dependsOn: [scheduled.name],
  judge: withParts(['topic', 'sweep', 'sweepRole'], ({ topic, sweepRole }, assembly) =>
    firstFailure(
      () => judgeQueueRights(assembly, sweepRole, { needed: [...MAKING, ...REMOVING] }),
      () => judgeSubscribing(assembly, sweepRole, topic),
      () => judgeTopicRights(assembly, sweepRole, ['sns:Unsubscribe'], topic),
    ),
  ),
};

/** Something that was swept is an event that was missed. */
export const sweptAlarm: Goal = {
  name: 'An alarm goes off when something was swept',
  reads: [reads(TYPE.alarm, 'Namespace', 'AWS/Lambda'), ...alarmReads(HANDFUL + 1)],
  judge: (assembly) => {
    const metrics = assembly.ofType(TYPE.alarm).flatMap(alarmMetrics);
    const nameless = metrics.find(({ namespace }) => namespace === '');
    const verdicts = metrics
      .filter(({ namespace }) => namespace !== '' && !namespace.startsWith('AWS/'))
      .map((metric) =>
        judgeAlarm(assembly, metric, {
          told: 'how much was swept',
          largest: HANDFUL,
          because: 'whatever is swept is an event that was missed',
        }),
      );
    return (
      verdicts.find(({ passed }) => passed) ??
      verdicts[0] ??
      failed({
        seen: nameless
          ? `Namespace of the metric of ${nameless.holder.name} is not set`
          : 'no alarm watches a metric of the app itself: all of them are on metrics of AWS',
        wanted: 'an alarm on a metric that the sweeper publishes, or that a filter makes of its log',
        next: 'create an alarm on the number of things that the sweeper mended',
      })
    );
  },
};
