import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { runBuild } from '../../labs/engine/rehearsal/build';
import { readBuildspec } from '../../labs/engine/rehearsal/buildspec';
import { ImageDeployment, type ImageDeploymentProps, PipelineSource } from '../../pipelines';

const env = { account: '123456789012', region: 'eu-west-1' };
const CONNECTION = 'arn:aws:codeconnections:eu-west-1:123456789012:connection/one';

/** A stack with a pipeline that deploys what another one has pushed. */
function stackWith(given: Partial<ImageDeploymentProps> = {}, context = {}): Stack {
  const stack = new Stack(new App({ context }), 'deployment', { env });
  new ImageDeployment(stack, 'Deployment', {
    source: PipelineSource.connection(CONNECTION, { repository: 'acme/orders', triggerOnPush: false }),
    imagePipelineName: 'orders-image',
    repository: Repository.fromRepositoryName(stack, 'Repository', 'orders'),
    stackName: 'orders-prod',
    ...given,
  });
  return stack;
}

const template = Template.fromStack(stackWith());
const [project] = Object.values(template.findResources('AWS::CodeBuild::Project'));

test('the success of the image, and nothing else, starts it, and tells it which execution that was', () => {
  template.resourceCountIs('AWS::Events::Rule', 1);
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.codepipeline'],
      'detail-type': ['CodePipeline Pipeline Execution State Change'],
      detail: { pipeline: ['orders-image'], state: ['SUCCEEDED'] },
    },
    Targets: [
      {
        InputTransformer: {
          InputPathsMap: { execution: '$.detail.execution-id' },
          InputTemplate: '{"variables":[{"name":"IMAGE_EXECUTION","value":"<execution>"}]}',
        },
      },
    ],
  });
});

test('it tells the digest that it has deployed, so that `atelier pipeline status` knows it', () => {
  const [{ Properties }] = Object.values(template.findResources('AWS::CodePipeline::Pipeline'));
  expect(Properties.Stages.at(-1).Actions[0].Namespace).toBe('Deployment');
  const { BuildSpec } = project.Properties.Source;
  expect(BuildSpec).toContain('env:\n  exported-variables:\n    - IMAGE_DIGEST\n');
});

test('a push to the repository of the app starts nothing', () => {
  const [{ Properties }] = Object.values(template.findResources('AWS::CodePipeline::Pipeline'));
  expect(Properties.Stages[0].Actions[0].Configuration.DetectChanges).toBe(false);
  expect(Properties.Triggers).toBeUndefined();
});

test('somebody approves before an image is deployed, where that is wanted', () => {
  const [{ Properties }] = Object.values(
    Template.fromStack(stackWith({ approval: true })).findResources('AWS::CodePipeline::Pipeline'),
  );
  expect(Properties.Stages.map(({ Name }: { Name: string }) => Name)).toEqual(['Source', 'Approve', 'Deploy']);
});

test('what fails goes back to what it was', () => {
  const [{ Properties }] = Object.values(template.findResources('AWS::CodePipeline::Pipeline'));
  expect(Properties.Stages[1].OnFailure).toEqual({ Result: 'ROLLBACK' });
});

test('it may look at the images of that repository, and take the two roles of the bootstrap that deploy', () => {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const [looking] = statements.filter(({ Action }) => Action === 'ecr:DescribeImages');
  expect(JSON.stringify(looking.Resource)).toContain(':repository/orders');
  const roles = statements.filter(({ Action, Resource }) => Action === 'sts:AssumeRole' && Array.isArray(Resource));
  expect(roles.flatMap(({ Resource }) => Resource).map((arn) => arn['Fn::Join'][1].at(-1))).toEqual([
    ':iam::123456789012:role/cdk-hnb659fds-deploy-role-123456789012-eu-west-1',
    ':iam::123456789012:role/cdk-hnb659fds-file-publishing-role-123456789012-eu-west-1',
  ]);
});

test('it may tag the images of that repository where it marks what runs, and only there', () => {
  const tagging = (made: Template): unknown[] =>
    Object.values(made.findResources('AWS::IAM::Policy'))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Action }) => [Action].flat().includes('ecr:PutImage'));
  expect(tagging(template)).toEqual([]);
  const marking = tagging(Template.fromStack(stackWith({ liveTag: 'live' })));
  expect(marking).toEqual([
    expect.objectContaining({ Action: ['ecr:DescribeImages', 'ecr:BatchGetImage', 'ecr:PutImage'] }),
  ]);
  expect(JSON.stringify(marking)).toContain(':repository/orders');
});

test.each(['live; curl x', '-live', ''])('a tag that is none is refused: %j', (liveTag) => {
  expect(() => stackWith({ liveTag })).toThrow(`the tag can't be ${JSON.stringify(liveTag)}; allowed: `);
});

test('it has the name that it is given', () => {
  Template.fromStack(stackWith({ pipelineName: 'orders-deployment' })).hasResourceProperties(
    'AWS::CodePipeline::Pipeline',
    { Name: 'orders-deployment' },
  );
});

test('it shares no export with another stack', () => {
  expect(JSON.stringify(template.toJSON())).not.toContain('Fn::ImportValue');
});

test('breaks no rule of the AWS Solutions and Serverless packs', () => {
  const app = stackWith().node.root as App;
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  expect(() => app.synth()).not.toThrow();
});

