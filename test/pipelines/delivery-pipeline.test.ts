import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, type Environment, Names, Stack, Tags, Validations } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ComputeType, LinuxArmLambdaBuildImage, LinuxBuildImage } from 'aws-cdk-lib/aws-codebuild';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { Construct } from 'constructs';
import { Assembly } from '../../labs/engine/assembly';
import { resourcesOf } from '../../labs/engine/assembly-folder';
import { rehearse } from '../../labs/engine/rehearsal/rehearse';
import {
  bootstrapCommands,
  DeliveryPipeline,
  type DeliveryPipelineProps,
  type DeliveryStage,
  PipelineSource,
} from '../../pipelines';

const HOME = '111111111111';
const OTHER = '222222222222';
const env = (account = HOME, region = 'eu-west-1') => ({ account, region });

const CONNECTION = `arn:aws:codeconnections:eu-west-1:${HOME}:connection/one`;
const source = PipelineSource.connection(CONNECTION, { repository: 'acme/orders', filter: { branches: ['main'] } });

const stackOf = (scope: Construct, { name, env }: DeliveryStage): Stack => new Stack(scope, `orders-${name}`, { env });

const props: DeliveryPipelineProps = {
  source,
  stages: [
    { name: 'dev', env: env() },
    { name: 'prod', isProduction: true, env: env() },
  ],
  stacks: (scope, stage) => {
    new Topic(stackOf(scope, stage), 'Topic', { enforceSSL: true });
  },
};

/** The props of an app with an asset. */
const withAsset: Partial<DeliveryPipelineProps> = {
  stacks: (scope, stage) => {
    new Asset(stackOf(scope, stage), 'File', { path: __filename });
  },
};

/** The stages of an app that is in another account and another Region as well. */
const far: Partial<DeliveryPipelineProps> = {
  ...withAsset,
  stages: [
    { name: 'dev', env: env() },
    { name: 'test', env: env(OTHER) },
    { name: 'prod', isProduction: true, env: env(OTHER, 'us-east-1') },
  ],
};

type Given = Partial<DeliveryPipelineProps> | ((stack: Stack) => Partial<DeliveryPipelineProps>);

/** A stack with a pipeline. */
function delivery(given: Given = {}, where: Environment = env()) {
  const app = new App();
  const stack = new Stack(app, 'delivery', { env: where });
  const all = { ...props, ...(typeof given === 'function' ? given(stack) : given) };
  return { app, stack, pipeline: new DeliveryPipeline(stack, 'Delivery', all) };
}

const templateWith = (given: Given = {}): Template => Template.fromStack(delivery(given).stack);

interface PipelineStage {
  readonly Name: string;
  readonly OnFailure?: unknown;
  readonly Actions: readonly {
    readonly Name: string;
    readonly Region?: string;
    readonly Configuration?: { readonly StackName?: string };
  }[];
}

function pipelineOf(template: Template) {
  const [pipeline] = Object.values(template.findResources('AWS::CodePipeline::Pipeline'));
  return pipeline.Properties;
}

const stages = (template: Template): PipelineStage[] => pipelineOf(template).Stages;

/** The statements of the policy of a role, by the role's id in the template. */
function statements(template: Template, role: RegExp) {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) => role.test(id));
  return policies.flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
}

const projects = (template: Template) =>
  Object.values(template.findResources('AWS::CodeBuild::Project')).map(({ Properties }) => Properties);

const specOf = (project: { Source: { BuildSpec: string } }) => JSON.parse(project.Source.BuildSpec);

/** The build that synthesizes, among the projects. */
const synthesis = (template: Template) =>
  projects(template).find(({ Source }) => Source.BuildSpec.includes('base-directory'));

test('it is called as somebody says', () => {
  expect(pipelineOf(templateWith({ pipelineName: 'orders-delivery' })).Name).toBe('orders-delivery');
});

