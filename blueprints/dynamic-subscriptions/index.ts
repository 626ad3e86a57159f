import { Blueprint, type BlueprintOptions } from '../blueprint';
import { pattern } from './pattern';

/** The options of `DynamicSubscriptions`. */
export interface DynamicSubscriptionsOptions extends BlueprintOptions {
  /**
   * How many tasks the service runs, each with a queue of its own.
   *
   * @default 2
   */
  readonly desiredCount?: number;

  /**
   * The CPU units of a task, of which 1024 are one virtual CPU.
   *
   * @default 256
   */
  readonly cpu?: number;

  /**
   * The memory of a task in MiB, in the steps that Fargate has for its CPU.
   *
   * @default 512
   */
  readonly memory?: number;

  /**
   * The minutes between two runs of the sweeper.
   *
   * @default 15
   */
  readonly sweepInterval?: number;

  /**
   * Whether tasks reach AWS from public subnets, or from isolated ones through endpoints at a price.
   *
   * @default "public"
   */
  readonly network?: 'public' | 'isolated';
}

/**
 * A topic whose subscriptions follow the tasks of a service.
 *
 * @pjid dynamic-subscriptions
 */
export class DynamicSubscriptions extends Blueprint {
  /** @internal */
  public static override readonly _pattern = pattern;

  /** @param options the options of the project */
  constructor(options: DynamicSubscriptionsOptions = {}) {
    super(options);
  }
}
