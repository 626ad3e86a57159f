import type { Conflict, OptionSpec, OptionValues, Pattern } from '../pattern';
import { steps } from './steps';

const options: readonly OptionSpec[] = [
  {
    name: 'batchSize',
    type: 'number',
    summary: 'The most messages that one invocation gets.',
    default: 50,
    // Up to 10 messages need no batching window, which this pattern always has.
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    minimum: 11,
    maximum: 10_000,
    example: 100,
  },
  {
    name: 'batchingWindow',
    type: 'number',
    summary: 'The seconds for which Lambda gathers messages before it invokes the consumer.',
    default: 1,
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    minimum: 1,
    maximum: 300,
    example: 5,
  },
  {
    name: 'memorySize',
    type: 'number',
    summary: 'The memory of the consumer in MB, with which its CPU power grows.',
    default: 512,
    // 128 is the default of Lambda, and its smallest.
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
    minimum: 129,
    maximum: 10_240,
    example: 1024,
  },
  {
    name: 'maxConcurrency',
    type: 'number',
    summary: 'The most invocations of the consumer that run at once, in tens and from 20 with provisioned pollers.',
    default: 10,
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    minimum: 2,
    maximum: 1000,
    example: 50,
  },
  {
    name: 'reservedConcurrency',
    type: 'number',
    summary: 'The concurrency that is taken from the account and kept for the consumer alone.',
    // Polling starts with five invocations at once: fewer are throttled from the first second.
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    minimum: 5,
    maximum: 1000,
    example: 20,
  },
  {
    name: 'maxReceiveCount',
    type: 'number',
    summary: 'How often a message is received before it moves to the dead-letter queue.',
    default: 5,
    // At least 5 is the advice, at most 1000 the limit.
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    minimum: 5,
    maximum: 1000,
    example: 8,
  },
  {
    name: 'idempotencyKey',
    type: 'string',
    summary: 'The JMESPath expression that tells one message from another.',
    default: 'messageId',
    matches: {
      regex: /^(?=\S)[\w.,()[\]@ ]{1,256}(?<=\S)$/,
      means: 'letters, digits, spaces and _ . , ( ) [ ] @, at most 256 characters',
    },
    example: 'powertools_json(body).orderId',
  },
  {
    name: 'scaling',
    type: 'string',
    summary: 'Whether Lambda adds pollers on demand, or keeps some provisioned at a price.',
    default: 'on-demand',
    allowed: ['on-demand', 'provisioned'],
    example: 'provisioned',
  },
  {
    name: 'tracing',
    type: 'boolean',
    summary: 'Whether invocations are traced with X-Ray.',
    default: false,
    example: true,
  },
];

/**
 * Invocations over the reserved concurrency are throttled, and a throttled message counts as received.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
function reservedCoversMaximum({ reservedConcurrency, maxConcurrency, scaling }: OptionValues): Conflict | undefined {
  const isProvisioned = scaling === 'provisioned';
  // A poller runs up to ten invocations at once, and there are at least two.
  const maximum = isProvisioned ? Math.max(20, 10 * Math.ceil(Number(maxConcurrency) / 10)) : Number(maxConcurrency);
  const told = isProvisioned ? `the ${maximum} invocations of provisioned pollers` : `--max-concurrency ${maximum}`;
  return reservedConcurrency !== undefined && Number(reservedConcurrency) < maximum
    ? {
        problem: `--reserved-concurrency ${reservedConcurrency} is under ${told}, so messages would be throttled`,
        option: 'reservedConcurrency',
        allowed: `${maximum} or more, or none`,
        example: `--reserved-concurrency ${maximum}`,
      }
    : undefined;
}

/** An expression that can't be read would fail every message; that its brackets close is what can be told without a parser. */
function keyCloses({ idempotencyKey }: OptionValues): Conflict | undefined {
  const open: string[] = [];
  const isClosed = [...String(idempotencyKey)].every((letter) => {
    if ('(['.includes(letter)) {
      open.push(letter === '(' ? ')' : ']');
    }
    return !')]'.includes(letter) || open.pop() === letter;
  });
  return isClosed && open.length === 0
    ? undefined
    : {
        problem: `--idempotency-key ${JSON.stringify(idempotencyKey)} is no JMESPath expression: its brackets do not close`,
        option: 'idempotencyKey',
        allowed: 'a JMESPath expression that finds a text in a message',
        example: '--idempotency-key powertools_json(body).orderId',
      };
}

/** A queue whose consumer scales with it, and what keeps it from losing messages. */
export const pattern: Pattern = {
  id: 'sqs-scaling',
  folder: __dirname,
  title: 'Scaling a queue consumer',
  summary: 'A Lambda function scales with an SQS queue, within limits, and loses no message on the way.',
  services: ['Amazon SQS', 'AWS Lambda', 'Amazon DynamoDB', 'Amazon CloudWatch', 'Amazon SNS'],
  level: 'intermediate',
  minutes: 90,
  steps,
  options,
  rules: [reservedCoversMaximum, keyCloses],
  dependencies: [
    '@aws-lambda-powertools/batch',
    '@aws-lambda-powertools/idempotency',
    '@aws-lambda-powertools/logger',
    '@aws-lambda-powertools/metrics',
    '@aws-sdk/client-dynamodb',
    '@aws-sdk/lib-dynamodb',
  ],
};
