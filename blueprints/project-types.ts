// Written by `npm run golden` from the data of the patterns.
import { Blueprint, type BlueprintOptions } from './blueprint';
import * as patterns from './patterns';

/** The options of `ContainerImages`. */
export interface ContainerImagesOptions extends BlueprintOptions {
  /**
   * The language of the function in the image: TypeScript on Node.js, or Java on Amazon Corretto.
   *
   * @default "nodejs"
   */
  readonly runtime?: 'nodejs' | 'java';

  /**
   * The repository of the sources: of CodeCommit, called as the project unless said, or owner/name.
   *
   * @default - none
   */
  readonly repository?: string;

  /**
   * The ARN of the connection to the repository at GitHub, GitLab or Bitbucket.
   *
   * @default - none
   */
  readonly connection?: string;

  /**
   * How many images are kept to go back to, beside the one that runs.
   *
   * @default 50
   */
  readonly keptImages?: number;

  /**
   * The memory of the function in MB, with which its CPU power grows.
   *
   * @default 512
   */
  readonly memorySize?: number;
}

/**
 * One pipeline builds the image of a function, and its success starts another that deploys it.
 *
 * @pjid container-images
 */
export class ContainerImages extends Blueprint {
  /** @internal */
  public static override readonly _pattern = patterns.containerImages;

  /** @param options the options of the project */
  constructor(options: ContainerImagesOptions = {}) {
    super(options);
  }
}

/** The options of `CrossAccountEcr`. */
export interface CrossAccountEcrOptions extends BlueprintOptions {
  /**
   * The accounts whose functions may use the image.
   *
   * @default - none
   */
  readonly accounts?: string[];

  /**
   * The account of the registry, for stages that name none.
   *
   * @default "111122223333"
   */
  readonly registryAccount?: string;

  /**
   * The Region of the registry, and so of all functions, for stages that name none.
   *
   * @default "us-east-1"
   */
  readonly registryRegion?: string;

  /**
   * The digest of the image that the function runs; that of zeros is of no image, and Lambda refuses it.
   *
   * @default "sha256:0000000000000000000000000000000000000000000000000000000000000000"
   */
  readonly imageDigest?: string;

  /**
   * The architecture of the processor, which the image is built for as well.
   *
   * @default "arm64"
   */
  readonly architecture?: 'arm64' | 'x86_64';

  /**
   * How many images are kept.
   *
   * @default 100
   */
  readonly keptImages?: number;

  /**
   * The memory of the function in MB, with which its CPU power grows.
   *
   * @default 512
   */
  readonly memorySize?: number;
}

/**
 * A function runs an image that the registry of another account holds, and only listed accounts may.
 *
 * @pjid cross-account-ecr
 */
export class CrossAccountEcr extends Blueprint {
  /** @internal */
  public static override readonly _pattern = patterns.crossAccountEcr;

  /** @param options the options of the project */
  constructor(options: CrossAccountEcrOptions = {}) {
    super(options);
  }
}

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
 * Each container of a service has a queue of its own on an SNS topic, and leaves nothing behind.
 *
 * @pjid dynamic-subscriptions
 */
export class DynamicSubscriptions extends Blueprint {
  /** @internal */
  public static override readonly _pattern = patterns.dynamicSubscriptions;

  /** @param options the options of the project */
  constructor(options: DynamicSubscriptionsOptions = {}) {
    super(options);
  }
}

/** The options of `MultiRegionLayers`. */
export interface MultiRegionLayersOptions extends BlueprintOptions {
  /**
   * Whether the layer is in a repository behind a connection, or in one of CodeCommit that the stack makes.
   *
   * @default "connection"
   */
  readonly source?: 'connection' | 'codecommit';

  /**
   * The repository behind the connection, as owner/name.
   *
   * @default "example/layers"
   */
  readonly repository?: string;

  /**
   * The ARN of the connection to GitHub, GitLab or Bitbucket; without it, the stack makes one.
   *
   * @default - none
   */
  readonly connectionArn?: string;

  /**
   * Where the connection that the stack makes leads.
   *
   * @default "GitHub"
   */
  readonly provider?: 'GitHub' | 'GitLab' | 'Bitbucket';

  /**
   * The branch that the layer is built from.
   *
   * @default "main"
   */
  readonly branch?: string;

  /**
   * The name of the layer, which stands behind that of the stack.
   *
   * @default "packages"
   */
  readonly layerName?: string;

  /**
   * The runtimes of Node.js that the layer is for, as Lambda names them.
   *
   * @default - none
   */
  readonly runtimes?: string[];

  /**
   * The Regions that the layer is published in.
   *
   * @default - none
   */
  readonly regions?: string[];

  /**
   * Who else may use the layer: accounts, or an organization by its id.
   *
   * @default - none
   */
  readonly shareWith?: string[];
}

/**
 * A pipeline builds a Lambda layer from its lock file, and publishes it in many Regions at once.
 *
 * @pjid multi-region-layers
 */
export class MultiRegionLayers extends Blueprint {
  /** @internal */
  public static override readonly _pattern = patterns.multiRegionLayers;

  /** @param options the options of the project */
  constructor(options: MultiRegionLayersOptions = {}) {
    super(options);
  }
}

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
   * @default - none
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
 * A Lambda function scales with an SQS queue, within limits, and loses no message on the way.
 *
 * @pjid sqs-scaling
 */
export class SqsScaling extends Blueprint {
  /** @internal */
  public static override readonly _pattern = patterns.sqsScaling;

  /** @param options the options of the project */
  constructor(options: SqsScalingOptions = {}) {
    super(options);
  }
}
