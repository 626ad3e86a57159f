import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { kitRoot } from '../../../../blueprints/kit';
import { Assembly, type Resource } from '../../../../labs/engine/assembly';
import type { Json } from '../../../../labs/engine/json';
import { invokeAt } from '../../../../labs/engine/rehearsal/invoke';
import { inProject, root, STACK } from './rehearsing';

/* Jobs without artifacts need no emulator: only CodePipeline is called, which the program stands in for. */

inProject();

/** Reports the success of a job, in either kind of module. */
const REPORT = `
const report = async (job, outputVariables) => {
  const headers = { 'x-amz-target': 'CodePipeline_20150709.PutJobSuccessResult' };
  const body = JSON.stringify({ jobId: job.id, outputVariables });
  await fetch(process.env.AWS_ENDPOINT_URL_CODEPIPELINE, { method: 'POST', headers, body });
};
`;

/** Calls a function whose code is one file. */
async function called(file: string, code: string, properties: { readonly [name: string]: Json } = {}) {
  const assemblyFolder = join(root, 'cdk.out');
  mkdirSync(join(assemblyFolder, 'asset.one', 'src'), { recursive: true });
  writeFileSync(join(assemblyFolder, 'asset.one', 'src', file), REPORT + code);
  const program = join(root, 'invoker.js');
  buildSync({
    entryPoints: [join(kitRoot, 'labs', 'engine', 'rehearsal', 'invoker.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    external: ['@aws-sdk/*'],
    // As the kit is compiled.
    supported: { 'dynamic-import': false },
  });
  const all = { Runtime: 'nodejs24.x', Handler: 'src/app.handler', ...properties };
  const target: Resource = {
    stack: STACK,
    logicalId: 'One',
    name: 'One',
    type: 'AWS::Lambda::Function',
    properties: all,
  };
  const template = { Resources: { One: { Metadata: { 'aws:asset:path': 'asset.one' } } } };
  const assembly = new Assembly({ resources: [target], stacks: [{ name: STACK, environment: '', template }] });
  const invoke = invokeAt({
    assembly,
    assemblyFolder,
    scratch: root,
    endpoint: 'http://127.0.0.1:9',
    modules: join(kitRoot, 'node_modules'),
    program,
  });
  return invoke({ function: target, env: {}, parameters: '{"a":1}', artifacts: [] });
}

test.each([
  ['app.js', 'exports.handler = async (event) => {'],
  ['app.cjs', 'module.exports = Object.assign({}, { handler }); async function handler(event) {'],
  ['app.mjs', 'export const handler = async (event) => {'],
])('a function in %s gets its job', async (file, head) => {
  const code = `${head}
    const job = event['CodePipeline.job'];
    await report(job, JSON.parse(job.data.actionConfiguration.configuration.UserParameters));
  }`;
  expect(await called(file, code)).toEqual({ variables: { a: 1 } });
});

test('a module for import finds the clients of AWS', async () => {
  const code = `
    import { S3Client } from '@aws-sdk/client-s3';
    export const handler = (event) => report(event['CodePipeline.job'], { found: typeof S3Client });
  `;
  expect(await called('app.mjs', code)).toEqual({ variables: { found: 'function' } });
});

test('an error of several lines is told by its first one', async () => {
  expect(await called('app.js', "require('no-such-package');")).toEqual({
    failure: "Error: Cannot find module 'no-such-package'",
    variables: {},
  });
});

test('a function has the time of its template, and knows what is left', async () => {
  const late = 'exports.handler = () => new Promise((resolve) => setTimeout(resolve, 60000));';
  expect(await called('app.js', late, { Timeout: 1 })).toEqual({
    failure: 'Error: the function did not end within its 1 seconds',
    variables: {},
  });
  const left = `exports.handler = (event, context) =>
    report(event['CodePipeline.job'], { most: context.getRemainingTimeInMillis() > 19000 });`;
  expect(await called('app.js', left, { Timeout: 20 })).toEqual({ variables: { most: true } });
});

test.each([
  ['python3.14', 'its function is of python3.14, and only Node.js is called here'],
  ['', 'its function is of an image, and only Node.js is called here'],
])('a function of the runtime "%s" is named', async (Runtime, notRehearsed) => {
  expect(await called('app.js', '', { Runtime })).toEqual({ notRehearsed, variables: {} });
});
