import { App, Duration, Stack, Validations } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { BuildEnvironmentVariableType, LinuxBuildImage } from 'aws-cdk-lib/aws-codebuild';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { Repository as EcrRepository } from 'aws-cdk-lib/aws-ecr';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { parse } from 'yaml';
import { LayerPipeline, type LayerPipelineProps, PipelineSource } from '../../pipelines';

const CONNECTION = 'arn:aws:codeconnections:eu-west-1:123456789012:connection/one';
const env = { account: '123456789012', region: 'eu-west-1' };

const props: LayerPipelineProps = {
  source: PipelineSource.connection(CONNECTION, { repository: 'acme/layers' }),
  layerName: 'tools',
  regions: ['eu-west-1', 'us-east-1'],
};

type Given = Partial<LayerPipelineProps> | ((stack: Stack) => Partial<LayerPipelineProps>);

/** A stack with a pipeline. */
function stackWith(given: Given = {}): Stack {
  const stack = new Stack(new App(), 'layers', { env });
  new LayerPipeline(stack, 'Layer', { ...props, ...(typeof given === 'function' ? given(stack) : given) });
  return stack;
}

const templateWith = (given: Given = {}): Template => Template.fromStack(stackWith(given));

/** The properties of the only resource of a type. */
function only(template: Template, type: string) {
  const found = Object.values(template.findResources(type));
  expect(found).toHaveLength(1);
  return found[0].Properties;
}

/** A stage of the pipeline. */
function stage(template: Template, name: string) {
  const { Stages } = only(template, 'AWS::CodePipeline::Pipeline');
  return Stages.find(({ Name }: { Name: string }) => Name === name);
}

/** All statements of the policies whose logical ids match. */
function statements(template: Template, id: RegExp) {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([logicalId]) =>
    id.test(logicalId),
  );
  return policies.flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
}

const buildspecOf = (template: Template) => parse(only(template, 'AWS::CodeBuild::Project').Source.BuildSpec);

/** What the action for a Region tells the function. */
const toldTo = (template: Template, region: string) =>
  JSON.parse(
    stage(template, 'Distribute').Actions.find(({ Name }: { Name: string }) => Name === region).Configuration
      .UserParameters,
  );

test('executions of the second type of pipelines queue up, so that versions follow the commits', () => {
  templateWith().hasResourceProperties('AWS::CodePipeline::Pipeline', { PipelineType: 'V2', ExecutionMode: 'QUEUED' });
});

test('a Region is an action; all of them run at once, and those that fail are tried again', () => {
  const { Actions, OnFailure } = stage(templateWith(), 'Distribute');
  expect(Actions.map(({ Name, RunOrder }: { Name: string; RunOrder: number }) => [Name, RunOrder])).toEqual([
    ['eu-west-1', 1],
    ['us-east-1', 1],
  ]);
  expect(OnFailure).toEqual({ Result: 'RETRY', RetryConfiguration: { RetryMode: 'FAILED_ACTIONS' } });
});

test('without Regions the layer is published in that of the pipeline', () => {
  const { Actions } = stage(templateWith({ regions: undefined }), 'Distribute');
  expect(Actions).toEqual([expect.objectContaining({ Name: 'eu-west-1' })]);
});

test('the layer is what the lock file says, and the artifact is the layer itself', () => {
  const { phases, artifacts } = buildspecOf(templateWith({ directory: 'layer' }));
  expect(phases.build.commands).toContain('cp layer/package.json layer/package-lock.json opt/nodejs');
  expect(phases.build.commands).toContainEqual(expect.stringMatching(/^npm ci .*--omit=dev/));
  expect(artifacts).toEqual({ 'base-directory': 'opt', files: ['**/*'] });
});

test('checks run before anything is published, with the packages of the layer', () => {
  const { phases } = buildspecOf(templateWith({ checks: ['node check.js'] }));
  expect(phases.build.commands.slice(-2)).toEqual(['export NODE_PATH="$PWD/opt/nodejs/node_modules"', 'node check.js']);
});

test.each([
  [Architecture.ARM_64, 'ARM_LAMBDA_CONTAINER', 'arm64'],
  [Architecture.X86_64, 'LINUX_LAMBDA_CONTAINER', 'x86_64'],
])('a layer for %s is built on it', (architecture, type, name) => {
  const template = templateWith({ architecture });
  expect(only(template, 'AWS::CodeBuild::Project').Environment.Type).toBe(type);
  expect(toldTo(template, 'us-east-1')).toMatchObject({ architecture: name });
});

test('a machine that can keep files keeps the packages that were downloaded', () => {
  const template = templateWith({ buildEnvironment: { buildImage: LinuxBuildImage.AMAZON_LINUX_2023_5 } });
  expect(buildspecOf(template).cache).toEqual({ paths: ['/root/.npm/**/*'] });
  template.hasResourceProperties('AWS::CodeBuild::Project', {
    Cache: { Type: 'LOCAL', Modes: ['LOCAL_CUSTOM_CACHE'] },
  });
  expect(buildspecOf(templateWith()).cache).toBeUndefined();
});