test('a key of another app is warned of where another account has to decrypt with it, since its policy is not seen', () => {
  const arn = `arn:aws:kms:eu-west-1:${HOME}:key/one`;
  const warningsWith = (given: Partial<DeliveryPipelineProps>): number => {
    const { stack } = delivery((scope) => ({ ...given, encryptionKey: Key.fromKeyArn(scope, 'Key', arn) }));
    return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('decrypt with it')).length;
  };
  expect([warningsWith({}), warningsWith(far)]).toEqual([0, 1]);
});

test('a commit is built, the pipeline adapts to it, assets are published, and stages are deployed in order', () => {
  expect(stages(templateWith(withAsset)).map(({ Name }) => Name)).toEqual([
    'Source',
    'Build',
    'UpdatePipeline',
    'Assets',
    'dev',
    'Approve-prod',
    'prod',
  ]);
});

test('it is of the second type, starts again once it has changed itself, and the newest commit wins', () => {
  templateWith().hasResourceProperties('AWS::CodePipeline::Pipeline', {
    PipelineType: 'V2',
    ExecutionMode: 'SUPERSEDED',
    RestartExecutionOnUpdate: true,
  });
});

test('a stage that fails goes back to what it was; what the pipeline is made of does not', () => {
  const rolledBack = stages(templateWith(withAsset)).filter(({ OnFailure }) => OnFailure !== undefined);
  expect(rolledBack.map(({ Name, OnFailure }) => [Name, OnFailure])).toEqual([
    ['dev', { Result: 'ROLLBACK' }],
    ['prod', { Result: 'ROLLBACK' }],
  ]);
});

test('other code is no other pipeline, since an execution goes back to those of the same pipeline alone', () => {
  const withFile = (path: string): Given => ({
    stacks: (scope, stage) => {
      new Asset(stackOf(scope, stage), 'File', { path });
    },
  });
  const [one, other] = [__filename, join(__dirname, 'layer-pipeline.test.ts')].map((path) =>
    templateWith(withFile(path)).toJSON(),
  );
  expect(one).toEqual(other);
});

describe('somebody approves', () => {
  const approvals = (given: Given) =>
    stages(templateWith(given)).filter(({ Actions }) => Actions.some(({ Name }) => Name === 'Approve'));

  test('before production, in a stage of its own, so that going back waits for nobody', () => {
    expect(approvals({}).map(({ Name, Actions }) => [Name, Actions.length])).toEqual([['Approve-prod', 1]]);
  });

  test('unless nobody has to', () => {
    expect(approvals({ approval: false })).toEqual([]);
  });
});

describe('a build', () => {
  test('runs on what functions and images are for, with the newest Node.js, and tests before it synthesizes', () => {
    const project = synthesis(templateWith());
    expect(project?.Environment).toMatchObject({
      Type: 'ARM_CONTAINER',
      Image: 'aws/codebuild/amazonlinux-aarch64-standard:4.0',
      PrivilegedMode: false,
    });
    expect(specOf(project as never)).toMatchObject({
      phases: { install: { 'runtime-versions': { nodejs: 24 } }, build: { commands: ['npm ci', 'npm run build'] } },
      artifacts: { 'base-directory': 'cdk.out', files: ['**/*'] },
    });
  });

  test('runs on the machine that is given, with its own Node.js', () => {
    const buildEnvironment = { buildImage: LinuxBuildImage.AMAZON_LINUX_2023_6, computeType: ComputeType.LARGE };
    const project = synthesis(templateWith({ buildEnvironment, commands: ['pnpm build'] }));
    expect(project?.Environment).toMatchObject({ Type: 'LINUX_CONTAINER', ComputeType: 'BUILD_GENERAL1_LARGE' });
    expect(specOf(project as never).phases).toEqual({ build: { commands: ['pnpm build'] } });
  });

  test('keeps what npm has downloaded', () => {
    const project = synthesis(templateWith());
    expect(project?.Cache).toEqual({ Type: 'LOCAL', Modes: ['LOCAL_CUSTOM_CACHE'] });
    expect(specOf(project as never).cache).toEqual({ paths: ['/root/.npm/**/*'] });
  });

  test.each([
    [undefined, 30],
    [RetentionDays.ONE_WEEK, 7],
  ])('writes to one log that is kept for so long: %s', (logRetention, days) => {
    const template = templateWith({ ...withAsset, logRetention });
    const [[id, group], ...more] = Object.entries(template.findResources('AWS::Logs::LogGroup'));
    expect([group.Properties.RetentionInDays, more]).toEqual([days, []]);
    expect(projects(template).map(({ LogsConfig }) => LogsConfig.CloudWatchLogs.GroupName)).toEqual([
      { Ref: id },
      { Ref: id },
      { Ref: id },
    ]);
  });

  test('is privileged only where an image is built', () => {
    const template = templateWith({
      stacks: (scope, stage) => {
        const stack = stackOf(scope, stage);
        const directory = join(__dirname, '..', 'fixtures', 'acme-house');
        new DockerImageAsset(stack, 'Image', { directory, file: 'package.json', platform: Platform.LINUX_ARM64 });
      },
    });
    expect(projects(template).map(({ Environment }) => Environment.PrivilegedMode)).toEqual([false, false, true]);
  });
});

