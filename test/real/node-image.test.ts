import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findPattern } from '../../blueprints/catalog';
import { run } from '../support/commands';
import { type RuntimeClient, startImage } from '../support/image-process';

/*
 * What an image of Node.js runs, without a builder: the runtime interface client of AWS runs the bundle as a process behind the
 * Runtime API. It needs Node.js 22 or newer, and is compiled when it is installed: by cmake and a compiler of C++, with the
 * headers of the Node.js that runs the tests, whose interface for addons is the same in all versions.
 */

const CLIENT = ['aws-lambda-ric@4.0.2', 'node@24'];

/** Where this Node.js is installed, with its headers where it has them. */
const installed = join(dirname(realpathSync(process.execPath)), '..');

/** Whether this machine can compile it. */
const compiles =
  existsSync(join(installed, 'include', 'node', 'node_api.h')) &&
  ['cmake', 'g++', 'make'].every((tool) => spawnSync(tool, ['--version']).status === 0);

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-image-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What runs the handlers; the name of the test says which it is. */
const runtime = compiles ? 'the runtime interface client' : 'a loop of the tests, as no client can be compiled here';

function installClient(): RuntimeClient {
  writeFileSync(join(folder, 'package.json'), '{}');
  const env = { npm_config_nodedir: installed };
  run(folder, 'npm', ['install', '--no-audit', '--no-fund', ...CLIENT], env);
  const modules = join(folder, 'node_modules');
  return { node: join(modules, 'node', 'bin', 'node'), file: join(modules, 'aws-lambda-ric', 'index.mjs') };
}

test(`bundles of Node.js answer as processes of ${runtime}`, async () => {
  const client = compiles ? installClient() : undefined;

  const greeting = await startImage(findPattern('container-images'), client);
  expect(await greeting.invoke({ name: 'image' })).toEqual({ kind: 'response', body: { greeting: 'Hello, image!' } });
  expect(await greeting.invoke({})).toMatchObject({
    kind: 'error',
    body: { errorMessage: expect.stringContaining('no name') },
  });
  greeting.stop();

  const hello = await startImage(findPattern('cross-account-ecr'), client);
  expect(await hello.invoke({})).toMatchObject({ kind: 'response', body: { statusCode: 200 } });
  hello.stop();
}, 600_000);
