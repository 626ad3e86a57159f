import { Annotations, Stack } from 'aws-cdk-lib';
import {
  CfnEventSourceMapping,
  type CfnFunction,
  type EventSourceMapping,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import type { CfnQueue, Queue } from 'aws-cdk-lib/aws-sqs';

/** What the rules read, as it will stand in the template; a value that only the deployment knows is undefined. */
interface Settings {
  /** Seconds that a received message is hidden. */
  readonly visibility?: number;
  /** Seconds that an invocation may take. */
  readonly timeout?: number;
  /** Seconds that messages are gathered. */
  readonly window?: number;
  /** The most messages of a batch. */
  readonly batchSize?: number;
  /** Concurrency kept for the consumer. */
  readonly reserved?: number;
  /** The mapping's limit of concurrent invocations. */
  readonly maximum?: number;
  /** Whether messages that keep failing are set aside. */
  readonly hasDeadLetterQueue: boolean;
  /** How often a message is received before it is set aside. */
  readonly maxReceiveCount?: number;
  /** Seconds that the queue keeps a message. */
  readonly kept?: number;
  /** Seconds that the dead-letter queue keeps one. */
  readonly deadKept?: number;
  /** Whether the function's reports of failed messages are read. */
  readonly reportsFailures: boolean;
}

type Rule = (settings: Settings) => string | undefined;

/** What the services take when a template leaves the value out. */
const DEFAULTS = {
  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html */
  visibility: 30,
  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html */
  timeout: 3,
  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html */
  window: 0,
  /** The same page. */
  batchSize: 10,
  /** The page of the queue. */
  kept: 4 * 24 * 60 * 60,
  /** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
  pollers: 200,
};

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const TIMEOUTS_HIDDEN = 6;
/** The same page: more messages in a batch need a batching window. */
const LARGEST_BATCH_WITHOUT_WINDOW = 10;
/** The same page. */
const FEWEST_RECEIVES = 5;
/** Polling starts so: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const FIRST_INVOCATIONS = 5;

/** Of provisioned pollers, the same page. */
const INVOCATIONS_OF_A_POLLER = 10;

/** How to limit a consumer instead: https://repost.aws/knowledge-center/lambda-sqs-scaling */
const USE_MAXIMUM = 'AWS recommends a maximum concurrency on the event source instead of reserved concurrency';

const rules: readonly Rule[] = [
  ({ timeout, visibility }) =>
    timeout !== undefined && visibility !== undefined && timeout > visibility
      ? `the consumer's timeout of ${timeout} s is longer than the queue's visibility timeout of ${visibility} s, ` +
        'so Lambda refuses to poll the queue; allowed is at most the visibility timeout'
      : undefined,
  ({ timeout, visibility, window }) => {
    if (timeout === undefined || visibility === undefined || window === undefined || timeout > visibility) {
      return undefined;
    }
    const least = TIMEOUTS_HIDDEN * timeout + window;
    return visibility < least
      ? `the queue's visibility timeout of ${visibility} s is too short: a message would return while it is still being ` +
          `handled; allowed is ${least} s or more, six times the consumer's timeout of ${timeout} s and the batching ` +
          `window of ${window} s`
      : undefined;
  },
  ({ batchSize, window }) =>
    batchSize !== undefined && window !== undefined && batchSize > LARGEST_BATCH_WITHOUT_WINDOW && window < 1
      ? `a batch size of ${batchSize} has no batching window, and Lambda takes over 10 messages only with one; ` +
        'allowed is a window of 1 s or more, or a batch size of at most 10'
      : undefined,
  ({ reserved }) =>
    reserved !== undefined && reserved < FIRST_INVOCATIONS
      ? `the consumer's reserved concurrency of ${reserved} is too low: Lambda starts with five invocations at once, and ` +
        `a throttled message counts as received; allowed is 5 or more, or none. ${USE_MAXIMUM}`
      : undefined,
  ({ reserved, maximum }) =>
    reserved !== undefined && maximum !== undefined && reserved < maximum
      ? `the consumer's reserved concurrency of ${reserved} is under the event source's maximum concurrency of ` +
        `${maximum}, so messages would be throttled; allowed is ${maximum} or more, or none. ${USE_MAXIMUM}`
      : undefined,
  ({ hasDeadLetterQueue }) =>
    hasDeadLetterQueue
      ? undefined
      : 'the queue has no dead-letter queue, so a message that always fails is tried until it expires and is lost; ' +
        'wanted is a deadLetterQueue',
  ({ kept, deadKept }) =>
    kept !== undefined && deadKept !== undefined && deadKept <= kept
      ? `the dead-letter queue keeps messages for ${deadKept} s and the queue for ${kept} s, so a message that is set ` +
        'aside late is lost at once, as its age counts from when it was first sent; allowed is more than the queue has'
      : undefined,
];

/**
 * The rules for an SQS queue that a Lambda function consumes. They create no resource: they read the settings when the
 * app is synthesized, and make it fail for each that loses or repeats messages.
 *
 * Refused are:
 * - a timeout of the consumer over the visibility timeout of the queue, and a visibility timeout under six times the
 *   consumer's timeout plus the batching window
 *   (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html);
 * - a batch size over 10 without a batching window of at least 1 s (the same page);
 * - reserved concurrency under 5, or under the maximum concurrency of the event source
 *   (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html);
 * - a queue without a dead-letter queue
 *   (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html);
 * - a dead-letter queue that keeps messages no longer than the queue
 *   (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html).
 *
 * A `maxReceiveCount` under 5, and a mapping without partial batch responses, are warned of. A value that only the deployment knows, a parameter for example, is not judged.
 *
 * @example
 * consumer.addEventSource(new SqsEventSource(queue, { reportBatchItemFailures: true }));
 * SqsConsumerRules.of(queue, consumer);
 */
export class SqsConsumerRules {
  /**
   * Attaches the rules to a consumer and its queue.
   *
   * @param queue the queue, defined in the app
   * @param consumer the function that consumes it, defined in the app
   * @param mapping what connects the two; by default the consumer's event source mapping from the queue
   * @returns the rules, attached: `app.synth()` throws an error with a line for each setting that is refused
   */
  static of(
    queue: Queue,
    consumer: LambdaFunction,
    mapping?: EventSourceMapping | CfnEventSourceMapping,
  ): SqsConsumerRules {
    return new SqsConsumerRules(queue, consumer, mapping);
  }

  private constructor(
    private readonly queue: Queue,
    private readonly consumer: LambdaFunction,
    private readonly mapping?: EventSourceMapping | CfnEventSourceMapping,
  ) {
    consumer.node.addValidation({ validate: () => this.validate() });
  }

  private validate(): string[] {
    const mapping = this.findMapping();
    if (!mapping) {
      return [
        `no event source connects ${this.queue.node.path} with ${this.consumer.node.path}; add an SqsEventSource`,
      ];
    }
    const settings = this.settings(mapping);
    this.warn(settings);
    return rules.map((rule) => rule(settings)).filter((problem) => problem !== undefined);
  }

  private warn({ maxReceiveCount, reportsFailures }: Settings): void {
    if (!reportsFailures) {
      Annotations.of(this.consumer).addWarningV2(
        'serverless-atelier:sqs-consumer-partial-batch-responses',
        'one message that fails returns its whole batch to the queue; reportBatchItemFailures is advised',
      );
    }
    if (maxReceiveCount !== undefined && maxReceiveCount < FEWEST_RECEIVES) {
      Annotations.of(this.queue).addWarningV2(
        'serverless-atelier:sqs-consumer-max-receive-count',
        `a maxReceiveCount of ${maxReceiveCount} sets messages aside after a few throttled invocations; 5 or more is advised`,
      );
    }
  }

  private settings(mapping: CfnEventSourceMapping): Settings {
    const queue = this.queue.node.defaultChild as CfnQueue;
    const consumer = this.consumer.node.defaultChild as CfnFunction;
    const redrive = this.resolve(queue.redrivePolicy);
    const dead = this.queue.deadLetterQueue?.queue.node.defaultChild as CfnQueue | undefined;
    return {
      visibility: this.number(queue.visibilityTimeout, DEFAULTS.visibility),
      timeout: this.number(consumer.timeout, DEFAULTS.timeout),
      window: this.number(mapping.maximumBatchingWindowInSeconds, DEFAULTS.window),
      batchSize: this.number(mapping.batchSize, DEFAULTS.batchSize),
      reserved: this.number(consumer.reservedConcurrentExecutions),
      maximum: this.maximum(mapping),
      hasDeadLetterQueue: redrive !== undefined,
      kept: this.number(queue.messageRetentionPeriod, DEFAULTS.kept),
      deadKept: dead && this.number(dead.messageRetentionPeriod, DEFAULTS.kept),
      reportsFailures: asList(this.resolve(mapping.functionResponseTypes)).includes('ReportBatchItemFailures'),
      maxReceiveCount: this.number(redrive?.maxReceiveCount),
    };
  }

  /** The most invocations that the mapping runs at once. */
  private maximum(mapping: CfnEventSourceMapping): number | undefined {
    const pollers = this.resolve(mapping.provisionedPollerConfig);
    const most = pollers && this.number(pollers.maximumPollers, DEFAULTS.pollers);
    return most === undefined
      ? this.number(this.resolve(mapping.scalingConfig)?.maximumConcurrency)
      : most * INVOCATIONS_OF_A_POLLER;
  }

  private findMapping(): CfnEventSourceMapping | undefined {
    if (this.mapping) {
      return CfnEventSourceMapping.isCfnEventSourceMapping(this.mapping)
        ? this.mapping
        : (this.mapping.node.defaultChild as CfnEventSourceMapping);
    }
    const arn = JSON.stringify(this.resolve(this.queue.queueArn));
    return this.consumer.node
      .findAll()
      .filter(CfnEventSourceMapping.isCfnEventSourceMapping)
      .find((mapping) => JSON.stringify(this.resolve(mapping.eventSourceArn)) === arn);
  }

  /** What a token stands for in the template; anything else is returned as it is. */
  private resolve(value: unknown) {
    return Stack.of(this.queue).resolve(value);
  }

  /** A number as the template will show it; undefined when only the deployment knows it. */
  private number(value: unknown, standard?: number): number | undefined {
    const resolved = this.resolve(value) ?? standard;
    return typeof resolved === 'number' ? resolved : undefined;
  }
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
