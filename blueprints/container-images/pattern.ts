import { deliveryOptions } from '../delivery';
import type { Conflict, OptionSpec, OptionValues, Pattern } from '../pattern';
import { steps } from './steps';

/** What the ARN of a connection looks like. */
const { matches: connection, example: connectionExample } = deliveryOptions.find(
  ({ name }) => name === 'pipelineConnection',
) as OptionSpec;

const options: readonly OptionSpec[] = [
  {
    name: 'runtime',
    type: 'string',
    summary: 'The language of the function in the image: TypeScript on Node.js, or Java on Amazon Corretto.',
    default: 'nodejs',
    allowed: ['nodejs', 'java'],
    example: 'java',
  },
  {
    name: 'repository',
    type: 'string',
    summary: 'The repository of the sources: of CodeCommit, called as the project unless said, or owner/name.',
    matches: {
      regex: /^[\w.-]+(\/[\w.-]+)*$/,
      means: 'the name of a repository of CodeCommit, or owner/name of one behind a connection',
    },
    example: 'acme/orders',
  },
  {
    name: 'connection',
    type: 'string',
    summary: 'The ARN of the connection to the repository at GitHub, GitLab or Bitbucket.',
    matches: connection,
    example: connectionExample,
  },
  {
    name: 'keptImages',
    type: 'number',
    summary: 'How many images are kept to go back to, beside the one that runs.',
    default: 50,
    minimum: 5,
    // A repository has up to 100,000; a policy that counts to more than a few hundred is about cost.
    maximum: 1000,
    example: 100,
  },
  {
    name: 'memorySize',
    type: 'number',
    summary: 'The memory of the function in MB, with which its CPU power grows.',
    default: 512,
    // 128 is the default of Lambda, and its smallest.
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
    minimum: 129,
    maximum: 10_240,
    example: 1024,
  },
];

const isConnected = (repository: unknown): boolean => String(repository ?? '').includes('/');

/** A repository with an owner is reached by a connection, and one of CodeCommit by none. */
function connectionFits({ repository, connection: given }: OptionValues): Conflict | undefined {
  if (isConnected(repository) === (given !== undefined)) {
    return undefined;
  }
  return given === undefined
    ? {
        problem: `--repository ${repository} needs --connection`,
        option: 'connection',
        allowed: connection?.means ?? '',
        example: `--connection ${connectionExample}`,
      }
    : {
        problem: `--connection is for a repository with an owner, and --repository is ${repository ?? 'not given'}`,
        option: 'repository',
        allowed: 'owner/name',
        example: '--repository acme/orders',
      };
}

/** A function whose image one pipeline builds, and another deploys. */
export const pattern: Pattern = {
  id: 'container-images',
  folder: __dirname,
  title: 'Container images, built and deployed apart',
  summary: 'One pipeline builds the image of a function, and its success starts another that deploys it.',
  services: [
    'Amazon ECR',
    'AWS Lambda',
    'AWS CodePipeline',
    'AWS CodeBuild',
    'AWS CodeCommit',
    'Amazon EventBridge',
    'Amazon CloudWatch',
  ],
  level: 'intermediate',
  minutes: 120,
  steps,
  options,
  rules: [connectionFits],
  dependencies: [],
};
