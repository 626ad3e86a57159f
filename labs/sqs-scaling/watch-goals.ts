import {
  type Assembly,
  alarmOn,
  alarmReads,
  dashboardMetrics,
  firstFailure,
  type Goal,
  isMetricOf,
  type MetricWatch,
  type Resource,
  reads,
  when,
} from '../authoring';
import { TYPE, withParts } from './judging';
import { period, RETENTION } from './retention';

/** How many dead letters may lie there before somebody hears of it. */
const HANDFUL = 5;

/** An alarm on a metric of a queue, which can go off, and does something then. */
function alarmGoal(
  name: string,
  part: 'queue' | 'deadLetterQueue',
  wrongLimit: number,
  watch: (assembly: Assembly, queue: Resource) => Omit<MetricWatch, 'namespace'>,
): Goal {
  return {
    name,
    reads: [
      reads(TYPE.alarm, 'MetricName', 'NumberOfMessagesSent'),
      reads(TYPE.alarm, 'Dimensions', []),
      ...alarmReads(wrongLimit),
    ],
    judge: withParts([part], (parts, assembly) => {
      const queue = parts[part] as Resource;
      return alarmOn(assembly, queue, { namespace: 'AWS/SQS', ...watch(assembly, queue) });
    }),
  };
}

/** Messages that wait are what the users feel. */
export const ageAlarm = alarmGoal(
  'An alarm goes off when messages wait too long',
  'queue',
  RETENTION.standard,
  (assembly, queue) => {
    const kept = assembly.number(queue, 'MessageRetentionPeriod') ?? RETENTION.standard;
    return {
      metric: 'ApproximateAgeOfOldestMessage',
      told: 'the age of the oldest message of the queue',
      largest: kept - 1,
      because: `${queue.name} keeps messages for ${period(kept)}, and none gets older`,
    };
  },
);

/** Each message that is set aside is a fault. */
export const deadLetterAlarm = alarmGoal(
  'An alarm goes off when a message is set aside',
  'deadLetterQueue',
  HANDFUL + 1,
  () => ({
    metric: 'ApproximateNumberOfMessagesVisible',
    told: 'the number of visible messages of the dead-letter queue',
    largest: HANDFUL,
    because: 'each message that is set aside is a fault, which somebody has to mend',
  }),
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
