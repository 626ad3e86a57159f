import {
  type Assembly,
  asList,
  entriesAt,
  firstFailure,
  type Goal,
  grantsOf,
  type Json,
  mayOnly,
  names,
  type Resource,
  reads,
  type Statement,
  type Verdict,
  when,
} from '../authoring';
import { withParts } from './judging';
import { TYPE } from './parts';
import { invokesStop } from './rule-goals';
import { judgeQueueRights, prefixIn } from './task-queues';

const nothing: Json = { Statement: [] };
const allowing = (action: Json, resource: Json = '*'): Json => ({
  Statement: [{ Effect: 'Allow', Action: action, Resource: resource }],
});

/** The rights on queues of tasks that making them takes, and removing them. */
export const MAKING = ['sqs:CreateQueue'];
export const REMOVING = ['sqs:DeleteQueue'];

/** Names of queues are made from ids of tasks, which nobody knows before. */
export const makesQueues: Goal = {
  name: 'The start function may make queues of tasks, and no others',
  reads: [reads(TYPE.policy, 'PolicyDocument', nothing, allowing('sqs:*'), allowing('sqs:CreateQueue'))],
  judge: withParts(['start', 'startRole'], ({ startRole }, assembly) =>
    judgeQueueRights(assembly, startRole, { needed: MAKING }),
  ),
};

/** A subscription to anything else would carry messages out of the account. */
export const subscribesQueues: Goal = {
  name: 'It may subscribe them to the topic, and nothing else',
  reads: [reads(TYPE.policy, 'PolicyDocument', nothing, allowing('sns:*'), allowing('sns:Subscribe'))],
  judge: withParts(['topic', 'start', 'startRole'], ({ topic, startRole }, assembly) =>
    judgeSubscribing(assembly, startRole, topic),
  ),
};

/**
 * Reached when a role may subscribe queues of tasks to a topic, and nothing else.
 *
 * @param assembly the assembly
 * @param role the role
 * @param topic the topic
 */
export function judgeSubscribing(assembly: Assembly, role: Resource, topic: Resource): Verdict {
  const subscribing = grantsOf(assembly, role).filter((statement) => names(statement, 'sns:Subscribe'));
  const loose = subscribing.find((statement) => !isLimited(assembly, statement));
  return firstFailure(
    () => judgeTopicRights(assembly, role, ['sns:Subscribe'], topic),
    () =>
      when(loose === undefined, {
        seen: `${role.name} may subscribe anything to ${topic.name}, a mail address for example`,
        wanted: 'conditions: sns:Protocol is sqs, and sns:Endpoint the ARN of queues of tasks',
        where: loose?.holder.where ?? role.where,
        next: 'add both conditions to the statement that allows sns:Subscribe',
      }),
  );
}

/**
 * Reached when a role may do something on a topic, and on no other.
 *
 * @param assembly the assembly
 * @param role the role
 * @param actions the actions
 * @param topic the topic
 */
export function judgeTopicRights(
  assembly: Assembly,
  role: Resource,
  actions: readonly string[],
  topic: Resource,
): Verdict {
  const next = 'grant the role that, on the ARN of the topic';
  return mayOnly(assembly, { role, actions, on: topic, kind: 'topic', next });
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-using-identity-based-policies.html */
function isLimited(assembly: Assembly, statement: Statement): boolean {
  const protocols = valuesOf(statement, 'sns:Protocol');
  const endpoints = valuesOf(statement, 'sns:Endpoint');
  return (
    protocols.length > 0 &&
    protocols.every((protocol) => protocol === 'sqs') &&
    endpoints.length > 0 &&
    endpoints.every((endpoint) => prefixIn(assembly, endpoint) !== undefined)
  );
}

/**
 * The values that a statement asks of a key, by an operator that compares with them.
 *
 * @param statement the statement
 * @param key the key, `ecs:cluster` for example; IAM does not tell upper from lower case in it
 */
export function valuesOf({ conditions }: Statement, key: string): Json[] {
  return entriesAt(conditions)
    .filter(([operator]) => /^(String|Arn)(Equals|Like)/.test(operator))
    .flatMap(([, keys]) => entriesAt(keys))
    .filter(([name]) => name.toLowerCase() === key.toLowerCase())
    .flatMap(([, values]) => asList(values));
}

/** Names and ARNs are no part of the code. */
export const knowsResources: Goal = {
  name: 'It knows the topic and the table',
  reads: [reads(TYPE.function, 'Environment.Variables', {})],
  judge: withParts(['topic', 'table', 'start'], ({ topic, table, start }, assembly) => {
    const variables = assembly.property(start, 'Environment.Variables');
    const unknown = [topic, table].find((one) => !assembly.pointsAt(variables, start, one));
    return when(unknown === undefined, {
      seen: `no environment variable of ${start.name} names ${unknown?.name}`,
      wanted: 'the ARN of the topic and the name of the table in the environment of the function',
      where: start.where,
      next: `pass ${unknown?.name} to the function through its environment`,
    });
  }),
};

/** Who removes makes nothing. */
export const removesQueues: Goal = {
  name: 'The stop function may remove queues of tasks, and make none',
  reads: [reads(TYPE.policy, 'PolicyDocument', nothing, allowing('sqs:*'), allowing('sqs:DeleteQueue'))],
  dependsOn: [invokesStop.name],
  judge: withParts(['stop', 'stopRole'], ({ stopRole }, assembly) => {
    const making = grantsOf(assembly, stopRole).find((statement) => names(statement, MAKING[0]));
    return firstFailure(
      () => judgeQueueRights(assembly, stopRole, { needed: REMOVING }),
      () =>
        when(making === undefined, {
          seen: `${stopRole.name} may do ${MAKING[0]}, which is more than it needs`,
          wanted: 'a role that removes, and makes nothing',
          where: making?.holder.where ?? stopRole.where,
          next: 'take the right to create queues from the role',
        }),
    );
  }),
};

/** What is deleted first leaves the other behind. */
export const unsubscribes: Goal = {
  name: 'It may remove subscriptions of the topic',
  reads: [reads(TYPE.policy, 'PolicyDocument', nothing, allowing('sns:*'), allowing('sns:Unsubscribe'))],
  dependsOn: [invokesStop.name],
  judge: withParts(['topic', 'stop', 'stopRole'], ({ topic, stopRole }, assembly) =>
    judgeTopicRights(assembly, stopRole, ['sns:Unsubscribe'], topic),
  ),
};

/** What a late event has made is removed by who made it. */
export const takesBack: Goal = {
  name: 'The start function may take back what it made too late',
  reads: [reads(TYPE.policy, 'PolicyDocument', nothing, allowing('sqs:DeleteQueue'))],
  judge: withParts(['topic', 'start', 'startRole'], ({ topic, startRole }, assembly) =>
    firstFailure(
      () => judgeQueueRights(assembly, startRole, { needed: REMOVING }),
      () => judgeTopicRights(assembly, startRole, ['sns:Unsubscribe'], topic),
    ),
  ),
};
