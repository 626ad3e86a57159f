import { approving, retrying, rollingBack, starting } from '../../../pipelines/operations';
import type { Moment, PlayedExecution, PlayedPipeline } from '../../support/played-pipelines';
import { COMMIT, failing, hundred, orders } from './scenes';
import { definition, stage } from './stage';

const { playing, played, aws } = stage();

/** The last call, of which most tests want to know what was asked. */
const lastCall = () => played().calls.at(-1);

const [execution] = orders.executions;

/** A pipeline that waits for an approval. */
const waiting: PlayedPipeline = { ...orders, executions: [{ ...execution, moments: [execution.moments[2]] }] };

/** One whose last stage two older executions have succeeded in. */
const history: PlayedPipeline = {
  ...orders,
  executions: [
    { ...execution, id: 'now', moments: [{ status: 'Succeeded', actions: allOf(orders) }] },
    { ...execution, id: 'back', backTo: 'first', moments: [{ status: 'Succeeded', actions: allOf(orders) }] },
    { ...execution, id: 'failed', moments: [{ status: 'Failed', actions: { 'Build/Build': 'Failed' } }] },
    { ...execution, id: 'before', moments: [{ status: 'Succeeded', actions: allOf(orders) }] },
    { ...execution, id: 'old', moments: [{ status: 'Succeeded', version: 0, actions: allOf(orders) }] },
  ],
};

function allOf({ stages }: PlayedPipeline): Record<string, string> {
  return Object.fromEntries(
    stages.flatMap(({ name, actions }) => Object.keys(actions).map((action) => [`${name}/${action}`, 'Succeeded'])),
  );
}

