import type { Conflict, OptionSpec, OptionValues, Pattern } from '../pattern';
import { ACCOUNT, REGION, stageOf } from '../stages';
import { steps } from './steps';

/**
 * The most accounts of one policy: each adds up to 101 characters to its two statements, and a policy has 10,240 at most.
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
 */
export const MOST_ACCOUNTS = 80;

const options: readonly OptionSpec[] = [
  {
    name: 'accounts',
    type: 'string[]',
    summary: 'The accounts whose functions may use the image.',
    // Accounts as the documentation of AWS has them for examples; they belong to nobody.
    default: ['444455556666'],
    matches: { regex: ACCOUNT, means: 'an account of 12 digits' },
    example: ['444455556666', '777788889999'],
  },
  {
    name: 'registryAccount',
    type: 'string',
    summary: 'The account of the registry, for stages that name none.',
    default: '111122223333',
    matches: { regex: ACCOUNT, means: 'an account of 12 digits' },
    example: '123456789012',
  },
  {
    name: 'registryRegion',
    type: 'string',
    summary: 'The Region of the registry, and so of all functions, for stages that name none.',
    default: 'us-east-1',
    matches: { regex: REGION, means: 'the code of a Region' },
    example: 'eu-west-1',
  },
  {
    name: 'imageDigest',
    type: 'string',
    summary: 'The digest of the image that the function runs; that of zeros is of no image, and Lambda refuses it.',
    default: `sha256:${'0'.repeat(64)}`,
    matches: { regex: /^sha256:[0-9a-f]{64}$/, means: 'sha256: and 64 hexadecimal digits' },
    example: `sha256:${'a3'.repeat(32)}`,
  },
  {
    name: 'architecture',
    type: 'string',
    summary: 'The architecture of the processor, which the image is built for as well.',
    default: 'arm64',
    allowed: ['arm64', 'x86_64'],
    example: 'x86_64',
  },
  {
    name: 'keptImages',
    type: 'number',
    summary: 'How many images are kept.',
    default: 100,
    minimum: 10,
    // A repository has up to 100,000; a policy that counts to more than a few hundred is about cost.
    maximum: 1000,
    example: 200,
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

const EXAMPLE = '--accounts 444455556666 --accounts 777788889999';

const conflict = (problem: string, allowed: string): Conflict => ({
  problem,
  option: 'accounts',
  allowed,
  example: EXAMPLE,
});

/** A list that is empty lets nobody in, and an account twice is mostly a slip for another one. */
function accountsAreOnce({ accounts }: OptionValues): Conflict | undefined {
  const given = accounts as readonly string[];
  const twice = given.find((account, index) => given.indexOf(account) < index);
  if (twice !== undefined) {
    return conflict(`--accounts names ${twice} twice`, 'each account once');
  }
  return given.length === 0 ? conflict('--accounts names none', 'one account or more') : undefined;
}

/** Lambda asks for no policy of anybody who is in the account of the registry. */
function accountsAreOthers({ accounts, registryAccount, stages }: OptionValues): Conflict | undefined {
  const [account, ...others] = accounts as readonly string[];
  const registries = (stages as readonly string[]).map((stage) => stageOf(stage).env?.account ?? registryAccount);
  return registries.includes(account) && others.length === 0
    ? conflict(`--accounts names ${account} alone, which is the account of the registry`, 'an account beside it')
    : undefined;
}

function policyHasRoom({ accounts }: OptionValues): Conflict | undefined {
  const { length } = accounts as readonly string[];
  return length > MOST_ACCOUNTS
    ? conflict(
        `--accounts names ${length}, and the policy of a repository has 10,240 characters at most`,
        `${MOST_ACCOUNTS} accounts or fewer; more of them take a replica of the registry`,
      )
    : undefined;
}

/** A function whose image is in the registry of another account. */
export const pattern: Pattern = {
  id: 'cross-account-ecr',
  folder: __dirname,
  title: 'Images of another account',
  summary: 'A function runs an image that the registry of another account holds, and only listed accounts may.',
  services: ['Amazon ECR', 'AWS Lambda', 'Amazon API Gateway', 'Amazon CloudWatch', 'Amazon SNS'],
  level: 'intermediate',
  minutes: 75,
  steps,
  options,
  rules: [accountsAreOnce, accountsAreOthers, policyHasRoom],
  dependencies: [],
};
