import type { Conflict, OptionSpec, OptionValues, Pattern } from '../pattern';
import { steps } from './steps';

const options: readonly OptionSpec[] = [
  {
    name: 'desiredCount',
    type: 'number',
    summary: 'How many tasks the service runs, each with a queue of its own.',
    default: 2,
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
    minimum: 1,
    maximum: 5000,
    example: 4,
  },
  {
    name: 'cpu',
    type: 'number',
    summary: 'The CPU units of a task, of which 1024 are one virtual CPU.',
    default: 256,
    minimum: 256,
    maximum: 16_384,
    example: 512,
  },
  {
    name: 'memory',
    type: 'number',
    summary: 'The memory of a task in MiB, in the steps that Fargate has for its CPU.',
    default: 512,
    minimum: 512,
    maximum: 122_880,
    example: 1024,
  },
  {
    name: 'sweepInterval',
    type: 'number',
    summary: 'The minutes between two runs of the sweeper.',
    default: 15,
    // A sweep takes up to 5 minutes, and a day is as long as events are known.
    minimum: 6,
    maximum: 1440,
    example: 30,
  },
  {
    name: 'network',
    type: 'string',
    summary: 'Whether tasks reach AWS from public subnets, or from isolated ones through endpoints at a price.',
    default: 'public',
    allowed: ['public', 'isolated'],
    example: 'isolated',
  },
];

const GIB = 1024;

/**
 * The memory in MiB that Fargate has for each number of CPU units.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
 */
const MEMORY: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, GIB, 2 * GIB]],
  [512, memorySteps(1, 4, 1)],
  [1024, memorySteps(2, 8, 1)],
  [2048, memorySteps(4, 16, 1)],
  [4096, memorySteps(8, 30, 1)],
  [8192, memorySteps(16, 60, 4)],
  [16_384, memorySteps(32, 120, 8)],
]);

/** From, to and step in GiB. */
function memorySteps(from: number, to: number, step: number): number[] {
  return Array.from({ length: (to - from) / step + 1 }, (_, index) => (from + index * step) * GIB);
}

/** Fargate has certain sizes of tasks, and no other. */
function fargateHasSize({ cpu, memory }: OptionValues): Conflict | undefined {
  const allowed = MEMORY.get(Number(cpu));
  if (!allowed) {
    return {
      problem: `--cpu ${cpu} is no size that Fargate has`,
      option: 'cpu',
      allowed: [...MEMORY.keys()].join(', '),
      example: '--cpu 512 --memory 1024',
    };
  }
  return allowed.includes(Number(memory))
    ? undefined
    : {
        problem: `--memory ${memory} does not go with --cpu ${cpu}`,
        option: 'memory',
        allowed: allowed.join(', '),
        example: `--cpu ${cpu} --memory ${allowed[0]}`,
      };
}

/** A topic whose subscriptions follow the tasks of a service. */
export const pattern: Pattern = {
  id: 'dynamic-subscriptions',
  folder: __dirname,
  title: 'Subscriptions that follow a service',
  summary: 'Each container of a service has a queue of its own on an SNS topic, and leaves nothing behind.',
  services: [
    'Amazon SNS',
    'Amazon SQS',
    'Amazon ECS',
    'AWS Fargate',
    'Amazon EventBridge',
    'AWS Lambda',
    'Amazon DynamoDB',
    'Amazon CloudWatch',
  ],
  level: 'advanced',
  minutes: 120,
  steps,
  options,
  rules: [fargateHasSize],
  dependencies: [
    '@aws-lambda-powertools/logger',
    '@aws-lambda-powertools/metrics',
    '@aws-sdk/client-dynamodb',
    '@aws-sdk/client-ecs',
    '@aws-sdk/client-sns',
    '@aws-sdk/client-sqs',
    '@aws-sdk/lib-dynamodb',
  ],
  devDependencies: ['fast-check'],
};
