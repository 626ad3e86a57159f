import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Assembly } from '../../labs/engine/assembly';
import { resourcesOf } from '../../labs/engine/assembly-folder';
import { rehearse } from '../../labs/engine/rehearsal/rehearse';
import { DeliveryPipeline, type DeliveryPipelineProps, PipelineSource } from '../../pipelines';

const HOME = '111111111111';
const env = (account = HOME, region = 'eu-west-1') => ({ account, region });

const CONNECTION = `arn:aws:codeconnections:eu-west-1:${HOME}:connection/one`;
const source = PipelineSource.connection(CONNECTION, { repository: 'acme/orders', filter: { branches: ['main'] } });

const props: DeliveryPipelineProps = {
  source,
  stages: [
    { name: 'dev', env: env() },
    { name: 'prod', env: env(), approval: true },
  ],
  stacks: (scope, { name }) => {
    const stack = new Stack(scope, 'Stack', { stackName: `orders-${name}` });
    new Topic(stack, 'Topic', { enforceSSL: true });
  },
};

/** The props of an app with an asset. */
const withAsset: Partial<DeliveryPipelineProps> = {
  stacks: (scope) => {
    new Asset(new Stack(scope, 'Stack'), 'File', { path: __filename });
  },
};

type Given = Partial<DeliveryPipelineProps> | ((stack: Stack) => Partial<DeliveryPipelineProps>);

/** A stack with a pipeline. */
function delivery(given: Given = {}) {
  const stack = new Stack(new App(), 'delivery', { env: env() });
  const all = { ...props, ...(typeof given === 'function' ? given(stack) : given) };
  return { stack, pipeline: new DeliveryPipeline(stack, 'Delivery', all) };
}

const templateWith = (given: Given = {}): Template => Template.fromStack(delivery(given).stack);

function stages(template: Template) {
  const [pipeline] = Object.values(template.findResources('AWS::CodePipeline::Pipeline'));
  return pipeline.Properties.Stages as { Name: string; OnFailure?: unknown; Actions: { Name: string }[] }[];
}

test('a commit is built, the pipeline adapts to it, assets are published, and stages are deployed in order', () => {
  expect(stages(templateWith(withAsset)).map(({ Name }) => Name)).toEqual([
    'Source',
    'Build',
    'UpdatePipeline',
    'Assets',
    'dev',
    'prod',
  ]);
});

test('it is of the second type, and executions queue up', () => {
  templateWith().hasResourceProperties('AWS::CodePipeline::Pipeline', { PipelineType: 'V2', ExecutionMode: 'QUEUED' });
});

test('a stage that fails goes back to what it was', () => {
  const rolledBack = stages(templateWith()).filter(({ OnFailure }) => OnFailure !== undefined);
  expect(rolledBack.map(({ Name, OnFailure }) => [Name, OnFailure])).toEqual([
    ['dev', { Result: 'ROLLBACK' }],
    ['prod', { Result: 'ROLLBACK' }],
  ]);
});

test('somebody approves before a stage that wants it, and before no other', () => {
  const approvals = stages(templateWith()).map(({ Name, Actions }) => [Name, Actions[0].Name.startsWith('Approve')]);
  expect(approvals.filter(([, isFirst]) => isFirst)).toEqual([['prod', true]]);
});

test('pushes that the filter lets through start it', () => {
  templateWith().hasResourceProperties('AWS::CodePipeline::Pipeline', {
    Triggers: [{ GitConfiguration: { SourceActionName: 'Source', Push: [{ Branches: { Includes: ['main'] } }] } }],
  });
});

test('an object in a bucket starts it by an event', () => {
  const template = templateWith((stack) => ({
    source: PipelineSource.s3(Bucket.fromBucketName(stack, 'Sources', 'sources'), 'orders.zip'),
  }));
  template.hasResourceProperties('AWS::Events::Rule', { EventPattern: { source: ['aws.s3'] } });
});

