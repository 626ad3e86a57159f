import {
  type ActionState,
  buildFailure,
  buildOf,
  inventoryOf,
  logPage,
  look,
  printable,
  publishedBy,
} from '../../../pipelines/operations';
import type { PlayedPipeline } from '../../support/played-pipelines';
import { COMMIT, DIGEST, FAILED_BUILD, FAILED_LOG, failing, IMAGE, IMAGE_BUILD, layers, orders } from './scenes';
import { definition, stage } from './stage';

const { playing, played, aws } = stage();

/** A pipeline as its last moment has it. */
function ended(pipeline: PlayedPipeline): PlayedPipeline {
  return { ...pipeline, executions: pipeline.executions.map((one) => ({ ...one, moments: one.moments.slice(-1) })) };
}

/** An action of a pipeline's execution. */
async function actionOf(pipeline: PlayedPipeline, path: string): Promise<ActionState> {
  const { state } = await look(aws(), await definition(aws(), pipeline), pipeline.executions[0].id);
  const [stageName, name] = path.split('/');
  const action = state.stages.find((one) => one.name === stageName)?.actions.find((one) => one.name === name);
  if (!action) {
    throw new Error(`no action ${path}`);
  }
  return action;
}

describe('a build that has failed, played by a server on loopback', () => {
  it('is told by its command, and what that has printed, in two calls', async () => {
    const { builds, logs, calls } = await playing(ended(failing));
    builds.set(FAILED_BUILD.id, FAILED_BUILD);
    logs.set('one', FAILED_LOG);
    const action = await actionOf(ended(failing), 'Build/Build');
    const before = calls.length;
    await expect(buildFailure(aws(), action)).resolves.toEqual({
      phase: 'BUILD',
      command: 'npm test',
      reason: 'exit status 1',
      lines: ['> orders@1.0.0 test', 'FAIL test/orders.test.ts', '  expected 3 messages, got 2'],
    });
    expect(calls.slice(before).map(({ name }) => name)).toEqual(['BatchGetBuilds', 'GetLogEvents']);
  });

  it('is told by the reason alone where there was no command', async () => {
    const { builds } = await playing(ended(failing));
    const phase = { phaseType: 'QUEUED', phaseStatus: 'FAULT', contexts: [{ message: 'Cannot pull the image' }] };
    builds.set(FAILED_BUILD.id, { ...FAILED_BUILD, phases: [phase], logs: {} });
    await expect(buildFailure(aws(), await actionOf(ended(failing), 'Build/Build'))).resolves.toEqual({
      phase: 'QUEUED',
      reason: 'Cannot pull the image',
      lines: [],
    });
  });

  it('is told of no more than its last twenty lines', async () => {
    const { builds, logs } = await playing(ended(failing));
    builds.set(FAILED_BUILD.id, FAILED_BUILD);
    logs.set(
      'one',
      Array.from({ length: 500 }, (_, index) => `line ${index}`),
    );
    const failure = await buildFailure(aws(), await actionOf(ended(failing), 'Build/Build'));
    expect(failure?.lines).toHaveLength(20);
    expect(failure?.lines.at(-1)).toBe('line 499');
  });

  /** A build whose tests have failed, and then what comes after it. */
  const FAILED_TWICE = {
    ...FAILED_BUILD,
    phases: [
      FAILED_BUILD.phases[1],
      {
        phaseType: 'POST_BUILD',
        phaseStatus: 'FAILED',
        contexts: [{ message: 'Error while executing command: bash report.sh. Reason: exit status 2' }],
      },
    ],
  };

  it.each([
    ['in the same page', 1, 1],
    ['after much that was printed', 500, 2],
  ])('is told by its first failed command, though a later phase has failed too: %s', async (_, count, pages) => {
    const { builds, logs } = await playing(ended(failing));
    builds.set(FAILED_BUILD.id, FAILED_TWICE);
    logs.set('one', [
      ...FAILED_LOG,
      '[Container] 2026/11/01 00:01:14.000000 Running command bash report.sh',
      ...Array<string>(count).fill('cat: coverage: No such file'),
      '[Container] 2026/11/01 00:01:15.000000 Command did not exit successfully bash report.sh exit status 2',
    ]);
    await expect(buildFailure(aws(), await actionOf(ended(failing), 'Build/Build'))).resolves.toEqual({
      phase: 'BUILD',
      command: 'npm test',
      reason: 'exit status 1',
      lines: ['> orders@1.0.0 test', 'FAIL test/orders.test.ts', '  expected 3 messages, got 2'],
    });
    expect(played().count('GetLogEvents')).toBe(pages);
  });

  it('is looked for in five pages of a log at most', async () => {
    const { builds, effects } = await playing(ended(failing));
    builds.set(FAILED_BUILD.id, FAILED_TWICE);
    effects.set('GetLogEvents', () => ({
      events: [{ message: 'on and on' }],
      nextBackwardToken: `b/${played().count('GetLogEvents')}`,
    }));
    const failure = await buildFailure(aws(), await actionOf(ended(failing), 'Build/Build'));
    expect(failure?.lines).toEqual(Array(5).fill('on and on'));
    expect(played().count('GetLogEvents')).toBe(5);
  });

  it('is not told where it is gone', async () => {
    await playing(ended(failing));
    await expect(buildFailure(aws(), await actionOf(ended(failing), 'Build/Build'))).resolves.toBeUndefined();
  });
});