test('the function may publish that layer in those Regions, and no other', () => {
  const publishing = statements(templateWith(), /^LayerDistributorRole/).find(({ Action }) =>
    Action.includes('lambda:PublishLayerVersion'),
  );
  const arn = (region: string) => ({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:lambda:${region}:123456789012:layer:tools`]],
  });
  expect(publishing.Resource).toEqual([arn('eu-west-1'), arn('us-east-1')]);
});

test('only a layer that is shared may be given permissions', () => {
  const may = (given: Given) =>
    JSON.stringify(statements(templateWith(given), /^LayerDistributorRole/)).includes('AddLayerVersionPermission');
  expect([may({}), may({ shareWith: ['111122223333'] })]).toEqual([false, true]);
});

test('no role has an action with a wildcard', () => {
  const template = templateWith({ shareWith: ['o-exampleorgid'], approval: true });
  const actions = statements(template, /./).flatMap(({ Action }) => [Action].flat());
  expect(actions.filter((action) => action.includes('*'))).toEqual([]);
});

test('who may use the layer, and what it is for, is told to each Region', () => {
  const template = templateWith({ shareWith: ['111122223333', 'o-exampleorgid'], runtimes: ['nodejs24.x'] });
  expect(toldTo(template, 'us-east-1')).toEqual({
    region: 'us-east-1',
    layerName: 'tools',
    runtimes: ['nodejs24.x'],
    architecture: 'arm64',
    revision: '#{Source.CommitId}',
    shareWith: ['111122223333', 'o-exampleorgid'],
  });
});

test('a large layer goes through the bucket that its Region is given', () => {
  const template = templateWith({ stagingBuckets: { 'us-east-1': 'copies' } });
  expect([toldTo(template, 'eu-west-1').staging, toldTo(template, 'us-east-1').staging]).toEqual([undefined, 'copies']);
});

test('a stack that could be anywhere publishes in its own Region, wherever that is', () => {
  const stack = new Stack(new App(), 'layers');
  new LayerPipeline(stack, 'Layer', { ...props, regions: undefined });
  const { Actions } = stage(Template.fromStack(stack), 'Distribute');
  expect(Actions).toEqual([expect.objectContaining({ Name: 'own-region', Namespace: 'Layer-own-region' })]);
  expect(JSON.stringify(Actions[0].Configuration.UserParameters)).toContain('{"Ref":"AWS::Region"}');
});

test('somebody approves before the layer is published, where that is wanted', () => {
  const { Stages } = only(templateWith({ approval: true }), 'AWS::CodePipeline::Pipeline');
  expect(Stages.map(({ Name }: { Name: string }) => Name)).toEqual(['Source', 'Build', 'Approve', 'Distribute']);
});

test('the topic is told of failures and of what waits', () => {
  const template = templateWith((stack) => ({ notifications: new Topic(stack, 'Topic') }));
  template.hasResourceProperties('AWS::CodeStarNotifications::NotificationRule', {
    EventTypeIds: ['codepipeline-pipeline-pipeline-execution-failed', 'codepipeline-pipeline-manual-approval-needed'],
  });
});

test('artifacts are encrypted, closed to the public, asked over TLS alone, and expire', () => {
  const template = templateWith();
  const rule = { ExpirationInDays: 180, Status: 'Enabled' };
  template.hasResourceProperties('AWS::S3::Bucket', {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
    PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    LifecycleConfiguration: { Rules: [Match.objectLike(rule)] },
  });
  template.hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: {
      Statement: [Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })],
    },
  });
});

test('the role of the build may pull the image of its machine, and read what becomes variables there', () => {
  const template = templateWith((stack) => ({
    buildEnvironment: {
      buildImage: LinuxBuildImage.fromEcrRepository(EcrRepository.fromRepositoryName(stack, 'Images', 'machines')),
      environmentVariables: {
        TOKEN: { type: BuildEnvironmentVariableType.SECRETS_MANAGER, value: 'npm-token' },
        REGISTRY: { type: BuildEnvironmentVariableType.PARAMETER_STORE, value: '/team/registry' },
      },
    },
  }));
  const actions = statements(template, /BuildRole/).flatMap(({ Action }) => Action);
  expect(actions).toEqual(
    expect.arrayContaining(['ecr:BatchGetImage', 'secretsmanager:GetSecretValue', 'ssm:GetParameters']),
  );
  expect(actions.filter((action) => action.includes('*'))).toEqual([]);
});

test('artifacts are kept for as long as somebody says', () => {
  templateWith({ artifactRetention: Duration.days(400) }).hasResourceProperties('AWS::S3::Bucket', {
    LifecycleConfiguration: {
      Rules: [Match.objectLike({ ExpirationInDays: 400, NoncurrentVersionExpiration: { NoncurrentDays: 400 } })],
    },
  });
});

test('a key of its own encrypts artifacts, and every role that reads them may use it', () => {
  const template = templateWith((stack) => ({ encryptionKey: new Key(stack, 'Key') }));
  expect(only(template, 'AWS::S3::Bucket').BucketEncryption.ServerSideEncryptionConfiguration[0]).toMatchObject({
    ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' },
  });
  const readers = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([, { Properties }]) =>
    JSON.stringify(Properties).includes('s3:GetObject'),
  );
  const withoutKey = readers.filter(([, { Properties }]) => !JSON.stringify(Properties).includes('kms:Decrypt'));
  expect([readers.length, withoutKey]).toEqual([6, []]);
});

test('every log is kept for a month', () => {
  const groups = Object.values(templateWith().findResources('AWS::Logs::LogGroup'));
  expect(groups.map(({ Properties }) => Properties.RetentionInDays)).toEqual([30, 30]);
});

describe('a source', () => {
  test('behind a connection may be used under the old name of connections and the new one', () => {
    const using = statements(templateWith(), /Source/).filter(({ Action }) =>
      JSON.stringify(Action).includes('UseConnection'),
    );
    expect(using.flatMap(({ Action, Resource }) => [Action].flat().map((action) => [action, Resource]))).toEqual([
      ['codeconnections:UseConnection', CONNECTION],
      ['codestar-connections:UseConnection', CONNECTION],
    ]);
  });

  test('starts the pipeline for the branches and the paths of its filter alone', () => {
    const filter = { branches: ['main', 'release/*'], paths: ['layer/**'] };
    const source = PipelineSource.connection(CONNECTION, { repository: 'acme/layers', filter });
    expect(only(templateWith({ source }), 'AWS::CodePipeline::Pipeline').Triggers).toEqual([
      {
        ProviderType: 'CodeStarSourceConnection',
        GitConfiguration: {
          SourceActionName: 'Source',
          Push: [{ Branches: { Includes: filter.branches }, FilePaths: { Includes: filter.paths } }],
        },
      },
    ]);
  });

  test('of paths alone starts it for the branch that is built', () => {
    const source = PipelineSource.connection(CONNECTION, {
      repository: 'acme/layers',
      branch: 'trunk',
      filter: { paths: ['layer/**'] },
    });
    const [{ GitConfiguration }] = only(templateWith({ source }), 'AWS::CodePipeline::Pipeline').Triggers;
    expect(GitConfiguration.Push[0].Branches).toEqual({ Includes: ['trunk'] });
  });

  test('of GitLab may lie in a group', () => {
    const source = PipelineSource.connection(CONNECTION, { repository: 'acme/team/layers' });
    const [{ Configuration }] = stage(templateWith({ source }), 'Source').Actions;
    expect(Configuration.FullRepositoryId).toBe('acme/team/layers');
  });

  test('of CodeCommit starts it by an event of its branch', () => {
    const template = templateWith((stack) => ({
      source: PipelineSource.codeCommit(new Repository(stack, 'Repository', { repositoryName: 'layers' }), 'trunk'),
    }));
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['aws.codecommit'], detail: { referenceName: ['trunk'] } },
    });
  });

  test('of CodeCommit starts nothing where a push shall not', () => {
    const template = templateWith((stack) => ({
      source: PipelineSource.codeCommit(Repository.fromRepositoryName(stack, 'Repository', 'layers'), 'main', false),
    }));
    template.resourceCountIs('AWS::Events::Rule', 0);
    expect(stage(template, 'Source').Actions[0].Configuration.PollForSourceChanges).toBe(false);
  });

  test('in a bucket starts it by an event of its object', () => {
    const template = templateWith((stack) => ({
      source: PipelineSource.s3(Bucket.fromBucketName(stack, 'Sources', 'sources'), 'layer.zip'),
    }));
    expect(only(template, 'AWS::Events::Rule').EventPattern).toEqual({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: ['sources'] }, object: { key: ['layer.zip'] } },
    });
    expect(toldTo(template, 'eu-west-1').revision).toBe('#{Source.VersionId}');
  });

  test('in a bucket of the app lets that tell of its objects', () => {
    const template = templateWith((stack) => ({
      source: PipelineSource.s3(new Bucket(stack, 'Sources', { versioned: true }), 'layer.zip'),
    }));
    expect(only(template, 'Custom::S3BucketNotifications').NotificationConfiguration).toEqual({
      EventBridgeConfiguration: {},
    });
  });
});

describe('is refused in one line that says what is allowed, with an example:', () => {
  const connected = (settings: object) => () =>
    PipelineSource.connection(CONNECTION, { repository: 'acme/layers', ...settings });

  test.each<[string, () => unknown, string]>([
    [
      'a layer without Regions',
      () => stackWith({ regions: [] }),
      'the layer has 0 Regions; allowed: 1 to 50, each once; ',
    ],
    [
      'a Region twice',
      () => stackWith({ regions: ['eu-west-1', 'eu-west-1'] }),
      'the layer has 2 Regions; allowed: 1 to 50',
    ],
    [
      'a Region that is none',
      () => stackWith({ regions: ['Ireland'] }),
      'the Region of the layer can\'t be "Ireland"; ',
    ],
    ['a name with a space', () => stackWith({ layerName: 'my tools' }), 'the name of the layer can\'t be "my tools"; '],
    [
      'an account that is a number',
      () => stackWith({ shareWith: JSON.parse('[123456789012]') }),
      "the user of the layer can't be 123456789012; allowed: an account of 12 digits",
    ],
    [
      'everybody',
      () => stackWith({ shareWith: ['*'] }),
      'the user of the layer can\'t be "*"; allowed: an account of 12 digits',
    ],
    ['a folder elsewhere', () => stackWith({ directory: '../layer' }), 'the directory "../layer" can\'t be; allowed: '],
    [
      'the folder that the layer is made in',
      () => stackWith({ directory: './opt/a' }),
      'the directory "./opt/a" can\'t',
    ],
    [
      'a bucket without versions',
      () => stackWith((stack) => ({ source: PipelineSource.s3(new Bucket(stack, 'Sources'), 'layer.zip') })),
      'the bucket of the sources keeps no versions; allowed: ',
    ],
    ['a command in a folder', () => stackWith({ directory: 'a; curl x' }), 'the directory "a; curl x" can\'t be; '],
    [
      'a repository without an owner',
      connected({ repository: 'layers' }),
      'the repository "layers" has no owner; allowed: ',
    ],
    ['an empty filter', connected({ filter: { paths: [] } }), 'the filter has 0 paths; allowed: 1 to 8; '],
    [
      'a filter of pushes of which none starts it',
      connected({ filter: { paths: ['layer/**'] }, triggerOnPush: false }),
      'a filter of pushes is given, and no push starts the pipeline; allowed: one of the two; ',
    ],
    [
      'more accounts than an action can be told of',
      () => stackWith({ shareWith: Array.from({ length: 70 }, (_, index) => String(100_000_000_000 + index)) }),
      'what the action for eu-west-1 is told has 1',
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
    expect(make).toThrow(/^[^\n]+; allowed: [^\n]+; for example: [^\n]+$/);
  });
});

/** What `cdk synth` warns of. */
const warnings = (given: Given): string[] =>
  Annotations.fromStack(stackWith(given))
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => String(entry.data).replace(/ \[ack: .*/, ''));

test('a topic of another app is warned of, since its policy is not seen', () => {
  const arn = 'arn:aws:sns:eu-west-1:123456789012:alarms';
  expect(warnings((stack) => ({ notifications: Topic.fromTopicArn(stack, 'Topic', arn) }))).toEqual([
    'The topic of notifications is not part of this app: its policy has to let codestar-notifications.amazonaws.com publish.',
  ]);
  expect(warnings((stack) => ({ notifications: new Topic(stack, 'Topic') }))).toEqual([]);
});

test('a Region and a runtime that the CDK does not know are warned of, once each', () => {
  expect(warnings({ runtimes: ['nodejs24.x'] })).toEqual([]);
  expect(warnings({ regions: ['eu-wset-1', 'us-east-1'], runtimes: ['nodejs24'] })).toEqual([
    'eu-wset-1 is no Region that this version of the CDK knows: is it misspelt?',
    'nodejs24 is no runtime that this version of the CDK knows: is it misspelt?',
  ]);
});

test.each<[string, Given]>([
  ['with no more than it needs', {}],
  [
    'with sources in CodeCommit',
    (stack) => ({ source: PipelineSource.codeCommit(Repository.fromRepositoryName(stack, 'Repository', 'layers')) }),
  ],
  [
    'with sources in a bucket',
    (stack) => ({ source: PipelineSource.s3(Bucket.fromBucketName(stack, 'Sources', 'sources'), 'layer.zip') }),
  ],
  [
    'with all there is',
    (stack) => ({
      encryptionKey: new Key(stack, 'Key', { enableKeyRotation: true }),
      notifications: new Topic(stack, 'Topic', { enforceSSL: true }),
      shareWith: ['o-exampleorgid'],
      stagingBuckets: { 'us-east-1': 'copies' },
      approval: true,
    }),
  ],
])('breaks no rule of the AWS Solutions and Serverless packs, %s', (_, given) => {
  const app = stackWith(given).node.root as App;
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  expect(() => app.synth()).not.toThrow();
});
