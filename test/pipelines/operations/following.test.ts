import {
  type Act,
  approving,
  changesBetween,
  type Definition,
  type ExecutionState,
  type Following,
  follow,
  retrying,
  rollingBack,
  type Sight,
} from '../../../pipelines/operations';
import type { Moment, PlayedAction, PlayedPipeline, PlayedStage } from '../../support/played-pipelines';
import { COMMIT, failing, hundred, layers, orders } from './scenes';
import { definition, stage } from './stage';

/** Looks that follow at once, by somebody who waits for a tenth of a second. */
const QUICK = { interval: 0.001, patience: 0.1 };

const { playing, aws, played } = stage();

async function sightsOf(
  pipeline: PlayedPipeline,
  execution = pipeline.executions[0].id,
  following: Following = {},
): Promise<Sight[]> {
  const sights: Sight[] = [];
  for await (const sight of follow(aws(), await definition(aws(), pipeline), execution, {
    ...QUICK,
    ...following,
  })) {
    sights.push(sight);
  }
  return sights;
}

function states(sights: readonly Sight[]): ExecutionState[] {
  return sights.flatMap((sight) => (sight.kind === 'state' ? [sight.state] : []));
}

describe('an execution that is followed, played by a server on loopback', () => {
  it('is seen from its source to its end', async () => {
    await playing(orders);
    const seen = states(await sightsOf(orders));
    expect(seen.map(({ stages }) => stages.map(({ status }) => status))).toEqual([
      ['running', 'waiting', 'waiting', 'waiting'],
      ['succeeded', 'running', 'waiting', 'waiting'],
      ['succeeded', 'succeeded', 'asking', 'waiting'],
      ['succeeded', 'succeeded', 'succeeded', 'running'],
      ['succeeded', 'succeeded', 'succeeded', 'succeeded'],
    ]);
    expect(seen.at(-1)).toMatchObject({ status: 'succeeded', trigger: 'WebhookV2', version: 1 });
    expect(Number(seen.at(-1)?.endedAt) - Number(seen.at(-1)?.startedAt)).toBe(190_000);
  });

  it('takes two calls a look, and one for the pipeline', async () => {
    await playing(orders);
    const looks = states(await sightsOf(orders)).length;
    expect(
      played()
        .calls.map(({ name }) => name)
        .sort(),
    ).toEqual(
      [
        'GetPipeline',
        ...Array(looks).fill('GetPipelineExecution'),
        ...Array(looks).fill('ListActionExecutions'),
      ].sort(),
    );
  });

  it('is told as changes, each once, with how long each action took', async () => {
    await playing(orders);
    const seen = states(await sightsOf(orders));
    const changes = seen.flatMap((state, index) => changesBetween(seen[index - 1], state));
    expect(
      changes.map((change) =>
        change.event === 'action' ? `${change.action} ${change.status} ${change.seconds ?? ''}`.trim() : change.status,
      ),
    ).toEqual([
      'running',
      'Source running',
      'Source succeeded 4',
      'Build running',
      'Build succeeded 72',
      'Approve asking',
      'Approve succeeded 60',
      'Prepare running',
      'Prepare succeeded 9',
      'Deploy succeeded 39',
      'succeeded',
    ]);
  });

  it('goes on when CodePipeline itself tries a failed stage again, and counts the attempts', async () => {
    await playing(layers);
    const seen = states(await sightsOf(layers));
    const last = seen.map(({ stages }) => stages[2].actions[2]);
    expect(last.map(({ status, attempt }) => `${status} ${attempt}`)).toEqual([
      'running 1',
      'failed 1',
      'running 2',
      'succeeded 2',
    ]);
    expect(seen.at(-1)?.status).toBe('succeeded');
  });

  it('is told with every attempt, though one has failed and the next began between two looks', async () => {
    const [execution] = layers.executions;
    const [first, , ...others] = execution.moments;
    const quick = { ...layers, executions: [{ ...execution, moments: [first, ...others] }] };
    await playing(quick);
    const seen = states(await sightsOf(quick));
    const changes = seen.flatMap((state, index) => changesBetween(seen[index - 1], state));
    expect(
      changes.flatMap((change) =>
        change.event === 'action' && change.action === 'ap-southeast-2'
          ? `${change.attempt} ${change.status} ${change.error ?? ''}`.trim()
          : [],
      ),
    ).toEqual(['1 running', '1 failed Rate exceeded', '2 running', '2 succeeded']);
  });

  it('ends when the stage that may be tried again is not, after the time that CodePipeline has for it', async () => {
    const [execution] = layers.executions;
    const stuck = { ...layers, executions: [{ ...execution, moments: [execution.moments[1]] }] };
    await playing(stuck);
    const begin = Date.now();
    const seen = states(await sightsOf(stuck));
    expect(Date.now() - begin).toBeGreaterThanOrEqual(100);
    expect(seen.length).toBeGreaterThan(1);
    expect(new Set(seen.map(({ status }) => status))).toEqual(new Set(['failed']));
  });

  it('follows the execution that goes back, where a stage is rolled back', async () => {
    const [execution] = orders.executions;
    const failed = {
      status: 'Failed',
      actions: { 'Source/Source': 'Succeeded', 'Build/Build': 'Succeeded', 'Prod/Prepare': 'Failed' },
    };
    const back = {
      id: 'back',
      backTo: 'older',
      failed: execution.id,
      moments: [{ status: 'Succeeded', actions: { 'Prod/Deploy': 'Succeeded' } }],
    };
    const others = [
      { ...back, id: 'of-another', failed: 'another' },
      { ...back, id: 'by-somebody', failed: undefined, trigger: 'ManualRollback' },
    ];
    const pipeline = {
      ...orders,
      stages: orders.stages.map((stage) => ({ ...stage, ...(stage.name === 'Prod' && { onFailure: 'ROLLBACK' }) })),
      executions: [back, ...others, { ...execution, moments: [failed] }],
    };
    await playing(pipeline);
    const sights = await sightsOf(pipeline, execution.id);
    expect(sights.map((sight) => (sight.kind === 'state' ? sight.state.status : sight))).toEqual([
      'failed',
      { kind: 'next', from: execution.id, to: 'back', because: 'rolled-back' },
      'succeeded',
    ]);
    expect(states(sights).at(-1)?.backTo).toBe('older');
  });

  it('follows the execution that begins again, when the pipeline has changed itself, by its new stages', async () => {
    const [execution] = orders.executions;
    const cancelled = { status: 'Cancelled', version: 1, actions: { 'Source/Source': 'Succeeded' } };
    const pipeline = {
      ...orders,
      version: 2,
      stages: [...orders.stages, { name: 'Extra', actions: { Extra: 'CodeBuild' } }],
      executions: [
        {
          ...execution,
          id: 'newest',
          revision: 'another',
          moments: [{ status: 'Succeeded', version: 2, actions: {} }],
        },
        {
          ...execution,
          id: 'again',
          moments: [{ status: 'Succeeded', version: 2, actions: { 'Extra/Extra': 'Succeeded' } }],
        },
        { ...execution, moments: [{ ...cancelled, status: 'InProgress' }, cancelled] },
      ],
    };
    await playing(orders);
    const known = await definition(aws(), orders);
    played().play(pipeline);
    const sights: Sight[] = [];
    for await (const sight of follow(aws(), known, execution.id, QUICK)) {
      sights.push(sight);
    }
    expect(sights.find(({ kind }) => kind === 'next')).toEqual({
      kind: 'next',
      from: execution.id,
      to: 'again',
      because: 'changed',
    });
    expect(
      states(sights)
        .at(-1)
        ?.stages.map(({ name, status }) => `${name} ${status}`),
    ).toContain('Extra succeeded');
  });

  it.each([
    ['Stopped', 'stopped'],
    ['Superseded', 'superseded'],
    ['Cancelled', 'cancelled'],
  ])('ends when it was %s, and nothing goes on with it', async (status, word) => {
    const [execution] = orders.executions;
    const ended = { ...orders, executions: [{ ...execution, moments: [{ status, actions: {} }] }] };
    await playing(ended);
    expect(states(await sightsOf(ended)).at(-1)?.status).toBe(word);
  });

  it.each([
    ['superseded by a newer one of the same commit', 'Superseded', COMMIT, 1, 'superseded'],
    ['superseded by that of the changed pipeline', 'Superseded', COMMIT, 2, 'next'],
    ['cancelled, and no revision is known', 'Cancelled', undefined, 2, 'cancelled'],
    ['superseded, and no revision is known', 'Superseded', undefined, 2, 'superseded'],
  ])('follows what goes on with it, and no other: %s', async (_, status, revision, version, end) => {
    const [execution] = orders.executions;
    const ended = { ...execution, revision, moments: [{ status, version: 1, actions: {} }] };
    const newer = { ...execution, id: 'newer', moments: [{ status: 'Succeeded', version, actions: {} }] };
    const pipeline = { ...orders, executions: [newer, ended] };
    await playing(pipeline);
    const words = (await sightsOf(pipeline, ended.id)).map((sight) =>
      sight.kind === 'state' ? sight.state.status : sight.kind,
    );
    expect(words.slice(0, 2)).toContain(end);
    expect(words.includes('next')).toBe(end === 'next');
  });

  it('waits for an execution that was just started, and is not known yet, without backing off', async () => {
    await playing(orders);
    played().refuse('GetPipelineExecution', { type: 'PipelineExecutionNotFoundException' }, 2);
    const sights = await sightsOf(orders, undefined, { act: {} });
    expect(sights.slice(0, 3).map((sight) => (sight.kind === 'trouble' ? sight : sight.kind))).toEqual([
      expect.objectContaining({ trouble: 'not-yet', seconds: QUICK.interval }),
      expect.objectContaining({ trouble: 'not-yet', seconds: QUICK.interval }),
      'state',
    ]);
  });

  it.each([
    ['at once, where nothing has started it just now', undefined, 1],
    ['when it is still not known after that time', {}, 2],
  ])('ends where there is no such execution: %s', async (_, act, least) => {
    await playing(orders);
    await expect(sightsOf(orders, 'mistyped', { act })).rejects.toThrow('no execution mistyped');
    expect(played().count('GetPipelineExecution')).toBeGreaterThanOrEqual(least);
    expect(played().count('GetPipelineExecution') === 1).toBe(least === 1);
  });

  it('shows all attempts of a hundred actions, from two pages', async () => {
    await playing(hundred);
    const [first] = states(await sightsOf(hundred));
    expect(
      played()
        .calls.slice(0, 4)
        .map(({ name }) => name),
    ).toEqual(['GetPipeline', 'GetPipelineExecution', 'ListActionExecutions', 'ListActionExecutions']);
    expect(first.stages[1].actions).toHaveLength(100);
    expect(first.stages[1].status).toBe('failed');
  });
});

