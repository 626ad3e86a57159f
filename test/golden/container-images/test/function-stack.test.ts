import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { FunctionStack } from '../src/function-stack';

/** The template for an image, or for none. */
function templateOf(imageDigest?: string): Template {
  const app = new App({ context: { imageDigest } });
  return Template.fromStack(
    new FunctionStack(app, 'test', {
      repositoryName: 'images',
      memorySize: 256,
      imagePipelineName: 'images-image',
      deploymentPipelineName: 'images-deployment',
    }),
  );
}

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;
const template = templateOf(digest('a'));

const versionIn = (made: Template): string[] => Object.keys(made.findResources('AWS::Lambda::Version'));

test('the function runs the image that the digest names, and no tag', () => {
  const [{ Properties }] = Object.values(template.findResources('AWS::Lambda::Function'));
  expect(JSON.stringify(Properties.Code.ImageUri)).toContain(`/images@${digest('a')}`);
  expect(Properties).toMatchObject({ Architectures: ['arm64'], MemorySize: 256 });
});

test('another image is another version, and callers keep their alias', () => {
  const other = templateOf(digest('b'));
  expect(versionIn(other)).not.toEqual(versionIn(template));
  for (const made of [template, other]) {
    made.hasResourceProperties('AWS::Lambda::Alias', {
      Name: 'live',
      FunctionVersion: { 'Fn::GetAtt': [versionIn(made)[0], 'Version'] },
    });
  }
});

test('the same image is the same version', () => {
  expect(versionIn(templateOf(digest('a')))).toEqual(versionIn(template));
});

test('without an image the app can be synthesized', () => {
  expect(JSON.stringify(templateOf().toJSON())).toContain(digest('0'));
});

test.each(['latest', 'sha256:1', ''])('what is no digest is refused: "%s"', (text) => {
  expect(() => templateOf(text)).toThrow(`imageDigest can't be "${text}"`);
});

test('its stack changes no policy of the registry, and takes nothing from another stack', () => {
  template.resourceCountIs('AWS::ECR::Repository', 0);
  expect(JSON.stringify(template.toJSON())).not.toContain('Fn::ImportValue');
});

test('alarms are about the alias, and about both pipelines', () => {
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
  const dimensions = alarms.flatMap(({ Dimensions }) => Dimensions.map(({ Name }: { Name: string }) => Name)).sort();
  expect(dimensions).toEqual(['FunctionName', 'FunctionName', 'PipelineName', 'PipelineName', 'Resource', 'Resource']);
  for (const PipelineName of ['images-image', 'images-deployment']) {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/CodePipeline',
      MetricName: 'FailedPipelineExecutions',
      Dimensions: [{ Name: 'PipelineName', Value: PipelineName }],
    });
  }
});

test('every alarm tells the topic, and is quiet while there is no data', () => {
  template.resourceCountIs('AWS::CloudWatch::Alarm', 4);
  template.allResourcesProperties('AWS::CloudWatch::Alarm', {
    AlarmActions: [{ Ref: Match.stringLikeRegexp('^AlarmTopic') }],
    TreatMissingData: 'notBreaching',
  });
});
