import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, CreateStackCommand, waitUntilStackCreateComplete } from '@aws-sdk/client-cloudformation';
import { DescribeImagesCommand, ECRClient, GetRepositoryPolicyCommand, PutImageCommand } from '@aws-sdk/client-ecr';
import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { asList, dig } from '../../labs/engine/json';
import { run } from '../support/commands';
import { type ClientConfig, clientConfig, outputsOf } from './clients';
import { createProject, documentOf, type Machine, machine } from './support';

/*
 * What the project deploys, in the emulator's own account, and the template of the function in another: an access key of 12
 * digits is the account. It checks no permissions and can't run images, nor does it ask the registry for them: whom the
 * policy lets in, its tests say.
 */

const STACK = 'orders-dev';
const [REGISTRY, OTHER] = ['111122223333', '444455556666'];

let here: Machine;
let project: string;
let config: ClientConfig;

/** How clients of an account reach the emulator. */
const as = (accessKeyId: string): ClientConfig => ({
  ...config,
  credentials: { accessKeyId, secretAccessKey: 'test' },
});

beforeAll(() => {
  here = machine();
  project = createProject(here, 'cross-account-ecr');
  run(project, 'npx', ['projen', 'synth:silent'], here.env);
  config = clientConfig(documentOf(here.atelier(project, ['local', 'deploy', '--json'])).endpoint);
});

afterAll(() => here.remove());

test('after the function was deployed the policy of the registry has its two statements, and no third', async () => {
  const { policyText = '{}' } = await new ECRClient(config).send(
    new GetRepositoryPolicyCommand({ repositoryName: STACK }),
  );
  const statements = asList(dig(JSON.parse(policyText), 'Statement'));
  expect(statements.map((one) => dig(one, 'Sid'))).toEqual([
    'CrossAccountPermission',
    'LambdaECRImageCrossAccountRetrievalPolicy',
  ]);
  expect(dig(statements[1], 'Condition')).toEqual({
    StringLike: { 'aws:sourceArn': [`arn:aws:lambda:us-east-1:${OTHER}:function:*`] },
  });
});

test('the function names the image of the account of the registry, by its digest', async () => {
  const { FunctionName } = await outputsOf(config, `${STACK}-function`);
  const { Code } = await new LambdaClient(config).send(new GetFunctionCommand({ FunctionName }));
  expect(Code?.ImageUri).toBe(`${REGISTRY}.dkr.ecr.us-east-1.amazonaws.com/${STACK}@sha256:${'0'.repeat(64)}`);
});

test('a tag that was pushed stays on its image', async () => {
  const ecr = new ECRClient(config);
  const push = (content: string) =>
    ecr.send(
      new PutImageCommand({ repositoryName: STACK, imageTag: '1.0.0', imageManifest: JSON.stringify({ content }) }),
    );
  const { image } = await push('one');
  await expect(push('two')).rejects.toThrow(/immutable|already exists/i);
  const { imageDetails = [] } = await ecr.send(
    new DescribeImagesCommand({ repositoryName: STACK, imageIds: [{ imageTag: '1.0.0' }] }),
  );
  expect(imageDetails[0].imageDigest).toBe(image?.imageId?.imageDigest);
});

test('the same template makes a function of the image in another account', async () => {
  const cloudFormation = new CloudFormationClient(as(OTHER));
  const StackName = `${STACK}-function`;
  await cloudFormation.send(new CreateStackCommand({ StackName, TemplateBody: functionTemplate() }));
  await waitUntilStackCreateComplete({ client: cloudFormation, maxWaitTime: 60 }, { StackName });
  const { FunctionName } = await outputsOf(as(OTHER), StackName);
  const { Configuration, Code } = await new LambdaClient(as(OTHER)).send(new GetFunctionCommand({ FunctionName }));
  expect(Configuration?.FunctionArn).toContain(`:${OTHER}:function:`);
  expect(Code?.ImageUri).toMatch(new RegExp(`^${REGISTRY}\\.dkr\\.ecr\\.us-east-1\\..+/${STACK}@sha256:`));
});

test('in another Region the template is refused before anything is made, with the reason', async () => {
  const elsewhere = new CloudFormationClient({ ...as(OTHER), region: 'eu-west-1' });
  const create = new CreateStackCommand({ StackName: 'elsewhere', TemplateBody: functionTemplate() });
  await expect(elsewhere.send(create)).rejects.toThrow('only from a registry in its own Region, which is us-east-1');
});

/** The template of the function, but for what asks whether the account has a bootstrap. */
function functionTemplate(): string {
  const template = JSON.parse(readFileSync(join(project, 'cdk.out', `${STACK}-function.template.json`), 'utf8'));
  delete template.Parameters.BootstrapVersion;
  delete template.Rules.CheckBootstrapVersion;
  return JSON.stringify(template);
}