describe('conditions of stages', () => {
  const [execution] = orders.executions;
  const succeeded = { 'Source/Source': 'Succeeded', 'Build/Build': 'Succeeded' };

  /** The pipeline with a condition of a stage. */
  const withCondition = (
    stage: string,
    conditions: PlayedStage['conditions'],
    executions: PlayedPipeline['executions'],
  ): PlayedPipeline => ({
    ...orders,
    stages: orders.stages.map((one) => (one.name === stage ? { ...one, conditions } : one)),
    executions,
  });

  it.each([
    ['beforeEntry', 'ApproveProd', 'FAIL'],
    ['onSuccess', 'Build', 'FAIL'],
  ])('fail a stage of which no action has failed, and say by which rule: %s', async (when, stage, result) => {
    const moment = { status: 'Failed', actions: succeeded, rules: { [`${stage}/Alarms`]: 'the alarm rings' } };
    const pipeline = withCondition(stage, { [when]: { result, rule: 'Alarms' } }, [
      { ...execution, moments: [moment] },
    ]);
    await playing(pipeline);
    const seen = states(await sightsOf(pipeline));
    expect(seen).toHaveLength(1);
    expect(seen[0].stages.find(({ name }) => name === stage)).toMatchObject({
      status: 'failed',
      rule: { name: 'Alarms', result, error: 'the alarm rings' },
    });
    expect(played().count('ListRuleExecutions')).toBe(1);
  });

  it.each([
    ['succeeded', 'onSuccess', { status: 'Failed', actions: succeeded, rules: { 'Build/Alarms': 'it rings' } }, 1],
    ['failed', 'onFailure', { status: 'Failed', actions: { ...succeeded, 'Build/Build': 'Failed' } }, 0],
  ])('take a stage back that has %s: the execution that goes back is followed', async (_, kind, moment, asked) => {
    const back = {
      ...execution,
      id: 'back',
      backTo: 'older',
      failed: execution.id,
      moments: [{ status: 'Succeeded', actions: {} }],
    };
    const conditions = { [kind]: { result: 'ROLLBACK', rule: 'Alarms' } };
    const pipeline = withCondition('Build', conditions, [back, { ...execution, moments: [moment] }]);
    await playing(pipeline);
    const sights = await sightsOf(pipeline, execution.id);
    expect(sights.map(({ kind }) => kind)).toEqual(['state', 'next', 'state']);
    expect(played().count('ListRuleExecutions')).toBe(asked);
  });

  it('keep an execution out of a stage: it is skipped once the execution is behind it', async () => {
    const moments = [
      { status: 'InProgress', actions: succeeded },
      { status: 'InProgress', actions: { ...succeeded, 'Prod/Prepare': 'InProgress' } },
    ];
    const conditions = { beforeEntry: { result: 'SKIP', rule: 'OnlyOnMondays' } };
    const ended = {
      status: 'Succeeded',
      actions: { ...succeeded, 'Prod/Prepare': 'Succeeded', 'Prod/Deploy': 'Succeeded' },
    };
    const pipeline = withCondition('ApproveProd', conditions, [{ ...execution, moments: [...moments, ended] }]);
    await playing(pipeline);
    const seen = states(await sightsOf(pipeline));
    expect(seen.map(({ stages }) => stages[2].status)).toEqual(['waiting', 'skipped', 'skipped']);
  });

  it('leave the reason open where the rules may not be read', async () => {
    const moment = { status: 'Failed', actions: succeeded };
    const conditions = { beforeEntry: { result: 'FAIL', rule: 'Alarms' } };
    const pipeline = withCondition('ApproveProd', conditions, [{ ...execution, moments: [moment] }]);
    await playing(pipeline);
    played().refuse('ListRuleExecutions', { type: 'AccessDeniedException' });
    expect(states(await sightsOf(pipeline)).map(({ status }) => status)).toEqual(['failed']);
  });
});

