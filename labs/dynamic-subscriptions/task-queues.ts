import {
  type Assembly,
  failed,
  firstFailure,
  grantsOf,
  type Json,
  names,
  type Resource,
  reached,
  type Statement,
  type Verdict,
  when,
} from '../authoring';
import { queueIn } from './parts';

/** What a role has to be able to do on queues of tasks. */
export interface QueueRights {
  /** The actions of SQS that it needs. */
  readonly needed: readonly string[];
  /** Further actions that it may have. @default - any, but for patterns */
  readonly allowed?: readonly string[];
}

/**
 * Reached when a role may do on queues of tasks what it needs, and nothing on queues whose names begin otherwise. Rights on
 * a queue that the template has are its own business.
 *
 * @param assembly the assembly
 * @param role the role
 * @param rights what it needs
 */
export function judgeQueueRights(assembly: Assembly, role: Resource, { needed, allowed }: QueueRights): Verdict {
  const grants = grantsOnQueues(assembly, role);
  const wide = grants.find(({ prefix }) => prefix === undefined);
  const tooMuch = grants.find(({ actions }) =>
    actions.some((action) => /[*?]/.test(action) || (allowed && ![...needed, ...allowed].includes(action))),
  );
  const lacking = needed.filter((action) => !grants.some(({ statement }) => names(statement, action)));
  const wanted = `rights to ${needed.join(', ')} on queues of tasks alone`;
  return firstFailure(
    () => (wide ? failed({ ...onMore(assembly, wide, role), wanted }) : reached),
    () =>
      when(tooMuch === undefined, {
        seen: `${role.name} may do ${tooMuch?.actions.join(', ')}, which is more than it needs`,
        wanted,
        where: tooMuch?.statement.holder.where ?? role.where,
        next: 'name each action that is needed, without a wildcard, and no other',
      }),
    () =>
      when(lacking.length === 0, {
        seen: `${role.name} may not do ${lacking.join(', ')} on queues of tasks`,
        wanted,
        where: role.where,
        next: `grant the role what is missing, on the ARN of a queue whose name is the prefix and a *`,
      }),
  );
}

/**
 * The prefixes of names of queues that a role may do something on.
 *
 * @param assembly the assembly
 * @param role the role
 * @returns as texts, references as `Assembly.text` has them
 */
export function prefixesOf(assembly: Assembly, role: Resource): string[] {
  return grantsOnQueues(assembly, role).flatMap(({ prefix }) => prefix ?? []);
}

/**
 * The prefix of names of queues that a value stands for: an ARN of SQS whose only wildcard is the `*` behind the prefix.
 *
 * @param assembly the assembly
 * @param value a resource of a policy, for example
 * @returns the prefix with the sign that divides it from the id; undefined for anything else
 */
export function prefixIn(assembly: Assembly, value: Json | undefined): string | undefined {
  const text = assembly.text(value);
  // A pseudo parameter in the text, ${AWS::Region}, has colons as well.
  const plain = text.replace(/\$\{[^}]*\}/g, (reference) => 'x'.repeat(reference.length));
  const name = text.slice(plain.lastIndexOf(':') + 1, -1);
  const isPrefix = /^arn:[^:]+:sqs:[^:]*:[^:]*:[^:*?]+[-_]\*$/.test(plain);
  return isPrefix ? name : undefined;
}

interface QueueGrant {
  readonly statement: Statement;
  /** Those of its actions that are of SQS. */
  readonly actions: readonly string[];
  readonly resource: Json;
  /** The prefix of the queues that it is about. @default - it is about others as well */
  readonly prefix?: string;
}

function grantsOnQueues(assembly: Assembly, role: Resource): QueueGrant[] {
  return grantsOf(assembly, role).flatMap((statement) => {
    const actions = statement.actions.filter((action) => /^(\*|sqs:)/i.test(action));
    const others = statement.resources.filter((resource) => !queueIn(assembly, statement.holder, resource));
    return actions.length > 0
      ? others.map((resource) => ({ statement, actions, resource, prefix: prefixIn(assembly, resource) }))
      : [];
  });
}

function onMore(assembly: Assembly, { statement, actions, resource }: QueueGrant, role: Resource) {
  const { managedPolicy, holder } = statement;
  return {
    seen: managedPolicy
      ? `${role.name} has the managed policy ${managedPolicy}, which covers every queue`
      : `${role.name} may do ${actions.join(', ')} on ${assembly.text(resource)}`,
    where: holder.where ?? role.where,
    next: managedPolicy
      ? 'drop the managed policy, and grant the few actions that are needed'
      : 'let the name of the queue in the ARN be the prefix and a * behind it: no other wildcard is needed',
  };
}
