import {
  type Assembly,
  byArn,
  failed,
  firstFailure,
  type Goal,
  mayRead,
  names,
  numberWithin,
  type Resource,
  reached,
  reads,
  rightsOn,
  type Statement,
  statementsOf,
  tooWide,
  when,
} from '../authoring';
import { TYPE, withParts } from './judging';
import { period, RETENTION } from './retention';

/** What Lambda does on the queue: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const POLLING_ACTIONS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** Seconds: https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html */
const LONGEST_TIMEOUT = 900;

/** A standard queue takes the messages in. */
export const queueExists: Goal = {
  name: 'A queue holds the messages',
  reads: [mayRead(TYPE.queue, 'FifoQueue', true, 'true')],
  judge: withParts(['queue'], ({ queue }, assembly) =>
    when(!isFifo(assembly, queue), {
      seen: `${queue.name} is a FIFO queue`,
      wanted: 'a standard queue: a FIFO queue scales by message groups, and takes no batching window',
      where: queue.where,
      next: 'create the queue without FIFO',
    }),
  ),
};

/** One event source mapping hands the messages over. */
export const consumerSubscribed: Goal = {
  name: 'Lambda hands its messages to the consumer',
  reads: [
    reads(TYPE.mapping, 'EventSourceArn'),
    reads(TYPE.mapping, 'FunctionName'),
    mayRead(TYPE.mapping, 'Enabled', false),
  ],
  dependsOn: [queueExists.name],
  judge: withParts(['queue', 'mapping', 'consumer'], ({ queue, mapping }, assembly) => {
    const ofQueue = assembly.ofType(TYPE.mapping).filter((one) => assembly.resourceAt(one, 'EventSourceArn') === queue);
    return firstFailure(
      () =>
        when(ofQueue.length === 1, {
          seen: `${ofQueue.length} event source mappings read ${queue.name}`,
          wanted: 'one: consumers of the same queue take messages from each other',
          where: ofQueue[1]?.where,
          next: 'keep one event source mapping of the queue',
        }),
      () => byArn(assembly, mapping, 'EventSourceArn', queue),
      () =>
        when(String(assembly.property(mapping, 'Enabled')) !== 'false', {
          seen: `the event source mapping ${mapping.name} is disabled`,
          wanted: 'a mapping that is enabled, which it is by default',
          where: mapping.where,
          next: 'remove what disables the mapping',
        }),
    );
  }),
};

/** The consumer's role may do what polling needs, on the queue alone. */
export const leastPrivilege: Goal = {
  name: 'The consumer may read that queue and no other',
  reads: [reads(TYPE.policy, 'PolicyDocument', { Statement: [{ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }] })],
  dependsOn: [consumerSubscribed.name],
  judge: withParts(['queue', 'consumer', 'role'], ({ queue, role }, assembly) => {
    const { excess, lacking } = rightsOn(assembly, role, POLLING_ACTIONS, queue);
    const elsewhere = statementsOf(assembly, role).find(
      (statement) => allowsPolling(statement) && !isAbout(assembly, statement, queue),
    );
    return firstFailure(
      () => (excess ? failed(tooWide(excess, role, queue, 'queue', POLLING_ACTIONS)) : reached),
      () =>
        when(elsewhere === undefined, {
          seen: `${role.name} may do ${elsewhere?.actions.join(', ')} on more than ${queue.name}`,
          wanted: `rights on ${queue.name} alone`,
          where: elsewhere?.holder.where ?? role.where,
          next: 'name the queue as the only resource of that statement',
        }),
      () =>
        when(lacking.length === 0, {
          seen: `${role.name} may not do ${lacking.join(', ')} on ${queue.name}`,
          wanted: `a role that may do ${POLLING_ACTIONS.join(', ')} on the queue`,
          where: role.where,
          next: 'grant the role the right to consume messages of the queue',
        }),
    );
  }),
};

/**
 * The visibility timeout covers six attempts and the window:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 *
 * @param name the goal's name
 * @param next what to do next when the timeout is too short
 * @param dependsOn names of goals that must have passed. @default - none
 */
export function visibilityGoal(name: string, next: string, dependsOn: readonly string[] = []): Goal {
  return {
    name,
    reads: [reads(TYPE.queue, 'VisibilityTimeout', 30, 179, 43_201), mayRead(TYPE.function, 'Timeout', 600, 901)],
    dependsOn,
    judge: withParts(['queue', 'mapping', 'consumer'], ({ queue, mapping, consumer }, assembly) => {
      const timeout = assembly.number(consumer, 'Timeout') ?? 3;
      const window = assembly.number(mapping, 'MaximumBatchingWindowInSeconds') ?? 0;
      return firstFailure(
        () =>
          numberWithin(assembly, {
            of: consumer,
            property: 'Timeout',
            unset: 3,
            minimum: 1,
            maximum: LONGEST_TIMEOUT,
            unit: 's',
            next: 'give the function a timeout from 1 to 900 seconds, which is the most that Lambda takes',
          }),
        () =>
          numberWithin(assembly, {
            of: queue,
            property: 'VisibilityTimeout',
            unset: 30,
            minimum: 6 * timeout + window,
            maximum: 43_200,
            unit: 's',
            because: `6 x ${timeout} s timeout of the function + ${window} s batching window`,
            next,
            nextIfTooLarge:
              "lower the queue's visibility timeout to 12 hours or less, which is the most that SQS takes",
          }),
      );
    }),
  };
}

