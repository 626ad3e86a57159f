import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { Assembly } from '../../labs/engine/assembly';
import { resourcesOf } from '../../labs/engine/assembly-folder';
import { rehearse } from '../../labs/engine/rehearsal/rehearse';
import { ImagePipeline, type ImagePipelineProps, PipelineSource } from '../../pipelines';

const env = { account: '123456789012', region: 'eu-west-1' };
const CONNECTION = 'arn:aws:codeconnections:eu-west-1:123456789012:connection/one';

/** A stack with a pipeline, which pushes to a repository of another stack. */
function stackWith(given: Partial<ImagePipelineProps> = {}): Stack {
  const stack = new Stack(new App(), 'images', { env });
  const arn = 'arn:aws:ecr:eu-west-1:123456789012:repository/team/orders';
  const repository = Repository.fromRepositoryArn(stack, 'Repository', arn);
  const source = PipelineSource.connection(CONNECTION, { repository: 'acme/orders' });
  new ImagePipeline(stack, 'Image', { source, repository, ...given });
  return stack;
}

const templateWith = (given: Partial<ImagePipelineProps> = {}): Template => Template.fromStack(stackWith(given));

test('Docker runs in the machine of the build, which keeps the layers of images', () => {
  const template = templateWith();
  template.hasResourceProperties('AWS::CodeBuild::Project', {
    Environment: { Type: 'ARM_CONTAINER', PrivilegedMode: true },
    Cache: { Type: 'LOCAL', Modes: ['LOCAL_DOCKER_LAYER_CACHE'] },
  });
});

test('an image for x86 is built on x86', () => {
  const template = templateWith({ architecture: Architecture.X86_64 });
  template.hasResourceProperties('AWS::CodeBuild::Project', { Environment: { Type: 'LINUX_CONTAINER' } });
});

test('the build may push to that repository, and to no other', () => {
  const policies = Object.values(templateWith().findResources('AWS::IAM::Policy'));
  const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const pushing = statements.filter(({ Action }) => Action.includes('ecr:PutImage'));
  expect(pushing.map(({ Resource }) => Resource)).toEqual([
    'arn:aws:ecr:eu-west-1:123456789012:repository/team/orders',
  ]);
});

test('breaks no rule of the AWS Solutions and Serverless packs', () => {
  const app = stackWith({ checks: ['true'] }).node.root as App;
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  expect(() => app.synth()).not.toThrow();
});

test('a directory that is a command is refused', () => {
  expect(() => stackWith({ directory: '$(whoami)' })).toThrow('the directory "$(whoami)" can\'t be; allowed: ');
});

describe('rehearsed with scripts in place of docker and aws, which write down how they are called: no test has a Docker,', () => {
  const { PATH } = process.env;
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'image-test-'));
    mkdirSync(join(root, 'project'));
    mkdirSync(join(root, 'bin'));
    writeFileSync(join(root, 'project', 'Dockerfile'), 'FROM scratch\n');
    // It has the image of an execution that was pushed, now or before.
    const described = `grep -qs "^docker push .*:exec-" "${join(root, calls)}" || exit 254; echo sha256:abc`;
    script('aws', `case "$*" in *describe-images*) ${described};; *) echo password;; esac`);
    pulls(false);
    process.env.PATH = `${join(root, 'bin')}:${PATH}`;
  });

  afterEach(() => {
    process.env.PATH = PATH;
    rmSync(root, { recursive: true, force: true });
  });

  const calls = join('bin', 'calls');

  function script(name: string, body: string): void {
    const file = join(root, 'bin', name);
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >>"${join(root, calls)}"\n${body}\n`);
    chmodSync(file, 0o755);
  }

  /** Whether the registry has the revision. */
  const pulls = (has: boolean): void =>
    script('docker', `case "$1" in pull) exit ${has ? 0 : 1};; login) cat >/dev/null;; esac`);

  async function rehearsed(given: Partial<ImagePipelineProps> = {}) {
    const results = await rehearse({
      folder: join(root, 'project'),
      assembly: new Assembly({ resources: resourcesOf('images', templateWith(given).toJSON()) }),
      scratch: join(root, 'scratch'),
      onLine: () => {},
      onEnd: () => {},
    });
    const lines = existsSync(join(root, calls)) ? readFileSync(join(root, calls), 'utf8').trim().split('\n') : [];
    return { build: results[1], docker: lines.filter((line) => /^docker (build|tag|push)/.test(line)) };
  }

  const URI = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/orders';
  const REVISION = '0'.repeat(40);

  test('an image of one platform without attestations is pushed by its revision and its execution', async () => {
    const { build, docker } = await rehearsed();
    expect(build).toMatchObject({ outcome: 'passed', variables: { DIGEST: 'sha256:abc' } });
    expect(docker).toEqual([
      `docker build --platform linux/arm64 --provenance=false --sbom=false --tag ${URI}:${REVISION} .`,
      `docker push ${URI}:${REVISION}`,
      expect.stringMatching(new RegExp(`^docker tag ${URI}:${REVISION} ${URI}:exec-[0-9a-f-]{36}$`)),
      expect.stringMatching(new RegExp(`^docker push ${URI}:exec-[0-9a-f-]{36}$`)),
    ]);
  });

  test('a check that fails leaves nothing pushed', async () => {
    const { build, docker } = await rehearsed({ checks: ['docker run "$IMAGE"', 'exit 7'] });
    expect(build).toMatchObject({ outcome: 'failed', why: 'build: exit 7 ended with 7' });
    expect(docker.filter((line) => line.startsWith('docker push'))).toEqual([]);
  });

  test('a revision that was pushed already is neither built nor pushed again, and gets the tag of the execution', async () => {
    pulls(true);
    const { build, docker } = await rehearsed();
    expect(build.outcome).toBe('passed');
    expect(docker).toEqual([
      expect.stringMatching(/^docker tag .*:exec-/),
      expect.stringMatching(/^docker push .*:exec-/),
    ]);
  });

  test('an execution that is tried again does not push its tag once more, which a tag that never moves would refuse', async () => {
    pulls(true);
    writeFileSync(join(root, calls), `docker push ${URI}:exec-before\n`);
    const { build, docker } = await rehearsed();
    expect(build).toMatchObject({ outcome: 'passed', variables: { DIGEST: 'sha256:abc' } });
    expect(docker).toEqual([`docker push ${URI}:exec-before`, expect.stringMatching(/^docker tag .*:exec-/)]);
  });
});
