import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { MultiRegionLayersStack, type MultiRegionLayersStackProps } from '../src/multi-region-layers-stack';

const props: MultiRegionLayersStackProps = {
  layerName: 'packages',
  provider: 'GitLab',
  repository: 'acme/layers',
  branch: 'trunk',
  runtimes: ['nodejs24.x'],
  regions: ['ap-south-1', 'eu-west-1', 'us-west-2'],
  shareWith: ['111122223333', 'o-exampleorgid'],
};
const template = Template.fromStack(new MultiRegionLayersStack(new App(), 'test', props));
const [pipeline] = Object.values(template.findResources('AWS::CodePipeline::Pipeline'));
const [source, , distribute] = pipeline.Properties.Stages;

/** What each action of the last stage tells the function. */
const told = distribute.Actions.map(({ Configuration }: { Configuration: { UserParameters: string } }) =>
  JSON.parse(Configuration.UserParameters),
);

/** The resources that the function may do something on. */
function resourcesOf(action: string): string[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  return statements
    .filter(({ Action }) => [Action].flat().includes(action))
    .flatMap(({ Resource }) => [Resource].flat())
    .map((resource) => JSON.stringify(resource));
}

test('sources are those of the branch', () => {
  expect(source.Actions).toHaveLength(1);
  expect(source.Actions[0].Configuration).toMatchObject({ FullRepositoryId: 'acme/layers', BranchName: 'trunk' });
  template.hasResourceProperties('AWS::CodeConnections::Connection', { ProviderType: 'GitLab' });
});

test('each Region has an action, and all run at once', () => {
  expect(told.map(({ region }: { region: string }) => region)).toEqual(props.regions);
  expect(distribute.Actions.map(({ RunOrder }: { RunOrder: number }) => RunOrder)).toEqual([1, 1, 1]);
  expect(distribute.OnFailure).toEqual({ Result: 'RETRY', RetryConfiguration: { RetryMode: 'FAILED_ACTIONS' } });
});

test('the function may publish that layer in those Regions, and no other', () => {
  const resources = resourcesOf('lambda:PublishLayerVersion');
  expect(resources).toEqual(
    props.regions.map((region) => expect.stringMatching(`:lambda:${region}:.+:layer:test-packages"`)),
  );
});

test('each version says what it is for, and is built on that architecture', () => {
  for (const version of told) {
    expect(version).toMatchObject({ runtimes: ['nodejs24.x'], architecture: 'arm64' });
  }
  template.hasResourceProperties('AWS::CodeBuild::Project', {
    Environment: { Type: Match.stringLikeRegexp('^ARM_') },
  });
});

test('the build installs what the lock file says, and tries it as a function would', () => {
  const [{ Properties }] = Object.values(template.findResources('AWS::CodeBuild::Project'));
  const buildspec: string = Properties.Source.BuildSpec;
  expect(buildspec).toMatch(/npm ci.+NODE_PATH=.+node layer\/check\.js/s);
});

test('each version is shared with those that were named', () => {
  for (const version of told) {
    expect(version.shareWith).toEqual(['111122223333', 'o-exampleorgid']);
  }
  expect(resourcesOf('lambda:AddLayerVersionPermission')).toEqual(
    props.regions.map((region) => expect.stringMatching(`:lambda:${region}:.+:layer:test-packages:\\*"`)),
  );
});

test('nobody can share it with everybody', () => {
  const open = () => new MultiRegionLayersStack(new App(), 'open', { ...props, shareWith: ['*'] });
  expect(open).toThrow('an account of 12 digits, or the id of an organization');
});

test('a push to the branch that changes the layer starts the pipeline, and no other', () => {
  const push = { Branches: { Includes: ['trunk'] }, FilePaths: { Includes: ['layer/**'] } };
  expect(pipeline.Properties.Triggers).toEqual([
    expect.objectContaining({ GitConfiguration: { SourceActionName: 'Source', Push: [push] } }),
  ]);
});

test('executions wait for each other, so that versions follow the commits', () => {
  expect(pipeline.Properties.ExecutionMode).toBe('QUEUED');
});

test('every alarm tells the topic, and is quiet while there is no data', () => {
  template.resourceCountIs('AWS::CloudWatch::Alarm', 2);
  template.allResourcesProperties('AWS::CloudWatch::Alarm', {
    AlarmActions: [{ Ref: Match.stringLikeRegexp('^AlarmTopic') }],
    TreatMissingData: 'notBreaching',
  });
});

test('an alarm counts the executions of this pipeline that failed', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'AWS/CodePipeline',
    MetricName: 'FailedPipelineExecutions',
    Dimensions: [{ Name: 'PipelineName', Value: { Ref: Match.stringLikeRegexp('^LayerPipeline') } }],
    Statistic: 'Sum',
    Threshold: 1,
  });
});