describe('what comes of an act', () => {
  const [execution] = orders.executions;
  const succeeded = execution.moments.at(-1) as Moment;

  /** Does it, and watches: the status of the execution at each look. */
  async function statusesAfter(pipeline: PlayedPipeline, plan: (known: Definition) => Promise<Act>): Promise<string[]> {
    await playing(pipeline);
    const act = await plan(await definition(aws(), pipeline));
    const seen = states(await sightsOf(pipeline, await act.run(), { act }));
    return seen.map(({ status }) => status);
  }

  it('is seen of an approval, though the first look shows it unanswered', async () => {
    const asking = { ...execution.moments[2], until: 'PutApprovalResult' };
    const pipeline = { ...orders, executions: [{ ...execution, moments: [asking, ...execution.moments.slice(3)] }] };
    const statuses = await statusesAfter(pipeline, (known) => approving(aws(), known, {}));
    expect(statuses).toEqual(['running', 'running', 'succeeded']);
  });

  it('is that an approval was rejected', async () => {
    const asking = { ...execution.moments[2], until: 'PutApprovalResult' };
    const rejected: Moment = {
      status: 'Failed',
      actions: { ...asking.actions, 'ApproveProd/Approve': { status: 'Failed', summary: 'not on Friday' } },
    };
    const pipeline = { ...orders, executions: [{ ...execution, moments: [asking, rejected] }] };
    const statuses = await statusesAfter(pipeline, (known) => approving(aws(), known, { reject: true }));
    expect(statuses).toEqual(['running', 'failed']);
  });

  describe('of a stage that is tried again', () => {
    const first = failing.executions[0].moments[1];
    const failure = first.actions['Build/Build'] as PlayedAction;
    const again = (status: string, build: string): Moment => ({
      status,
      actions: { ...first.actions, 'Build/Build': [failure, { status: build, from: 90 }] },
    });

    it.each([
      [
        'succeeds',
        ['failed', 'failed', 'running', 'succeeded'],
        [again('InProgress', 'InProgress'), again('Succeeded', 'Succeeded')],
      ],
      [
        'fails again, and its status lags behind its actions',
        ['failed', 'failed', 'failed', 'failed'],
        [again('Failed', 'InProgress'), again('Failed', 'Failed')],
      ],
    ])('is its end, and not that of the attempt before: %s', async (_, wanted, moments) => {
      const failed = { ...first, until: 'RetryStageExecution' };
      const pipeline = {
        ...failing,
        executions: [{ ...failing.executions[0], moments: [failed, first, first, ...moments] }],
      };
      const statuses = await statusesAfter(pipeline, (known) => retrying(aws(), known, {}));
      expect(statuses).toEqual(wanted);
    });

    it('is the old failure after all, where nothing is tried within that time', async () => {
      const pipeline = { ...failing, executions: [{ ...failing.executions[0], moments: [first] }] };
      const statuses = await statusesAfter(pipeline, (known) => retrying(aws(), known, {}));
      expect(statuses.length).toBeGreaterThan(1);
      expect(new Set(statuses)).toEqual(new Set(['failed']));
    });
  });

  it('is seen of the execution that goes back', async () => {
    const done = { ...execution, moments: [succeeded] };
    const back = {
      id: 'back',
      begunBy: 'RollbackStage',
      backTo: 'older',
      moments: ['InProgress', 'Succeeded'].map((status) => ({ status, actions: { 'Prod/Deploy': status } })),
    };
    const pipeline = { ...orders, executions: [back, done, { ...done, id: 'older' }] };
    const statuses = await statusesAfter(pipeline, (known) => rollingBack(aws(), known, {}));
    expect(statuses).toEqual(['running', 'succeeded']);
  });
});

