import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findPattern } from '../../../blueprints/catalog';
import { kitRoot } from '../../../blueprints/kit';
import { checkOptions } from '../../../blueprints/options';
import { lastStep } from '../../../blueprints/pattern';
import { render } from '../../../blueprints/rendering';
import { type RuntimeApi, startRuntimeApi } from '../../support/runtime-api';

/*
 * What the image runs, without a builder: the bundle is made by the command of the Dockerfile, and its handler is run as a
 * process of its own behind the Runtime API, as the base image does.
 */

const pattern = findPattern('container-images');
let folder: string;
let api: RuntimeApi;
let child: ChildProcess | undefined;

/** A runtime as small as it gets: it asks for events, and tells what the handler of a module answers. */
const RUNTIME = `
const [, , file, name] = process.argv;
const handler = require(file)[name];
const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/invocation/';
const tell = (id, kind, body) => fetch(base + id + '/' + kind, { method: 'POST', body: JSON.stringify(body) });
(async () => {
  for (;;) {
    const next = await fetch(base + 'next');
    const id = next.headers.get('lambda-runtime-aws-request-id');
    try {
      await tell(id, 'response', await handler(await next.json(), { awsRequestId: id }));
    } catch (error) {
      await tell(id, 'error', { errorType: error.name, errorMessage: error.message });
    }
  }
})();
`;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'image-test-'));
  api = await startRuntimeApi();
});

afterEach(() => {
  child?.kill();
  api.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the bundle of Node.js answers as a process behind the Runtime API', async () => {
  const files = render(pattern, checkOptions(pattern, { name: 'orders' }), lastStep(pattern));
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const dockerfile = readFileSync(join(folder, 'Dockerfile'), 'utf8');
  const [, bundling] = /^RUN npx esbuild (.+)$/m.exec(dockerfile) as RegExpExecArray;
  const [, module, handler] = /^CMD \["(\w+)\.(\w+)"\]$/m.exec(dockerfile) as RegExpExecArray;
  const esbuild = join(kitRoot, 'node_modules', 'esbuild', 'bin', 'esbuild');
  const { status, stderr } = spawnSync(esbuild, bundling.split(' '), { cwd: folder, encoding: 'utf8' });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });

  writeFileSync(join(folder, 'runtime.cjs'), RUNTIME);
  child = spawn(process.execPath, ['runtime.cjs', join(folder, 'dist', `${module}.js`), handler], {
    cwd: folder,
    env: { AWS_LAMBDA_RUNTIME_API: api.address },
    stdio: 'ignore',
  });
  // What image/try.sh sends, and wants to hear.
  expect(await api.invoke({ name: 'image' })).toEqual({ kind: 'response', body: { greeting: 'Hello, image!' } });
  expect(readFileSync(join(folder, 'image', 'try.sh'), 'utf8')).toContain('{"greeting":"Hello, image!"}');
  expect(await api.invoke({})).toMatchObject({
    kind: 'error',
    body: { errorMessage: expect.stringMatching('no name') },
  });
});
