import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ImagePipelineStack } from '../src/image-pipeline-stack';

const template = Template.fromStack(
  new ImagePipelineStack(new App(), 'test', {
    sources: 'orders',
    repositoryName: 'images',
  }),
);
const [project] = Object.values(template.findResources('AWS::CodeBuild::Project')).map(({ Properties }) => Properties);

/** Where something stands among the commands of the build. */
const placeOf = (text: string): number => project.Source.BuildSpec.indexOf(text);

test('the pipeline has a name that others can wait for', () => {
  template.hasResourceProperties('AWS::CodePipeline::Pipeline', { Name: 'test' });
});

test('an image of one platform is pushed, by the commit and the execution', () => {
  expect(project.Environment.PrivilegedMode).toBe(true);
  expect(placeOf('docker build --platform linux/arm64 --provenance=false')).toBeGreaterThan(0);
  expect(placeOf('docker push "$REPOSITORY_URI:exec-$EXECUTION"')).toBeGreaterThan(placeOf('docker build'));
  expect(placeOf('latest')).toBe(-1);
});

test('the image is tried before anything is pushed', () => {
  expect(placeOf('sh image/try.sh')).toBeGreaterThan(placeOf('docker build'));
  expect(placeOf('docker push')).toBeGreaterThan(placeOf('sh image/try.sh'));
});

test('it knows the registry by its name, and nothing of another stack', () => {
  expect(JSON.stringify(template.toJSON())).not.toContain('Fn::ImportValue');
});
