import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient, CreateProjectCommand, StartBuildCommand } from '@aws-sdk/client-codebuild';
import { CodePipelineClient, CreatePipelineCommand } from '@aws-sdk/client-codepipeline';
import { CreateRepositoryCommand, ECRClient, PutImageCommand, StartImageScanCommand } from '@aws-sdk/client-ecr';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { type ActionState, Aws, type Definition, logPage, publishedBy, starting } from '../../pipelines/operations';
import { clientConfig } from './clients';
import { type Moto, startMoto } from './moto';
import { documentOf, type Machine, machine } from './support';

/*
 * What operations ask of AWS, asked of the emulators that have the calls: logs, builds and images of MiniStack, findings and the
 * start of a pipeline of moto. None has the state of a pipeline, and moto tells times as the SDK can't read them:
 * test/pipelines/operations plays those.
 */

/** An action that has pushed an image. */
const pushing = (variables: Readonly<Record<string, string>>, externalId?: string): ActionState => ({
  name: 'Build',
  category: 'Build',
  provider: externalId ? 'CodeBuild' : 'ECRBuildAndPublish',
  status: 'succeeded',
  attempt: 1,
  externalId,
  variables,
  configuration: {},
});

const MANIFEST = JSON.stringify({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', size: 2, digest: `sha256:${'a'.repeat(64)}` },
  layers: [],
});

const before = { ...process.env };
let here: Machine;
let ministack: string;
let moto: Moto;

beforeAll(async () => {
  here = machine();
  ministack = documentOf(here.atelier(here.home, ['local', 'start', '--json'])).endpoint;
  moto = await startMoto();
});

afterAll(async () => {
  process.env = before;
  moto?.stop();
  await here.remove();
});

/** Clients that are led to an emulator, as those of a user are. */
function awsAt(endpoint: string): Aws {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
  return new Aws({ region: 'us-east-1' });
}

/** Pushes an image; gives its digest. */
async function push(endpoint: string): Promise<string> {
  const ecr = new ECRClient(clientConfig(endpoint));
  await ecr.send(new CreateRepositoryCommand({ repositoryName: 'orders' }));
  const image = { repositoryName: 'orders', imageManifest: MANIFEST, imageTag: 'exec-1' };
  const pushed = await ecr.send(new PutImageCommand(image));
  return pushed.image?.imageId?.imageDigest ?? '';
}

/** A build that knows a repository, as that of `ImagePipeline` does; gives its id. */
async function build(endpoint: string): Promise<string | undefined> {
  const codebuild = new CodeBuildClient(clientConfig(endpoint));
  await codebuild.send(
    new CreateProjectCommand({
      name: 'orders-build',
      source: { type: 'S3', location: 'bucket/key' },
      artifacts: { type: 'NO_ARTIFACTS' },
      environment: {
        type: 'LINUX_CONTAINER',
        image: 'aws/codebuild/standard:8.0',
        computeType: 'BUILD_GENERAL1_SMALL',
        environmentVariables: [
          { name: 'REPOSITORY_NAME', value: 'orders' },
          { name: 'REPOSITORY_REGION', value: 'us-east-1' },
        ],
      },
      serviceRole: 'arn:aws:iam::000000000000:role/build',
    }),
  );
  const started = await codebuild.send(new StartBuildCommand({ projectName: 'orders-build' }));
  return started.build?.id;
}

test("a log of the emulator's CloudWatch Logs is read from its beginning to its end, and on as it grows", async () => {
  const aws = awsAt(ministack);
  const logs = new CloudWatchLogsClient(clientConfig(ministack));
  const [logGroupName, logStreamName] = ['/aws/codebuild/orders', 'one'];
  const put = (...messages: string[]) =>
    logs.send(
      new PutLogEventsCommand({
        logGroupName,
        logStreamName,
        logEvents: messages.map((message) => ({ message, timestamp: Date.now() })),
      }),
    );
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  await put('one\n', '\u001b[31mtwo\u001b[0m\n');
  const build = { logs: { groupName: logGroupName, streamName: logStreamName } };
  const first = await logPage(aws, build, { next: 'head' });
  expect(first.lines).toEqual(['one', 'two']);
  await put('three\n');
  const second = await logPage(aws, build, { next: first.next ?? '' });
  expect(second.lines).toEqual(['three']);
  expect((await logPage(aws, build, { next: second.next ?? '' })).lines).toEqual([]);
  expect((await logPage(aws, build, { next: 'tail' })).lines).toEqual(['one', 'two', 'three']);
});

test("an image of the emulator's ECR is found by the build that has pushed it, with its tags", async () => {
  const DIGEST = await push(ministack);
  const action = pushing({ DIGEST }, await build(ministack));
  await expect(publishedBy(awsAt(ministack), action)).resolves.toEqual({
    kind: 'image',
    repository: 'orders',
    region: 'us-east-1',
    digest: DIGEST,
    tags: ['exec-1'],
    findings: null, // the emulator scans nothing, and knows no such question
    scan: 'unknown',
  });
});

test("moto's findings of an image are counted by severity", async () => {
  const imageDigest = await push(moto.endpoint);
  const ecr = new ECRClient(clientConfig(moto.endpoint));
  await ecr.send(new StartImageScanCommand({ repositoryName: 'orders', imageId: { imageDigest } }));
  const action = pushing({ ECRRepositoryName: 'orders', ECRImageDigestId: imageDigest });
  await expect(publishedBy(awsAt(moto.endpoint), action)).resolves.toMatchObject({
    tags: ['exec-1'],
    findings: { HIGH: 1 },
  });
});

test("a pipeline of moto's is started with a commit and a variable", async () => {
  const [source, build] = [
    { name: 'Source', category: 'Source', provider: 'CodeCommit' },
    { name: 'Build', category: 'Build', provider: 'CodeBuild' },
  ] as const;
  const stage = ({ name, category, provider }: typeof source | typeof build) => ({
    name,
    actions: [
      {
        name,
        actionTypeId: { category, owner: 'AWS' as const, provider, version: '1' },
        ...(category === 'Source'
          ? { outputArtifacts: [{ name: 'Sources' }] }
          : { inputArtifacts: [{ name: 'Sources' }] }),
      },
    ],
  });
  const pipeline = {
    name: 'orders-image',
    roleArn: await roleAt(moto.endpoint),
    artifactStore: { type: 'S3' as const, location: 'bucket' },
    stages: [stage(source), stage(build)],
  };
  await new CodePipelineClient(clientConfig(moto.endpoint)).send(new CreatePipelineCommand({ pipeline }));
  const definition: Definition = {
    name: 'orders-image',
    version: 1,
    account: '123456789012',
    region: 'us-east-1',
    stages: [source, build].map((action) => ({
      name: action.name,
      retries: false,
      rollsBack: false,
      conditions: [],
      actions: [{ ...action, configuration: {} }],
    })),
    isParallel: false,
    variables: ['IMAGE_DIGEST'],
  };
  const options = { commit: ['a'.repeat(40)], variables: { IMAGE_DIGEST: 'sha256:1' } };
  await expect(starting(awsAt(moto.endpoint), definition, options).run()).resolves.toMatch(/^[0-9a-f-]{36}$/);
});

/** A role that CodePipeline may take, which moto asks for. */
async function roleAt(endpoint: string): Promise<string> {
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'codepipeline.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  const { Role } = await new IAMClient(clientConfig(endpoint)).send(
    new CreateRoleCommand({ RoleName: 'pipeline', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  return Role?.Arn ?? '';
}
