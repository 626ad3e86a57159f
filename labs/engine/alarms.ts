import type { Assembly, Resource } from './assembly';
import { mayRead, type Read, reads, type Verdict } from './check';
import { asList, dig, type Json } from './json';
import { acting, alarmMetrics, dimensionOf, isMetricOf, type WatchedMetric } from './metrics';
import { failed, firstFailure, numberWithin, reached, when } from './verdicts';

const ALARM = 'AWS::CloudWatch::Alarm';
const TOPIC_POLICY = 'AWS::SNS::TopicPolicy';

/** Statistics that count samples, or compare them with a limit of their own: they don't tell how large the value is. */
const BLIND_STATISTIC = /^(samplecount|n$|tc|pr)/i;

/** What an alarm has to see. */
export interface Watch {
  /** What its metric tells, for the sentences. */
  readonly told: string;
  /** The largest limit that is good for something. */
  readonly largest: number;
  /** Why no larger one is. */
  readonly because: string;
  /** Whether each sample is 0 or 1, so that only their sum is ever larger. @default false */
  readonly isCount?: boolean;
}

/** How long an alarm may watch before it goes off, in seconds. */
const SLOWEST = 3600;

/** The period of metrics that say none, in seconds: what the CDK gives them. */
const USUAL_PERIOD = 300;

/** A metric of a resource that an alarm has to see. */
export interface MetricWatch extends Watch {
  /** The metric's namespace, `AWS/SQS` for example. */
  readonly namespace: string;
  /** The metric's name. */
  readonly metric: string;
}

/**
 * What judging an alarm reads, beyond the metric that it is on.
 *
 * @param wrongLimit a limit that is too large
 */
export const alarmReads = (wrongLimit: number): Read[] => [
  reads(ALARM, 'AlarmActions', []),
  reads(ALARM, 'ComparisonOperator', 'LessThanThreshold', 'LessThanOrEqualToThreshold'),
  reads(ALARM, 'Threshold', -1, 0, wrongLimit),
  mayRead(ALARM, 'Statistic', 'SampleCount'),
  mayRead(ALARM, 'EvaluationPeriods', 1000),
  mayRead(ALARM, 'TreatMissingData', 'breaching'),
  mayRead(ALARM, 'ActionsEnabled', false),
];

/**
 * Reached when some alarm watches a metric of a resource well.
 *
 * @param assembly the assembly
 * @param of the resource
 * @param watch the metric, and what its alarm has to see
 */
export function alarmOn(assembly: Assembly, of: Resource, watch: MetricWatch): Verdict {
  const verdicts = assembly
    .ofType(ALARM)
    .flatMap(alarmMetrics)
    .filter(({ namespace, name }) => namespace === watch.namespace && name === watch.metric)
    .filter((metric) => isMetricOf(assembly, metric, of))
    .map((metric) => judgeAlarm(assembly, metric, watch));
  return verdicts.find(({ passed }) => passed) ?? verdicts[0] ?? noAlarm(assembly, of, watch);
}

/** Says which alarm comes near, where there is one: on the metric, or of the resource. */
function noAlarm(assembly: Assembly, of: Resource, { namespace, metric: wanted, told: what }: MetricWatch): Verdict {
  const metrics = assembly.ofType(ALARM).flatMap(alarmMetrics);
  const near =
    metrics.find(({ name }) => name === wanted) ??
    metrics.find((metric) => isMetricOf(assembly, metric, of)) ??
    metrics.find((metric) => metric.namespace === namespace);
  const dimension = `with ${of.name} as its dimension ${dimensionOf(of)}`;
  const told = near && `${near.holder.name} watches ${near.namespace} ${near.name}`;
  return failed({
    seen: told
      ? `${told}${near.name === wanted ? `, but not of ${of.name}` : ''}; no alarm watches ${wanted} of ${of.name}`
      : `no alarm watches ${wanted} of ${of.name}`,
    wanted: `an alarm on that metric of ${namespace}, ${dimension}`,
    where: near?.holder.where,
    next: near ? `let the alarm watch ${wanted} of ${namespace}, ${dimension}` : `create an alarm on ${what}`,
  });
}

/**
 * Judges whether an alarm can go off, does so in time, and tells somebody.
 *
 * @param assembly the assembly
 * @param metric the metric, as the alarm watches it
 * @param watch what the alarm has to see
 */
export function judgeAlarm(assembly: Assembly, metric: WatchedMetric, watch: Watch): Verdict {
  const { holder: alarm, statistic = '' } = metric;
  const actors = acting(assembly, alarm);
  const hasBand = assembly.property(alarm, 'ThresholdMetricId') !== undefined;
  return firstFailure(
    () =>
      when(!BLIND_STATISTIC.test(statistic), {
        seen: `the alarm ${alarm.name} watches the statistic ${statistic}, which does not tell ${watch.told}`,
        wanted: 'a statistic of the value itself, Maximum for example',
        where: alarm.where,
        next: 'choose another statistic of the metric',
      }),
    // What an expression gives may be anything: only the learner knows which values are bad.
    () => (metric.isCompared ? judgeComparison(assembly, alarm) : reached),
    () => (metric.isCompared && !hasBand ? judgeLimit(assembly, alarm, watch) : reached),
    () => (metric.isCompared && !hasBand && watch.isCount ? judgeSamples(assembly, metric) : reached),
    () => judgeTime(assembly, metric),
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
    () => judgeTopics(assembly, alarm, actors),
  );
}

