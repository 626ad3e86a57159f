import { CONNECTION } from '../delivery';
import type { Conflict, OptionSpec, OptionValues, Pattern } from '../pattern';
import { REGION } from '../stages';
import { steps } from './steps';

const options: readonly OptionSpec[] = [
  {
    name: 'source',
    type: 'string',
    summary: 'Whether the layer is in a repository behind a connection, or in one of CodeCommit that the stack makes.',
    default: 'connection',
    allowed: ['connection', 'codecommit'],
    example: 'codecommit',
  },
  {
    name: 'repository',
    type: 'string',
    summary: 'The repository behind the connection, as owner/name.',
    default: 'example/layers',
    matches: { regex: /^[\w.-]+(\/[\w.-]+)+$/, means: 'owner/name' },
    example: 'acme/layers',
  },
  {
    name: 'connectionArn',
    type: 'string',
    summary: 'The ARN of the connection to GitHub, GitLab or Bitbucket; without it, the stack makes one.',
    matches: CONNECTION,
    example: 'arn:aws:codeconnections:eu-west-1:123456789012:connection/0f6bb0a4-2c5e-4d0c-9a55-2f1c3f7f4d11',
  },
  {
    name: 'provider',
    type: 'string',
    summary: 'Where the connection that the stack makes leads.',
    default: 'GitHub',
    allowed: ['GitHub', 'GitLab', 'Bitbucket'],
    example: 'GitLab',
  },
  {
    name: 'branch',
    type: 'string',
    summary: 'The branch that the layer is built from.',
    default: 'main',
    matches: { regex: /^\w[\w./-]{0,254}$/, means: 'the name of a branch' },
    example: 'trunk',
  },
  {
    name: 'layerName',
    type: 'string',
    summary: 'The name of the layer, which stands behind that of the stack.',
    default: 'packages',
    // Of the 140 characters that Lambda allows, the stack's name takes its part.
    // https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html
    matches: { regex: /^[\w-]{1,60}$/, means: 'letters, digits, _ and -, at most 60' },
    example: 'tools',
  },
  {
    name: 'runtimes',
    type: 'string[]',
    summary: 'The runtimes of Node.js that the layer is for, as Lambda names them.',
    default: ['nodejs22.x', 'nodejs24.x'],
    matches: { regex: /^nodejs\d{2}\.x$/, means: 'a runtime of Node.js' },
    example: ['nodejs24.x'],
  },
  {
    name: 'regions',
    type: 'string[]',
    summary: 'The Regions that the layer is published in.',
    default: ['eu-central-1', 'us-east-1'],
    matches: { regex: REGION, means: 'the code of a Region' },
    example: ['eu-west-1', 'us-west-2', 'ap-southeast-2'],
  },
  {
    name: 'shareWith',
    type: 'string[]',
    summary: 'Who else may use the layer: accounts, or an organization by its id.',
    default: ['o-exampleorgid'],
    // An asterisk would be everybody: https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html
    matches: { regex: /^(\d{12}|o-[a-z0-9]{10,32})$/, means: 'an account of 12 digits, or the id of an organization' },
    example: ['111122223333', '444455556666'],
  },
];

/** How many actions a stage runs at once: https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html */
const MAX_REGIONS = 50;

/** Each Region is one action of a stage, and what the layer is for and who may use it has to be said. */
function listsAreWhole(values: OptionValues): Conflict | undefined {
  const lists = [
    { option: 'runtimes', flag: '--runtimes', example: 'nodejs24.x', most: 15 },
    { option: 'regions', flag: '--regions', example: 'eu-west-1', most: MAX_REGIONS },
    { option: 'shareWith', flag: '--share-with', example: '111122223333', most: 20 },
  ];
  const wrong = lists.find(({ option, most }) => {
    const given = values[option] as readonly string[];
    return given.length === 0 || given.length > most || new Set(given).size < given.length;
  });
  return (
    wrong && {
      problem: `${wrong.flag} is ${(values[wrong.option] as readonly string[]).join(', ') || 'empty'}`,
      option: wrong.option,
      allowed: `1 to ${wrong.most}, each once`,
      example: `${wrong.flag} ${wrong.example}`,
    }
  );
}

/** A repository of CodeCommit needs no connection. */
function connectionIsUsed({ source, connectionArn }: OptionValues): Conflict | undefined {
  return source === 'codecommit' && connectionArn !== undefined
    ? {
        problem: '--connection-arn is for --source connection, and --source is codecommit',
        option: 'source',
        allowed: 'connection beside it',
        example: '--source connection',
      }
    : undefined;
}

/** A layer that a pipeline builds, and publishes in many Regions. */
export const pattern: Pattern = {
  id: 'multi-region-layers',
  folder: __dirname,
  title: 'Layers in many Regions',
  summary: 'A pipeline builds a Lambda layer from its lock file, and publishes it in many Regions at once.',
  services: ['AWS CodePipeline', 'AWS CodeBuild', 'AWS Lambda', 'Amazon S3', 'Amazon CloudWatch', 'Amazon SNS'],
  level: 'intermediate',
  minutes: 90,
  steps,
  options,
  rules: [listsAreWhole, connectionIsUsed],
  dependencies: [],
};
