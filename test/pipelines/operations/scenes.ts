import { type Moment, type PlayedPipeline, PlayedPipelines } from '../../support/played-pipelines';

/** A commit. */
export const COMMIT = '3f2c1a9be0d47c5512aa90e4b7d1c8f6a5e40b21';

/** An image. */
export const DIGEST = `sha256:${'ab'.repeat(32)}`;

/** A build that has failed, as CodeBuild tells of it. */
export const FAILED_BUILD = {
  id: 'orders-build:1',
  buildStatus: 'FAILED',
  buildComplete: true,
  phases: [
    { phaseType: 'INSTALL', phaseStatus: 'SUCCEEDED' },
    {
      phaseType: 'BUILD',
      phaseStatus: 'FAILED',
      contexts: [
        {
          statusCode: 'COMMAND_EXECUTION_ERROR',
          message: 'Error while executing command: npm test. Reason: exit status 1',
        },
      ],
    },
    { phaseType: 'COMPLETED' },
  ],
  logs: { groupName: '/aws/codebuild/orders-build', streamName: 'one' },
};

/** The log of that build. */
export const FAILED_LOG = [
  '[Container] 2026/11/01 00:01:00.000000 Running command npm ci',
  'added 312 packages in 9s',
  '[Container] 2026/11/01 00:01:10.000000 Running command npm test',
  '\u001b[1m> orders@1.0.0 test\u001b[0m',
  '\u001b[31mFAIL\u001b[0m test/orders.test.ts',
  '  expected 3 messages, got 2',
  '[Container] 2026/11/01 00:01:13.000000 Command did not exit successfully npm test exit status 1',
  '[Container] 2026/11/01 00:01:13.000000 Phase complete: BUILD State: FAILED',
];

const source = { status: 'Succeeded', from: 0, to: 4, summary: 'Add the express lane' } as const;

/** A pipeline that builds an image, waits for somebody, and deploys it. */
export const orders: PlayedPipeline = {
  name: 'orders-image',
  variables: ['IMAGE_DIGEST'],
  stages: [
    { name: 'Source', actions: { Source: 'CodeStarSourceConnection' } },
    { name: 'Build', actions: { Build: 'CodeBuild' } },
    { name: 'ApproveProd', actions: { Approve: 'Manual' } },
    { name: 'Prod', actions: { Prepare: 'CloudFormation', Deploy: 'CloudFormation' } },
  ],
  executions: [
    {
      id: '11111111-aaaa-4bbb-8ccc-000000000001',
      revision: COMMIT,
      message: JSON.stringify({ ProviderType: 'GitHub', CommitMessage: 'Add the express lane\n\nWith tests.' }),
      moments: [
        { status: 'InProgress', actions: { 'Source/Source': { status: 'InProgress', from: 0 } } },
        {
          status: 'InProgress',
          actions: { 'Source/Source': source, 'Build/Build': { status: 'InProgress', from: 5, id: 'orders-build:2' } },
        },
        done('InProgress', { 'ApproveProd/Approve': { status: 'InProgress', from: 80 } }),
        done('InProgress', {
          'ApproveProd/Approve': { status: 'Succeeded', from: 80, to: 140, summary: 'Approved by ana' },
          'Prod/Prepare': { status: 'InProgress', from: 141 },
        }),
        done('Succeeded', {
          'ApproveProd/Approve': { status: 'Succeeded', from: 80, to: 140, summary: 'Approved by ana' },
          'Prod/Prepare': {
            status: 'Succeeded',
            from: 141,
            to: 150,
            configuration: { ActionMode: 'CHANGE_SET_REPLACE', StackName: 'orders-prod' },
          },
          'Prod/Deploy': {
            status: 'Succeeded',
            from: 151,
            to: 190,
            configuration: { ActionMode: 'CHANGE_SET_EXECUTE', StackName: 'orders-prod' },
            role: 'arn:aws:iam::444455556666:role/deploy',
          },
        }),
      ],
    },
  ],
};

/** After the image was built. */
function done(status: string, actions: Moment['actions']): Moment {
  const build = { status: 'Succeeded', from: 5, to: 77, id: 'orders-build:2', variables: { DIGEST } };
  return { status, actions: { 'Source/Source': source, 'Build/Build': build, ...actions } };
}

/** The build of the image, as CodeBuild tells of it. */
export const IMAGE_BUILD = {
  id: 'orders-build:2',
  buildStatus: 'SUCCEEDED',
  buildComplete: true,
  environment: {
    environmentVariables: [
      { name: 'REPOSITORY_NAME', value: 'orders' },
      { name: 'REPOSITORY_REGION', value: 'eu-west-1' },
    ],
  },
  logs: { groupName: '/aws/codebuild/orders-build', streamName: 'two' },
};

