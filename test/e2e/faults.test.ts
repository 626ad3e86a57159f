import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KIT } from '../../blueprints/kit';
import { MINISTACK } from '../../labs/engine/emulator/installation';
import { isAlive } from '../cli/support';
import { type Ended, tryRun } from '../support/commands';
import { CACHE, createProject, documentOf, type Machine, machine } from './support';

/* Faults on purpose: each is told in one clear line, leaves nothing behind, and the next start works. */

let here: Machine;
let project: string;
const local = (...args: string[]): Ended => here.atelier(project, ['local', ...args]);

beforeAll(() => {
  here = machine();
  project = createProject(here, 'sqs-scaling');
});

afterEach(() => local('stop'));
afterAll(() => here.remove());

/** A folder of commands that come first, or alone. */
function commands(scripts: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(here.home, 'bin-'));
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

/** A PATH with node and npm, and no Python but those of a folder. */
function pathWith(folder: string): string {
  const tools = mkdtempSync(join(here.home, 'tools-'));
  const node = dirname(process.execPath);
  for (const name of ['node', 'npm', 'npx']) {
    symlinkSync(join(node, name), join(tools, name));
  }
  for (const name of ['sh', 'env', 'ps', 'git', 'uname']) {
    const found = ['/usr/bin', '/bin'].map((bin) => join(bin, name)).find(existsSync);
    if (found) {
      symlinkSync(found, join(tools, name));
    }
  }
  return [folder, tools].join(delimiter);
}

/** The emulator's folder in a cache where nothing was installed yet. */
function emptyCache(): NodeJS.ProcessEnv & { XDG_CACHE_HOME: string } {
  return { XDG_CACHE_HOME: mkdtempSync(join(here.home, 'cache-')) };
}

const installed = ({ XDG_CACHE_HOME }: { XDG_CACHE_HOME: string }): string[] => {
  const folder = join(XDG_CACHE_HOME, KIT, 'emulator');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('ministack')) : [];
};

test('no Python: the one command that mends it is named', () => {
  const cache = emptyCache();
  const { code, stderr } = here.atelier(project, ['local', 'start'], { ...cache, PATH: pathWith(commands({})) });
  expect(code).toBe(4);
  expect(stderr).toMatch(/error: the emulator needs Python 3\.10 or newer, and there is none; \S.*/);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(installed(cache)).toEqual([]);
});

test('an old Python is none', () => {
  const cache = emptyCache();
  const old = commands({ python3: 'echo 3.8', python: 'echo 2.7' });
  const { code, stderr } = here.atelier(project, ['local', 'start'], { ...cache, PATH: pathWith(old) });
  expect({ code, isTold: /needs Python 3\.10 or newer/.test(stderr) }).toEqual({ code: 4, isTold: true });
});

test('a full disk is told, nothing stays on it, and the next start works once there is room', () => {
  const cache = mkdtempSync(join(here.home, 'disk-'));
  // A disk of its own, which goes with the namespace; who is not root makes one in a namespace of users.
  const namespace = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
  const start = `npx ${KIT} local start`;
  const script = [
    `mount -t tmpfs -o size=12m tmpfs ${cache} && cd ${project}`,
    `${start} > /dev/null; echo code=$? files=$(find ${cache} -type f | wc -l)`,
    `mount -o remount,size=500m ${cache}`,
    `${start} > /dev/null; echo code=$?; npx ${KIT} local stop > /dev/null`,
    `dd if=/dev/zero of=${cache}/fill bs=1M 2> /dev/null`,
    `${start} > /dev/null; echo code=$? running=$(pgrep -c -f '${cache}/.*[-]m ministack')`,
    `rm ${cache}/fill`,
    `${start} > /dev/null; echo code=$?; npx ${KIT} local stop > /dev/null`,
  ].join('\n');
  const { stdout, stderr } = tryRun(project, 'unshare', [...namespace, 'sh', '-c', script], {
    ...here.env,
    XDG_CACHE_HOME: cache,
  });
  expect(stdout.trim().split('\n')).toEqual(['code=4 files=0', 'code=0', 'code=4 running=0', 'code=0']);
  expect(stderr.match(/^error: .+$/gm)).toEqual([
    expect.stringMatching(/^error: the disk of \S+ is full; free 320 MB there, or name a folder .+ in XDG_CACHE_HOME$/),
    expect.stringMatching(/^error: the disk.* is full; free some of it, and run the command again$/),
  ]);
});

