import { Blueprint, type BlueprintOptions } from '../blueprint';
import { pattern } from './pattern';

/** The options of `SqsScaling`. */
export interface SqsScalingOptions extends BlueprintOptions {
  /**
   * The most messages that one invocation gets.
   *
   * @default 50
   */
  readonly batchSize?: number;

  /**
   * The seconds for which Lambda gathers messages before it invokes the consumer.
   *
   * @default 1
   */
  readonly batchingWindow?: number;

  /**
   * The memory of the consumer in MB, with which its CPU power grows.
   *
   * @default 512
   */
  readonly memorySize?: number;

  /**
   * The most invocations of the consumer that run at once, in tens and from 20 with provisioned pollers.
   *
   * @default 10
   */
  readonly maxConcurrency?: number;

  /**
   * The concurrency that is taken from the account and kept for the consumer alone.
   *
   * @default - none is set aside
   */
  readonly reservedConcurrency?: number;

  /**
   * How often a message is received before it moves to the dead-letter queue.
   *
   * @default 5
   */
  readonly maxReceiveCount?: number;

  /**
   * The JMESPath expression that tells one message from another.
   *
   * @default "messageId"
   */
  readonly idempotencyKey?: string;

  /**
   * Whether Lambda adds pollers on demand, or keeps some provisioned at a price.
   *
   * @default "on-demand"
   */
  readonly scaling?: 'on-demand' | 'provisioned';

  /**
   * Whether invocations are traced with X-Ray.
   *
   * @default false
   */
  readonly tracing?: boolean;
}

/**
 * A queue whose consumer scales with it.
 *
 * @pjid sqs-scaling
 */
export class SqsScaling extends Blueprint {
  /** @internal */
  public static override readonly _pattern = pattern;

  /** @param options the options of the project */
  constructor(options: SqsScalingOptions = {}) {
    super(options);
  }
}