describe('its roles', () => {
  test('have no action with a wildcard', () => {
    const actions = statements(templateWith(withAsset), /./).flatMap(({ Action }) => [Action].flat());
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  test.each(['SelfMutation', 'FileRole', 'CdkBuildProject'])(
    'of %s write to the one log, and make no reports',
    (role) => {
      const actions = statements(templateWith(withAsset), new RegExp(role)).flatMap(({ Action }) => [Action].flat());
      expect(actions).toEqual(expect.arrayContaining(['logs:CreateLogStream', 'logs:PutLogEvents']));
      expect(actions.filter((action) => /^codebuild:|CreateLogGroup/.test(action))).toEqual([]);
    },
  );

  test('let it change itself by the roles of the bootstrap alone', () => {
    const [assumed] = statements(templateWith(), /SelfMutation/).filter(({ Action }) => Action === 'sts:AssumeRole');
    expect(assumed.Condition).toEqual({
      'ForAnyValue:StringEquals': {
        'iam:ResourceTag/aws-cdk:bootstrap-role': ['image-publishing', 'file-publishing', 'deploy'],
      },
    });
  });
});

describe('it is started', () => {
  test('by the pushes that the filter lets through', () => {
    expect(pipelineOf(templateWith()).Triggers).toEqual([
      {
        ProviderType: 'CodeStarSourceConnection',
        GitConfiguration: { SourceActionName: 'Source', Push: [{ Branches: { Includes: ['main'] } }] },
      },
    ]);
  });

  test('by a push to a branch at CodeCommit', () => {
    const template = templateWith((stack) => ({
      source: PipelineSource.codeCommit(Repository.fromRepositoryName(stack, 'Repository', 'orders'), 'trunk'),
    }));
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.codecommit'],
        'detail-type': ['CodeCommit Repository State Change'],
        detail: { event: ['referenceCreated', 'referenceUpdated'], referenceName: ['trunk'] },
      },
      Targets: [Match.objectLike({ RoleArn: Match.anyValue() })],
    });
  });

  test('by an object in a bucket', () => {
    const template = templateWith((stack) => ({
      source: PipelineSource.s3(Bucket.fromBucketName(stack, 'Sources', 'sources'), 'orders.zip'),
    }));
    template.hasResourceProperties('AWS::Events::Rule', { EventPattern: { source: ['aws.s3'] } });
  });
});

test('the topic is told of failures and of what waits', () => {
  const template = templateWith((stack) => ({ notifications: new Topic(stack, 'Topic') }));
  template.hasResourceProperties('AWS::CodeStarNotifications::NotificationRule', {
    EventTypeIds: ['codepipeline-pipeline-pipeline-execution-failed', 'codepipeline-pipeline-manual-approval-needed'],
  });
});

