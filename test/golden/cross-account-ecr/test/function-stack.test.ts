import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { FunctionStack, type FunctionStackProps } from '../src/function-stack';

const props = {
  registry: { account: '111122223333', region: 'eu-west-1', repositoryName: 'images' },
  imageDigest: `sha256:${'a'.repeat(64)}`,
  memorySize: 256,
};

const templateOf = (given: Partial<FunctionStackProps> = {}): Template =>
  Template.fromStack(new FunctionStack(new App(), 'test', { ...props, ...given }));

const template = templateOf();

test('the function runs an image of the other account, by its digest', () => {
  const [{ Properties }] = Object.values(template.findResources('AWS::Lambda::Function'));
  const uri = JSON.stringify(Properties.Code.ImageUri);
  expect(uri).toContain('111122223333.dkr.ecr.eu-west-1.');
  expect(uri).toContain(`/images@sha256:${'a'.repeat(64)}`);
  expect(Properties).toMatchObject({ PackageType: 'Image', Architectures: ['arm64'], MemorySize: 256 });
});

test.each(['latest', 'sha256:1', ''])('what is no digest is refused: "%s"', (imageDigest) => {
  expect(() => templateOf({ imageDigest })).toThrow(`imageDigest can't be "${imageDigest}"`);
});

test('it has no right of its own to any registry, and changes none', () => {
  template.resourceCountIs('AWS::ECR::Repository', 0);
  expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).not.toContain('ecr:');
});

test('a Region other than that of the registry is refused', () => {
  expect(() => templateOf({ env: { region: 'us-east-1' } })).toThrow(
    "test can't be in us-east-1: Lambda pulls images only from a registry in its own Region, which is eu-west-1",
  );
  expect(() => templateOf({ env: { region: 'eu-west-1' } })).not.toThrow();
});

test('where the Region is not known yet, a deployment to another is refused before it begins', () => {
  const [rule] = Object.values<{ Assertions: object[] }>(template.toJSON().Rules);
  expect(rule.Assertions).toEqual([
    { Assert: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] }, AssertDescription: expect.anything() },
  ]);
});

test('GET /hello answers to signed requests, and each call is logged', () => {
  template.resourceCountIs('AWS::ApiGatewayV2::Route', 1);
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: 'GET /hello', AuthorizationType: 'AWS_IAM' });
  template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
    AccessLogSettings: { DestinationArn: Match.anyValue() },
  });
});

test('every alarm tells the topic, and is quiet while there is no data', () => {
  template.resourceCountIs('AWS::CloudWatch::Alarm', 2);
  template.allResourcesProperties('AWS::CloudWatch::Alarm', {
    AlarmActions: [{ Ref: Match.stringLikeRegexp('^AlarmTopic') }],
    TreatMissingData: 'notBreaching',
  });
});
