import type { Assembly, Resource } from '../engine/assembly';
import type { Failure, Goal, Read, Verdict } from '../engine/check';
import type { Json } from '../engine/json';
import type { Excess } from '../engine/permissions';
import { failed } from '../engine/verdicts';
import { type Parts, partsOf } from './parts';

/** The CloudFormation types of the pattern's resources. */
export const TYPE = {
  queue: 'AWS::SQS::Queue',
  mapping: 'AWS::Lambda::EventSourceMapping',
  function: 'AWS::Lambda::Function',
  policy: 'AWS::IAM::Policy',
  table: 'AWS::DynamoDB::GlobalTable',
  olderTable: 'AWS::DynamoDB::Table',
  alarm: 'AWS::CloudWatch::Alarm',
  dashboard: 'AWS::CloudWatch::Dashboard',
} as const;

/** What is said of an app without any stack. */
const NO_STACK: Omit<Failure, 'passed'> = {
  seen: 'the app has no stack',
  wanted: 'a stack for each stage of the app',
  where: 'src/main.ts',
  next: 'look whether src/main.ts still lists a stage, and makes its stack',
};

/** What is said when a part that a judgement can't do without is missing. */
export const MISSING: Readonly<Record<keyof Parts, (parts: Parts, assembly: Assembly) => Omit<Failure, 'passed'>>> = {
  queue: () => ({
    seen: 'the template has no queue (AWS::SQS::Queue)',
    wanted: 'a queue that holds the messages until they are handled',
    next: 'create a queue in the stack',
  }),
  mapping: ({ queue }, assembly) => ({
    ...unsourced(assembly, `no event source mapping has ${queue?.name ?? 'the queue'} as its source`, queue),
    wanted: 'one event source mapping from the queue to the consumer',
    next: 'subscribe the function to the queue',
  }),
  consumer: ({ mapping }) => ({
    seen: mapping?.properties.FunctionName
      ? `the event source mapping ${mapping.name} points at no function of the template`
      : `FunctionName of ${mapping?.name ?? 'the event source mapping'} is not set`,
    where: mapping?.where,
    wanted: 'a function of this app that the mapping invokes',
    next: 'let the event source mapping name the function that the stack creates',
  }),
  role: ({ consumer }) => ({
    seen: `the role of ${consumer?.name ?? 'the consumer'} is not in the template, so that its rights are unknown`,
    where: consumer?.where,
    wanted: 'a role of the consumer that the app creates',
    next: 'create the role in the stack, or let the function create its own',
  }),
  deadLetterQueue: ({ queue }, assembly) => ({
    seen: unredriven(assembly, queue),
    where: queue?.where,
    wanted: 'a second queue that takes what keeps failing',
    next: 'give the queue a dead-letter queue',
  }),
};

/** What is said of a queue that nothing reads, by the mapping that comes near: one that reads no queue at all. */
function unsourced(assembly: Assembly, otherwise: string, queue?: Resource): { seen: string; where?: string } {
  const sourceOf = (mapping: Resource): Resource | undefined => assembly.resourceAt(mapping, 'EventSourceArn');
  const near = assembly.ofType(TYPE.mapping).find((mapping) => sourceOf(mapping)?.type !== TYPE.queue);
  if (!near) {
    return { seen: otherwise, where: queue?.where };
  }
  const source = sourceOf(near);
  const isSet = assembly.property(near, 'EventSourceArn') !== undefined;
  const told = isSet
    ? `points at ${source ? `${source.name}, which is no queue` : 'no queue of the app'}`
    : 'is not set';
  return { seen: `EventSourceArn of ${near.name} ${told}`, where: near.where };
}

/** What is said of a queue without a dead-letter queue. */
function unredriven(assembly: Assembly, queue?: Resource): string {
  const name = queue?.name ?? 'the queue';
  const isSet = (path: string): boolean => queue !== undefined && assembly.property(queue, path) !== undefined;
  if (!isSet('RedrivePolicy')) {
    return `${name} has no redrive policy (RedrivePolicy)`;
  }
  return isSet('RedrivePolicy.deadLetterTargetArn')
    ? `the redrive policy of ${name} points at no other queue of the app`
    : `the redrive policy of ${name} names no queue (deadLetterTargetArn)`;
}

/** Parts of which some are there. */
export type Needed<K extends keyof Parts> = Parts & { readonly [part in K]: Resource };

/**
 * A judgement of parts that the template must have: the first that is missing is the failure.
 *
 * @param needed the parts
 * @param judge judges them
 */
export function withParts<K extends keyof Parts>(
  needed: readonly K[],
  judge: (parts: Needed<K>, assembly: Assembly) => Verdict,
): Goal['judge'] {
  return (assembly) => {
    const parts = partsOf(assembly);
    const missing = needed.find((part) => parts[part] === undefined);
    if (!missing) {
      return judge(parts as Needed<K>, assembly);
    }
    return failed(assembly.stacks.size === 0 ? NO_STACK : MISSING[missing](parts, assembly));
  };
}

/**
 * A property that has to be set, and values of it that are wrong.
 *
 * @param type the resource's CloudFormation type
 * @param path the property's path
 * @param wrong the values
 */
export const reads = (type: string, path: string, ...wrong: Json[]): Read => ({ type, path, wrong });

/**
 * A property that may be left out, and values of it that are wrong.
 *
 * @param type the resource's CloudFormation type
 * @param path the property's path
 * @param wrong the values
 */
export const mayRead = (type: string, path: string, ...wrong: Json[]): Read => ({ type, path, wrong, optional: true });

/** What is said of rights that are too wide, by what makes them wide. */
const TOO_WIDE: Readonly<Record<Excess['by'], (excess: Excess, of: string, kind: string) => [string, string]>> = {
  policy: ({ statement }, _, kind) => [
    `has the managed policy ${statement.managedPolicy}, which covers every ${kind}`,
    'drop the managed policy, and grant the few actions that are needed',
  ],
  resources: ({ actions }, of, kind) => [
    `may do ${actions.join(', ')} on more than ${of}`,
    `name the ${kind} as the only resource of that statement`,
  ],
  actions: ({ actions }, of) => [
    `may do ${actions.join(', ')} on ${of}, which is more than it needs`,
    'name each action that is needed, without a wildcard',
  ],
};

/**
 * What to say of rights that are too wide.
 *
 * @param excess what makes them wide
 * @param role the role that has them
 * @param of the resource that they should be about
 * @param kind what that is called, `queue` for example
 * @param actions the actions that are needed
 */
export function tooWide(
  excess: Excess,
  role: Resource,
  of: Resource,
  kind: string,
  actions: readonly string[],
): Omit<Failure, 'passed'> {
  const [seen, next] = TOO_WIDE[excess.by](excess, of.name, kind);
  return {
    seen: `${role.name} ${seen}`,
    wanted: `rights to ${actions.join(', ')} on ${of.name} alone`,
    where: excess.statement.holder.where ?? role.where,
    next,
  };
}
