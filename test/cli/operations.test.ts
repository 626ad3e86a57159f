import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { kitRoot } from '../../blueprints/kit';
import {
  COMMIT,
  DIGEST,
  FAILED_BUILD,
  failing,
  hundred,
  layers,
  orders,
  playScenes,
} from '../pipelines/operations/scenes';
import type { Moment, PlayedPipeline, PlayedPipelines } from '../support/played-pipelines';
import { screenOf } from '../support/screen';
import { playedSso, writeSsoProfile } from '../support/sso-profile';
import { atelierInTerminalMeanwhile, atelierMeanwhile, type Ended, emptyFolders } from './support';

const folder = emptyFolders();
const [execution] = orders.executions;
const QUICK = ['--interval', '1'];

// A watch takes a second for each look, and more on a busy machine.
jest.setTimeout(60_000);

let played: PlayedPipelines;
let env: NodeJS.ProcessEnv;

async function play(...pipelines: readonly PlayedPipeline[]): Promise<void> {
  played?.stop();
  played = playScenes(...pipelines);
  env = {
    AWS_ENDPOINT_URL: await played.start(),
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
}

afterEach(() => played?.stop());

/** A pipeline that is played, without its moments but these. */
function at(pipeline: PlayedPipeline, ...moments: readonly Moment[]): PlayedPipeline {
  return { ...pipeline, executions: [{ ...pipeline.executions[0], moments }, ...pipeline.executions.slice(1)] };
}

const lastOf = (pipeline: PlayedPipeline): PlayedPipeline => at(pipeline, ...pipeline.executions[0].moments.slice(-1));

function run(...args: readonly string[]): Promise<Ended> {
  return atelierMeanwhile(folder(), ['pipeline', ...args], env);
}

function events({ stdout }: Ended): Record<string, unknown>[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('atelier pipeline watch, against a server on loopback that plays pipelines', () => {
  it('appends a line for each change without a terminal, and says at the end what was published', async () => {
    await play(orders);
    const { code, stdout, stderr } = await run('watch', 'orders-image', ...QUICK, '--plain');
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual([
      `[now] orders-image  ${execution.id}  running`,
      '[now] Source/Source  running',
      '[ok] Source/Source  succeeded  4 s  Add the express lane',
      '[now] Build/Build  running',
      '[ok] Build/Build  succeeded  1 min 12 s',
      '[asks] ApproveProd/Approve  waits: atelier pipeline approve orders-image ApproveProd',
      '[ok] ApproveProd/Approve  succeeded  1 min  Approved by ana',
      '[now] Prod/Prepare  running',
      '[ok] Prod/Prepare  succeeded  9 s',
      '[ok] Prod/Deploy  succeeded  39 s',
      `[ok] orders-image  ${execution.id}  succeeded`,
      '',
      '  image orders       eu-west-1               2 high, 1 low',
      '  stack orders-prod  444455556666 eu-west-1',
      `  orders@${DIGEST}`,
      '',
    ]);
    expect(code).toBe(0);
  });

  it('streams events for machines, one a line, with the command that has failed and what it printed', async () => {
    await play(lastOf(failing));
    const ended = await run('watch', ...QUICK, '--json');
    expect(events(ended)).toEqual([
      expect.objectContaining({ event: 'action', stage: 'Source', action: 'Source', status: 'succeeded', seconds: 4 }),
      expect.objectContaining({ event: 'action', stage: 'Build', action: 'Build', status: 'failed', attempt: 1 }),
      expect.objectContaining({ event: 'execution', id: failing.executions[0].id, status: 'failed' }),
      {
        event: 'failure',
        stage: 'Build',
        action: 'Build',
        phase: 'BUILD',
        command: 'npm test',
        reason: 'exit status 1',
        lines: ['> orders@1.0.0 test', 'FAIL test/orders.test.ts', '  expected 3 messages, got 2'],
      },
      { event: 'end', status: 'failed', execution: failing.executions[0].id, code: 1 },
    ]);
    expect(ended.code).toBe(1);
  });

  it('says why the first attempt has failed, though CodePipeline has tried it again at once', async () => {
    const attempts = (status: string) => [
      { status: 'Failed', id: FAILED_BUILD.id, from: 1, to: 2 },
      { status, id: 'orders-build:2', from: 3 },
    ];
    const moments = ['InProgress', 'Succeeded'].map((status) => ({
      status,
      actions: { 'Build/Build': attempts(status) },
    }));
    await play(at(failing, ...moments));
    const told = events(await run('watch', ...QUICK, '--json')).filter(({ event }) => event !== 'execution');
    expect(told.map(({ event, status, attempt, command }) => [event, status, attempt ?? command])).toEqual([
      ['action', 'failed', 1],
      ['action', 'running', 2],
      ['failure', undefined, 'npm test'],
      ['action', 'succeeded', 2],
      ['end', 'succeeded', undefined],
    ]);
  });

  it.each([
    ['Succeeded', 0],
    ['Failed', 1],
    ['Stopped', 5],
    ['Superseded', 6],
  ])('ends with an exit code of its own for %s: %i', async (status, code) => {
    await play(at(orders, { status, actions: {} }));
    await expect(run('watch', 'orders', ...QUICK)).resolves.toMatchObject({ code });
  });

  it('says superseded, though the newer execution is of the same commit', async () => {
    const newer = { ...execution, id: 'newer', moments: [{ status: 'Succeeded', actions: {} }] };
    const superseded = { ...execution, moments: [{ status: 'Superseded', actions: {} }] };
    await play({ ...orders, executions: [newer, superseded] });
    await expect(run('watch', '--execution', execution.id, ...QUICK)).resolves.toMatchObject({ code: 6 });
  });

  it('fails though what it went back to was deployed', async () => {
    const failed = { status: 'Failed', actions: { 'Prod/Deploy': 'Failed' } };
    const back = { id: 'back', backTo: 'older', failed: execution.id, moments: [{ status: 'Succeeded', actions: {} }] };
    await play({
      ...orders,
      stages: orders.stages.map((stage) => ({ ...stage, ...(stage.name === 'Prod' && { onFailure: 'ROLLBACK' }) })),
      executions: [back, { ...execution, moments: [failed] }],
    });
    const ended = await run('watch', 'orders', '--execution', execution.id, ...QUICK, '--json');
    expect(events(ended).at(-1)).toEqual({ event: 'end', status: 'rolled-back', execution: 'back', code: 1 });
    expect(ended.code).toBe(1);
  });

  it('draws a tree in a terminal of 80 columns, and leaves it there', async () => {
    await play(lastOf(failing));
    const { code, stdout } = await terminal('24x80', 'watch', ...QUICK);
    expect((await screenOf(stdout, 80, 24)).filter(Boolean)).toEqual([
      'failing  111122223333 eu-west-1',
      `execution ${failing.executions[0].id}, started by a push`,
      '3f2c1a9b  Add the express lane',
      '✓ Source        4 s  Add the express lane',
      '✗ Build        48 s  Build terminated with state: FAILED',
      '    BUILD: npm test  exit status 1',
      '    │ > orders@1.0.0 test',
      '    │ FAIL test/orders.test.ts',
      '    │   expected 3 messages, got 2',
      '– ApproveProd',
      '– Prod               2 actions',
    ]);
    expect(code).toBe(1);
  });

  it.each(['24x80', '24x200', '12x40'])(
    'keeps a hundred actions within a terminal of %s: what has failed comes first',
    async (size) => {
      const [rows, columns] = size.split('x').map(Number);
      await play(lastOf(hundred));
      const { stdout } = await terminal(size, 'watch', ...QUICK);
      const lines = (await screenOf(liveOf(stdout), columns, rows)).filter(Boolean);
      expect(lines.length).toBeLessThanOrEqual(rows);
      expect(lines.join('\n')).toMatch(/✗ Test57/);
      expect(lines.at(-1)).toMatch(/^ {2}… and \d+ stopped, 79 succeeded$/);
    },
  );

  it('stops watching at Ctrl-C, and says that the pipeline goes on, and how to watch it again', async () => {
    await play(at(orders, execution.moments[1]));
    const { code, stdout } = await terminal('24x160', 'watch', ...QUICK, ['Ctrl-C stops', '\u0003']);
    expect(code).toBe(130);
    expect((await screenOf(stdout, 160, 24)).filter(Boolean).at(-1)).toBe(
      `Watching has stopped; orders-image goes on: atelier pipeline watch orders-image --execution ${execution.id}`,
    );
    expect(new Set(played.calls.map(({ name }) => name))).toEqual(
      new Set([
        'ListPipelines',
        'GetPipeline',
        'ListPipelineExecutions',
        'GetPipelineExecution',
        'ListActionExecutions',
      ]),
    );
  });

  it('asks to log in when the login has expired, and goes on where it was', async () => {
    await play(orders);
    played.effects.set('GetPipelineExecution', () =>
      played.count('GetPipelineExecution') === 3
        ? { __type: 'ExpiredTokenException', message: 'The security token has expired' }
        : undefined,
    );
    env = { ...env, ...profile() };
    const answer: [string, string] = ['Are you logged in again?', 'y'];
    const { code, stdout } = await terminal('24x120', 'watch', '--profile', 'ops', ...QUICK, answer);
    const shown = (await screenOf(stdout, 120, 24)).join('\n');
    expect(shown).toContain('Log in in another window: aws sso login');
    expect(shown).toContain('✓ Prod');
    expect(code).toBe(0);
  });

  it('says which variables to set where the keys are those of the environment, and asks for no login', async () => {
    await play(orders);
    played.refuse('GetPipelineExecution', { type: 'ExpiredTokenException', message: 'The security token has expired' });
    const { code, stdout } = await terminal('24x120', 'watch', ...QUICK);
    expect((await screenOf(stdout, 120, 24)).filter(Boolean).join('')).toBe(
      'error: AWS does not take your login: The security token has expired; set AWS_ACCESS_KEY_ID and what belongs to it anew',
    );
    expect(code).toBe(4);
  });

  it('says so when the login has expired and nobody can be asked: exit code 4, one line', async () => {
    await play(orders);
    played.refuse('GetPipelineExecution', { type: 'ExpiredTokenException', message: 'The security token has expired' });
    const { code, stderr } = await atelierMeanwhile(
      folder(),
      ['pipeline', 'watch', 'orders-image', '--profile', 'ops'],
      {
        ...env,
        ...profile(),
      },
    );
    expect(code).toBe(4);
    expect(stderr).toBe(
      'error: AWS does not take your login: The security token has expired; log in again: aws sso login --profile ops\n',
    );
  });
});

/** The fields of each row of a table of docs/operations.md, by the first word of the row. */
function documented(head: string): Map<string, Set<string>> {
  const text = readFileSync(join(kitRoot, 'docs', 'operations.md'), 'utf8');
  const [table] = text.slice(text.indexOf(head)).split('\n\n');
  const rows = table.matchAll(/^\| (?:the )?`?(\w+)`? \| (.*) \|$/gm);
  return new Map(
    [...rows].map(([, part, fields]) => [part, new Set([...fields.matchAll(/`(\w+)`/g)].map(([, name]) => name))]),
  );
}

it('documents every event, and every field of it', async () => {
  const failed = {
    status: 'Failed',
    actions: { 'Build/Build': { status: 'Failed', id: FAILED_BUILD.id, summary: 'no' } },
  };
  const back = { id: 'back', backTo: 'older', failed: execution.id, moments: lastOf(orders).executions[0].moments };
  await play({
    ...orders,
    stages: orders.stages.map((stage) => ({ ...stage, onFailure: 'ROLLBACK' })),
    executions: [back, { ...execution, moments: [failed] }],
  });
  // A call is made four times before it is told.
  played.refuse('ListActionExecutions', { type: 'ThrottlingException' }, 4);
  const seen = events(await run('watch', '--execution', execution.id, ...QUICK, '--json'));
  await play(lastOf(layers));
  seen.push(...events(await run('watch', ...QUICK, '--json')));
  await play(at(failing, { status: 'Failed', actions: failed.actions }), lastOf(orders));
  played.refuse('BatchGetBuilds', { type: 'AccessDeniedException' });
  seen.push(...events(await run('watch', 'failing', ...QUICK, '--json')));
  played.refuse('BatchGetBuilds', { type: 'AccessDeniedException' });
  seen.push(...events(await run('watch', 'orders', ...QUICK, '--json')));
  seen.push(...events(await run('watch', 'nothing', '--json')));
  const table = documented('| event | has |');
  table.delete('event');
  expect(new Set(seen.map(({ event }) => event))).toEqual(new Set(table.keys()));
  for (const { event, ...fields } of seen) {
    expect([...(table.get(String(event)) ?? [])]).toEqual(expect.arrayContaining(Object.keys(fields)));
  }
});

describe('atelier pipeline status', () => {
  it('shows the execution, and what is published where, by which commit and when', async () => {
    await play(lastOf(layers));
    const { code, stdout } = await run('status');
    expect(stdout).toContain('✓ ap-southeast-2  ');
    expect(stdout).toContain('attempt 2, arn:aws:lambda:ap-southeast-2:111122223333:layer:dependencies:3');
    expect(stdout).toMatch(/Published\n(?: {2}layer dependencies {2}\S+ +version \d {2}3f2c1a9b {2}\d+ days ago\n){3}/);
    expect(code).toBe(0);
  });

  it('is one document for machines', async () => {
    await play(lastOf(failing));
    const { code, stdout } = await run('status', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      pipeline: 'failing',
      account: '111122223333',
      region: 'eu-west-1',
      execution: {
        id: failing.executions[0].id,
        status: 'failed',
        stages: [{ name: 'Source', status: 'succeeded' }, { name: 'Build', status: 'failed' }, {}, {}],
        failures: { 'Build/Build': { command: 'npm test' } },
      },
      published: [],
    });
    expect(code).toBe(1);
  });

  it('takes few calls: six, and two for a build that has failed', async () => {
    await play(lastOf(failing));
    await run('status', 'failing');
    expect(played.calls.map(({ name }) => name).sort()).toEqual([
      'BatchGetBuilds',
      'GetLogEvents',
      'GetPipeline',
      'GetPipelineExecution',
      'GetPipelineState',
      'ListActionExecutions',
      'ListActionExecutions',
      'ListPipelineExecutions',
    ]);
  });

  it.each([
    ['names all when none is named', [], 'which pipeline is meant?; allowed: orders-image, layers'],
    [
      'names all when none has the name',
      ['lambda'],
      'no single pipeline is named "lambda"; allowed: orders-image, layers',
    ],
  ])('%s', async (_, args, message) => {
    await play(orders, layers);
    const { code, stderr } = await run('status', ...args);
    expect(stderr).toContain(`error: ${message}`);
    expect(code).toBe(2);
  });
});

describe('what changes the course of a pipeline', () => {
  const waiting = at(orders, execution.moments[2]);

  it.each([
    ['start', orders, [], 'StartPipelineExecution'],
    ['approve', waiting, [], 'PutApprovalResult'],
    ['retry', lastOf(failing), [], 'RetryStageExecution'],
    [
      'rollback',
      { ...orders, executions: [lastOf(orders).executions[0], { ...lastOf(orders).executions[0], id: 'old' }] },
      [],
      'RollbackStage',
    ],
  ])(
    '%s says what it will do, in which account and Region, and does it only after a yes',
    async (name, pipeline, args, call) => {
      await play(pipeline);
      const no = await terminal('24x160', name, ...args, ['Go on?', 'n']);
      expect(no.stdout).toContain('in account 111122223333, eu-west-1. Go on?');
      expect(no.code).toBe(2);
      expect(played.count(call)).toBe(0);
      const yes = await terminal('24x160', name, ...args, ['Go on?', 'y']);
      expect(yes.code).toBe(0);
      expect(played.count(call)).toBe(1);
    },
  );

  it('says by its commit and its age what it goes back to, with --yes too', async () => {
    const [present] = lastOf(orders).executions;
    await play({ ...orders, executions: [present, { ...present, id: 'old' }] });
    const { stdout } = await run('rollback', 'orders-image', '--yes');
    expect(stdout).toMatch(
      new RegExp(`take Prod of orders-image back to execution old, ${COMMIT}, \\d+ days ago, in account 1111`),
    );
  });

  it('needs --yes where nobody can be asked', async () => {
    await play(orders);
    const { code, stderr } = await run('start', 'orders');
    expect(stderr).toContain('this would start orders-image, in account 111122223333, eu-west-1; allowed: ');
    expect(code).toBe(2);
    expect(played.count('StartPipelineExecution')).toBe(0);
  });

  it('hands over variables and the commit, and tells machines the execution', async () => {
    await play(orders);
    const flags = ['--variable', 'IMAGE_DIGEST=sha256:a=b', '--commit', COMMIT, '--yes', '--json'];
    const { code, stdout } = await run('start', 'orders-image', ...flags);
    expect(JSON.parse(stdout)).toEqual({
      pipeline: 'orders-image',
      account: '111122223333',
      region: 'eu-west-1',
      execution: execution.id,
    });
    expect(played.calls.at(-1)?.input).toMatchObject({
      variables: [{ name: 'IMAGE_DIGEST', value: 'sha256:a=b' }],
      sourceRevisions: [{ revisionValue: COMMIT }],
    });
    expect(code).toBe(0);
  });

  it('watches what comes of it, where that is wanted: the exit code says how that has ended', async () => {
    const failed = failing.executions[0].moments[1];
    const failure = { status: 'Failed', from: 5, id: FAILED_BUILD.id };
    const again = ['InProgress', 'Succeeded'].map((status) => ({
      status,
      actions: { ...failed.actions, 'Build/Build': [failure, { status, from: 90, id: 'orders-build:2' }] },
    }));
    await play(at(failing, { ...failed, until: 'RetryStageExecution' }, failed, ...again));
    const ended = await run('retry', 'failing', '--yes', '--watch', ...QUICK, '--json');
    expect(events(ended).at(-1)).toMatchObject({ event: 'end', status: 'succeeded', code: 0 });
    expect(ended.code).toBe(0);
  });

  it('says at once that there is no execution of the name', async () => {
    await play(lastOf(orders));
    const { code, stderr } = await run('watch', '--execution', 'mistyped', ...QUICK);
    expect(stderr).toContain('no execution mistyped');
    expect(played.count('GetPipelineExecution')).toBe(1);
    expect(code).toBe(2);
  });

  it.each([
    [['start', '--variable', 'DIGEST'], '--variable can\'t be "DIGEST"; allowed: NAME=value'],
    [
      ['start', 'orders-image', '--variable', 'X=1', '--yes'],
      'orders-image has no variable "X"; allowed: IMAGE_DIGEST',
    ],
    [['retry', 'orders-image', '--execution', execution.id, '--yes'], 'no stage of orders-image has failed'],
    [
      ['approve', 'orders-image', '--execution', execution.id, '--yes'],
      'nothing waits for an approval in orders-image',
    ],
    [['watch', '--interval', '0'], 'allowed: 1 to 3600 seconds'],
  ])('refuses a wrong use in one line: %j', async (args, message) => {
    await play(lastOf(orders));
    const { code, stderr } = await run(...args);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});

describe('atelier pipeline logs', () => {
  it('prints the log of the build that has failed', async () => {
    await play(lastOf(failing));
    const { code, stdout } = await run('logs');
    expect(stdout).toContain('\nadded 312 packages in 9s\n');
    expect(stdout).toContain('\nFAIL test/orders.test.ts\n');
    expect(code).toBe(0);
  });

  it('goes on with new lines until the build has ended', async () => {
    await play(lastOf(failing));
    const running = { ...FAILED_BUILD, buildComplete: false };
    played.builds.set(FAILED_BUILD.id, running);
    played.logs.set('one', ['one']);
    played.effects.set('GetLogEvents', () => {
      const count = played.count('GetLogEvents');
      if (count === 3) {
        played.logs.set('one', ['one', 'two']);
        played.builds.set(FAILED_BUILD.id, FAILED_BUILD);
      }
      return undefined;
    });
    const { stdout } = await run('logs', '--follow', ...QUICK, '--json');
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([{ line: 'one' }, { line: 'two' }]);
  });

  it('names the builds where there is none of the name', async () => {
    await play(lastOf(failing));
    const { code, stderr } = await run('logs', 'failing', 'Tests');
    expect(stderr).toContain('no build "Tests" has begun; allowed: Build/Build');
    expect(code).toBe(2);
  });
});

describe('the way to AWS', () => {
  it('takes the profile that is named, and its Region', async () => {
    await play(lastOf(orders));
    const { code } = await atelierMeanwhile(folder(), ['pipeline', 'status', '--profile', 'ops'], {
      AWS_ENDPOINT_URL: env.AWS_ENDPOINT_URL,
      ...profile(),
    });
    expect(code).toBe(0);
    expect(new Set(played.calls.map(({ region }) => region))).toEqual(new Set(['ap-south-1', 'eu-west-1'])); // that of the image
  });

  it.each([
    ['no credentials', { AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true' }, /does not take your login/],
    ['no Region', { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }, /no Region is set/],
  ])('says in one line what it lacks: %s', async (_, variables, message) => {
    const { code, stderr } = await atelierMeanwhile(folder(), ['pipeline', 'status'], variables);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(4);
  });

  describe('through a proxy', () => {
    let proxy: Server;
    let asked: string[];
    let tunnels: Set<Duplex>;

    beforeEach(async () => {
      asked = [];
      tunnels = new Set();
      proxy = createServer().on('connect', ({ url = '' }, socket, head) => {
        asked.push(url);
        tunnels.add(socket);
        const [host, port] = url.split(':');
        const upstream = connect(Number(port), host, () => {
          socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
          upstream.write(head);
          upstream.pipe(socket).pipe(upstream);
        });
        upstream.on('error', () => socket.destroy());
        socket.on('error', () => upstream.destroy());
      });
      await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
      const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder(), name));
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
      execFileSync(
        'openssl',
        ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject],
        {
          stdio: 'ignore',
        },
      );
      played = playScenes(lastOf(orders));
      env = {
        AWS_ENDPOINT_URL: (
          await played.start({ key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') })
        ).replace('127.0.0.1', 'localhost'),
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        NODE_EXTRA_CA_CERTS: cert,
        HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      };
    });

    afterEach(() => {
      proxy.close();
      for (const tunnel of tunnels) {
        tunnel.destroy();
      }
    });

    it('goes where HTTPS_PROXY leads', async () => {
      await expect(run('status')).resolves.toMatchObject({ code: 0, stderr: '' });
      expect(new Set(asked)).toEqual(new Set([new URL(String(env.AWS_ENDPOINT_URL)).host]));
    });

    it('goes directly where NO_PROXY names the host', async () => {
      env = { ...env, NO_PROXY: 'localhost' };
      await expect(run('status')).resolves.toMatchObject({ code: 0 });
      expect(asked).toEqual([]);
    });

    it('leads there for the credentials of a login by SSO, too: once for all that is asked', async () => {
      const tls = { key: readFileSync(join(folder(), 'key.pem')), cert: readFileSync(join(folder(), 'cert.pem')) };
      const sso = createSecureServer(tls, playedSso('SSO'));
      await new Promise<void>((done) => sso.listen(0, '127.0.0.1', done));
      const host = `localhost:${(sso.address() as AddressInfo).port}`;
      env = { ...env, ...writeSsoProfile(folder(), 'ops'), AWS_ENDPOINT_URL_SSO: `https://${host}` };
      const ended = await run('status', '--profile', 'ops');
      sso.close();
      sso.closeAllConnections();
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(asked.filter((one) => one === host)).toHaveLength(1);
      expect(new Set(played.calls.map(({ key }) => key))).toEqual(new Set(['SSO']));
    });

    it('says so when the proxy is not there', async () => {
      env = { ...env, HTTPS_PROXY: 'http://127.0.0.1:1' };
      const { code, stderr } = await run('status');
      expect(stderr).toMatch(/^error: AWS can't be reached: .*ECONNREFUSED 127\.0\.0\.1:1.*\n$/);
      expect(code).toBe(4);
    });
  });
});

/** What somebody may put wherever a text is free: orders to a terminal, another direction of writing, a line of its own. */
const HOSTILE = 'x\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e\r\nforged';

/** A pipeline in which every text is hostile that AWS does not restrict. */
const hostile: PlayedPipeline = {
  ...orders,
  executions: [
    {
      ...execution,
      revision: HOSTILE,
      message: JSON.stringify({ CommitMessage: HOSTILE }),
      moments: [
        {
          status: 'Failed',
          summary: HOSTILE,
          actions: {
            'Source/Source': {
              status: 'Succeeded',
              summary: HOSTILE,
              variables: { LayerVersionArn: `arn:aws:lambda:${HOSTILE}:111122223333:layer:${HOSTILE}:3` },
            },
            'Build/Build': { status: 'Failed', id: FAILED_BUILD.id, error: HOSTILE },
            'Prod/Prepare': {
              status: 'Succeeded',
              variables: { DIGEST, ECRRepositoryName: HOSTILE },
            },
            'Prod/Deploy': { status: 'Succeeded', configuration: { StackName: HOSTILE } },
            'ApproveProd/Approve': { status: 'Succeeded', variables: { DIGEST: `sha256:${HOSTILE}` } },
          },
        },
      ],
    },
  ],
};

describe('what AWS hands on from others', () => {
  beforeEach(async () => {
    await play(hostile);
    const context = { message: `Error while executing command: ${HOSTILE}. Reason: ${HOSTILE}` };
    const phases = [{ phaseType: 'BUILD', phaseStatus: 'FAILED', contexts: [context] }];
    played.builds.set(FAILED_BUILD.id, { ...FAILED_BUILD, phases });
    played.logs.set('one', [HOSTILE, 'x'.repeat(1_000_000)]);
  });

  it.each(['watch', 'status'])('orders nothing where lines are appended, and in JSON: %s', async (command) => {
    for (const flags of [[], ['--plain'], ['--json']]) {
      const { stdout } = await run(command, ...flags);
      expect(stdout).toContain('x');
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|^forged/m);
      expect(stdout.length).toBeLessThan(9000);
    }
  });

  it.each(['watch', 'status'])('orders nothing in a terminal: %s', async (command) => {
    const { stdout } = await terminal('60x200', command);
    expect(stdout).toContain('x');
    expect(stdout).not.toMatch(/\u001b\[2J|\u001b\]|[\u0007\u007f-\u009f\u202e]/);
    expect((await screenOf(stdout, 200, 60)).filter((line) => /^forged/.test(line))).toEqual([]);
  });

  it.each([[], ['--json']])('orders nothing as an error: %j', async (...flags) => {
    played.refuse('GetPipelineExecution', { type: 'AccessDeniedException', message: HOSTILE });
    const { code, stdout, stderr } = await run('watch', ...flags);
    expect(stdout + stderr).toMatch(/AWS: x/);
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|^forged/m);
    expect(code).toBe(4);
  });

  it('orders nothing as an event', async () => {
    played.refuse('GetPipelineExecution', { type: 'PipelineExecutionNotFoundException', message: HOSTILE });
    const ended = await run('start', 'orders-image', '--yes', '--watch', ...QUICK, '--json');
    expect(events(ended)[0]).toMatchObject({ event: 'trouble', trouble: 'not-yet', message: HOSTILE });
    expect(ended.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it('is asked for an answer without orders', async () => {
    const old = {
      ...hostile.executions[0],
      id: 'old',
      moments: [{ status: 'Succeeded', actions: allOf('Succeeded') }],
    };
    await play({ ...hostile, executions: [hostile.executions[0], old] });
    const { stdout } = await run('rollback', 'orders-image', '--yes');
    expect(stdout).toMatch(/back to execution old, x /);
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|^forged/m);
  });
});

/** All actions of the pipeline of orders at once. */
function allOf(status: string): Moment['actions'] {
  return Object.fromEntries(
    orders.stages.flatMap(({ name, actions }) => Object.keys(actions).map((action) => [`${name}/${action}`, status])),
  );
}

describe('the end of a watch', () => {
  it('comes though AWS asks for fewer calls when it is asked what was published', async () => {
    await play(lastOf(orders));
    played.refuse('DescribeImages', { type: 'ThrottlingException', message: 'Rate exceeded' }, 5);
    const ended = await run('watch', ...QUICK, '--json');
    expect(events(ended).slice(-4)).toEqual([
      expect.objectContaining({ event: 'trouble', trouble: 'throttled' }),
      expect.objectContaining({ event: 'published', kind: 'image', digest: DIGEST }),
      expect.objectContaining({ event: 'published', kind: 'stack' }),
      { event: 'end', status: 'succeeded', execution: execution.id, code: 0 },
    ]);
    expect(ended.code).toBe(0);
  });

  it.each([
    ['BatchGetBuilds', 'AccessDeniedException'],
    ['DescribeImages', 'ExpiredTokenException'],
  ])('comes though %s says %s, with what is known', async (call, type) => {
    await play(lastOf(orders));
    played.refuse(call, { type, message: 'no' }, 5);
    const ended = await run('watch', ...QUICK, '--json');
    expect(events(ended).slice(-3)).toEqual([
      { event: 'published', by: 'Build/Build', kind: 'unknown', reason: 'no' },
      expect.objectContaining({ event: 'published', kind: 'stack' }),
      { event: 'end', status: 'succeeded', execution: execution.id, code: 0 },
    ]);
    expect(ended.code).toBe(0);
  });

  it('is an event, too, where AWS refuses to tell of it at all', async () => {
    await play(orders);
    played.refuse('GetPipelineExecution', { type: 'AccessDeniedException', message: 'no' });
    const ended = await run('watch', ...QUICK, '--json');
    expect(events(ended)).toEqual([{ event: 'error', message: 'AWS: no', code: 4 }]);
    expect(ended.code).toBe(4);
  });

  it('ends what is drawn, too, where AWS refuses to tell more', async () => {
    await play(orders);
    played.effects.set('GetPipelineExecution', () =>
      played.count('GetPipelineExecution') > 1 ? { __type: 'AccessDeniedException', message: 'no' } : undefined,
    );
    const { code, stdout } = await terminal('24x80', 'watch', ...QUICK);
    expect((await screenOf(stdout, 80, 24)).filter(Boolean).at(-1)).toBe('error: AWS: no');
    expect(code).toBe(4);
  });
});

describe('the tree of a watch in a terminal', () => {
  const failedBuild = { status: 'Failed', id: FAILED_BUILD.id, error: 'Build terminated with state: FAILED' };
  const TALL = Array.from({ length: 40 }, (_, index) => `line ${index}`);

  /** The lines that are drawn, of which none scrolls away. */
  async function drawn(size: string, stdout: string): Promise<string[]> {
    const [rows, columns] = size.split('x').map(Number);
    const lines = await screenOf(stdout, columns, rows);
    expect(lines).toHaveLength(rows);
    return lines.filter(Boolean);
  }

  it('keeps the failure of a stage that goes back, and says why it goes on', async () => {
    const failed = { status: 'Failed', actions: { 'Source/Source': 'Succeeded', 'Build/Build': failedBuild } };
    const back = { id: 'back', backTo: 'older', failed: execution.id, moments: [{ status: 'Succeeded', actions: {} }] };
    await play({
      ...orders,
      stages: orders.stages.map((stage) => ({ ...stage, ...(stage.name === 'Build' && { onFailure: 'ROLLBACK' }) })),
      executions: [back, { ...execution, moments: [failed] }],
    });
    const { code, stdout } = await terminal('40x100', 'watch', '--execution', execution.id, ...QUICK);
    const shown = (await screenOf(stdout, 100, 40)).join('\n');
    expect(shown).toMatch(
      /│ {3}expected 3 messages, got 2[\s\S]*A stage goes back: execution back[\s\S]*execution back, back to/,
    );
    expect(code).toBe(1);
  });

  it.each([
    ['24x80', 10],
    ['12x40', 2],
  ])('keeps the head and the failed action of a tall log within %s, and its last lines', async (size, least) => {
    await play(lastOf(failing));
    played.logs.set('one', TALL);
    const { stdout } = await terminal(size, 'watch', ...QUICK);
    const lines = await drawn(size, liveOf(stdout));
    expect(lines[0]).toBe('failing  111122223333 eu-west-1');
    expect(lines).toContainEqual(expect.stringMatching(/✗ Build/));
    expect(lines).toContainEqual(expect.stringMatching(/BUILD: npm test/));
    const tail = lines.filter((line) => line.includes('│'));
    expect(tail).toEqual(TALL.slice(-tail.length).map((line) => `    │ ${line}`));
    expect(tail.length).toBeGreaterThanOrEqual(least);
  });

  it.each(['24x80', '12x40'])('keeps ten failed builds of a hundred within %s', async (size) => {
    const actions = Array.from({ length: 100 }, (_, index) => [
      `Test/Test${index}`,
      index < 10 ? failedBuild : 'Succeeded',
    ]);
    await play(at(hundred, { status: 'Failed', actions: Object.fromEntries(actions) }));
    played.logs.set('one', TALL);
    const { stdout } = await terminal(size, 'watch', ...QUICK);
    const lines = await drawn(size, liveOf(stdout));
    expect(lines[0]).toBe('hundred  111122223333 eu-west-1');
    expect(lines).toContainEqual(expect.stringMatching(/✗ Test0 /));
    expect(lines.at(-1)).toMatch(/… and (\d failed, )?90 succeeded/);
  });

  it.each(['24x80', '12x40'])('keeps forty stages within %s: those around the one that runs', async (size) => {
    const stages = Array.from({ length: 40 }, (_, index) => ({
      name: `Stage${index}`,
      actions: { [`A${index}`]: 'CodeBuild', [`B${index}`]: 'CodeBuild' },
    }));
    const actions = Object.fromEntries(
      stages.slice(0, 21).flatMap(({ name }, index) => [
        [`${name}/A${index}`, index < 20 ? 'Succeeded' : 'InProgress'],
        [`${name}/B${index}`, index < 20 ? 'Succeeded' : 'InProgress'],
      ]),
    );
    await play({
      ...orders,
      name: 'long',
      stages,
      executions: [{ ...execution, moments: [{ status: 'InProgress', actions }] }],
    });
    const { stdout } = await terminal(size, 'watch', ...QUICK, ['Ctrl-C stops', '\u0003']);
    const lines = await drawn(size, stdout.slice(0, stdout.lastIndexOf('Ctrl-C stops')));
    expect(lines[0]).toBe('long  111122223333 eu-west-1');
    expect(lines.join('\n')).toMatch(
      /… stages: .*succeeded[\s\S]*▸ Stage20[\s\S]*▸ A20[\s\S]*▸ B20[\s\S]*… stages: .*waiting/,
    );
  });

  it('is printed as a whole in the end', async () => {
    await play(lastOf(hundred));
    played.logs.set('one', TALL);
    const { stdout } = await terminal('12x80', 'watch', ...QUICK);
    const lines = (await screenOf(stdout, 80, 12)).filter(Boolean);
    expect(lines.filter((line) => /^ {2}\S Test\d+/.test(line))).toHaveLength(100);
    expect(lines.filter((line) => line.includes('│ line'))).toHaveLength(20);
    expect(lines.filter((line) => line.startsWith('hundred  '))).toHaveLength(1);
  });

  it('stays while AWS asks for fewer calls, and says so as long as it does', async () => {
    await play(at(orders, execution.moments[1]));
    played.effects.set('ListActionExecutions', () =>
      [2, 3, 4, 5].includes(played.count('ListActionExecutions'))
        ? { __type: 'ThrottlingException', message: 'Rate exceeded' }
        : undefined,
    );
    const { stdout } = await terminal('24x80', 'watch', ...QUICK, ['fewer calls', ''], ['Ctrl-C stops', '\u0003']);
    const notice = 'AWS asks for fewer calls; the next look is in 2 s';
    const during = stdout.slice(0, stdout.lastIndexOf(notice) + notice.length);
    expect(await drawn('24x80', during)).toEqual([
      'orders-image  111122223333 eu-west-1',
      `execution ${execution.id}, started by a push`,
      '3f2c1a9b  Add the express lane',
      expect.stringMatching(/^✓ Source/),
      expect.stringMatching(/^▸ Build .* CodeBuild$/),
      '○ ApproveProd',
      expect.stringMatching(/^○ Prod +2 actions$/),
      notice,
    ]);
    const after = await drawn('24x80', stdout.slice(0, stdout.lastIndexOf('Ctrl-C stops')));
    expect(after).toContainEqual(expect.stringMatching(/^▸ Build/));
    expect(after.join('\n')).not.toContain('fewer calls');
  });
});

describe('why something has failed', () => {
  const failed = { 'Build/Build': { status: 'Failed', id: FAILED_BUILD.id } };

  it('is told though AWS asks for fewer calls at first', async () => {
    await play(at(failing, { status: 'Failed', actions: failed }));
    played.refuse('BatchGetBuilds', { type: 'ThrottlingException', message: 'Rate exceeded' }, 4);
    const { stdout } = await run('watch', ...QUICK);
    expect(stdout).toContain('AWS asks for fewer calls; the next look is in 2 s');
    expect(stdout).toContain('    BUILD: npm test  exit status 1\n');
    expect(stdout).not.toContain("can't be read");
  });

  it('is not told where AWS refuses it, which is no phase of a build', async () => {
    await play(at(failing, { status: 'Failed', actions: failed }));
    played.refuse('BatchGetBuilds', { type: 'AccessDeniedException', message: 'no' }, 2);
    const { stdout } = await run('watch', ...QUICK);
    expect(stdout).toContain("    its log can't be read: no\n");
    const ended = await run('watch', ...QUICK, '--json');
    expect(events(ended)).toContainEqual({ event: 'failure', stage: 'Build', action: 'Build', unknown: 'no' });
  });

  it('is what CodePipeline says of the whole, too: who has stopped it', async () => {
    const summary = 'Stopped by ana: not on a Friday';
    await play(at(orders, { status: 'Stopped', summary, actions: { 'Build/Build': 'Abandoned' } }));
    const { stdout } = await run('watch', ...QUICK);
    expect(stdout).toContain(`${execution.id}  stopped  ${summary}\n`);
    expect((await run('status')).stdout.split('\n')[2]).toBe(summary);
  });
});

describe('the status of a pipeline', () => {
  const old = { ...execution, id: 'old', moments: [execution.moments[2]] };
  const newer = { ...execution, id: 'newer', moments: [execution.moments[1]] };

  it('names the other executions that are in its stages', async () => {
    await play({ ...orders, executions: [newer, old] });
    const { stdout } = await run('status');
    expect(stdout).toContain('\nOther executions\n  ApproveProd  waits for an approval  old\n');
    const { others } = JSON.parse((await run('status', '--json')).stdout);
    expect(others).toEqual([{ stage: 'ApproveProd', execution: 'old', status: 'asking' }]);
  });

  it.each([
    ['BatchGetBuilds', 'what Build/Build has published is not known: no'],
    ['GetPipelineState', 'Other executions are not known: no'],
  ])('is what is known where AWS refuses %s', async (call, words) => {
    await play(lastOf(orders));
    played.refuse(call, { type: 'AccessDeniedException', message: 'no' });
    const { code, stdout } = await run('status');
    expect(stdout).toContain(words);
    expect(stdout).toContain('✓ Build');
    expect(stdout).toContain('stack orders-prod');
    expect(code).toBe(0);
  });

  it('has no settings and variables, which may be secret, and what docs/operations.md has', async () => {
    const build = { status: 'Succeeded', configuration: { Token: 's3cr3t' }, variables: { TOKEN: 's3cr3t' } };
    await play(at(orders, { status: 'Failed', summary: 'no', actions: { ...allOf('Failed'), 'Build/Build': build } }));
    const { stdout } = await run('status', '--json');
    expect(stdout).not.toContain('s3cr3t');
    const table = documented('| in | has |');
    const { execution: shown, ...whole } = JSON.parse(stdout);
    expect([...(table.get('document') ?? [])]).toEqual(expect.arrayContaining(['execution', ...Object.keys(whole)]));
    expect([...(table.get('execution') ?? [])]).toEqual(expect.arrayContaining(Object.keys(shown)));
    expect([...(table.get('stages') ?? [])]).toEqual(expect.arrayContaining(Object.keys(shown.stages[1])));
    expect([...(table.get('actions') ?? [])]).toEqual(expect.arrayContaining(Object.keys(shown.stages[1].actions[0])));
  });

  it('has whole lines where nobody has a terminal of a width', async () => {
    const summary = 'y'.repeat(300);
    await play(at(orders, { status: 'Succeeded', actions: { 'Source/Source': { status: 'Succeeded', summary } } }));
    expect((await run('status')).stdout).toContain(summary);
  });

  it('is looked at once', async () => {
    await play(lastOf(orders));
    await expect(run('status', '--interval', '3')).resolves.toMatchObject({ code: 2 });
  });
});

describe('a command that is suggested', () => {
  it('acts where the present one does', async () => {
    await play(at(orders, execution.moments[2]));
    env = { ...env, ...profile() };
    const place = ['--profile', 'ops', '--region', 'eu-west-1'];
    const { stdout } = await terminal('24x200', 'watch', ...QUICK, ...place, ['waits for you', '\u0003']);
    const shown = (await screenOf(stdout, 200, 24)).join('\n');
    expect(stdout).toContain(`atelier pipeline approve orders-image ApproveProd ${place.join(' ')}`);
    expect(shown).toContain(`watch orders-image --execution ${execution.id} ${place.join(' ')}`);
  });

  it.each([
    [['rollback', 'orders'], 'rollback orders-image --yes'],
    [
      ['rollback', 'orders', 'Prod', '--region', 'eu-west-1', '--watch'],
      'rollback orders-image Prod --region eu-west-1 --watch --yes',
    ],
    [
      ['start', '--commit', 'a b', '--variable', 'IMAGE_DIGEST=1'],
      "start orders-image --variable IMAGE_DIGEST=1 --commit 'a b' --yes",
    ],
  ])('is the same with --yes, where nobody can be asked: %j', async (args, example) => {
    await play({
      ...orders,
      executions: [lastOf(orders).executions[0], { ...lastOf(orders).executions[0], id: 'old' }],
    });
    const { code, stderr } = await run(...args);
    expect(stderr.trim().split('; for example: ')[1].split(' ').sort()).toEqual(
      `atelier pipeline ${example}`.split(' ').sort(),
    );
    expect(code).toBe(2);
  });

  it.each([
    ['start', []],
    ['start', ['ord']],
    ['approve', ['ord']],
    ['retry', ['ord']],
    ['rollback', []],
  ])('is not done to a pipeline that is guessed: %s %j --yes', async (act, args) => {
    await play(at(orders, { status: 'Failed', actions: { ...allOf('Succeeded'), 'Build/Build': 'Failed' } }));
    const { code, stderr } = await run(act, ...args, '--yes');
    expect(stderr).toContain('error: --yes needs the whole name of a pipeline');
    expect(stderr).toContain('allowed: orders-image');
    expect(played.calls.map(({ name }) => name).filter((name) => !/^(GetPipeline|ListPipelines)$/.test(name))).toEqual(
      [],
    );
    expect(code).toBe(2);
  });
});

describe('the log of a build', () => {
  const running = { ...FAILED_BUILD, buildComplete: false };

  it('goes on though AWS asks for fewer calls, and before there is a log', async () => {
    await play(lastOf(failing));
    played.builds.set(FAILED_BUILD.id, { ...running, logs: {} });
    played.effects.set('BatchGetBuilds', () => {
      const count = played.count('BatchGetBuilds');
      played.builds.set(FAILED_BUILD.id, count === 1 ? { ...running, logs: {} } : count < 4 ? running : FAILED_BUILD);
      return undefined;
    });
    played.refuse('GetLogEvents', { type: 'ResourceNotFoundException', message: 'no stream' });
    played.refuse('GetLogEvents', { type: 'ThrottlingException', message: 'Rate exceeded' }, 4);
    const { code, stdout, stderr } = await run('logs', '--follow', ...QUICK);
    expect(stdout).toContain('FAIL test/orders.test.ts');
    expect(stderr).toBe('AWS asks for fewer calls; the next look is in 2 s\n');
    expect(code).toBe(0);
  });

  it('is asked for page by page, the build once', async () => {
    await play(lastOf(failing));
    const lines = Array.from({ length: 25_000 }, (_, index) => `line ${index}`);
    played.logs.set('one', lines);
    const { stdout } = await run('logs');
    expect(stdout.trim().split('\n')).toEqual(lines);
    expect([played.count('BatchGetBuilds'), played.count('GetLogEvents')]).toEqual([1, 4]);
  });

  it.each([
    [
      { s3Logs: { status: 'ENABLED', location: 'bucket/builds' } },
      'writes no log to CloudWatch Logs; it is in S3: bucket/builds',
    ],
    [{}, 'Build/Build writes no log to CloudWatch Logs'],
  ])('is said to be elsewhere, or nowhere: %j', async (logs, message) => {
    await play(lastOf(failing));
    played.builds.set(FAILED_BUILD.id, { ...FAILED_BUILD, logs });
    const { code, stdout, stderr } = await run('logs');
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(code).toBe(4);
  });

  it('is that of the latest build, whatever the order of the stages', async () => {
    const stages = [{ name: 'Build', actions: { Late: 'CodeBuild', Early: 'CodeBuild' } }];
    const actions = {
      'Build/Late': { status: 'Succeeded', from: 50, id: 'late' },
      'Build/Early': { status: 'Succeeded', from: 5, id: FAILED_BUILD.id },
    };
    await play({ ...orders, stages, executions: [{ ...execution, moments: [{ status: 'Succeeded', actions }] }] });
    played.builds.set('late', { ...FAILED_BUILD, logs: { ...FAILED_BUILD.logs, streamName: 'late' } });
    played.logs.set('late', ['late']);
    expect((await run('logs')).stdout).toBe('late\n');
  });

  it('is that of commands, too, which CodePipeline runs without a build of the account', async () => {
    const stages = [{ name: 'Build', actions: { Commands: 'Commands' } }];
    const logStream = 'arn:aws:logs:eu-west-1:111122223333:log-group:/aws/codepipeline/orders:log-stream:commands';
    const moments = ['InProgress', 'InProgress', 'Succeeded'].map((status) => ({
      status,
      actions: { 'Build/Commands': { status, logStream } },
    }));
    await play({ ...orders, stages, executions: [{ ...execution, moments }] });
    played.logs.set('commands', ['one', 'two']);
    const { code, stdout } = await run('logs', '--follow', ...QUICK);
    expect(stdout).toBe('one\ntwo\n');
    expect(played.calls.findLast(({ name }) => name === 'GetLogEvents')?.input).toMatchObject({
      logGroupName: '/aws/codepipeline/orders',
    });
    expect(code).toBe(0);
  });
});

/** A profile of the user's AWS configuration, and where that is. */
function profile(): NodeJS.ProcessEnv {
  const home = join(folder(), '.aws');
  mkdirSync(home, { recursive: true });
  const [config, credentials] = [join(home, 'config'), join(home, 'credentials')];
  writeFileSync(config, '[profile ops]\nregion = ap-south-1\n');
  writeFileSync(credentials, '[ops]\naws_access_key_id = test\naws_secret_access_key = test\n');
  return {
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    AWS_REGION: undefined,
    AWS_ACCESS_KEY_ID: undefined,
  };
}

/** Runs a command in a terminal of a size; what is typed stands behind its arguments, as pairs. */
function terminal(size: string, ...args: ReadonlyArray<string | [text: string, keys: string]>) {
  const words = args.filter((arg): arg is string => typeof arg === 'string');
  const answers = args.filter((arg): arg is [string, string] => typeof arg !== 'string');
  return atelierInTerminalMeanwhile(folder(), ['pipeline', ...words], answers, { ...env, TERMINAL_SIZE: size });
}

/** What a terminal showed before the tree was printed for good. */
function liveOf(stdout: string): string {
  return stdout.slice(0, stdout.search(/(?:\u001b\[2K(?:\u001b\[1A)?)+\u001b\[G\u001b\[\?25h/));
}