describe('artifacts', () => {
  test('are encrypted with the keys of Amazon S3 in one account', () => {
    const template = templateWith();
    template.resourceCountIs('AWS::KMS::Key', 0);
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
  });

  test('are encrypted with the key that is given', () => {
    const template = templateWith((stack) => ({ encryptionKey: new Key(stack, 'Mine') }));
    expect(pipelineOf(template).ArtifactStore.EncryptionKey.Id).toEqual({
      'Fn::GetAtt': [expect.stringMatching(/^Mine/), 'Arn'],
    });
    template.resourceCountIs('AWS::KMS::Key', 1);
  });

  test('have a key across accounts, which changes each year and which the other account may use', () => {
    const template = templateWith({ stages: [{ name: 'prod', env: env(OTHER) }] });
    template.hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Principal: { AWS: otherAccount } }),
        ]),
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: ['s3:GetObject', 's3:GetObjectVersion'],
            Principal: { AWS: otherAccount },
          }),
        ]),
      },
    });
    expect(projects(template).filter(({ EncryptionKey }) => EncryptionKey === undefined)).toEqual([]);
  });

  test('have a bucket in each other Region, with a key there, and the stage is deployed from it', () => {
    const { app, stack } = delivery(far);
    const template = Template.fromStack(stack);
    const stores = pipelineOf(template).ArtifactStores as {
      Region: string;
      ArtifactStore: { EncryptionKey: object };
    }[];
    expect(stores.map(({ Region }) => Region).sort()).toEqual(['eu-west-1', 'us-east-1']);
    expect(stores.filter(({ ArtifactStore }) => ArtifactStore.EncryptionKey === undefined)).toEqual([]);
    const actions = stages(template).find(({ Name }) => Name === 'prod')?.Actions;
    expect(actions?.map(({ Region }) => Region)).toEqual(['us-east-1', 'us-east-1']);

    const copies = app.node.findChild('delivery-us-east-1') as Stack;
    expect(copies.environment).toBe(`aws://${HOME}/us-east-1`);
    Template.fromStack(copies).hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Delete',
      Properties: { LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 180 })] } },
    });
    Template.fromStack(copies).resourceCountIs('AWS::KMS::Key', 1);
    expect(stack.dependencies).toEqual([copies]);
  });
});

/** A role, or the root, of the account that is delivered to. */
const otherAccount = Match.objectLike({ 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp(OTHER)])] });

describe('accounts and Regions are prepared', () => {
  const rights = '--cloudformation-execution-policies arn:aws:iam::aws:policy/AdministratorAccess';

  test('by a command each, and accounts besides that of the pipeline trust it', () => {
    const { stack, pipeline } = delivery({
      stages: [...(far.stages ?? []), { name: 'live', env: env(OTHER, 'us-east-1') }, { name: 'here' }],
    });
    const commands = [
      `npx cdk bootstrap aws://${HOME}/eu-west-1`,
      `npx cdk bootstrap aws://${OTHER}/eu-west-1 --trust ${HOME} ${rights}`,
      `npx cdk bootstrap aws://${OTHER}/us-east-1 --trust ${HOME} ${rights}`,
    ];
    expect(pipeline.bootstrapCommands).toEqual(commands);
    const outputs = Object.values(Template.fromStack(stack).findOutputs('*'));
    expect(outputs.map(({ Value }) => Value)).toEqual([commands.join('\n')]);
  });

  test('by the policies that are given, and by those of the partition otherwise', () => {
    expect(bootstrapCommands(env(), [env(OTHER)], ['arn:a', 'arn:b'])[1]).toContain(
      '--cloudformation-execution-policies arn:a,arn:b',
    );
    const china = bootstrapCommands(env(HOME, 'cn-north-1'), [env(OTHER, 'cn-north-1')]);
    expect(china[1]).toContain('arn:aws-cn:iam::aws:policy/AdministratorAccess');
    const government = bootstrapCommands(env(HOME, 'us-gov-west-1'), [env(OTHER, 'us-gov-west-1')]);
    expect(government[1]).toContain('arn:aws-us-gov:iam::aws:policy/AdministratorAccess');
  });

  test('by one command where all of it is wherever the AWS profile points', () => {
    const { pipeline } = delivery({ stages: [{ name: 'dev' }] }, {});
    expect(pipeline.bootstrapCommands).toEqual(['npx cdk bootstrap']);
  });
});

