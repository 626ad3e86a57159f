import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { DeploymentStack } from '../src/deployment-stack';

const template = Template.fromStack(
  new DeploymentStack(new App(), 'test', {
    sources: 'orders',
    repositoryName: 'images',
    imagePipelineName: 'image',
    functionStackName: 'function',
  }),
);
const [project] = Object.values(template.findResources('AWS::CodeBuild::Project')).map(({ Properties }) => Properties);

test('the success of the other pipeline, and nothing else, starts it, and tells it which execution that was', () => {
  template.resourceCountIs('AWS::Events::Rule', 1);
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: { source: ['aws.codepipeline'], detail: { pipeline: ['image'], state: ['SUCCEEDED'] } },
    Targets: [{ InputTransformer: { InputPathsMap: { execution: '$.detail.execution-id' } } }],
  });
});

test('a deployment that fails goes back to what was deployed before', () => {
  const [{ Properties }] = Object.values(template.findResources('AWS::CodePipeline::Pipeline'));
  expect(Properties.Stages.at(-1).OnFailure).toEqual({ Result: 'ROLLBACK' });
});

test('the digest is deployed, to that stack and no other', () => {
  expect(project.Source.BuildSpec).toContain('npx cdk deploy function --exclusively');
  expect(project.Source.BuildSpec).toContain('--context "imageDigest=$IMAGE_DIGEST"');
});

test('the image has a tag that keeps it, before it is deployed and after', () => {
  const [before, after] = project.Source.BuildSpec.split('npx cdk deploy');
  expect(before).toContain('--image-tag live-next ');
  expect(after).toContain('--image-tag live ');
});