/** Of samples that are 0 or 1, no average and no largest one is over 1, and the smallest is 0 as long as one is well. */
function judgeSamples(assembly: Assembly, { holder: alarm, statistic = '' }: WatchedMetric): Verdict {
  const limit = assembly.number(alarm, 'Threshold') ?? 0;
  const isMet = assembly.property(alarm, 'ComparisonOperator') === 'GreaterThanOrEqualToThreshold';
  const isReached = isMet ? limit <= 1 : limit < 1;
  return when(/^sum$/i.test(statistic) || (isReached && !/^(minimum|min|p0)/i.test(statistic)), {
    seen: `the alarm ${alarm.name} compares the ${statistic} with ${limit}, and each sample is 0 or 1`,
    wanted: 'the Sum, which counts them',
    where: alarm.where,
    next: 'let the alarm watch the sum of the metric',
  });
}

/** Whether somebody hears in time, and of nothing else. */
function judgeTime(assembly: Assembly, { holder: alarm, period = USUAL_PERIOD }: WatchedMetric): Verdict {
  const number = (property: string): number | undefined => assembly.number(alarm, property);
  const periods = number('DatapointsToAlarm') ?? number('EvaluationPeriods') ?? 1;
  return firstFailure(
    () =>
      when(periods * period <= SLOWEST, {
        seen: `the alarm ${alarm.name} goes off after ${periods} periods of ${period} s`,
        wanted: `no more than ${SLOWEST / 60} minutes until somebody hears of it`,
        where: alarm.where,
        next: 'let the alarm look at fewer or shorter periods',
      }),
    () =>
      when(assembly.property(alarm, 'TreatMissingData') !== 'breaching', {
        seen: `the alarm ${alarm.name} goes off when there is no data, as there is none while nothing happens`,
        wanted: 'missing data that is no breach, which it is not by default',
        where: alarm.where,
        next: 'treat missing data as not breaching',
      }),
  );
}

/**
 * What CloudWatch sends a topic arrives where the policy of the topic allows it, or where it has the default one, and where
 * CloudWatch may use the key of the topic: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 */
function judgeTopics(assembly: Assembly, alarm: Resource, actors: readonly Resource[]): Verdict {
  const actions = actors.flatMap((actor) => assembly.targets(actor.properties.AlarmActions, actor.stack));
  const all = actions.map(({ resource }) => resource);
  const locked = all.filter((topic) => /alias\/aws\/sns$/.test(assembly.text(topic.properties.KmsMasterKeyId ?? '')));
  const deaf = all.filter((topic) => !locked.includes(topic) && isDeaf(assembly, topic));
  const isHeard = locked.length + deaf.length < Math.max(all.length, 1);
  return firstFailure(
    () =>
      when(isHeard || locked.length === 0, {
        seen: `the topic ${locked[0]?.name} is encrypted with alias/aws/sns, so that the alarm ${alarm.name} is lost`,
        wanted: 'no key, or one of your own whose policy lets CloudWatch use it: the one that AWS manages does not',
        where: locked[0]?.where,
        next: 'leave the key of the topic out',
      }),
    () =>
      when(isHeard, {
        seen: `the policy of the topic ${deaf[0]?.name} does not let CloudWatch publish, so that the alarm ${alarm.name} is lost`,
        wanted:
          'a statement that allows cloudwatch.amazonaws.com sns:Publish: a policy of its own replaces the default one',
        where: deaf[0]?.where,
        next: 'grant the service cloudwatch.amazonaws.com to publish to the topic',
      }),
  );
}

function isDeaf(assembly: Assembly, topic: Resource): boolean {
  const statements = assembly
    .ofType(TOPIC_POLICY)
    .filter((policy) => assembly.pointsAt(assembly.property(policy, 'Topics'), policy, topic))
    .map((policy) => assembly.list(policy, 'PolicyDocument.Statement'));
  return topic.type === 'AWS::SNS::Topic' && statements.length > 0 && !statements.flat().some(letsCloudWatchPublish);
}

function letsCloudWatchPublish(statement: Json): boolean {
  const principal = dig(statement, 'Principal');
  const services = asList(dig(principal, 'Service'));
  const isMeant = [principal, dig(principal, 'AWS')].includes('*') || services.includes('cloudwatch.amazonaws.com');
  const actions = asList(dig(statement, 'Action')).map(String);
  return dig(statement, 'Effect') === 'Allow' && isMeant && actions.some((one) => /^(\*|sns:(\*|publish))$/i.test(one));
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

function judgeLimit(assembly: Assembly, alarm: Resource, { largest, because }: Watch): Verdict {
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