describe('trouble on the way', () => {
  it('backs off for longer each time when AWS asks for fewer calls, and goes on', async () => {
    await playing(orders);
    played().refuse('ListActionExecutions', { type: 'ThrottlingException', message: 'Rate exceeded' }, 2);
    const { codepipeline } = aws();
    const sights = await sightsOf(orders);
    const troubles = sights.flatMap((sight) => (sight.kind === 'trouble' ? [sight] : []));
    expect(troubles.map(({ trouble }) => trouble)).toEqual(['throttled', 'throttled']);
    expect(troubles[1].seconds).toBeGreaterThan(troubles[0].seconds);
    expect(states(sights).at(-1)?.status).toBe('succeeded');
    // It is this client that has learnt how many calls AWS takes: it makes less of them than it could, for some seconds.
    expect(aws().codepipeline).toBe(codepipeline);
  }, 30_000);

  it.each([
    ['the token has expired and nobody can be asked', 'ExpiredTokenException', undefined],
    ['AWS refuses it', 'AccessDeniedException', async () => true],
  ])('ends with what AWS says when %s', async (_, type, logIn) => {
    await playing(orders);
    const known = await definition(aws(), orders);
    played().refuse('GetPipelineExecution', { type, message: 'not with this token' });
    const following = follow(aws(), known, orders.executions[0].id, { ...QUICK, logIn });
    const end = async (): Promise<void> => {
      while (!(await following.next()).done) {
        // on to the end
      }
    };
    await expect(end()).rejects.toThrow('not with this token');
  });
});
