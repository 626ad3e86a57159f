import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeImagesCommand, ECRClient, GetRepositoryPolicyCommand, PutImageCommand } from '@aws-sdk/client-ecr';
import { CreateFunctionCommand, GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { asList, dig } from '../../labs/engine/json';
import { type ClientConfig, clientConfig } from './clients';
import { createProject, documentOf, type Machine, machine } from './support';

/*
 * The registry in one account of the emulator, and a function in another: an access key of 12 digits is the account. It checks
 * no permissions and can't run images, so that this is about what is deployed, and tests of the policy are about its effect.
 */

const STACK = 'orders-dev';
const [REGISTRY, OTHER] = ['111122223333', '444455556666'];

let here: Machine;
let config: ClientConfig;

/** How clients of an account reach the emulator. */
const as = (accessKeyId: string): ClientConfig => ({
  ...config,
  credentials: { accessKeyId, secretAccessKey: 'test' },
});

beforeAll(() => {
  here = machine();
  const project = createProject(here, 'cross-account-ecr');
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
  const { Stacks = [] } = await new CloudFormationClient(config).send(
    new DescribeStacksCommand({ StackName: `${STACK}-function` }),
  );
  const FunctionName = Stacks[0].Outputs?.find(({ OutputKey }) => OutputKey === 'FunctionName')?.OutputValue;
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

test('another account makes a function of the image', async () => {
  const lambda = new LambdaClient(as(OTHER));
  const ImageUri = `${REGISTRY}.dkr.ecr.us-east-1.amazonaws.com/${STACK}@sha256:${'a'.repeat(64)}`;
  const { FunctionArn } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'hello',
      PackageType: 'Image',
      Code: { ImageUri },
      Role: `arn:aws:iam::${OTHER}:role/hello`,
    }),
  );
  expect(FunctionArn).toContain(`:${OTHER}:function:hello`);
  expect((await lambda.send(new GetFunctionCommand({ FunctionName: 'hello' }))).Code?.ImageUri).toBe(ImageUri);
});

test('a template whose rule asks for another Region is refused before anything is made', async () => {
  const TemplateBody = JSON.stringify({
    Rules: {
      RegionOfRegistry: {
        Assertions: [
          {
            Assert: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
            AssertDescription: 'Lambda pulls images only from a registry in its own Region, which is eu-west-1',
          },
        ],
      },
    },
    Resources: { Topic: { Type: 'AWS::SNS::Topic' } },
  });
  const create = new CreateStackCommand({ StackName: 'elsewhere', TemplateBody });
  await expect(new CloudFormationClient(config).send(create)).rejects.toThrow('which is eu-west-1');
});