describe('Docker, for which a script stands in that runs the emulator as its image does: no test has a Docker', () => {
  const installed = join(CACHE, KIT, 'emulator', `ministack-${MINISTACK}`, 'bin', 'python');

  // Where the script finds it.
  beforeAll(() => {
    documentOf(local('start', '--json'));
    local('stop');
  });

  test('runs the emulator where it is asked for: published on loopback, and gone when it is stopped', () => {
    const calls = join(here.home, 'docker-calls');
    const docker = commands({
      docker: [
        `echo "$@" >> ${calls}`,
        '[ "$1" = run ] || { [ "$1" != image ]; exit; }',
        'while [ $# -gt 1 ]; do',
        '  case "$1" in',
        '    --env) case "$2" in NODE_PATH=*) ;; *) export "$2" ;; esac ;;',
        '    --volume) export NODE_PATH=$(echo "$2" | cut -d: -f1) ;;',
        '  esac',
        '  shift',
        'done',
        `export BIND_HOST=127.0.0.1; exec ${installed} -m ministack`,
      ].join('\n'),
    });
    const env = { PATH: [docker, process.env.PATH].join(delimiter) };
    const { pid, endpoint } = documentOf(here.atelier(project, ['local', 'start', '--docker', '--json'], env));
    const { port } = new URL(endpoint);
    documentOf(here.atelier(project, ['local', 'deploy', '--json']));
    expect(documentOf(here.atelier(project, ['probe', '--json'])).passed).toBe(true);
    expect(documentOf(local('stop', '--json'))).toEqual({ stopped: true });
    expect(isAlive(pid)).toBe(false);
    const said = readFileSync(calls, 'utf8').trim().split('\n');
    expect(said.map((line) => line.split(' ')[0])).toEqual(['image', 'pull', 'rm', 'run']);
    expect(said[1]).toBe(`pull --quiet ministackorg/ministack:${MINISTACK}`);
    expect(said[3]).toMatch(
      new RegExp(
        `^run --rm --name (\\S+) --publish 127\\.0\\.0\\.1:${port}:${port} .* ministackorg/ministack:${MINISTACK}$`,
      ),
    );
  });

  test('that does not run is told', () => {
    const docker = commands({ docker: 'echo "Cannot connect to the Docker daemon." >&2; exit 1' });
    const env = { PATH: [docker, process.env.PATH].join(delimiter) };
    const { code, stderr } = here.atelier(project, ['local', 'start', '--docker'], env);
    expect(code).toBe(4);
    expect(stderr).toMatch(/^error: Docker has no image of the emulator: Cannot connect to the Docker daemon\.; .+$/m);
  });
});

test('an installation that fails leaves nothing behind', () => {
  const cache = emptyCache();
  const env = { ...cache, PIP_INDEX_URL: 'http://127.0.0.1:1/simple', UV_INDEX_URL: 'http://127.0.0.1:1/simple' };
  const { code, stderr } = here.atelier(project, ['local', 'start'], { ...env, PIP_RETRIES: '0' });
  expect({
    code,
    lines: stderr
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('error:')).length,
  }).toEqual({
    code: 4,
    lines: 1,
  });
  expect(installed(cache)).toEqual([]);
});

test('a folder that nothing can be written into is told', () => {
  const file = join(here.home, 'a-file');
  writeFileSync(file, '');
  const { code, stderr } = here.atelier(project, ['local', 'start'], { XDG_CACHE_HOME: file });
  expect(code).toBe(4);
  expect(stderr).toMatch(/^error: .*a-file/m);
});

test('an emulator that is killed is forgotten, and the next start works', () => {
  const first = documentOf(local('start', '--json'));
  process.kill(first.pid, 'SIGKILL');
  expect(local('status').code).toBe(1);
  const second = documentOf(local('start', '--json'));
  expect(second.pid).not.toBe(first.pid);
  expect(documentOf(local('status', '--json'))).toMatchObject({ running: true, pid: second.pid });
});

