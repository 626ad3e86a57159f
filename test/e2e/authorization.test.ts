import { mkdtempSync, readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { patterns } from '../../blueprints/catalog';
import type { Pattern } from '../../blueprints/pattern';
import { localEnvironment } from '../../labs/engine/emulator/environment';
import { dig, entriesAt } from '../../labs/engine/json';
import { run } from '../support/commands';
import { goldenFolder } from '../support/golden';
import { drawn } from '../support/shared';
import { type AuthorizingEmulator, startAuthorizing } from './authorizing';
import { type ClientConfig, clientConfig, outputsOf } from './clients';
import { createProject, documentOf, type Machine, machine } from './support';

/*
 * Every pattern whose promises a function of its stack keeps, on an emulator that asks IAM: a role that lacks a right which a
 * promise needs is noticed. Of a stack without one, say a registry, the probes read what was deployed, in nobody's role.
 */

const STACK = 'orders-dev';

/** Whether the stack that the probes ask has a function. */
function acts(pattern: Pattern): boolean {
  const template = readFileSync(join(goldenFolder(pattern), 'cdk.out', `${STACK}.template.json`), 'utf8');
  return entriesAt(JSON.parse(template), 'Resources').some(([, one]) => dig(one, 'Type') === 'AWS::Lambda::Function');
}

let here: Machine;
let emulator: AuthorizingEmulator;
let config: ClientConfig;
let iam: IAMClient;

beforeAll(async () => {
  here = machine();
  process.env.XDG_CACHE_HOME = here.env.XDG_CACHE_HOME;
  const home = mkdtempSync(join(here.home, 'emulator-'));
  emulator = await startAuthorizing(home);
  const ca = readFileSync(emulator.env.NODE_EXTRA_CA_CERTS);
  config = { ...clientConfig(emulator.endpoint), requestHandler: { httpsAgent: new Agent({ ca }) } };
  iam = new IAMClient(config);
});

afterAll(async () => {
  await emulator.stop();
  await here.remove();
});

/** The role of CDK's bootstrap that looks at images: the emulator does not see that it may. */
async function letImagesBePublished(): Promise<void> {
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'cdk-hnb659fds-image-publishing-role-000000000000-us-east-1',
      PolicyName: 'images',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'ecr:*', Resource: '*' }],
      }),
    }),
  );
}

/** The physical ids of a stack's resources of a type, by their logical ids. */
async function resourcesOf(StackName: string, type: string): Promise<Map<string, string>> {
  const { StackResourceSummaries = [] } = await new CloudFormationClient(config).send(
    new ListStackResourcesCommand({ StackName }),
  );
  return new Map(
    StackResourceSummaries.filter(({ ResourceType }) => ResourceType === type).map(
      ({ LogicalResourceId = '', PhysicalResourceId = '' }) => [LogicalResourceId, PhysicalResourceId],
    ),
  );
}

/** The policies of a role, by their names. */
async function policiesOf(RoleName: string): Promise<Map<string, string>> {
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const documents = await Promise.all(
    PolicyNames.map((PolicyName) => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))),
  );
  return new Map(
    documents.map(({ PolicyName = '', PolicyDocument = '' }) => [PolicyName, decodeURIComponent(PolicyDocument)]),
  );
}

/** Rights on a single resource that the emulator looks for on another one, and the name that it has for them. */
const MISJUDGED: ReadonlyMap<string, string> = new Map([
  ['ecs:DescribeTasks', 'ecs:DescribeTasks'],
  ['lambda:AddLayerVersionPermission', 'lambda:PublishLayerVersion'],
  ['lambda:ListLayerVersions', 'lambda:ListLayers'],
  ['sns:Unsubscribe', 'sns:Unsubscribe'],
]);

/**
 * A policy as the emulator can judge it. It fills in conditions of every service (`aws:…`), and none of a single one
 * (`sns:Protocol`), so that nobody could ever meet them there. That they are right, the templates say.
 */
