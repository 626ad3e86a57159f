import type { Assembly, Resource } from '../engine/assembly';
import { asList, dig, type Json } from '../engine/json';

/** A metric that an alarm or a dashboard names. */
export interface NamedMetric {
  /** Its namespace, `AWS/SQS` for example. */
  readonly namespace: string;
  /** Its name. */
  readonly name: string;
  /** The values of its dimensions, as the template has them. */
  readonly dimensions: readonly Json[];
}

/**
 * The metrics that an alarm watches, those inside of metric math included.
 *
 * @param alarm an `AWS::CloudWatch::Alarm`
 */
export function alarmMetrics(alarm: Resource): NamedMetric[] {
  const math = asList(alarm.properties.Metrics).map((query) => dig(query, 'MetricStat', 'Metric'));
  return [alarm.properties, ...math].filter((metric) => dig(metric, 'MetricName') !== undefined).map(toMetric);
}

/**
 * Whether an alarm does something when it goes off: by itself, or through a composite alarm that names it.
 *
 * @param assembly the assembly
 * @param alarm an `AWS::CloudWatch::Alarm`
 */
export function hasAction(assembly: Assembly, alarm: Resource): boolean {
  const composites = assembly
    .ofType('AWS::CloudWatch::CompositeAlarm')
    .filter(({ properties, stack }) =>
      assembly.targets(properties.AlarmRule, stack).some(({ resource }) => resource === alarm),
    );
  return [alarm, ...composites].some(
    (one) => assembly.property(one, 'ActionsEnabled') !== false && assembly.list(one, 'AlarmActions').length > 0,
  );
}

function toMetric(metric: Json | undefined): NamedMetric {
  return {
    namespace: String(dig(metric, 'Namespace') ?? ''),
    name: String(dig(metric, 'MetricName')),
    dimensions: asList(dig(metric, 'Dimensions')).map((dimension) => dig(dimension, 'Value') ?? ''),
  };
}