test('in one account the keys of Amazon S3 encrypt artifacts', () => {
  const template = templateWith();
  template.resourceCountIs('AWS::KMS::Key', 0);
  template.hasResourceProperties('AWS::S3::Bucket', {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
  });
});

test('across accounts a key does, which changes each year and which the other account may use', () => {
  const template = templateWith({ stages: [{ name: 'prod', env: env('222222222222') }] });
  template.hasResourceProperties('AWS::KMS::Key', {
    EnableKeyRotation: true,
    KeyPolicy: {
      Statement: Match.arrayWith([
        Match.objectLike({ Action: Match.arrayWith(['kms:Decrypt']), Principal: { AWS: otherAccount } }),
      ]),
    },
  });
  template.hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Effect: 'Allow',
          Action: Match.arrayWith(['s3:GetObject']),
          Principal: { AWS: otherAccount },
        }),
      ]),
    },
  });
});

/** A role, or the root, of the account that is delivered to. */
const otherAccount = Match.objectLike({ 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('222222222222')])] });

test('each account and Region has its command, and accounts besides that of the pipeline trust it', () => {
  const { pipeline } = delivery({
    stages: [
      { name: 'dev', env: env() },
      { name: 'test', env: env('222222222222') },
      { name: 'prod', env: env('222222222222', 'us-east-1') },
      { name: 'live', env: env('222222222222', 'us-east-1') },
    ],
  });
  const rights = '--cloudformation-execution-policies arn:aws:iam::aws:policy/AdministratorAccess';
  expect(pipeline.bootstrapCommands).toEqual([
    `npx cdk bootstrap aws://111111111111/eu-west-1 ${rights}`,
    `npx cdk bootstrap aws://222222222222/eu-west-1 --trust 111111111111 ${rights}`,
    `npx cdk bootstrap aws://222222222222/us-east-1 --trust 111111111111 ${rights}`,
  ]);
});

test.each<[string, () => unknown, string]>([
  ['without a stage', () => delivery({ stages: [] }), 'the pipeline has no stage; allowed: '],
  [
    'with two stages of a name',
    () => delivery({ stages: [props.stages[0], props.stages[0]] }),
    'the pipeline has the stage dev twice; allowed: ',
  ],
  [
    'in a stack that could be anywhere',
    () => new DeliveryPipeline(new Stack(new App(), 'delivery'), 'Delivery', props),
    'the stack of the pipeline has no account and Region; allowed: both; for example: ',
  ],
])('is refused %s, in one line', (_, make, message) => {
  expect(make).toThrow(message);
  expect(make).toThrow(/^[^\n]+$/);
});

test.each<[string, Given]>([
  ['in one account', withAsset],
  [
    'across accounts and Regions',
    (stack) => ({
      ...withAsset,
      notifications: new Topic(stack, 'Told', { enforceSSL: true }),
      stages: [{ name: 'prod', env: env('222222222222', 'us-east-1'), approval: true }],
    }),
  ],
])('breaks no rule of the AWS Solutions pack, %s', (_, given) => {
  expect(findings(given)).toBe('');
});

test('hides no finding of the app that it delivers', () => {
  const stacks: DeliveryPipelineProps['stacks'] = (scope) => {
    new Topic(new Stack(scope, 'Stack'), 'Open');
  };
  expect(findings({ stacks })).toContain('AwsSolutions-SNS3');
});

/** What the pack of rules says of a pipeline. */
function findings(given: Given): string {
  const app = delivery(given).stack.node.root as App;
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
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
    mkdirSync(join(root, 'project'));
    writeFileSync(join(root, 'project', 'manifest.json'), '{}');
    const template = templateWith({ ...withAsset, commands: ['mkdir cdk.out', 'cp manifest.json cdk.out'] });
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
      ['prod', 'not-rehearsed', 'somebody has to approve'],
      ['prod', 'not-rehearsed', 'it deploys; atelier local deploy does that to an emulator'],
      ['prod', 'not-rehearsed', 'it deploys; atelier local deploy does that to an emulator'],
    ]);
    expect(results[1].artifacts).toEqual([expect.objectContaining({ files: 1 })]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