function asTheEmulatorJudges(document: string): string {
  const policy = JSON.parse(document) as { Statement: { Action: string | string[]; Condition?: object }[] };
  return JSON.stringify({
    ...policy,
    Statement: policy.Statement.map(({ Condition = {}, ...statement }) => {
      const isFilledIn = Object.values(Condition).every((keys) => Object.keys(keys)[0].startsWith('aws:'));
      const actions = [statement.Action].flat();
      const misjudged = actions.flatMap((action) => MISJUDGED.get(action) ?? []);
      return {
        ...statement,
        ...(isFilledIn ? { Condition } : {}),
        ...(misjudged.length > 0 ? { Action: [...actions, ...misjudged], Resource: '*' } : {}),
      };
    }),
  });
}

describe.each(drawn(2, patterns.filter(acts)).map(({ id }) => id))('%s', (id) => {
  let project: string;
  const atelier = (...args: string[]) => here.atelier(project, args, emulator.env);

  beforeAll(async () => {
    project = createProject(here, id);
    run(project, 'npx', ['cdk', 'bootstrap'], { ...localEnvironment(emulator.endpoint), ...emulator.env });
    await letImagesBePublished();
    documentOf(atelier('local', 'deploy', '--json'));
    for (const RoleName of (await resourcesOf(STACK, 'AWS::IAM::Role')).values()) {
      for (const [PolicyName, document] of await policiesOf(RoleName)) {
        const PolicyDocument = asTheEmulatorJudges(document);
        await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
      }
    }
  });

  afterAll(() =>
    run(project, 'npx', ['cdk', 'destroy', '--all', '--force'], {
      ...localEnvironment(emulator.endpoint),
      ...emulator.env,
    }),
  );

  test('has every right that its promises need', () => {
    const { code, stdout } = atelier('probe');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/(\d+) of \1 promises are kept/) });
  });

  test('is noticed to lack one', async () => {
    const FunctionName = [...(await resourcesOf(STACK, 'AWS::Lambda::Function')).values()].at(-1);
    const { Role = '' } = await new LambdaClient(config).send(new GetFunctionConfigurationCommand({ FunctionName }));
    const RoleName = Role.split('/').at(-1);
    for (const PolicyName of (await policiesOf(String(RoleName))).keys()) {
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    }
    const { code, stdout } = atelier('probe');
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringMatching(/not authorized|after \d+ s|no new version/),
    });
  });

  if (id === 'dynamic-subscriptions') {
    test('lets the container read queues of tasks, and neither subscribe nor make a queue', async () => {
      const [role] = [...(await resourcesOf(STACK, 'AWS::IAM::Role'))].flatMap(([logicalId, name]) =>
        logicalId.startsWith('TaskTaskRole') ? [name] : [],
      );
      const container = await userWith(await policiesOf(role));
      const { QueuePrefix, TopicArn } = await outputsOf(config, STACK);
      const { QueueUrl } = await new SQSClient(config).send(new CreateQueueCommand({ QueueName: `${QueuePrefix}1` }));
      const other = await new SQSClient(config).send(new CreateQueueCommand({ QueueName: 'orders-other' }));
      const [sqs, sns] = [new SQSClient(container), new SNSClient(container)];
      const read = (url?: string) => sqs.send(new ReceiveMessageCommand({ QueueUrl: url }));
      await expect(read(QueueUrl)).resolves.toBeDefined();
      await expect(read(other.QueueUrl)).rejects.toThrow(/not authorized/i);
      await expect(sqs.send(new CreateQueueCommand({ QueueName: `${QueuePrefix}2` }))).rejects.toThrow(
        /not authorized/i,
      );
      const Endpoint = `${TopicArn.replace(':sns:', ':sqs:').replace(/[^:]+$/, '')}${QueuePrefix}1`;
      const subscribe = new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint });
      await expect(sns.send(subscribe)).rejects.toThrow(/not authorized/i);
      await expect(new SNSClient(config).send(subscribe)).resolves.toBeDefined();
    });
  }
});

/** Somebody who may do what some policies say. */
async function userWith(policies: ReadonlyMap<string, string>): Promise<ClientConfig> {
  const UserName = 'container';
  await iam.send(new CreateUserCommand({ UserName }));
  for (const [PolicyName, PolicyDocument] of policies) {
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument }));
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
  return { ...config, credentials: { accessKeyId, secretAccessKey } };
}