describe('what is delivered', () => {
  /** The template of a stage, as the app has it and as the pipeline deploys it. */
  function templatesOf(app: App, stage: string) {
    const { directory } = app.synth();
    const at = (...path: string[]) => JSON.parse(readFileSync(join(directory, ...path), 'utf8'));
    const file = `orders-${stage}.template.json`;
    return [at(file), at(`delivery-${stage}`, file)];
  }

  test('are the stacks of the app, with the names and the ids that they have when they are deployed by hand', () => {
    const { app, stack } = delivery({
      stacks: (scope, stage) => {
        const stack = stackOf(scope, stage);
        // Its id is made of its path.
        new CfnOutput(stack, 'Name', { value: Names.uniqueId(new Topic(stack, 'Topic')) });
      },
    });
    const [own, delivered] = templatesOf(app, 'prod');
    expect(delivered).toEqual(own);
    const deployments = stages(Template.fromStack(stack)).flatMap(({ Actions }) => Actions);
    const names = deployments.map(({ Configuration }) => Configuration?.StackName).filter((name) => name !== undefined);
    expect([...new Set(names)]).toEqual(['orders-dev', 'orders-prod']);
  });

  test('have the tags and the aspects of the app and of its stacks, though they are added after the pipeline', () => {
    const { app } = delivery();
    Tags.of(app).add('owner', 'orders');
    Tags.of(app.node.findChild('orders-prod')).add('stage', 'prod');
    const [own, delivered] = templatesOf(app, 'prod');
    expect(delivered).toEqual(own);
    expect(JSON.stringify(delivered)).toContain('{"Key":"owner","Value":"orders"},{"Key":"stage","Value":"prod"}');
    expect(JSON.stringify(templatesOf(app, 'dev')[1])).not.toContain('"stage"');
  });

  test('have nothing of what is attached to the stack of the pipeline', () => {
    const { app, stack } = delivery();
    Tags.of(stack).add('owner', 'platform');
    expect(JSON.stringify(templatesOf(app, 'dev'))).not.toContain('platform');
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).toContain('platform');
  });

  test('have the context of the app', () => {
    const seen: unknown[] = [];
    const app = new App({ context: { colour: 'blue' } });
    new DeliveryPipeline(new Stack(app, 'delivery', { env: env() }), 'Delivery', {
      ...props,
      stacks: (scope, stage) => {
        stackOf(scope, stage);
        seen.push(scope.node.tryGetContext('colour'));
      },
    });
    expect(seen).toEqual(['blue', 'blue', 'blue', 'blue']);
  });

  test('are synthesized as often as somebody asks', () => {
    const { app } = delivery();
    expect(() => [app.synth(), app.synth({ force: true })]).not.toThrow();
  });
});

test.each<[string, () => unknown, string]>([
  [
    'without a stage',
    () => delivery({ stages: [] }),
    'the pipeline has the stages []; allowed: one or more, each once',
  ],
  [
    'with two stages of a name',
    () => delivery({ stages: [props.stages[0], props.stages[0]] }),
    'the pipeline has the stages ["dev","dev"]; allowed: ',
  ],
  [
    'with a stage of one letter',
    () => delivery({ stages: [{ name: 'd' }] }),
    'a stage can\'t be called "d"; allowed: ',
  ],
  ['with a stage of its own', () => delivery({ stages: [{ name: 'Build' }] }), 'a stage can\'t be called "Build"; '],
  [
    'with a stage that has an account alone',
    () => delivery({ stages: [{ name: 'dev', env: { account: OTHER } }] }),
    'the stage dev has an account or a Region alone; allowed: both, or none of them; ',
  ],
  [
    'with a stage that has an account, in a stack that could be anywhere',
    () => delivery({}, {}),
    'the stage dev has an account and a Region, and the stack of the pipeline has not; allowed: ',
  ],
  [
    'with a stack that is elsewhere than its stage',
    () => delivery({ stacks: (scope, { name }) => void new Stack(scope, name, { env: env(OTHER) }) }),
    `the stack dev is not where its stage is, ${HOME}/eu-west-1; allowed: the account and the Region of the stage; `,
  ],
  ['with a stage that has no stacks', () => delivery({ stacks: () => {} }), 'the stage dev has no stacks; allowed: '],
  [
    'with builds on Lambda',
    () => delivery({ buildEnvironment: { buildImage: LinuxArmLambdaBuildImage.AMAZON_LINUX_2023_NODE_24 } }),
    'the builds of the pipeline are on Lambda, where no command-line tools can be installed; allowed: ',
  ],
])('is refused %s, in one line with an example', (_, make, message) => {
  expect(make).toThrow(message);
  expect(make).toThrow(/^[^\n]+; for example: [^\n]+$/);
});