describe('may deploy by the roles of the bootstrap', () => {
  const rolesOf = (stack: Stack): string[] =>
    (JSON.stringify(Template.fromStack(stack).toJSON()).match(/role\/cdk-[\w-]+/g) ?? []).sort();

  test('of its own account and Region', () => {
    expect(rolesOf(stackWith())).toEqual([
      'role/cdk-hnb659fds-deploy-role-123456789012-eu-west-1',
      'role/cdk-hnb659fds-file-publishing-role-123456789012-eu-west-1',
    ]);
  });

  test('of where the stack is', () => {
    expect(rolesOf(stackWith({ stackEnv: { account: '111122223333', region: 'us-east-1' } }))).toEqual([
      'role/cdk-hnb659fds-deploy-role-111122223333-us-east-1',
      'role/cdk-hnb659fds-file-publishing-role-111122223333-us-east-1',
    ]);
  });

  test('by the qualifier that the app is bootstrapped with', () => {
    const context = { '@aws-cdk/core:bootstrapQualifier': 'acme' };
    expect(rolesOf(stackWith({}, context))).toEqual([
      'role/cdk-acme-deploy-role-123456789012-eu-west-1',
      'role/cdk-acme-file-publishing-role-123456789012-eu-west-1',
    ]);
  });
});

test('a name that is a command is refused', () => {
  expect(() => stackWith({ stackName: 'orders; curl x' })).toThrow(
    'the stack can\'t be named "orders; curl x"; allowed: ',
  );
});

describe('its buildspec, with scripts in place of aws, npm and npx,', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'deployment-test-'));
    mkdirSync(join(root, 'source'));
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** Runs it in a registry with these images, digests by the id that names them. */
  async function deployed(
    images: Readonly<Record<string, string>>,
    variables: Readonly<Record<string, string>>,
    { project: of = project, npx = '' } = {},
  ) {
    const cases = ['*put-image*) ;;', ...Object.entries(images).map(([id, digest]) => `*${id}*) echo ${digest};;`)];
    const scripts = {
      aws: `case "$*" in ${cases.join(' ')} *) echo ImageNotFoundException >&2; exit 254;; esac`,
      npm: '',
      npx,
    };
    for (const [name, body] of Object.entries(scripts)) {
      const file = join(root, name);
      writeFileSync(file, `#!/bin/sh\necho "${name} $*" >>"${join(root, 'calls')}"\n${body}\n`);
      chmodSync(file, 0o755);
    }
    const given = {
      IMAGE_EXECUTION: 'none',
      IMAGE_DIGEST: 'none',
      REPOSITORY_NAME: 'orders',
      REPOSITORY_REGION: 'eu-west-1',
    };
    const { failure } = await runBuild(readBuildspec(of.Properties.Source.BuildSpec), {
      folder: join(root, 'source'),
      scratch: root,
      env: { PATH: `${root}:${process.env.PATH}`, ...given, ...variables },
      onLine: () => {},
    });
    const calls = readFileSync(join(root, 'calls'), 'utf8').split('\n');
    return { passed: failure === undefined, cdk: calls.filter((line) => line.startsWith('npx')), calls };
  }

  const cdk = (digest: string): string[] => [
    `npx cdk deploy orders-prod --exclusively --require-approval never --context imageDigest=${digest}`,
  ];

  test('deploys the digest of the image that the execution has pushed', async () => {
    const images = { 'imageTag=exec-one': 'sha256:new', 'imageDigest=sha256:new': 'sha256:new' };
    expect(await deployed(images, { IMAGE_EXECUTION: 'one' })).toMatchObject({ passed: true, cdk: cdk('sha256:new') });
  });

  test('goes back to an older digest', async () => {
    const images = { 'imageDigest=sha256:old': 'sha256:old' };
    expect(await deployed(images, { IMAGE_DIGEST: 'sha256:old' })).toMatchObject({
      passed: true,
      cdk: cdk('sha256:old'),
    });
  });

  test.each([
    ['an execution that has pushed nothing', { IMAGE_EXECUTION: 'two' }],
    ['a digest that is gone', { IMAGE_DIGEST: 'sha256:gone' }],
    ['a start that names neither', {}],
  ])('deploys nothing after %s', async (_, variables) => {
    expect(await deployed({}, variables)).toMatchObject({ passed: false, cdk: [] });
  });

  describe('where it marks what runs,', () => {
    const [marking] = Object.values(
      Template.fromStack(stackWith({ liveTag: 'live' })).findResources('AWS::CodeBuild::Project'),
    );
    const found = { 'imageTag=exec-one': 'sha256:new', 'imageDigest=sha256:new': 'sha256:new' };
    const puts = /put-image .*--image-tag (\S+)|^npx (cdk deploy)/;

    /** The tags that are put, and the deployment among them. */
    const order = (calls: readonly string[]): string[] =>
      calls.flatMap((line) => {
        const [, tag, deploy] = puts.exec(line) ?? [];
        return tag ?? deploy ?? [];
      });

    test('has a tag on the new image before it is deployed, and the other one after', async () => {
      const { passed, calls } = await deployed(found, { IMAGE_EXECUTION: 'one' }, { project: marking });
      expect({ passed, order: order(calls) }).toEqual({ passed: true, order: ['live-next', 'cdk deploy', 'live'] });
    });

    test('moves no tag to an image that has it', async () => {
      const images = { ...found, 'imageTag=live-next': 'sha256:new', 'imageTag=live': 'sha256:old' };
      const { passed, calls } = await deployed(images, { IMAGE_EXECUTION: 'one' }, { project: marking });
      expect({ passed, order: order(calls) }).toEqual({ passed: true, order: ['cdk deploy', 'live'] });
    });

    test('leaves the tag of what runs where it is when the deployment fails', async () => {
      const failing = { project: marking, npx: 'exit 1' };
      const { passed, calls } = await deployed(found, { IMAGE_EXECUTION: 'one' }, failing);
      expect({ passed, order: order(calls) }).toEqual({ passed: false, order: ['live-next', 'cdk deploy'] });
    });
  });
});
