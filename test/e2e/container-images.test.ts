import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { DescribeImagesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { kitRoot } from '../../blueprints/kit';
import { localAssembly } from '../../labs/engine/deployment/local-assembly';
import { localEnvironment } from '../../labs/engine/emulator/environment';
import { dig, entriesAt, type Json, readJson } from '../../labs/engine/json';
import { runBuild } from '../../labs/engine/rehearsal/build';
import { readBuildspec } from '../../labs/engine/rehearsal/buildspec';
import { type ClientConfig, clientConfig } from './clients';
import { createProject, documentOf, type Machine, machine } from './support';

/*
 * The whole chain, from a commit to what the function runs, without Docker and without CodePipeline, which no emulator knows:
 * the builds are run by the buildspecs of the templates, with scripts in place of docker, aws and curl; the event passes the
 * rule's own pattern and transformer; the deployment is made by the CDK.
 */

const STACK = 'orders-dev';

/** Who sends the events here: as on AWS, only CodePipeline itself can be `aws.codepipeline`. */
const SOURCE = 'atelier.test';

/** What the image has to answer, as image/try.sh wants it. */
const RIGHT = '{"greeting":"Hello, image!"}';

let here: Machine;
let project: string;
let scratch: string;
let config: ClientConfig;

/** A resource of a template of the project, as it was synthesized for the emulator. */
function resourceOf(stack: string, type: string): Json {
  const template = readJson(join(localAssembly(project), `${stack}.template.json`));
  const found = entriesAt(template, 'Resources').filter(([, one]) => dig(one, 'Type') === type);
  return found[found.length - 1][1];
}

beforeAll(() => {
  here = machine();
  project = createProject(here, 'container-images');
  config = clientConfig(documentOf(here.atelier(project, ['local', 'deploy', '--json'])).endpoint);
  scratch = mkdtempSync(join(tmpdir(), 'container-images-'));
  const tools = { docker: true, aws: true, curl: true, npm: false };
  for (const [name, isTool] of Object.entries(tools)) {
    const file = join(scratch, name);
    const call = `exec "${process.execPath}" --no-warnings "${join(__dirname, 'registry-tools.cjs')}" ${name} "$@"`;
    writeFileSync(file, `#!/bin/sh\n${isTool ? call : ''}\n`);
    chmodSync(file, 0o755);
  }
});

afterAll(async () => {
  rmSync(scratch, { recursive: true, force: true });
  await here.remove();
});

/** Runs the build of a stack's pipeline as CodeBuild does. */
async function built(stack: string, variables: Readonly<Record<string, string>>) {
  const spec = String(dig(resourceOf(stack, 'AWS::CodeBuild::Project'), 'Properties', 'Source', 'BuildSpec'));
  const machineOfBuild = mkdtempSync(join(scratch, 'build-'));
  mkdirSync(join(machineOfBuild, 'home'));
  const lines: string[] = [];
  const { failure } = await runBuild(readBuildspec(spec), {
    folder: project,
    scratch: machineOfBuild,
    env: {
      ...localEnvironment(config.endpoint),
      PATH: [scratch, process.env.PATH].join(delimiter),
      NODE_PATH: join(kitRoot, 'node_modules'),
      BUILT_IMAGES: machineOfBuild,
      REGISTRY: 'registry',
      REPOSITORY_NAME: STACK,
      REPOSITORY_REGION: config.region,
      REPOSITORY_URI: `registry/${STACK}`,
      ...variables,
    },
    onLine: (line) => lines.push(line),
  });
  return { passed: failure === undefined, failed: failure?.failed, lines };
}

/** A commit is built, tried and pushed, by an execution of the first pipeline. */
async function pushed(commit: string, answer = RIGHT) {
  const execution = randomUUID();
  const { passed, failed, lines } = await built(`${STACK}-image`, {
    REVISION: commit,
    EXECUTION: execution,
    IMAGE_CONTENT: commit,
    IMAGE_ANSWER: answer,
  });
  return { passed, failed, lines, execution };
}

/** The second pipeline runs, with the variables that it is started with. */
const deployed = (variables: Readonly<Record<string, string>>) =>
  built(`${STACK}-deployment`, { IMAGE_EXECUTION: 'none', IMAGE_DIGEST: 'none', ...variables });

/** The images of the registry: digests by tag. */
async function tags(): Promise<Record<string, string>> {
  const { imageDetails = [] } = await new ECRClient(config).send(new DescribeImagesCommand({ repositoryName: STACK }));
  return Object.fromEntries(
    imageDetails.flatMap(({ imageTags = [], imageDigest = '' }) => imageTags.map((tag) => [tag, imageDigest])),
  );
}

/** The digest that callers of the alias get, and the version that it is. */
async function running() {
  const { Code, Configuration } = await new LambdaClient(config).send(
    new GetFunctionCommand({ FunctionName: `${STACK}-function`, Qualifier: 'live' }),
  );
  return { digest: Code?.ImageUri?.split('@')[1], version: Number(Configuration?.Version) };
}

/** What the rule of the deployment makes of events, sent by another source to a queue in place of the pipeline. */
async function heard(executions: ReadonlyArray<{ readonly id: string; readonly state: string }>): Promise<Json[]> {
  const events = new EventBridgeClient(config);
  const sqs = new SQSClient(config);
  const rule = dig(resourceOf(`${STACK}-deployment`, 'AWS::Events::Rule'), 'Properties');
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'in-place-of-the-pipeline' }));
  const Arn = `arn:aws:sqs:${config.region}:000000000000:in-place-of-the-pipeline`;
  const pattern = dig(rule, 'EventPattern') as object;
  await events.send(
    new PutRuleCommand({ Name: 'same-rule', EventPattern: JSON.stringify({ ...pattern, source: [SOURCE] }) }),
  );
  const transformer = dig((dig(rule, 'Targets') as Json[])[0], 'InputTransformer');
  const InputTransformer = transformer as unknown as { InputPathsMap: Record<string, string>; InputTemplate: string };
  await events.send(new PutTargetsCommand({ Rule: 'same-rule', Targets: [{ Id: 'queue', Arn, InputTransformer }] }));
  await events.send(
    new PutEventsCommand({
      Entries: executions.map(({ id, state }) => ({
        Source: SOURCE,
        DetailType: 'CodePipeline Pipeline Execution State Change',
        Detail: JSON.stringify({ pipeline: `${STACK}-image`, 'execution-id': id, state, version: 1 }),
      })),
    }),
  );
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 2 }),
  );
  for (const { ReceiptHandle } of Messages) {
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
  return Messages.map(({ Body = '' }) => JSON.parse(Body));
}