test('an emulator that is killed during a deployment is told, and the next deployment works', async () => {
  const { pid } = documentOf(local('start', '--json'));
  const deploying = spawn('npx', [KIT, 'local', 'deploy'], { cwd: project, env: { ...process.env, ...here.env } });
  let said = '';
  deploying.stderr.on('data', (text) => {
    said += text;
  });
  const ended = new Promise<number | null>((resolve) => deploying.on('close', resolve));
  await sleep(2_500);
  process.kill(pid, 'SIGKILL');
  expect(await ended).toBe(4);
  expect(
    said
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('error:')),
  ).toHaveLength(1);
  expect(documentOf(local('deploy', '--json')).stacks['orders-dev'].resources).toBeGreaterThan(10);
});

test('two that start it at once get the same one', async () => {
  const start = (): Promise<string> =>
    new Promise((resolve) => {
      let out = '';
      const child = spawn('npx', [KIT, 'local', 'start', '--json'], {
        cwd: project,
        env: { ...process.env, ...here.env },
      });
      child.stdout.on('data', (text) => {
        out += text;
      });
      child.on('close', () => resolve(out));
    });
  const [one, other] = (await Promise.all([start(), start()])).map((text) => JSON.parse(text));
  expect(one).toEqual(other);
});

describe('a user with a profile, keys and a proxy', () => {
  let seen: string[];
  let proxy: ReturnType<typeof createServer>;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    seen = [];
    proxy = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.writeHead(502).end();
    }).listen(0, '127.0.0.1');
    proxy.on('connect', (request, socket) => {
      seen.push(`CONNECT ${request.url}`);
      socket.end();
    });
    await new Promise((resolve) => proxy.once('listening', resolve));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const home = join(here.home, 'user');
    mkdirSync(join(home, '.aws'), { recursive: true });
    writeFileSync(
      join(home, '.aws', 'credentials'),
      '[default]\naws_access_key_id = AKIAREAL\naws_secret_access_key = real\n',
    );
    writeFileSync(join(home, '.aws', 'config'), '[default]\nregion = eu-west-1\n');
    const proxies = Object.fromEntries(
      ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].map((name) => [name, url]),
    );
    env = {
      ...proxies,
      NO_PROXY: '',
      no_proxy: '',
      HOME: home,
      AWS_PROFILE: 'default',
      AWS_ACCESS_KEY_ID: 'AKIAREAL',
      AWS_SECRET_ACCESS_KEY: 'real',
      AWS_SESSION_TOKEN: 'real',
    };
  });

  afterAll(() => proxy.close());

  test('deploys and probes with neither: nothing passes the proxy, and no key of theirs reaches the emulator', async () => {
    documentOf(local('start', '--json'));
    const deployed = here.atelier(project, ['local', 'deploy', '--json'], env);
    expect(documentOf(deployed).stacks['orders-dev'].outputs.DeadLetterQueueArn).toContain(':us-east-1:000000000000:');
    expect(documentOf(here.atelier(project, ['probe', '--json'], env)).passed).toBe(true);
    expect(seen).toEqual([]);
    expect(readdirSync(join(here.home, 'user'))).not.toContain('.cdk');
  });

  test("can't reach AWS by mistake: an endpoint of AWS is refused before anything is done", () => {
    const aws = { ...env, AWS_ENDPOINT_URL: 'https://cloudformation.us-east-1.amazonaws.com' };
    for (const args of [['local', 'deploy'], ['probe']]) {
      const { code, stderr } = here.atelier(project, args, aws);
      expect(code).toBe(2);
      expect(stderr).toContain("error: AWS_ENDPOINT_URL can't be");
    }
    expect(seen).toEqual([]);
  });
});

test('another emulator is used where AWS_ENDPOINT_URL names one', () => {
  const { endpoint } = documentOf(local('start', '--json'));
  const elsewhere = emptyCache();
  const named = here.atelier(project, ['local', 'deploy', '--json'], { ...elsewhere, AWS_ENDPOINT_URL: endpoint });
  expect(documentOf(named).endpoint).toBe(endpoint);
  expect(installed(elsewhere)).toEqual([]);
});
