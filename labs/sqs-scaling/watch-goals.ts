import type { Assembly, Resource } from '../engine/assembly';
import type { Goal, Verdict } from '../engine/check';
import { failed, firstFailure, numberWithin, reached, when } from '../engine/verdicts';
import { mayRead, reads, TYPE, withParts } from './judging';
import { acting, alarmMetrics, dashboardMetrics, isMetricOf, type WatchedMetric } from './metrics';
import { period, RETENTION } from './retention';

/** Statistics that count samples, or compare them with a limit of their own: they don't tell how large the value is. */
const BLIND_STATISTIC = /^(samplecount|n$|tc|pr)/i;

/** How many dead letters may lie there before somebody hears of it. */
const HANDFUL = 5;

/** What an alarm has to see. */
interface Watch {
  /** The metric of SQS. */
  readonly metric: string;
  /** The queue that it is one of. */
  readonly part: 'queue' | 'deadLetterQueue';
  /** What the metric tells, for the sentences. */
  readonly of: string;
  /** The largest limit that is good for something, and why. */
  readonly limit: (assembly: Assembly, queue: Resource) => { readonly largest: number; readonly because: string };
}

/** An alarm on a metric of a queue, which can go off, and does something then. */
function alarmGoal(name: string, watch: Watch, wrongLimit: number): Goal {
  return {
    name,
    reads: [
      reads(TYPE.alarm, 'MetricName', 'NumberOfMessagesSent'),
      reads(TYPE.alarm, 'Dimensions', []),
      reads(TYPE.alarm, 'AlarmActions', []),
      reads(TYPE.alarm, 'ComparisonOperator', 'LessThanThreshold', 'LessThanOrEqualToThreshold'),
      reads(TYPE.alarm, 'Threshold', -1, 0, wrongLimit),
      mayRead(TYPE.alarm, 'Statistic', 'SampleCount'),
      mayRead(TYPE.alarm, 'ActionsEnabled', false),
    ],
    judge: withParts([watch.part], (parts, assembly) => {
      const queue = parts[watch.part] as Resource;
      const verdicts = assembly
        .ofType(TYPE.alarm)
        .flatMap(alarmMetrics)
        .filter(({ namespace, name }) => namespace === 'AWS/SQS' && name === watch.metric)
        .filter((metric) => isMetricOf(assembly, metric, queue))
        .map((metric) => judgeAlarm(assembly, metric, queue, watch));
      return verdicts.find(({ passed }) => passed) ?? verdicts[0] ?? noAlarm(assembly, queue, watch);
    }),
  };
}

/** Says which alarm comes near, where there is one: on the metric, or of the queue. */
function noAlarm(assembly: Assembly, queue: Resource, { metric: wanted, of }: Watch): Verdict {
  const metrics = assembly.ofType(TYPE.alarm).flatMap(alarmMetrics);
  const near =
    metrics.find(({ name }) => name === wanted) ?? metrics.find((metric) => isMetricOf(assembly, metric, queue));
  const told = near && `${near.holder.name} watches ${near.namespace} ${near.name}`;
  return failed({
    seen: told
      ? `${told}${near.name === wanted ? `, but not of ${queue.name}` : ''}; no alarm watches ${wanted} of ${queue.name}`
      : `no alarm watches ${wanted} of ${queue.name}`,
    wanted: `an alarm on that metric of AWS/SQS, with the name of ${queue.name} as its dimension`,
    where: near?.holder.where,
    next: near
      ? 'take the metric from the queue itself, which gives its name and its dimension'
      : `create an alarm on ${of}`,
  });
}

