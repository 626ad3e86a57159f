import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

/*
 * The program that calls the function of an action with a job of CodePipeline, in a process of its own: its variables aim all
 * clients at an emulator, and those of CodePipeline, which no emulator has, at this program. It reads a call from standard
 * input and prints what was reported.
 */

/** A call of a function. */
export interface Call {
  /** The file of the function's code, and the name of its handler there. */
  readonly file: string;
  readonly handler: string;
  /** What the action tells the function. */
  readonly parameters: string;
  /** The files of its input artifacts. */
  readonly artifacts: readonly string[];
  /** How long it may run, in seconds. */
  readonly seconds: number;
}

/** What a function says to CodePipeline: the operation, and its input. */
export interface Report {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The bucket of artifacts in the emulator. */
const BUCKET = 'rehearsed-artifacts';

/** A module of either kind. The compiled command line knows `require` alone, in whose place every other `import` is put. */
const load = new Function('url', 'return import(url)') as (
  url: string,
) => Promise<Record<string, Handler> & { readonly default: Record<string, Handler> }>;

/** A function of Lambda. */
type Handler = (event: object, context: object) => unknown;

/** The variable that leads the client of CodePipeline elsewhere: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
const ENDPOINT = 'AWS_ENDPOINT_URL_CODEPIPELINE';

async function main(): Promise<void> {
  const call = JSON.parse(await text(process.stdin)) as Call;
  const reports: Report[] = [];
  const server = await listen(reports);
  try {
    const inputArtifacts = await Promise.all(call.artifacts.map(put));
    const credentials = {
      accessKeyId: process.env.AWS_ACCESS_KEY_ID,
      secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
      sessionToken: 'rehearsal',
    };
    const configuration = { FunctionName: 'rehearsed', UserParameters: call.parameters };
    const data = { actionConfiguration: { configuration }, inputArtifacts, outputArtifacts: [] };
    const job = { id: 'rehearsal', accountId: '', data: { ...data, artifactCredentials: credentials } };
    // What the function prints is not what is reported.
    console.log = console.info = console.error;
    await run(call, { 'CodePipeline.job': job });
  } finally {
    server.close();
  }
  process.stdout.write(JSON.stringify(reports));
}

/** Runs the handler of a function, in the time that the function has. */
async function run({ file, handler, seconds }: Call, event: object): Promise<void> {
  const module = await load(pathToFileURL(file).href);
  const end = performance.now() + seconds * 1000;
  const context = {
    awsRequestId: 'rehearsal',
    getRemainingTimeInMillis: () => Math.max(0, end - performance.now()),
  };
  const over = setTimeout(seconds * 1000, undefined, { ref: false }).then(() => {
    throw new Error(`the function did not end within its ${seconds} seconds`);
  });
  // What Node.js does not see as exports of a CommonJS module are properties of its default.
  await Promise.race([(module[handler] ?? module.default[handler])(event, context), over]);
}

/** Stands in for CodePipeline: it takes every report. */
async function listen(reports: Report[]): Promise<Server> {
  const server = createServer(async (request, response) => {
    const [, operation = ''] = String(request.headers['x-amz-target']).split('.');
    reports.push({ operation, input: JSON.parse((await text(request)) || '{}') });
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end('{}');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  process.env[ENDPOINT] = `http://127.0.0.1:${port}`;
  return server;
}

/** Puts an artifact into the emulator's bucket. */
async function put(file: string): Promise<object> {
  const s3 = new S3Client({});
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET })).catch(() => undefined);
  const Key = `rehearsal/${basename(file)}`;
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: readFileSync(file) }));
  const s3Location = { bucketName: BUCKET, objectKey: Key };
  return { name: basename(file, '.zip'), revision: null, location: { type: 'S3', s3Location } };
}

main().catch((error: Error) => {
  const [message] = error.message.split('\n');
  // A function whose time is over may have more to do.
  process.stderr.write(`${error.name}: ${message}\n`, () => process.exit(1));
});
