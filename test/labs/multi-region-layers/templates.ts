import type { Json, JsonObject } from '../../../labs/engine/json';
import { alarmOn, attribute, type Resources, ref, variationsOf } from '../support';

/** The Regions that the layer of the finished template is published in. */
export const REGIONS = ['eu-west-1', 'ap-southeast-2'];

/** A buildspec with these commands, whose artifact is the folder `out`. */
export const buildspec = (commands: readonly string[], artifacts: Json = { 'base-directory': 'out', files: '**/*' }) =>
  JSON.stringify({
    version: 0.2,
    phases: { build: { commands } },
    artifacts,
  });

/** What installs into the layer. */
export const INSTALL = 'cp -r glue/. out/nodejs && npm ci --omit=dev --prefix out/nodejs';
/** What lets a check find what was installed. */
export const FIND = 'export NODE_PATH=$PWD/out/nodejs/node_modules';
/** What tries it. */
export const TRY = 'node smoke.js';

/** What an action tells the function for a Region. */
export const told = (region: string): JsonObject => ({
  region,
  layerName: 'glue',
  architecture: 'arm64',
  runtimes: ['nodejs24.x'],
  shareWith: ['111122223333'],
});

/** An action that publishes what was built. */
export const publishing = (
  region: string,
  parameters: JsonObject = told(region),
  rest: JsonObject = {},
): JsonObject => ({
  Name: `to-${region}`,
  ActionTypeId: { Category: 'Invoke', Owner: 'AWS', Provider: 'Lambda', Version: '1' },
  Configuration: { FunctionName: ref('Courier'), UserParameters: JSON.stringify(parameters) },
  InputArtifacts: [{ Name: 'Packed' }],
  ...rest,
});

/** The source action of a repository behind a connection, which starts the pipeline for pushes to its branch. */
export const connected: JsonObject = {
  Name: 'Pull',
  ActionTypeId: { Category: 'Source', Owner: 'AWS', Provider: 'CodeStarSourceConnection', Version: '1' },
  Configuration: { BranchName: 'main', FullRepositoryId: 'acme/glue', DetectChanges: true },
  OutputArtifacts: [{ Name: 'Pulled' }],
};

/** The source action of a repository of CodeCommit. */
export const committed: JsonObject = {
  ...connected,
  ActionTypeId: { Category: 'Source', Owner: 'AWS', Provider: 'CodeCommit', Version: '1' },
  Configuration: { BranchName: 'main', RepositoryName: 'glue', PollForSourceChanges: false },
};

const building: JsonObject = {
  Name: 'Pack',
  ActionTypeId: { Category: 'Build', Owner: 'AWS', Provider: 'CodeBuild', Version: '1' },
  Configuration: { ProjectName: ref('Packer') },
  InputArtifacts: [{ Name: 'Pulled' }],
  OutputArtifacts: [{ Name: 'Packed' }],
};

/** What tries failed actions again. */
export const RETRY: JsonObject = { Result: 'RETRY', RetryConfiguration: { RetryMode: 'FAILED_ACTIONS' } };

/** The stages of the pipeline with other actions that publish, another source, or another way with failures. */
export const stages = (
  actions: readonly Json[] = REGIONS.map((region) => publishing(region)),
  { source = connected, onFailure = RETRY }: { source?: JsonObject; onFailure?: JsonObject } = {},
): Json => [
  { Name: 'Sources', Actions: [source] },
  { Name: 'Make', Actions: [building] },
  { Name: 'Out', Actions: [...actions], OnFailure: onFailure },
];

/** Triggers for pushes. */
export const triggers = (...pushes: readonly JsonObject[]): Json => [
  { ProviderType: 'CodeStarSourceConnection', GitConfiguration: { SourceActionName: 'Pull', Push: [...pushes] } },
];

/** A statement that allows something on the layer, or on what stands behind its name. */
export const allowed = (action: string, behind = '', regions: readonly string[] = REGIONS): JsonObject => ({
  Effect: 'Allow',
  Action: action,
  Resource: regions.map((region) => ({
    'Fn::Join': ['', [`arn:aws:lambda:${region}:`, { Ref: 'AWS::AccountId' }, `:layer:glue${behind}`]],
  })),
});

/** The right to publish, and the right to share. */
export const PUBLISH = allowed('lambda:PublishLayerVersion');
export const SHARE = allowed('lambda:AddLayerVersionPermission', ':*');

/** A right answer to every step, as aws-cdk-lib's constructs would make it, with names that no solution has. */
export const finished: Resources = {
  Packer: {
    Type: 'AWS::CodeBuild::Project',
    Properties: {
      Environment: { Type: 'ARM_CONTAINER', Image: 'aws/codebuild/amazonlinux-aarch64-standard:4.0' },
      Source: { Type: 'CODEPIPELINE', BuildSpec: buildspec([INSTALL, FIND, TRY]) },
    },
  },
  Stamp: { Type: 'AWS::IAM::Role', Properties: {} },
  StampPolicy: {
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyDocument: { Statement: [PUBLISH, SHARE] }, Roles: [ref('Stamp')] },
  },
  Courier: { Type: 'AWS::Lambda::Function', Properties: { Role: attribute('Stamp') } },
  Line: {
    Type: 'AWS::CodePipeline::Pipeline',
    Properties: {
      PipelineType: 'V2',
      ExecutionMode: 'QUEUED',
      Stages: stages(),
      Triggers: triggers({ Branches: { Includes: ['main'] }, FilePaths: { Includes: ['glue/**'] } }),
    },
  },
  Bell: { Type: 'AWS::SNS::Topic' },
  Stuck: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: alarmOn('AWS/CodePipeline', 'FailedPipelineExecutions', 'PipelineName', 'Line'),
  },
  Crashed: { Type: 'AWS::CloudWatch::Alarm', Properties: alarmOn('AWS/Lambda', 'Errors', 'FunctionName', 'Courier') },
};

/** The finished template with something else in it. */
export const { changed, without, plus } = variationsOf(finished);