describe('a log', () => {
  it('is read page by page to its end, where the token stays the same', async () => {
    const { builds, logs } = await playing(ended(failing));
    builds.set(FAILED_BUILD.id, FAILED_BUILD);
    logs.set('one', ['one', 'two']);
    const build = await buildOf(aws(), await actionOf(ended(failing), 'Build/Build'));
    const first = await logPage(aws(), build ?? {}, { next: 'head' });
    expect(first.lines).toEqual(['one', 'two']);
    logs.get('one')?.push('three');
    const second = await logPage(aws(), build ?? {}, { next: first.next ?? '' });
    expect(second.lines).toEqual(['three']);
    const third = await logPage(aws(), build ?? {}, { next: second.next ?? '' });
    expect(third).toEqual({ lines: [], next: second.next, previous: 'b/3' });
  });

  it.each([
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['what would move the cursor, or clear the screen', 'a\u001b[2J\u001b[1;1Hb', 'ab'],
    ['a title of the window', '\u001b]0;owned\u0007text', 'text'],
    ['control characters', 'a\u0000\u0008\u009bb', 'a b'],
    ['what turns the direction of writing', 'a\u202eb', 'a b'],
    ['line ends', 'a\r\nb', 'a b'],
  ])('is printed without %s', (_, text, wanted) => {
    expect(printable(text)).toBe(wanted);
  });

  it('is cut where a line has a megabyte, and says so', () => {
    const line = printable('x'.repeat(1_000_000));
    expect(line.length).toBeLessThan(2100);
    expect(line).toMatch(/x… \(1,000,000 characters\)$/);
  });
});