/** A message stays hidden while it is being handled. */
export const visibility = visibilityGoal(
  'A message stays hidden for six timeouts of the consumer',
  "raise the queue's visibility timeout, and compute it from the function's timeout",
);

/** A second queue takes what keeps failing. */
export const redrive: Goal = {
  name: 'A dead-letter queue takes what keeps failing',
  reads: [reads(TYPE.queue, 'RedrivePolicy'), reads(TYPE.queue, 'RedrivePolicy.deadLetterTargetArn')],
  judge: withParts(['queue', 'deadLetterQueue'], ({ queue, deadLetterQueue }, assembly) =>
    firstFailure(
      () =>
        when(queue !== deadLetterQueue, {
          seen: `${queue.name} redrives to itself`,
          wanted: 'a second queue that takes what keeps failing',
          where: queue.where,
          next: 'create another queue, and redrive to that',
        }),
      () => byArn(assembly, queue, 'RedrivePolicy.deadLetterTargetArn', deadLetterQueue),
      () =>
        when(isFifo(assembly, queue) === isFifo(assembly, deadLetterQueue), {
          seen: `${deadLetterQueue.name} is a ${kindOf(assembly, deadLetterQueue)} queue, ${queue.name} a ${kindOf(assembly, queue)} queue`,
          wanted: 'two queues of the same kind: SQS refuses to redrive from one kind to the other',
          where: deadLetterQueue.where,
          next: 'create both of them as standard queues',
        }),
    ),
  ),
};

/** A message that was throttled a few times is not set aside. */
export const receives: Goal = {
  name: 'A message has at least five receives before',
  reads: [reads(TYPE.queue, 'RedrivePolicy.maxReceiveCount', 2, 4, 1001)],
  dependsOn: [redrive.name],
  judge: withParts(['queue'], ({ queue }, assembly) =>
    numberWithin(assembly, {
      of: queue,
      property: 'RedrivePolicy.maxReceiveCount',
      minimum: 5,
      maximum: 1000,
      because: 'a throttled message counts as received, so that few receives set good ones aside',
      next: 'raise the number of receives in the redrive policy',
      nextIfTooLarge:
        'lower the number of receives in the redrive policy to 1000 or less, which is the most that SQS takes',
      nextIfUnset: 'say in the redrive policy how often a message may be received',
    }),
  ),
};

/** A message that moves keeps its age, so that dead letters need the longer time. */
export const retention: Goal = {
  name: 'Dead letters are kept longer than messages',
  reads: [reads(TYPE.queue, 'MessageRetentionPeriod', 3600, RETENTION.maximum)],
  dependsOn: [redrive.name],
  judge: withParts(['queue', 'deadLetterQueue'], ({ queue, deadLetterQueue }, assembly) => {
    const kept = assembly.number(queue, 'MessageRetentionPeriod') ?? RETENTION.standard;
    const keptDead = assembly.number(deadLetterQueue, 'MessageRetentionPeriod') ?? RETENTION.standard;
    return when(keptDead > kept, {
      seen: `${deadLetterQueue.name} keeps messages for ${period(keptDead)}, ${queue.name} for ${period(kept)}`,
      wanted: 'a longer retention period of the dead-letter queue: a message keeps its age when it moves there',
      where: kept < RETENTION.maximum ? deadLetterQueue.where : queue.where,
      next:
        kept < RETENTION.maximum
          ? 'raise the retention period of the dead-letter queue, up to 14 days'
          : 'lower the retention period of the queue: no queue keeps messages for longer than 14 days',
    });
  }),
};

function isFifo(assembly: Assembly, queue: Resource): boolean {
  const fifo = assembly.property(queue, 'FifoQueue');
  return fifo === true || fifo === 'true';
}

function kindOf(assembly: Assembly, queue: Resource): string {
  return isFifo(assembly, queue) ? 'FIFO' : 'standard';
}

/** Whether a statement lets the consumer take messages; sending some elsewhere is its own business. */
function allowsPolling(statement: Statement): boolean {
  return statement.effect === 'Allow' && POLLING_ACTIONS.some((action) => names(statement, action));
}

function isAbout(assembly: Assembly, statement: Statement, queue: Resource): boolean {
  return statement.resources.every((value) => assembly.pointsAt(value, statement.holder, queue));
}
