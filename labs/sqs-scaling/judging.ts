import { type Having, judgingParts, type Missing } from '../engine/parts';
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
  mapping: ({ queue }) => ({
    seen: `no event source mapping has ${queue?.name ?? 'the queue'} as its source`,
    where: queue?.where,
    wanted: 'one event source mapping from the queue to the consumer',
    next: 'subscribe the function to the queue',
  }),
  consumer: ({ mapping }) => ({
    seen: `the event source mapping ${mapping?.name ?? 'to the consumer'} points at no function of the template`,
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
  deadLetterQueue: ({ queue }) => ({
    seen: `${queue?.name ?? 'the queue'} has no RedrivePolicy that points at another queue of the app`,
    where: queue?.where,
    wanted: 'a second queue that takes what keeps failing',
    next: 'give the queue a dead-letter queue',
  }),
};

/** Parts of which some are there. */
export type Needed<K extends keyof Parts> = Having<Parts, K>;

/** A judgement of parts that the template must have. */
export const withParts = judgingParts(partsOf, MISSING);
