import type { Assembly, Resource } from './assembly';
import { asList, dig, isObject, type Json } from './json';
import { referenceOf } from './references';

/** A metric that an alarm or a dashboard names. */
export interface NamedMetric {
  /** Its namespace, `AWS/SQS` for example. */
  readonly namespace: string;
  /** Its name. */
  readonly name: string;
  /** Its dimensions, with the values as the template has them. */
  readonly dimensions: ReadonlyArray<{ readonly name: string; readonly value: Json }>;
  /** The alarm or the dashboard that names it. */
  readonly holder: Resource;
}

/** A metric that an alarm watches. */
export interface WatchedMetric extends NamedMetric {
  /** The statistic that is watched, `Maximum` for example. @default - none is named */
  readonly statistic?: string;
  /** The seconds of one period of it. @default - the template does not say, or not as a number */
  readonly period?: number;
  /** Whether the alarm compares the metric itself with its threshold, not an expression that the metric is part of. */
  readonly isCompared: boolean;
}

/** The dimension that names a resource in its metrics, by CloudFormation type. */
const DIMENSIONS: Readonly<Record<string, string>> = {
  'AWS::ApiGatewayV2::Api': 'ApiId',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::CodePipeline::Pipeline': 'PipelineName',
};

/**
 * The dimension that names a resource in its metrics.
 *
 * @param resource a queue, a function, an HTTP API or a pipeline
 */
export function dimensionOf({ type }: Resource): string {
  return DIMENSIONS[type] ?? 'name';
}

/**
 * Whether a metric is one of a queue, a function, an HTTP API or a pipeline: one of its dimensions has that resource's
 * name. A queue's own reference is its URL, which no metric has.
 *
 * @param assembly the assembly
 * @param metric the metric
 * @param of the queue, the function, the API or the pipeline
 */
export function isMetricOf(assembly: Assembly, { dimensions, holder }: NamedMetric, of: Resource): boolean {
  // A queue's name is an attribute of it, that of the others is what a reference gives. An ARN is neither, but holds the name.
  const isName = (value: Json, attribute?: string): boolean =>
    referenceOf(value)?.attribute !== 'Arn' && (of.type !== 'AWS::SQS::Queue' || attribute !== undefined);
  return dimensions
    .filter(({ name }) => name === dimensionOf(of))
    .some(({ value }) =>
      assembly
        .targets(value, holder.stack)
        .some(({ resource, attribute }) => resource === of && isName(value, attribute)),
    );
}

/**
 * The metrics that an alarm watches, those inside of metric math included.
 *
 * @param alarm an `AWS::CloudWatch::Alarm`
 */
export function alarmMetrics(alarm: Resource): WatchedMetric[] {
  const { Statistic, ExtendedStatistic, Period, Metrics } = alarm.properties;
  const math = asList(Metrics).map((query) => ({
    metric: dig(query, 'MetricStat', 'Metric'),
    statistic: dig(query, 'MetricStat', 'Stat'),
    period: dig(query, 'MetricStat', 'Period'),
    isCompared: dig(query, 'ReturnData') !== false,
  }));
  const plain = {
    metric: alarm.properties,
    statistic: Statistic ?? ExtendedStatistic,
    period: Period,
    isCompared: true,
  };
  return [plain, ...math]
    .filter(({ metric }) => dig(metric, 'MetricName') !== undefined)
    .map(({ metric, statistic, period, isCompared }) => ({
      namespace: textOf(dig(metric, 'Namespace')),
      name: textOf(dig(metric, 'MetricName')),
      dimensions: asList(dig(metric, 'Dimensions')).map((dimension) => ({
        name: textOf(dig(dimension, 'Name')),
        value: dig(dimension, 'Value') ?? '',
      })),
      holder: alarm,
      ...(typeof statistic === 'string' ? { statistic } : {}),
      ...(Number(period) > 0 ? { period: Number(period) } : {}),
      isCompared,
    }));
}

/**
 * Those that act for an alarm when it goes off: itself, and the composite alarms that name it.
 *
 * @param assembly the assembly
 * @param alarm an `AWS::CloudWatch::Alarm`
 * @returns those that have an action, whether it is switched off or not
 */
export function acting(assembly: Assembly, alarm: Resource): Resource[] {
  const composites = assembly
    .ofType('AWS::CloudWatch::CompositeAlarm')
    .filter(({ properties, stack }) =>
      assembly.targets(properties.AlarmRule, stack).some(({ resource }) => resource === alarm),
    );
  return [alarm, ...composites].filter((one) => assembly.list(one, 'AlarmActions').length > 0);
}

/**
 * The metrics that a dashboard shows: in its graphs and numbers, and those of the alarms in its widgets.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 *
 * @param assembly the assembly
 * @param board an `AWS::CloudWatch::Dashboard`
 */
export function dashboardMetrics(assembly: Assembly, board: Resource): NamedMetric[] {
  return assembly.list(board, 'DashboardBody.widgets').flatMap((widget) => {
    const rows = expanded(asList(dig(widget, 'properties', 'metrics')));
    const alarms = [dig(widget, 'properties', 'annotations', 'alarms'), dig(widget, 'properties', 'alarms')]
      .flatMap((arns) => assembly.targets(arns, board.stack))
      .map(({ resource }) => resource);
    return [...rows.map((row) => rowMetric(row, board)), ...alarms.flatMap(alarmMetrics)];
  });
}

/** The rows of a graph without options, and with what `.` and `...` repeat from the row before. */
function expanded(rows: readonly Json[]): ReadonlyArray<readonly Json[]> {
  const told: Array<readonly Json[]> = [];
  for (const row of rows) {
    const before = told[told.length - 1] ?? [];
    const fields = asList(row).filter((field) => !isObject(field) || isIntrinsic(field));
    const repeated = fields.flatMap((field, index) =>
      field === '...' ? before.slice(index, before.length - (fields.length - 1 - index)) : [field],
    );
    const full = repeated.map((field, index) => (field === '.' ? (before[index] ?? '') : field));
    // An expression is a row of options alone: the row after it repeats the metric before it.
    told.push(...(full.length > 0 ? [full] : []));
  }
  return told;
}

/** `[namespace, name, dimension's name, its value, …]` */
function rowMetric([namespace, name, ...fields]: readonly Json[], holder: Resource): NamedMetric {
  const dimensions = fields.flatMap((field, index) =>
    index % 2 === 0 ? [{ name: textOf(field), value: fields[index + 1] ?? '' }] : [],
  );
  return { namespace: textOf(namespace), name: textOf(name), dimensions, holder };
}

function isIntrinsic(value: Json): boolean {
  return isObject(value) && Object.keys(value).every((key) => key === 'Ref' || key.startsWith('Fn::'));
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
