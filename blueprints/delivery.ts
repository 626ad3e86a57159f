import { bootstrapCommands } from '../pipelines/bootstrap-commands';
import { flagOf } from './flags';
import type { Conflict, OptionSpec, OptionValues } from './pattern';
import { PLACE, placeOf, stageOf } from './stages';

/** What the sources of a pipeline look like, each kind with its parts. */
const KINDS = {
  s3: /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(?<key>[\w./-]{1,900}\.zip)$/,
  connected: /^(?<repository>[\w.-]+(?:\/[\w.-]+)+)(?:@(?<branch>\w[\w./-]{0,254}))?$/,
  codeCommit: /^(?<repository>[\w.-]{1,100})(?:@(?<branch>\w[\w./-]{0,254}))?$/,
};

/**
 * What the ARN of a connection looks like. Connections were renamed, and both prefixes live:
 * https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html
 */
export const CONNECTION = {
  regex: /^arn:aws[a-z-]*:(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection\/[0-9a-f-]{36}$/,
  means: 'the ARN of a connection',
};

/** The options of a project that a pipeline of CodePipeline delivers. */
export const deliveryOptions: readonly OptionSpec[] = [
  {
    name: 'pipelineSource',
    type: 'string',
    summary: 'What the pipeline of --ci codepipeline delivers: a repository with its branch, or a zip in a bucket.',
    matches: {
      regex: new RegExp(
        Object.values(KINDS)
          .map(({ source }) => source.replace(/\?<\w+>/g, '?:'))
          .join('|'),
      ),
      means:
        'owner/name of a repository behind a connection, the name of one of CodeCommit, each with @branch behind it unless that is main, or s3://bucket/key.zip',
    },
    example: 'acme/orders',
  },
  {
    name: 'pipelineConnection',
    type: 'string',
    summary: 'The ARN of the connection to the repository at GitHub, GitLab or Bitbucket.',
    matches: CONNECTION,
    example: 'arn:aws:codeconnections:eu-west-1:123456789012:connection/0f6bb0a4-2c5e-4d0c-9a55-2f1c3f7f4d11',
  },
  {
    name: 'pipelineEnv',
    type: 'string',
    summary: 'The account and the Region of the pipeline, which it needs as soon as a stage has its own.',
    matches: { regex: PLACE, means: '<account of 12 digits>/<Region>' },
    example: '123456789012/eu-west-1',
  },
  {
    name: 'pipelineApproval',
    type: 'boolean',
    summary: 'Whether somebody approves in the pipeline before a production stage is deployed.',
    default: true,
    example: true,
  },
];

/** What the templates know of the delivery of a project. */
export interface Delivery {
  /** The bucket with the sources. @default - they are in a repository */
  readonly bucket?: string;
  /** The key of the zip there. */
  readonly key?: string;
  /** The repository and the branch where they are behind a connection. @default - they are not */
  readonly connected?: { readonly repository: string; readonly branch: string };
  /** The name of the repository. @default - it is a zip in a bucket */
  readonly repository?: string;
  /** The branch that is delivered. */
  readonly branch: string;
  /** Where the pipeline is. @default - where the AWS profile points */
  readonly env?: { readonly account: string; readonly region: string };
  /** What prepares the accounts and Regions. */
  readonly bootstrap: readonly string[];
}

/** The names of what the templates know. */
export const DELIVERY_FIELDS = ['bucket', 'key', 'connected', 'repository', 'branch', 'env', 'bootstrap'].map(
  (field) => `delivery.${field}`,
);

/**
 * What the templates know of the delivery of a project.
 *
 * @param values complete values, as `checkOptions` returns them
 */
export function deliveryOf({ pipelineSource = '', pipelineEnv, stages }: OptionValues): Delivery {
  const parts = (kind: RegExp) => kind.exec(String(pipelineSource))?.groups;
  const connected = parts(KINDS.connected);
  const { bucket, key } = parts(KINDS.s3) ?? {};
  const { repository, branch = 'main' } = connected ?? parts(KINDS.codeCommit) ?? {};
  const env = pipelineEnv === undefined ? undefined : placeOf(String(pipelineEnv));
  const places = (stages as readonly string[]).map((stage) => stageOf(stage).env);
  return {
    bucket,
    key,
    repository,
    branch,
    connected: connected && { repository, branch },
    env,
    bootstrap: bootstrapCommands(env, places),
  };
}

/** What the options must be together. */
export const deliveryRules: ReadonlyArray<(values: OptionValues) => Conflict | undefined> = [
  (values) => {
    const { ci } = values;
    const lone = deliveryOptions.find(({ name, default: standard }) => values[name] !== standard);
    return lone && ci !== 'codepipeline'
      ? {
          problem: `${flagOf(lone.name)} is for --ci codepipeline, and --ci is ${ci}`,
          option: 'ci',
          allowed: 'codepipeline beside it',
          example: '--ci codepipeline',
        }
      : undefined;
  },
  ({ ci, pipelineSource }) =>
    ci === 'codepipeline' && pipelineSource === undefined
      ? missing('--ci codepipeline', deliveryOptions[0])
      : undefined,
  ({ pipelineSource, pipelineConnection }) =>
    KINDS.connected.test(String(pipelineSource)) && pipelineConnection === undefined
      ? missing(`--pipeline-source ${pipelineSource}`, deliveryOptions[1])
      : undefined,
  ({ pipelineSource, pipelineConnection }) =>
    pipelineConnection !== undefined && !KINDS.connected.test(String(pipelineSource))
      ? {
          problem: `--pipeline-connection is for a repository with an owner, and --pipeline-source is ${pipelineSource}`,
          option: 'pipelineSource',
          allowed: 'owner/name',
          example: '--pipeline-source acme/orders',
        }
      : undefined,
  ({ ci, stages, pipelineEnv }) => {
    const placed = (stages as readonly string[]).find((stage) => stageOf(stage).env);
    return ci === 'codepipeline' && placed && pipelineEnv === undefined
      ? missing(`the stage ${placed}`, deliveryOptions[2])
      : undefined;
  },
  ({ ci, stages }) => {
    const names = (stages as readonly string[]).map((stage) => stageOf(stage).name);
    const taken = names.find((name) => name.length < 2 || name === 'pipeline');
    return ci === 'codepipeline' && taken !== undefined
      ? {
          problem: `a pipeline delivers no stage that is called ${taken}`,
          option: 'stages',
          allowed: 'names of two letters or more, other than pipeline, which its own stack has',
          example: '--stages dev --stages prod',
        }
      : undefined;
  },
];

function missing(what: string, { name, matches, example }: OptionSpec): Conflict {
  const flag = flagOf(name);
  return {
    problem: `${what} needs ${flag}`,
    option: name,
    allowed: matches?.means ?? '',
    example: `${flag} ${example}`,
  };
}