function judgeAlarm(assembly: Assembly, metric: WatchedMetric, queue: Resource, watch: Watch): Verdict {
  const { holder: alarm, statistic = '' } = metric;
  const actors = acting(assembly, alarm);
  const hasBand = assembly.property(alarm, 'ThresholdMetricId') !== undefined;
  return firstFailure(
    () =>
      when(!BLIND_STATISTIC.test(statistic), {
        seen: `the alarm ${alarm.name} watches the statistic ${statistic}, which does not tell ${watch.of}`,
        wanted: 'a statistic of the value itself, Maximum for example',
        where: alarm.where,
        next: 'choose another statistic of the metric',
      }),
    // What an expression gives may be anything: only the learner knows which values are bad.
    () => (metric.isCompared ? judgeComparison(assembly, alarm) : reached),
    () => (metric.isCompared && !hasBand ? judgeLimit(assembly, alarm, queue, watch) : reached),
    () =>
      when(actors.length > 0, {
        seen: `the alarm ${alarm.name} has no action`,
        wanted: 'an action, so that somebody hears of it',
        where: alarm.where,
        next: 'let the alarm notify a topic',
      }),
    () =>
      when(
        actors.some((actor) => String(assembly.property(actor, 'ActionsEnabled')) !== 'false'),
        {
          seen: `ActionsEnabled of ${actors[0]?.name} is false, so that its actions never run`,
          wanted: 'actions that are enabled, which they are by default',
          where: actors[0]?.where,
          next: 'remove what disables the actions of the alarm',
        },
      ),
  );
}

function judgeComparison(assembly: Assembly, alarm: Resource): Verdict {
  const comparison = assembly.property(alarm, 'ComparisonOperator');
  const told = typeof comparison === 'string' ? comparison : 'not set';
  return when(told.includes('GreaterThan'), {
    seen: `ComparisonOperator of ${alarm.name} is ${told}`,
    wanted: 'a comparison that goes off when the value is large: GreaterThanThreshold or GreaterThanOrEqualToThreshold',
    where: alarm.where,
    next: 'turn the comparison of the alarm round',
  });
}

function judgeLimit(assembly: Assembly, alarm: Resource, queue: Resource, watch: Watch): Verdict {
  const { largest, because } = watch.limit(assembly, queue);
  const isMet = assembly.property(alarm, 'ComparisonOperator') === 'GreaterThanOrEqualToThreshold';
  return firstFailure(
    () =>
      numberWithin(assembly, {
        of: alarm,
        property: 'Threshold',
        minimum: 0,
        maximum: largest,
        because,
        next: 'raise the limit of the alarm',
        nextIfTooLarge: 'lower the limit of the alarm',
        nextIfUnset: 'give the alarm a limit',
      }),
    () =>
      when(!isMet || assembly.number(alarm, 'Threshold') !== 0, {
        seen: `the alarm ${alarm.name} goes off at 0, and so it always does`,
        wanted: 'a limit over 0, or a value that has to be greater than it',
        where: alarm.where,
        next: 'raise the limit of the alarm',
      }),
  );
}

/** Messages that wait are what the users feel. */
export const ageAlarm = alarmGoal(
  'An alarm goes off when messages wait too long',
  {
    metric: 'ApproximateAgeOfOldestMessage',
    part: 'queue',
    of: 'the age of the oldest message of the queue',
    limit: (assembly, queue) => {
      const kept = assembly.number(queue, 'MessageRetentionPeriod') ?? RETENTION.standard;
      return { largest: kept - 1, because: `${queue.name} keeps messages for ${period(kept)}, and none gets older` };
    },
  },
  RETENTION.standard,
);

/** Each message that is set aside is a fault. */
export const deadLetterAlarm = alarmGoal(
  'An alarm goes off when a message is set aside',
  {
    metric: 'ApproximateNumberOfMessagesVisible',
    part: 'deadLetterQueue',
    of: 'the number of visible messages of the dead-letter queue',
    limit: () => ({
      largest: HANDFUL,
      because: 'each message that is set aside is a fault, which somebody has to mend',
    }),
  },
  HANDFUL + 1,
);

/** A dashboard with one widget. */
const boardOf = (type: string, properties: object): string => JSON.stringify({ widgets: [{ type, properties }] });