const sourcesOf: Readonly<Record<string, Given>> = {
  'a connection': {},
  CodeCommit: (stack) => ({
    source: PipelineSource.codeCommit(Repository.fromRepositoryName(stack, 'Repository', 'orders')),
  }),
  'a bucket': (stack) => ({
    source: PipelineSource.s3(Bucket.fromBucketName(stack, 'Sources', 'sources'), 'orders.zip'),
  }),
};

test.each<[string, Given]>([
  ['with assets', withAsset],
  [
    'across accounts and Regions',
    (stack) => ({ ...far, notifications: new Topic(stack, 'Told', { enforceSSL: true }) }),
  ],
  ...Object.entries(sourcesOf).map(([name, given]): [string, Given] => [`from ${name}`, given]),
])('breaks no rule of the AWS Solutions and Serverless packs, %s', (_, given) => {
  expect(findings(given)).toBe('');
});

test('hides no finding of the app that it delivers', () => {
  const stacks: DeliveryPipelineProps['stacks'] = (scope, stage) => {
    new Topic(stackOf(scope, stage), 'Open');
  };
  expect(findings({ stacks })).toContain('AwsSolutions-SNS3');
});

/** What the packs of rules say of a pipeline. */
function findings(given: Given): string {
  const { app } = delivery(given);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  try {
    app.synth();
    return '';
  } catch (error) {
    return String(error);
  }
}

test('is rehearsed up to its own changes and to assets, which are never run and named', async () => {
  const root = mkdtempSync(join(tmpdir(), 'delivery-test-'));
  try {
    const { app, stack } = delivery({ ...withAsset, commands: ['mv synthesized cdk.out'] });
    const template = Template.fromStack(stack);
    cpSync(app.synth().directory, join(root, 'project', 'synthesized'), { recursive: true });
    const results = await rehearse({
      folder: join(root, 'project'),
      assembly: new Assembly({ resources: resourcesOf('delivery', template.toJSON()) }),
      scratch: join(root, 'scratch'),
      onLine: () => {},
      onEnd: () => {},
    });
    expect(results.map(({ stage, outcome, why }) => [stage, outcome, why])).toEqual([
      ['Source', 'passed', undefined],
      ['Build', 'passed', undefined],
      ['UpdatePipeline', 'not-rehearsed', 'it changes stacks on AWS'],
      ['Assets', 'not-rehearsed', 'it publishes assets to AWS'],
      ['dev', 'not-rehearsed', 'it deploys; atelier local deploy does that to an emulator'],
      ['dev', 'not-rehearsed', 'it deploys; atelier local deploy does that to an emulator'],
      ['Approve-prod', 'not-rehearsed', 'somebody has to approve'],
      ['prod', 'not-rehearsed', 'it deploys; atelier local deploy does that to an emulator'],
      ['prod', 'not-rehearsed', 'it deploys; atelier local deploy does that to an emulator'],
    ]);
    expect(results[1].artifacts).toEqual([expect.objectContaining({ name: 'Synth_Output' })]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
