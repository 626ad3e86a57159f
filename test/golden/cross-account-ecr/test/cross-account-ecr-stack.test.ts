import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expiredImages } from 'serverless-atelier/modules';
import { CrossAccountEcrStack } from '../src/cross-account-ecr-stack';

const env = { account: '111122223333', region: 'eu-west-1' };

/** The repository as it is for a list of accounts. */
function repositoryFor(...accounts: string[]) {
  const stack = new CrossAccountEcrStack(new App(), 'test', { env, keptImages: 20, accounts });
  const [repository] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::Repository'));
  return repository.Properties;
}

const repository = repositoryFor('444455556666');

test('images are looked through, and no tag ever moves', () => {
  expect(repository).toMatchObject({
    ImageScanningConfiguration: { ScanOnPush: true },
    ImageTagMutability: 'IMMUTABLE',
  });
});

test('the newest images stay, and older ones go', () => {
  const year = Array.from({ length: 365 }, (_, age) => ({ age, tags: [`commit-${age}`] }));
  const expired = expiredImages(repository.LifecyclePolicy.LifecyclePolicyText, year);
  expect(expired).toEqual(year.slice(20));
});

const PULL = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const root = (account: string) => `arn:aws:iam::${account}:root`;
const functions = (account: string) => `arn:aws:lambda:eu-west-1:${account}:function:*`;

test('the account may make functions of the image, Lambda may pull for them, and that is all', () => {
  expect(repository.RepositoryPolicyText.Statement).toEqual([
    { Sid: 'CrossAccountPermission', Effect: 'Allow', Principal: { AWS: root('444455556666') }, Action: PULL },
    {
      Sid: 'LambdaECRImageCrossAccountRetrievalPolicy',
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: PULL,
      Condition: { StringLike: { 'aws:sourceArn': [functions('444455556666')] } },
    },
  ]);
});

test('another account is added to both statements', () => {
  const accounts = ['444455556666', '777788889999'];
  const [people, lambda] = repositoryFor(...accounts).RepositoryPolicyText.Statement;
  expect(people.Principal.AWS).toEqual(accounts.map(root));
  expect(lambda.Condition.StringLike['aws:sourceArn']).toEqual(accounts.map(functions));
});

test.each([
  [[], "accounts can't be []; name 1 to 80, each once"],
  [['2222'], `accounts can't have "2222"; write 12 digits`],
  [['444455556666', '444455556666'], 'each once'],
  [['111122223333'], "accounts can't be 111122223333 alone, which is the registry's own"],
])('a list that can not be meant is refused: %j', (accounts, problem) => {
  expect(() => repositoryFor(...accounts)).toThrow(problem);
});