/** The image, as ECR tells of it. */
export const IMAGE = { imageTags: [COMMIT, 'exec-11111111'], findings: { HIGH: 2, LOW: 1 } };

/** A pipeline that publishes a layer in three Regions, and whose last Region has failed at first. */
export const layers: PlayedPipeline = {
  name: 'layers',
  stages: [
    { name: 'Source', actions: { Source: 'CodeStarSourceConnection' } },
    { name: 'Build', actions: { Build: 'CodeBuild' } },
    {
      name: 'Distribute',
      actions: { 'eu-central-1': 'Lambda', 'us-east-1': 'Lambda', 'ap-southeast-2': 'Lambda' },
      onFailure: 'RETRY',
    },
  ],
  executions: [
    {
      id: '22222222-aaaa-4bbb-8ccc-000000000001',
      revision: COMMIT,
      moments: [
        distributed('InProgress', { 'Distribute/ap-southeast-2': 'InProgress' }),
        distributed('Failed', {
          'Distribute/ap-southeast-2': { status: 'Failed', from: 42, to: 45, error: 'Rate exceeded' },
        }),
        distributed('InProgress', {
          'Distribute/ap-southeast-2': [
            { status: 'Failed', from: 42, to: 45, error: 'Rate exceeded' },
            { status: 'InProgress', from: 50 },
          ],
        }),
        distributed('Succeeded', {
          'Distribute/ap-southeast-2': [
            { status: 'Failed', from: 42, to: 45, error: 'Rate exceeded' },
            { status: 'Succeeded', from: 50, to: 54, variables: layer('ap-southeast-2', 3) },
          ],
        }),
      ],
    },
  ],
};

function layer(region: string, version: number): Record<string, string> {
  return {
    LayerVersionArn: `arn:aws:lambda:${region}:111122223333:layer:dependencies:${version}`,
    Version: String(version),
  };
}

function distributed(status: string, actions: Moment['actions']): Moment {
  return {
    status,
    actions: {
      'Source/Source': { status: 'Succeeded', from: 0, to: 3 },
      'Build/Build': { status: 'Succeeded', from: 4, to: 40 },
      'Distribute/eu-central-1': { status: 'Succeeded', from: 42, to: 46, variables: layer('eu-central-1', 4) },
      'Distribute/us-east-1': { status: 'Succeeded', from: 42, to: 47, variables: layer('us-east-1', 4) },
      ...actions,
    },
  };
}

/** A pipeline with a hundred actions in one stage, of which one has failed. */
export const hundred: PlayedPipeline = {
  name: 'hundred',
  stages: [
    { name: 'Source', actions: { Source: 'S3' } },
    {
      name: 'Test',
      actions: Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`Test${index}`, 'CodeBuild'])),
    },
  ],
  executions: [
    {
      id: '33333333-aaaa-4bbb-8ccc-000000000001',
      moments: ['InProgress', 'Failed'].map((status) => ({
        status,
        actions: {
          'Source/Source': 'Succeeded',
          ...Object.fromEntries(
            Array.from({ length: 100 }, (_, index) => [
              `Test/Test${index}`,
              index === 57
                ? { status: 'Failed', id: FAILED_BUILD.id, error: 'Build terminated with state: FAILED' }
                : index < 80
                  ? 'Succeeded'
                  : status === 'Failed'
                    ? 'Abandoned'
                    : 'InProgress',
            ]),
          ),
        },
      })),
    },
  ],
};

/** A pipeline whose build has failed. */
export const failing: PlayedPipeline = {
  ...orders,
  name: 'failing',
  executions: [
    {
      ...orders.executions[0],
      id: '44444444-aaaa-4bbb-8ccc-000000000001',
      moments: [
        orders.executions[0].moments[1],
        {
          status: 'Failed',
          actions: {
            'Source/Source': source,
            'Build/Build': {
              status: 'Failed',
              from: 5,
              to: 53,
              id: FAILED_BUILD.id,
              error: 'Build terminated with state: FAILED',
            },
          },
        },
      ],
    },
  ],
};

/**
 * Plays scenes, with the builds, the log and the image that they speak of.
 *
 * @param pipelines the scenes
 */
export function playScenes(...pipelines: readonly PlayedPipeline[]): PlayedPipelines {
  const played = new PlayedPipelines(...pipelines);
  played.builds.set(FAILED_BUILD.id, FAILED_BUILD).set(IMAGE_BUILD.id, IMAGE_BUILD);
  played.logs.set('one', FAILED_LOG);
  played.images.set(DIGEST, IMAGE);
  return played;
}
