import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { GetLayerVersionPolicyCommand, LambdaClient, ListLayerVersionsCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { zipSync } from 'fflate';
import { kitRoot } from '../../blueprints/kit';
import { localEnvironment } from '../../labs/engine/emulator/environment';
import type { Call, Report } from '../../labs/engine/rehearsal/invoker';
import type { Settings } from '../../pipelines/layer-settings';
import { clientConfig } from './clients';
import { documentOf, type Machine, machine } from './support';

/*
 * The function that publishes layers, as the kit ships it, called with jobs of CodePipeline: Lambda and S3 are the emulator's,
 * behind a proxy that refuses and throttles. CodePipeline is a server that takes each report, since no emulator has it.
 */

const HOME = 'eu-west-1';
const AWAY = 'us-east-1';
const LAYER = 'tools';

let here: Machine;
let endpoint: string;
let proxy: Server;

/** What the proxy answers instead of the emulator, if anything. */
let refusal: (call: IncomingMessage) => { readonly status: number; readonly type: string } | undefined;

/** The calls that change something, as `region method path`. */
let changes: string[];

beforeAll(async () => {
  here = machine();
  endpoint = documentOf(here.atelier(here.home, ['local', 'start', '--json'])).endpoint;
  proxy = createServer(async (call, response) => {
    const body = await buffer(call);
    const refused = refusal(call);
    if (refused) {
      response.writeHead(refused.status, { 'content-type': 'application/json', 'x-amzn-errortype': refused.type });
      response.end(JSON.stringify({ Message: 'refused on purpose' }));
      return;
    }
    if (call.method !== 'GET') {
      changes.push(`${regionOf(call)} ${call.method} ${call.url}`);
    }
    const { hostname, port } = new URL(endpoint);
    const { method, url: path, headers } = call;
    const forwarded = request({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    forwarded.end(body);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
});

beforeEach(() => {
  refusal = () => undefined;
  changes = [];
  documentOf(here.atelier(here.home, ['local', 'reset', '--json']));
});

afterAll(async () => {
  proxy.close();
  await here.remove();
});

/** The Region that a request is signed for. */
const regionOf = ({ headers }: IncomingMessage): string => headers.authorization?.split('/')[2] ?? '';

/** A layer with one package. */
const layer = (text = 'module.exports = 1;', mtime = new Date(2026, 0, 1)): Uint8Array =>
  zipSync({ 'nodejs/node_modules/one/index.js': [Buffer.from(text), { mtime }] });

/** Does a job for a Region, and returns what was reported. */
async function publish(region: string, zip: Uint8Array, settings: Partial<Settings> = {}): Promise<Report> {
  const folder = join(here.home, `job-${randomBytes(4).toString('hex')}`);
  mkdirSync(folder);
  const artifact = join(folder, 'Layer.zip');
  writeFileSync(artifact, zip);
  const all: Settings = { region, layerName: LAYER, architecture: 'arm64', revision: 'abc123', ...settings };
  const call: Call = {
    file: join(kitRoot, 'lib', 'pipelines', 'functions', 'layer-distributor', 'index.js'),
    handler: 'handler',
    parameters: JSON.stringify(all),
    artifacts: [artifact],
    seconds: 60,
  };
  const { port } = proxy.address() as AddressInfo;
  const child = spawn(process.execPath, [join(kitRoot, 'lib', 'cli', 'invoker.js')], {
    env: {
      ...localEnvironment(endpoint, undefined, HOME),
      AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${port}`,
      NODE_PATH: join(kitRoot, 'node_modules'),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(JSON.stringify(call));
  const [output, errors] = await Promise.all([buffer(child.stdout), buffer(child.stderr), once(child, 'close')]);
  // Credentials are part of every job, and of no log.
  expect(errors.toString()).not.toMatch(/secretAccessKey|sessionToken/);
  const reports = JSON.parse(output.toString()) as Report[];
  expect(reports).toHaveLength(1);
  return reports[0];
}

const lambdaIn = (region: string): LambdaClient => new LambdaClient({ ...clientConfig(endpoint), region });

/** The versions of the layer in a Region, the newest first. */
async function versions(region: string) {
  const { LayerVersions = [] } = await lambdaIn(region).send(new ListLayerVersionsCommand({ LayerName: LAYER }));
  return LayerVersions;
}

const numbers = async (region: string) => (await versions(region)).map(({ Version }) => Version);

test('every Region gets the same content, each in a version of its own count', async () => {
  await publish(HOME, layer('module.exports = 0;'));
  const reports = [await publish(HOME, layer()), await publish(AWAY, layer())];
  expect(reports.map(({ operation, input }) => [operation, input.outputVariables])).toEqual([
    ['PutJobSuccessResult', { LayerVersionArn: expect.stringContaining(`:${HOME}:`), Version: '2' }],
    ['PutJobSuccessResult', { LayerVersionArn: expect.stringContaining(`:${AWAY}:`), Version: '1' }],
  ]);
  const [[home], [away]] = [await versions(HOME), await versions(AWAY)];
  expect(home.Description).toMatch(/^revision abc123, content [0-9a-f]{64}$/);
  expect(away.Description).toBe(home.Description);
});

test('a repeated invocation publishes nothing more, though the zip has other times', async () => {
  await publish(HOME, layer());
  const again = await publish(HOME, layer(undefined, new Date(2026, 5, 1)));
  expect(again.input).toMatchObject({ outputVariables: { Version: '1' } });
  expect(await numbers(HOME)).toEqual([1]);
});

test('other content, and other runtimes for the same content, are versions of their own', async () => {
  await publish(HOME, layer());
  await publish(HOME, layer('module.exports = 2;'));
  await publish(HOME, layer('module.exports = 2;'), { runtimes: ['nodejs24.x'] });
  expect(await numbers(HOME)).toEqual([3, 2, 1]);
});

test('accounts and an organization may use the version, and asking twice does no harm', async () => {
  const settings = { shareWith: ['111122223333', 'o-exampleorgid'] };
  await publish(HOME, layer(), settings);
  await publish(HOME, layer(), settings);
  const of = { LayerName: LAYER, VersionNumber: 1 };
  const { Policy = '{}' } = await lambdaIn(HOME).send(new GetLayerVersionPolicyCommand(of));
  const { Statement } = JSON.parse(Policy);
  expect(Statement.map(({ Sid }: { Sid: string }) => Sid).sort()).toEqual(['111122223333', 'o-exampleorgid']);
  expect(JSON.stringify(Statement)).toContain('"aws:PrincipalOrgID":"o-exampleorgid"');
});

test('a Region that fails reports so, and the others succeed', async () => {
  refusal = (call) => (regionOf(call) === AWAY ? { status: 403, type: 'AccessDeniedException' } : undefined);
  const reports = [await publish(HOME, layer()), await publish(AWAY, layer())];
  expect(reports.map(({ operation }) => operation)).toEqual(['PutJobSuccessResult', 'PutJobFailureResult']);
  expect(reports[1].input).toMatchObject({
    failureDetails: { type: 'JobFailed', message: expect.stringContaining('refused on purpose') },
  });
});

test('an attempt that could not share is gone on with: no number is skipped', async () => {
  const settings = { shareWith: ['111122223333'] };
  refusal = ({ url = '' }) => (url.endsWith('/policy') ? { status: 403, type: 'AccessDeniedException' } : undefined);
  expect((await publish(HOME, layer(), settings)).operation).toBe('PutJobFailureResult');
  refusal = () => undefined;
  expect((await publish(HOME, layer(), settings)).input).toMatchObject({ outputVariables: { Version: '1' } });
});

test('a throttled call is made again', async () => {
  let left = 3;
  refusal = ({ method }) =>
    method === 'POST' && left-- > 0 ? { status: 429, type: 'TooManyRequestsException' } : undefined;
  expect((await publish(HOME, layer())).operation).toBe('PutJobSuccessResult');
  expect(await numbers(HOME)).toEqual([1]);
});

describe('a zip over the limit of a request', () => {
  const large = zipSync({ 'nodejs/large.bin': [randomBytes(51 * 1024 * 1024), { level: 0 }] });

  test('is taken from the bucket of artifacts in its own Region', async () => {
    expect((await publish(HOME, large)).operation).toBe('PutJobSuccessResult');
    expect(await numbers(HOME)).toEqual([1]);
  });

  test('goes through a bucket in another, and does not stay there', async () => {
    const s3 = new S3Client({ ...clientConfig(endpoint), region: AWAY, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'copies' }));
    expect((await publish(AWAY, large, { staging: 'copies' })).operation).toBe('PutJobSuccessResult');
    expect(await numbers(AWAY)).toEqual([1]);
    expect((await s3.send(new ListObjectsV2Command({ Bucket: 'copies' }))).KeyCount).toBe(0);
  });

  test('is refused without one, and the failure says what is missing', async () => {
    const { operation, input } = await publish(AWAY, large);
    expect(operation).toBe('PutJobFailureResult');
    expect(input).toMatchObject({
      failureDetails: { message: expect.stringContaining(`stagingBuckets: { '${AWAY}': 'a-bucket-there' }`) },
    });
    expect(changes).toEqual([]);
  });
});

test.each([
  ['an empty layer', zipSync({}), 'the layer is empty'],
  ['a zip in the zip', zipSync({ 'layer.zip': layer() }), 'the layer holds nothing but layer.zip'],
  ['what is no zip', Buffer.from('<html>'), 'invalid zip'],
])('%s is reported, and not published', async (_, zip, message) => {
  const { operation, input } = await publish(HOME, zip);
  expect(operation).toBe('PutJobFailureResult');
  expect(input).toMatchObject({ failureDetails: { message: expect.stringContaining(message) } });
  expect(changes).toEqual([]);
});
