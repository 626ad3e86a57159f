import {
  type Assembly,
  alarmOn,
  alarmReads,
  dig,
  firstFailure,
  functionAt,
  type Goal,
  held,
  type Resource,
  reads,
  type Verdict,
  when,
} from '../authoring';
import { withParts } from './judging';
import { queueIn, TYPE, targetsOf } from './parts';

/** Seconds. The row of a stopped task stays for a day, and no event may come after it. */
const OLDEST_EVENT = 12 * 60 * 60;

/** How Lambda treats the events of a function. */
const INVOKE_CONFIG = 'AWS::Lambda::EventInvokeConfig';

/** How many events may lie there before somebody hears of it. */
const HANDFUL = 5;

const endsOf = ['start', 'stop', 'startRule', 'stopRule'] as const;

/** EventBridge gives an event up when a function can't be invoked. */
export const undelivered: Goal = {
  name: 'What can not be delivered is set aside',
  reads: [reads(TYPE.rule, 'Targets', [])],
  judge: withParts(endsOf, ({ start, stop, startRule, stopRule }, assembly) =>
    firstFailure(
      () => judgeTarget(assembly, startRule, start),
      () => judgeTarget(assembly, stopRule, stop),
    ),
  ),
};

function judgeTarget(assembly: Assembly, rule: Resource, of: Resource): Verdict {
  const targets = targetsOf(assembly, rule, of);
  const ages = targets.map((target) =>
    Number(assembly.resolved(dig(target, 'RetryPolicy', 'MaximumEventAgeInSeconds'), rule) ?? 86_400),
  );
  return firstFailure(
    () =>
      when(
        targets.every((target) => queueIn(assembly, rule, dig(target, 'DeadLetterConfig', 'Arn'))),
        {
          seen: `the target ${of.name} of ${rule.name} has no dead-letter queue (DeadLetterConfig)`,
          wanted: 'a queue of the app that takes events which can not be delivered',
          where: rule.where,
          next: 'give the target of the rule a dead-letter queue',
        },
      ),
    () =>
      when(
        ages.every((age) => age <= OLDEST_EVENT),
        {
          seen: `the target ${of.name} of ${rule.name} takes events for up to ${Math.max(...ages)} s`,
          wanted: `a retry policy that gives events up after ${OLDEST_EVENT} s or less: the row of a task has to outlast them`,
          where: rule.where,
          next: 'give the target of the rule a maximum age of events',
        },
      ),
  );
}

/** Lambda gives an event up when the function has failed three times. */
export const unhandled: Goal = {
  name: 'What a function can not handle is set aside',
  reads: [reads(INVOKE_CONFIG, 'DestinationConfig'), reads(INVOKE_CONFIG, 'DestinationConfig.OnFailure.Destination')],
  judge: withParts(endsOf, ({ start, stop }, assembly) => {
    const careless = [start, stop].find((one) => !setsAside(assembly, one));
    return when(careless === undefined, {
      seen: careless ? dropped(assembly, careless) : '',
      wanted: 'a queue that takes the events of which every attempt failed',
      where: careless?.where,
      next: 'give the function a dead-letter queue, or a destination on failure',
    });
  }),
};

function configsOf(assembly: Assembly, of: Resource): Resource[] {
  return assembly.ofType(INVOKE_CONFIG).filter((config) => functionAt(assembly, config, 'FunctionName') === of);
}

/** What is said of a function whose failed events go nowhere, by the setting that comes near. */
function dropped(assembly: Assembly, of: Resource): string {
  const [config] = configsOf(assembly, of);
  if (!config || assembly.property(of, 'DeadLetterConfig') !== undefined) {
    return `${of.name} has neither a dead-letter queue nor a destination for what fails`;
  }
  const isSet = assembly.property(config, 'DestinationConfig') !== undefined;
  return held(assembly, config, isSet ? 'DestinationConfig.OnFailure.Destination' : 'DestinationConfig');
}

function setsAside(assembly: Assembly, of: Resource): boolean {
  const queues = [
    queueIn(assembly, of, assembly.property(of, 'DeadLetterConfig.TargetArn')),
    ...configsOf(assembly, of).map((one) =>
      queueIn(assembly, one, assembly.property(one, 'DestinationConfig.OnFailure.Destination')),
    ),
  ];
  return queues.some((queue) => queue !== undefined);
}

/** An event that is set aside is a task without a queue, or something left behind. */
export const deadLetterAlarm: Goal = {
  name: 'An alarm goes off when an event is set aside',
  reads: [
    reads(TYPE.alarm, 'MetricName', 'NumberOfMessagesSent'),
    reads(TYPE.alarm, 'Dimensions', []),
    ...alarmReads(HANDFUL + 1),
  ],
  dependsOn: [undelivered.name],
  judge: withParts(['deadLetterQueue'], ({ deadLetterQueue }, assembly) =>
    alarmOn(assembly, deadLetterQueue, {
      namespace: 'AWS/SQS',
      metric: 'ApproximateNumberOfMessagesVisible',
      told: 'the number of visible messages of the dead-letter queue',
      largest: HANDFUL,
      because: 'each event that is set aside is a task without a queue, or a queue without a task',
    }),
  ),
};
