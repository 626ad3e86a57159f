import type { Assembly, Resource } from './assembly';
import { asList, dig } from './json';

/** The Region that the prices are of, as the pricing pages call it and by its code. */
export const PRICE_REGION = 'US East (N. Virginia), us-east-1';

/** What something costs while nothing happens. */
export interface IdlePrice {
  /** What it is, of one resource and of several. */
  readonly one: string;
  readonly many: string;
  /** The price in US dollars, as the page has it. */
  readonly usd: string;
  /** What that price is for. */
  readonly unit: string;
  /** What of it is free in each account. @default - nothing */
  readonly free?: string;
  /** The service, as AWS spells it. */
  readonly service: string;
  /** Where AWS publishes the price. */
  readonly page: string;
  /** The month in which the price was looked up, on the page or in what others quote of it. */
  readonly date: string;
  /**
   * Whether a resource of the type has that cost.
   *
   * @default - each has
   */
  readonly isBilled?: (resource: Resource, assembly: Assembly) => boolean;
}

const CLOUDWATCH = {
  service: 'Amazon CloudWatch',
  page: 'https://aws.amazon.com/cloudwatch/pricing/',
  date: 'November 2026',
} as const;

const DYNAMODB = {
  service: 'Amazon DynamoDB',
  page: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  date: 'November 2026',
} as const;

/** What bills while idle, by resource type; what is billed by use alone has no price here. */
export const IDLE_PRICES: Readonly<Record<string, readonly IdlePrice[]>> = {
  'AWS::CloudWatch::Alarm': [
    {
      one: 'an alarm',
      many: 'alarms',
      usd: '0.10',
      unit: 'alarm and month',
      free: 'the first 10 alarms',
      ...CLOUDWATCH,
    },
  ],
  'AWS::CloudWatch::Dashboard': [
    {
      one: 'a dashboard',
      many: 'dashboards',
      usd: '3.00',
      unit: 'dashboard and month',
      free: 'the first 3 dashboards',
      ...CLOUDWATCH,
    },
  ],
  'AWS::DynamoDB::GlobalTable': [
    {
      one: 'what a table stores',
      many: 'tables, for what they store',
      usd: '0.25',
      unit: 'GB and month',
      free: 'the first 25 GB',
      ...DYNAMODB,
    },
    {
      one: 'the point-in-time recovery of a table',
      many: 'tables with point-in-time recovery, for what they store',
      usd: '0.20',
      unit: 'GB and month',
      ...DYNAMODB,
      isBilled: ({ properties }) =>
        asList(properties.Replicas).some(
          (replica) => dig(replica, 'PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled') === true,
        ),
    },
  ],
  'AWS::Lambda::EventSourceMapping': [
    {
      one: 'requests of Lambda to an empty queue',
      many: 'event source mappings, for requests of Lambda to empty queues',
      usd: '0.40',
      unit: 'million requests',
      free: 'the first million requests of a month',
      service: 'Amazon SQS',
      page: 'https://aws.amazon.com/sqs/pricing/',
      date: 'November 2026',
      isBilled: (mapping, assembly) => assembly.resourceAt(mapping, 'EventSourceArn')?.type === 'AWS::SQS::Queue',
    },
  ],
  'AWS::Logs::LogGroup': [
    {
      one: 'what a log group stores',
      many: 'log groups, for what they store',
      usd: '0.03',
      unit: 'GB and month',
      free: 'the first 5 GB of a month',
      ...CLOUDWATCH,
    },
  ],
};

/** The types that cost nothing while idle: what is billed by use alone, and what is free. */
const FREE_WHILE_IDLE: ReadonlySet<string> = new Set([
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::Function',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
]);

/**
 * The resource types of an assembly of which it is not known whether they bill while idle: they belong into one of the
 * tables above.
 *
 * @param assembly the assembly
 */
export function unpricedTypes({ resources }: Assembly): string[] {
  const types = new Set(resources.map(({ type }) => type));
  return [...types].filter((type) => !IDLE_PRICES[type] && !FREE_WHILE_IDLE.has(type)).sort();
}
