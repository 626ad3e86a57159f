import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { kitRoot } from '../../blueprints/kit';
import { checkOptions } from '../../blueprints/options';
import { lastStep, type Pattern } from '../../blueprints/pattern';
import { render } from '../../blueprints/rendering';
import { type RuntimeApi, startRuntimeApi } from './runtime-api';

/** A runtime as small as it gets: it asks for events, and tells what the handler of a module answers. */
const RUNTIME = `
const [file, name] = process.env._HANDLER.split('.');
const handler = require(process.env.LAMBDA_TASK_ROOT + '/' + file)[name];
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

/** What runs the handler of a base image, and asks the Runtime API for events. */
export interface RuntimeClient {
  /** The Node.js that it runs on. */
  readonly node: string;
  /** Its program. */
  readonly file: string;
}

/** What an image of Node.js runs, as a process without a container. */
export interface ImageProcess {
  /** The project that the image is of. */
  readonly folder: string;
  /** Hands an event to the handler. */
  readonly invoke: RuntimeApi['invoke'];
  /** Ends it, and removes the project. */
  stop(): void;
}

/**
 * Runs what an image would run: the bundle is made by the command of the project's Dockerfile, and its handler runs behind the
 * Runtime API, as the base image has it.
 *
 * @param pattern a pattern whose finished project has a Dockerfile for Node.js
 * @param given what runs its handler. @default - a loop of this kit's tests
 */
export async function startImage(pattern: Pattern, given?: RuntimeClient): Promise<ImageProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'image-test-'));
  for (const [path, content] of render(pattern, checkOptions(pattern, { name: 'orders' }), lastStep(pattern))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const dockerfile = readFileSync(join(folder, 'Dockerfile'), 'utf8');
  const [, bundling] = /^RUN npx esbuild (.+)$/m.exec(dockerfile) as RegExpExecArray;
  const [, module, handler] = /^CMD \["(\w+)\.(\w+)"\]$/m.exec(dockerfile) as RegExpExecArray;
  const esbuild = join(kitRoot, 'node_modules', 'esbuild', 'bin', 'esbuild');
  const { status, stderr } = spawnSync(esbuild, bundling.split(' '), { cwd: folder, encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(stderr);
  }
  const api = await startRuntimeApi();
  writeFileSync(join(folder, 'runtime.cjs'), RUNTIME);
  const { node, file } = given ?? { node: process.execPath, file: 'runtime.cjs' };
  const child = spawn(node, [file], {
    cwd: folder,
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
    env: {
      AWS_LAMBDA_RUNTIME_API: api.address,
      AWS_LAMBDA_FUNCTION_NAME: 'function',
      AWS_LAMBDA_FUNCTION_VERSION: '1',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_LOG_GROUP_NAME: 'group',
      AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
      LAMBDA_TASK_ROOT: join(folder, 'dist'),
      _HANDLER: `${module}.${handler}`,
    },
    stdio: 'ignore',
  });
  return {
    folder,
    invoke: (event) => api.invoke(event),
    stop: () => {
      child.kill();
      api.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