describe('what is published', () => {
  it('is the image of a build, with its tags and findings, from the Region of the repository', async () => {
    const { builds, images, calls } = await playing(ended(orders));
    builds.set(IMAGE_BUILD.id, IMAGE_BUILD);
    images.set(DIGEST, IMAGE);
    await expect(publishedBy(aws(), await actionOf(ended(orders), 'Build/Build'))).resolves.toEqual({
      kind: 'image',
      repository: 'orders',
      region: 'eu-west-1',
      digest: DIGEST,
      tags: [COMMIT, 'exec-11111111'],
      findings: { HIGH: 2, LOW: 1 },
      scan: 'done',
    });
    expect(calls.slice(-2).map(({ name }) => name)).toEqual(['DescribeImages', 'DescribeImageScanFindings']);
  });

  it.each([
    ['ScanNotFoundException', 'none'],
    ['AccessDeniedException', 'refused'],
    ['RepositoryNotFoundException', 'absent'],
    ['ValidationException', 'unknown'],
  ])('is told without findings where AWS says %s: %s', async (type, scan) => {
    const { builds, images } = await playing(ended(orders));
    builds.set(IMAGE_BUILD.id, IMAGE_BUILD);
    images.set(DIGEST, IMAGE);
    const action = await actionOf(ended(orders), 'Build/Build');
    played().refuse('DescribeImageScanFindings', { type });
    await expect(publishedBy(aws(), action)).resolves.toMatchObject({ digest: DIGEST, findings: null, scan });
  });

  it.each([
    ['IN_PROGRESS', { HIGH: 1 }, 'running', null],
    ['UNSUPPORTED_IMAGE', undefined, 'failed', null],
    ['COMPLETE', undefined, 'done', {}],
    ['ACTIVE', { HIGH: 1 }, 'done', { HIGH: 1 }],
  ])('is told with what its scan has found so far as it is done: %s', async (status, counts, scan, findings) => {
    const { builds, images } = await playing(ended(orders));
    builds.set(IMAGE_BUILD.id, IMAGE_BUILD);
    images.set(DIGEST, { ...IMAGE, findings: counts, scan: status });
    await expect(publishedBy(aws(), await actionOf(ended(orders), 'Build/Build'))).resolves.toMatchObject({
      scan,
      findings,
    });
  });

  it('is looked for in the registry of the account that the build pushes to', async () => {
    const { builds, images, calls } = await playing(ended(orders));
    const { environmentVariables } = IMAGE_BUILD.environment;
    const registry = { name: 'REGISTRY', value: '444455556666.dkr.ecr.eu-west-1.amazonaws.com' };
    const environment = { environmentVariables: [...environmentVariables, registry] };
    builds.set(IMAGE_BUILD.id, { ...IMAGE_BUILD, environment });
    images.set(DIGEST, IMAGE);
    await publishedBy(aws(), await actionOf(ended(orders), 'Build/Build'));
    expect(calls.slice(-2).map(({ input }) => input.registryId)).toEqual(['444455556666', '444455556666']);
  });

  it('is the image that is deployed, as `ImageDeployment` tells it', async () => {
    const { builds, images } = await playing(ended(orders));
    builds.set(IMAGE_BUILD.id, IMAGE_BUILD);
    images.set(DIGEST, IMAGE);
    const { variables: _, ...action } = await actionOf(ended(orders), 'Build/Build');
    await expect(publishedBy(aws(), { ...action, variables: { IMAGE_DIGEST: DIGEST } })).resolves.toMatchObject({
      kind: 'image',
      repository: 'orders',
      digest: DIGEST,
    });
  });

  it('is no image where what a build exports is no digest', async () => {
    const variables = { DIGEST: 'sha256:latest', ECRRepositoryName: 'orders' };
    const build = { status: 'Succeeded', id: IMAGE_BUILD.id, variables };
    const [execution] = orders.executions;
    const pipeline = {
      ...orders,
      executions: [{ ...execution, moments: [{ status: 'Succeeded', actions: { 'Build/Build': build } }] }],
    };
    await playing(pipeline);
    await expect(publishedBy(aws(), await actionOf(pipeline, 'Build/Build'))).resolves.toBeUndefined();
  });

  it('is the version of a layer, without any call', async () => {
    await playing(ended(layers));
    const action = await actionOf(ended(layers), 'Distribute/us-east-1');
    const before = played().calls.length;
    await expect(publishedBy(aws(), action)).resolves.toMatchObject({ kind: 'layer', region: 'us-east-1', version: 4 });
    expect(played().calls).toHaveLength(before);
  });

  it('is a stack that was deployed, not one that was only prepared', async () => {
    await playing(ended(orders));
    await expect(publishedBy(aws(), await actionOf(ended(orders), 'Prod/Prepare'))).resolves.toBeUndefined();
    await expect(publishedBy(aws(), await actionOf(ended(orders), 'Prod/Deploy'))).resolves.toEqual({
      kind: 'stack',
      name: 'orders-prod',
      region: 'eu-west-1',
      account: '444455556666',
    });
  });

  /** A pipeline that deploys a stack for its tests and deletes it, at these seconds. */
  const previewing = (deployed: number, deleted: number): PlayedPipeline => {
    const stack = (mode: string, to: number) => ({
      status: 'Succeeded',
      from: 0,
      to,
      configuration: { ActionMode: mode, StackName: 'preview' },
    });
    const actions = {
      'Test/Deploy': stack('CREATE_UPDATE', deployed),
      'Test/Delete': stack('DELETE_ONLY', deleted),
    };
    return {
      name: 'previewing',
      stages: [{ name: 'Test', actions: { Deploy: 'CloudFormation', Delete: 'CloudFormation' } }],
      executions: [{ ...orders.executions[0], moments: [{ status: 'Succeeded', actions }] }],
    };
  };

  it.each([
    ['not one that was deleted after it', 10, 20, []],
    ['one that was deployed again after it was deleted', 20, 10, ['Test/Deploy']],
  ])('is a stack that is there: %s', async (_, deployed, deleted, wanted) => {
    const pipeline = previewing(deployed, deleted);
    await playing(pipeline);
    await expect(publishedBy(aws(), await actionOf(pipeline, 'Test/Delete'))).resolves.toBeUndefined();
    const { items } = await inventoryOf(aws(), await definition(aws(), pipeline));
    expect(items.map(({ by }) => by)).toEqual(wanted);
  });

  it('is of the latest success of each action, though a newer execution has failed, with its commit', async () => {
    const [execution] = ended(layers).executions;
    const newer = {
      id: 'newer',
      revision: 'f'.repeat(40),
      at: 1000,
      moments: [
        {
          status: 'Failed',
          actions: {
            'Distribute/us-east-1': 'Failed',
            'Distribute/eu-central-1': {
              status: 'Succeeded',
              variables: { LayerVersionArn: 'arn:aws:lambda:eu-central-1:111122223333:layer:dependencies:5' },
            },
          },
        },
      ],
    };
    const pipeline = { ...layers, executions: [newer, execution] };
    await playing(pipeline);
    const { items } = await inventoryOf(aws(), await definition(aws(), pipeline));
    expect(
      items.map(({ what, revision }) => [what.kind === 'layer' && `${what.region} ${what.version}`, revision]),
    ).toEqual([
      ['eu-central-1 5', 'f'.repeat(40)],
      ['us-east-1 4', COMMIT],
      ['ap-southeast-2 3', COMMIT],
    ]);
  });

  /** So many executions that have failed in their build, and older ones. */
  const failedBefore = (count: number, ...older: PlayedPipeline['executions']): PlayedPipeline => ({
    ...orders,
    executions: [
      ...Array.from({ length: count }, (_, index) => ({
        id: `failed-${index}`,
        moments: [{ status: 'Failed', actions: { 'Source/Source': 'Succeeded', 'Build/Build': 'Failed' } }],
      })),
      ...older,
    ],
  });

  it('is found behind the hundred actions of executions that have failed early', async () => {
    const pipeline = failedBefore(60, ...ended(orders).executions);
    const { builds, images } = await playing(pipeline);
    builds.set(IMAGE_BUILD.id, IMAGE_BUILD);
    images.set(DIGEST, IMAGE);
    const { items, notFound } = await inventoryOf(aws(), await definition(aws(), pipeline));
    expect(items.map(({ by }) => by)).toEqual(['Build/Build', 'Prod/Deploy']);
    expect(notFound).toEqual([]);
    expect(played().count('ListActionExecutions')).toBe(2);
  });

  it('is looked for in ten pages, and what lies behind them is told', async () => {
    const pipeline = failedBefore(600, ...ended(orders).executions);
    await playing(pipeline);
    await expect(inventoryOf(aws(), await definition(aws(), pipeline))).resolves.toEqual({
      items: [],
      notFound: ['Build/Build', 'Prod/Prepare', 'Prod/Deploy'],
    });
    expect(played().count('ListActionExecutions')).toBe(10);
  });

  it('is nothing where no execution has got there: there is nothing to look for behind the last page', async () => {
    const pipeline = failedBefore(60);
    await playing(pipeline);
    await expect(inventoryOf(aws(), await definition(aws(), pipeline))).resolves.toEqual({ items: [], notFound: [] });
  });
});