describe('starting, played by a server on loopback', () => {
  it('says what it will do, and does nothing before it is told to', async () => {
    await playing(orders);
    const known = await definition(aws(), orders);
    const { sentence } = starting(aws(), known, { variables: { IMAGE_DIGEST: 'sha256:1' }, commit: [COMMIT] });
    expect(sentence).toBe(`start orders-image at ${COMMIT} with IMAGE_DIGEST=sha256:1`);
    expect(played().calls.map(({ name }) => name)).toEqual(['GetPipeline']);
  });

  it('hands variables and the commit to CodePipeline, and a token by which a second try starts no second execution', async () => {
    await playing(orders);
    const known = await definition(aws(), orders);
    const act = starting(aws(), known, { variables: { IMAGE_DIGEST: 'sha256:1' }, commit: [COMMIT] });
    await expect(act.run()).resolves.toBe(execution.id);
    expect(lastCall()).toMatchObject({
      name: 'StartPipelineExecution',
      input: {
        name: 'orders-image',
        variables: [{ name: 'IMAGE_DIGEST', value: 'sha256:1' }],
        sourceRevisions: [{ actionName: 'Source', revisionType: 'COMMIT_ID', revisionValue: COMMIT }],
        clientRequestToken: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
    const [{ input }, { input: again }] = [lastCall(), (await act.run()) && lastCall()] as [
      { input: Record<string, unknown> },
      { input: Record<string, unknown> },
    ];
    expect(again.clientRequestToken).toBe(input.clientRequestToken);
  });

  it('hands over no list of variables where there are none, which CodePipeline would refuse', async () => {
    await playing(orders);
    const act = starting(aws(), await definition(aws(), orders), {});
    await expect(act.run()).resolves.toBe(execution.id);
  });

  it('names the version of an object where the source is one', async () => {
    await playing(hundred);
    await starting(aws(), await definition(aws(), hundred), { commit: ['v1'] }).run();
    expect(lastCall()?.input.sourceRevisions).toEqual([
      { actionName: 'Source', revisionType: 'S3_OBJECT_VERSION_ID', revisionValue: 'v1' },
    ]);
  });

  describe('a pipeline of several sources', () => {
    const twoOf = (...providers: readonly string[]): PlayedPipeline => ({
      ...orders,
      stages: [{ name: 'Source', actions: { Code: providers[0], Data: providers[1] } }, ...orders.stages.slice(1)],
    });

    it.each([
      [['abc'], [['Code', 'COMMIT_ID', 'abc']]],
      [['Data=v=1'], [['Data', 'S3_OBJECT_VERSION_ID', 'v=1']]],
      [
        ['abc', 'Data=v1'],
        [
          ['Code', 'COMMIT_ID', 'abc'],
          ['Data', 'S3_OBJECT_VERSION_ID', 'v1'],
        ],
      ],
    ])('hands each what it is meant for, a commit only to one that has commits: %j', async (commit, revisions) => {
      const pipeline = twoOf('CodeStarSourceConnection', 'S3');
      await playing(pipeline);
      const act = starting(aws(), await definition(aws(), pipeline), { commit });
      expect(act.sentence).toBe(`start orders-image at ${commit.join(', ')}`);
      await act.run();
      expect(lastCall()?.input.sourceRevisions).toEqual(
        revisions.map(([actionName, revisionType, revisionValue]) => ({ actionName, revisionType, revisionValue })),
      );
    });

    it.each([
      ['S3', 'S3', 'abc', 'orders-image has several sources: which one takes abc?'],
      ['CodeCommit', 'CodeCommit', 'abc', 'orders-image has several sources: which one takes abc?'],
      ['CodeCommit', 'S3', 'Sources=abc', 'orders-image has no source "Sources"'],
    ])('is asked which of them is meant: %s, %s, %s', async (first, second, commit, message) => {
      const pipeline = twoOf(first, second);
      await playing(pipeline);
      const known = await definition(aws(), pipeline);
      expect(() => starting(aws(), known, { commit: [commit] })).toThrow(
        expect.objectContaining({ message, choices: ['Code=abc', 'Data=abc'] }),
      );
    });
  });

  it('refuses a variable that the pipeline has not, and names those it has', async () => {
    await playing(orders);
    const known = await definition(aws(), orders);
    expect(() => starting(aws(), known, { variables: { DIGEST: '1' } })).toThrow(
      expect.objectContaining({ message: 'orders-image has no variable "DIGEST"', choices: ['IMAGE_DIGEST'] }),
    );
  });
});

describe('approving', () => {
  it.each([
    [{}, 'approve ApproveProd of orders-image', 'Approved', ''],
    [{ reject: true, comment: 'not on Friday' }, 'reject ApproveProd of orders-image', 'Rejected', 'not on Friday'],
    [{ stage: 'ApproveProd' }, 'approve ApproveProd of orders-image', 'Approved', ''],
  ])('answers what waits with its token: %j', async (answer, sentence, status, summary) => {
    await playing(waiting);
    const act = await approving(aws(), await definition(aws(), orders), answer);
    expect(act.sentence).toBe(`${sentence}, execution ${execution.id}`);
    await act.run();
    expect(lastCall()).toMatchObject({
      name: 'PutApprovalResult',
      input: {
        pipelineName: 'orders-image',
        stageName: 'ApproveProd',
        actionName: 'Approve',
        token: 'token-of-ApproveProd/Approve',
        result: { status, summary },
      },
    });
  });

  it('refuses where nothing waits', async () => {
    await playing(history);
    await expect(approving(aws(), await definition(aws(), orders), {})).rejects.toThrow(
      'nothing waits for an approval in orders-image',
    );
  });

  it('names the stages that wait when another one is meant', async () => {
    await playing(waiting);
    await expect(approving(aws(), await definition(aws(), orders), { stage: 'Prod' })).rejects.toMatchObject({
      choices: ['ApproveProd'],
    });
  });
});

describe('approving, where several wait', () => {
  const gate = { name: 'Gate', actions: { Legal: 'Manual', Ops: 'Manual' } };
  const moment = (...ids: readonly string[]): Moment => ({
    status: 'InProgress',
    actions: {
      'Source/Source': 'Succeeded',
      'Gate/Legal': { status: 'InProgress', id: ids[0] },
      'Gate/Ops': { status: 'InProgress', id: ids[1] },
    },
  });
  const two: PlayedPipeline = {
    ...orders,
    stages: [orders.stages[0], gate],
    executions: [{ ...execution, moments: [moment()] }],
  };
  const parallel: PlayedPipeline = {
    ...two,
    executionMode: 'PARALLEL',
    executions: [
      { ...execution, id: 'newer', moments: [moment('newer-legal', 'newer-ops')] },
      { ...execution, id: 'older', moments: [moment('older-legal', 'older-ops')] },
      { ...execution, id: 'done', moments: [{ status: 'Succeeded', actions: allOf(two) }] },
    ],
  };

  it('answers the action of a stage that is named', async () => {
    await playing(two);
    const act = await approving(aws(), await definition(aws(), two), { stage: 'Gate/Ops' });
    expect(act.sentence).toBe(`approve Gate/Ops of orders-image, execution ${execution.id}`);
    await act.run();
    expect(lastCall()?.input).toMatchObject({ stageName: 'Gate', actionName: 'Ops', token: 'token-of-Gate/Ops' });
  });

  it('answers the execution that is named with its own token, where several run beside one another', async () => {
    await playing(parallel);
    const known = await definition(aws(), parallel);
    const act = await approving(aws(), known, { stage: 'Gate/Legal', execution: 'older' });
    expect(act.sentence).toBe('approve Gate/Legal of orders-image, execution older');
    await expect(act.run()).resolves.toBe('older');
    expect(lastCall()?.input).toMatchObject({ stageName: 'Gate', actionName: 'Legal', token: 'older-legal' });
  });

  it.each([
    ['the actions of a stage', two, { stage: 'Gate' }, 'several approvals of', ['Gate/Legal', 'Gate/Ops']],
    [
      'executions',
      parallel,
      { stage: 'Gate/Ops' },
      'several approvals of',
      ['Gate/Ops --execution newer', 'Gate/Ops --execution older'],
    ],
    ['what waits', two, { execution: 'other' }, 'other is none that waits', ['Gate/Legal', 'Gate/Ops']],
  ])('names %s where it is not clear which is meant', async (_, pipeline, answer, message, choices) => {
    await playing(pipeline);
    await expect(approving(aws(), await definition(aws(), pipeline), answer)).rejects.toMatchObject({
      message: expect.stringContaining(message),
      choices,
    });
  });
});

describe('trying again', () => {
  it.each([
    [{}, 'the failed actions', 'FAILED_ACTIONS'],
    [{ all: true }, 'all actions', 'ALL_ACTIONS'],
  ])('tries the stage that has failed: %j', async (options, words, retryMode) => {
    await playing({
      ...failing,
      executions: [{ ...failing.executions[0], moments: [failing.executions[0].moments[1]] }],
    });
    const act = await retrying(aws(), await definition(aws(), failing), options);
    expect(act.sentence).toBe(`try ${words} of Build of failing again, execution ${failing.executions[0].id}`);
    await expect(act.run()).resolves.toBe(failing.executions[0].id);
    expect(lastCall()).toMatchObject({
      name: 'RetryStageExecution',
      input: { pipelineName: 'failing', stageName: 'Build', pipelineExecutionId: failing.executions[0].id, retryMode },
    });
  });

  it('tries the execution that is named, where several run beside one another, or else the latest', async () => {
    const failed = failing.executions[0].moments.slice(1);
    const parallel: PlayedPipeline = {
      ...failing,
      executionMode: 'PARALLEL',
      executions: ['newer', 'older'].map((id) => ({ ...failing.executions[0], id, moments: failed })),
    };
    await playing(parallel);
    const known = await definition(aws(), parallel);
    await expect((await retrying(aws(), known, {})).run()).resolves.toBe('newer');
    await expect((await retrying(aws(), known, { execution: 'older' })).run()).resolves.toBe('older');
    expect(lastCall()?.input).toMatchObject({ stageName: 'Build', pipelineExecutionId: 'older' });
  });

  it('says which stage has failed where another one is named', async () => {
    await playing({
      ...failing,
      executions: [{ ...failing.executions[0], moments: failing.executions[0].moments.slice(1) }],
    });
    await expect(retrying(aws(), await definition(aws(), failing), { stage: 'Prod' })).rejects.toMatchObject({
      message: 'Prod is none that has failed',
      choices: ['Build'],
    });
  });

  it('refuses where none has failed', async () => {
    await playing(history);
    await expect(retrying(aws(), await definition(aws(), orders), {})).rejects.toThrow(
      'no stage of orders-image has failed',
    );
  });
});

describe('going back', () => {
  it('takes the last stage back to the newest execution before the present one that is no roll-back itself', async () => {
    await playing(history);
    const act = await rollingBack(aws(), await definition(aws(), orders), {});
    expect(act.sentence).toBe(`take Prod of orders-image back to execution before, ${COMMIT}`);
    await act.run();
    expect(lastCall()).toMatchObject({
      name: 'RollbackStage',
      input: { pipelineName: 'orders-image', stageName: 'Prod', targetPipelineExecutionId: 'before' },
    });
  });

  it('goes on further back where it has gone back before, and not forward to what was bad', async () => {
    const done = (id: string, at: number): PlayedExecution => ({
      ...execution,
      id,
      at,
      moments: [{ status: 'Succeeded', actions: allOf(orders) }],
    });
    const [bad, good, older] = [done('bad', 200), done('good', 100), done('older', 0)];
    const pipeline = { ...orders, executions: [{ ...done('back', 300), backTo: 'good' }, bad, good, older] };
    await playing(pipeline);
    const known = await definition(aws(), pipeline);
    const act = await rollingBack(aws(), known, {});
    expect(act.sentence).toBe(`take Prod of orders-image back to execution older, ${COMMIT}`);
    expect(act.since).toEqual(new Date(played().begin * 1000));
    await expect(rollingBack(aws(), known, { to: 'bad' })).resolves.toMatchObject({ stage: 'Prod' });
    played().play({ ...pipeline, executions: pipeline.executions.slice(0, -1) });
    await expect(rollingBack(aws(), known, {})).rejects.toMatchObject({
      message: "Prod of orders-image can't go back to anything",
      choices: ['bad', 'good'],
    });
  });

  it('finds what it can go back to behind a page that has none', async () => {
    await playing(history);
    const known = await definition(aws(), orders);
    played().effects.set('ListPipelineExecutions', ({ input }) =>
      input.nextToken ? undefined : { pipelineExecutionSummaries: [], nextToken: 'more' },
    );
    await expect(rollingBack(aws(), known, {})).resolves.toMatchObject({ sentence: expect.stringContaining('before') });
    expect(played().count('ListPipelineExecutions')).toBe(2);
    played().effects.set('ListPipelineExecutions', () => ({ pipelineExecutionSummaries: [], nextToken: 'more' }));
    await expect(rollingBack(aws(), known, {})).rejects.toThrow("can't go back to anything");
    expect(played().count('ListPipelineExecutions')).toBe(2 + 10);
  });

  it.each([
    ['the first stage', { stage: 'Source' }, 'no stage "Source" that can go back'],
    ['a stage that is none', { stage: 'Prd' }, 'no stage "Prd" that can go back'],
    ['an execution that has not succeeded there', { to: 'failed' }, "can't go back to failed"],
    ['an execution of the pipeline before it changed', { to: 'old' }, 'has changed since execution old'],
  ])('refuses %s', async (_, options, message) => {
    await playing(history);
    await expect(rollingBack(aws(), await definition(aws(), orders), options)).rejects.toThrow(message);
    expect(played().count('RollbackStage')).toBe(0);
  });
});