/** A dashboard that shows metrics of a part. */
function dashboardGoal(
  name: string,
  namespace: string,
  part: 'queue' | 'consumer',
  shown: Readonly<Record<string, string>>,
): Goal {
  const metrics = Object.keys(shown);
  const told = Object.values(shown).join(' and ');
  return {
    name,
    reads: [
      reads(
        TYPE.dashboard,
        'DashboardBody',
        boardOf('text', { markdown: metrics.join(' ') }),
        boardOf('metric', { metrics: [] }),
        // Without a dimension they are of all queues or functions of the account.
        boardOf('metric', { metrics: metrics.map((metric) => [namespace, metric]) }),
      ),
    ],
    judge: withParts([part], (parts, assembly) => {
      const of = parts[part] as Resource;
      const boards = assembly.ofType(TYPE.dashboard);
      const found = boards
        .flatMap((board) => dashboardMetrics(assembly, board))
        .filter((metric) => metric.namespace === namespace);
      const ofPart = found.filter((metric) => isMetricOf(assembly, metric, of));
      const missing = metrics.find((metric) => !found.some((one) => one.name === metric)) ?? '';
      const foreign = metrics.find((metric) => !ofPart.some((one) => one.name === metric)) ?? '';
      return firstFailure(
        () =>
          when(boards.length > 0, {
            seen: 'the template has no dashboard (AWS::CloudWatch::Dashboard)',
            wanted: `a dashboard that shows ${told} of ${of.name}`,
            next: 'create a dashboard in the stack',
          }),
        () =>
          when(
            boards.some((board) => assembly.property(board, 'DashboardBody') !== undefined),
            {
              seen: `${boards[0]?.name} shows nothing: it has no DashboardBody`,
              wanted: `a dashboard that shows ${told} of ${of.name}`,
              where: boards[0]?.where,
              next: 'add a graph to the dashboard',
            },
          ),
        () =>
          when(missing === '', {
            seen: `no dashboard shows ${missing}`,
            wanted: `${told} of ${of.name}: ${metrics.join(', ')}`,
            where: boards[0]?.where,
            next: `add a graph of ${shown[missing]}`,
          }),
        () =>
          when(foreign === '', {
            seen: `the graph of ${foreign} is not of ${of.name}`,
            wanted: `${told} of ${of.name}, whose name is a dimension of its metrics`,
            where: boards[0]?.where,
            next: 'take the metric from the construct that it belongs to, with its dimensions',
          }),
      );
    }),
  };
}

/** What waits, and for how long. */
export const queueGraphs = dashboardGoal('A dashboard shows the backlog and its age', 'AWS/SQS', 'queue', {
  ApproximateNumberOfMessagesVisible: 'the backlog',
  ApproximateAgeOfOldestMessage: 'the age of the oldest message',
});

/** How far the consumer has scaled, and how it does. */
export const consumerGraphs = dashboardGoal('A dashboard shows concurrency and errors', 'AWS/Lambda', 'consumer', {
  ConcurrentExecutions: 'the concurrency',
  Errors: 'the errors',
});

/** Rule packs look at each template; which ones can't be seen of packs that find nothing. */
export const securityRules: Goal = {
  name: 'The security rules run at every synthesis',
  reads: [],
  judge: ({ isValidated, findings }) => {
    const errors = findings.filter(({ severity }) => severity === 'error');
    const [first] = errors;
    const others = errors.length - 1;
    return firstFailure(
      () =>
        when(isValidated, {
          seen: 'no rule pack looked at the app when it was synthesized',
          wanted: 'the packs AwsSolutions and Serverless of cdk-nag among the validations of the app',
          where: 'src/main.ts',
          next: 'add both packs to the validations of the app, and acknowledge what does not fit with a reason',
        }),
      () =>
        when(first === undefined, {
          seen: `cdk synth is stopped by ${first?.rule} at ${first?.construct}${others > 0 ? `, and by ${others} more` : ''}`,
          wanted: 'no finding that stops a synthesis',
          where: first?.where,
          next: 'mend what the rule names, or acknowledge it on that construct with a reason that is true',
        }),
    );
  },
};