/** The digest of each commit that was deployed. */
const digests: Record<string, string> = {};

test('an image that answers otherwise is pushed by nobody, and its execution starts no deployment', async () => {
  const before = await running();
  const { passed, failed, execution } = await pushed('bad', '{"greeting":"Hello, nobody!"}');
  expect({ passed, failed }).toEqual({ passed: false, failed: 'sh image/try.sh' });
  expect(await tags()).toEqual({});
  expect(await heard([{ id: execution, state: 'FAILED' }])).toEqual([]);
  expect(await running()).toEqual(before);
});

test.each(['one', 'two'])('commit %s: what its execution has pushed is what the function runs', async (commit) => {
  const before = await running();
  const { passed, execution, lines } = await pushed(commit);
  expect({ passed, lines: passed ? [] : lines }).toEqual({ passed: true, lines: [] });
  const { [commit]: digest, [`exec-${execution}`]: byExecution } = await tags();
  expect(byExecution).toBe(digest);

  const told = await heard([
    { id: execution, state: 'STARTED' },
    { id: execution, state: 'SUCCEEDED' },
  ]);
  expect(told).toEqual([{ variables: [{ name: 'IMAGE_EXECUTION', value: execution }] }]);
  const deployment = await deployed({ IMAGE_EXECUTION: execution });
  expect({ passed: deployment.passed, lines: deployment.passed ? [] : deployment.lines }).toEqual({
    passed: true,
    lines: [],
  });
  const now = await running();
  expect(now.digest).toBe(digest);
  expect(now.version).toBeGreaterThan(before.version);
  expect(await tags()).toMatchObject({ live: digest, 'live-next': digest });
  digests[commit] = digest;
});

test('a commit that is pushed again is the same image, under the tag of the new execution', async () => {
  const { passed, execution } = await pushed('one');
  expect(passed).toBe(true);
  expect((await tags())[`exec-${execution}`]).toBe(digests.one);
});

test('an older digest is deployed again, and marked as what runs', async () => {
  expect((await deployed({ IMAGE_DIGEST: digests.one })).passed).toBe(true);
  expect((await running()).digest).toBe(digests.one);
  expect(await tags()).toMatchObject({ live: digests.one, two: digests.two });
});

test.each([
  ['a digest that is in no image', { IMAGE_DIGEST: `sha256:${'e'.repeat(64)}` }],
  ['an execution that has pushed nothing', { IMAGE_EXECUTION: 'another' }],
])('%s changes nothing', async (_, variables) => {
  const before = [await running(), await tags()];
  expect((await deployed(variables)).passed).toBe(false);
  expect([await running(), await tags()]).toEqual(before);
});
