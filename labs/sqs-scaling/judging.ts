import { type Assembly, type Having, judgingParts, type Missing, type Resource } from '../authoring';
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

/** What is said when a part that a judgement can't do without is missing. */
export const MISSING: Missing<Parts> = {
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
export type Needed<K extends keyof Parts> = Having<Parts, K>;

/** A judgement of parts that the template must have. */
export const withParts = judgingParts(partsOf, MISSING);
