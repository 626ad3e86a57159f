import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, inProject, oneBuild, rehearsed, root } from './rehearsing';

inProject();

const { env } = process;
let bin: string;

/** Puts a script in place of a program, in front of all others. */
function standIn(name: string, body: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

beforeEach(() => {
  bin = join(root, 'bin');
  mkdirSync(bin);
  process.env = { ...env, PATH: `${bin}:${env.PATH}` };
});

afterEach(() => {
  process.env = env;
});

const PRIVILEGED = { Environment: { PrivilegedMode: true } };

/** Rehearses a build that has a Docker on AWS. */
const withImages = (...all: string[]) => rehearsed(oneBuild(commands(...all), {}, PRIVILEGED));

const IMAGE = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:1';

test('an image is named where nothing builds it', async () => {
  standIn('docker', 'exit 1');
  const { lines, by } = await withImages('docker build .');
  expect(by('Build')).toMatchObject({ outcome: 'not-rehearsed', why: 'it builds an image, and no Docker runs here' });
  expect(lines).toEqual([]);
});

describe('with scripts in place of docker and aws: no test has a Docker,', () => {
  beforeEach(() => {
    standIn('docker', 'case "$1" in info | context) ;; *) echo "real docker $*" ;; esac');
    standIn('aws', 'echo "real aws $*"');
  });

  test.each([
    [`docker push ${IMAGE}`],
    ['docker push -a registry.example/orders'],
    [`docker image push ${IMAGE}`],
    [`docker pull ${IMAGE} || true`],
    ['echo secret | docker login --password-stdin registry.example'],
  ])('%s is told, and not done', async (command) => {
    const { lines, by } = await withImages(command);
    expect(by('Build').outcome).toBe('passed');
    expect(lines[1]).toMatch(/^docker .*: not rehearsed, since nothing is pushed from here$/);
    expect(lines.filter((line) => line.startsWith('real'))).toEqual([]);
  });

  test.each([
    ['docker build --tag "one two" .', 'real docker build --tag one two .'],
    ['docker build --push .', 'real docker build .'],
    ['docker run --rm one npm push', 'real docker run --rm one npm push'],
    ['docker pull public.ecr.aws/lambda/nodejs:24', 'real docker pull public.ecr.aws/lambda/nodejs:24'],
    ['aws ecr describe-repositories', 'real aws ecr describe-repositories'],
  ])('%s is passed on', async (command, said) => {
    const { lines } = await withImages(command);
    expect(lines.at(-1)).toBe(said);
  });

  test('a registry of AWS is asked for neither a password nor a digest', async () => {
    const digest =
      'aws ecr describe-images --image-ids imageTag=one --query "imageDetails[0].imageDigest" --output text';
    const { lines } = await withImages(
      'echo "[$(aws ecr get-login-password)]"',
      `echo "[$(${digest})]"`,
      'docker push example/orders:one',
      `echo "[$(${digest})]"`,
    );
    const answers = lines.filter((line) => line.startsWith('['));
    // An image is there once the build would have pushed it.
    expect(answers).toEqual(['[rehearsal]', '[]', `[sha256:${'0'.repeat(64)}]`]);
  });

  test('a program that is not installed is not found', async () => {
    rmSync(join(bin, 'aws'));
    for (const name of ['sh', 'cat']) {
      symlinkSync(join('/bin', name), join(bin, name));
    }
    process.env.PATH = bin;
    const { lines, by } = await withImages('aws s3 ls');
    expect(lines.at(-1)).toMatch(/aws is not installed/);
    expect(by('Build')).toMatchObject({ outcome: 'failed', why: 'build: aws s3 ls ended with 127' });
  });

  test('the Docker of the chosen context is asked and used, with its plugins and without any login', async () => {
    const config = join(root, 'config');
    mkdirSync(config);
    writeFileSync(
      join(config, 'config.json'),
      '{"auths":{"registry":{"auth":"CANARY"}},"cliPluginsExtraDirs":["/plugins"]}',
    );
    Object.assign(process.env, { DOCKER_CONFIG: config, DOCKER_CONTEXT: 'colima' });
    standIn(
      'docker',
      `case "$1" in
        context) echo "unix:///$DOCKER_CONTEXT.sock" ;;
        info) [ "$DOCKER_HOST" = unix:///colima.sock ] ;;
        *) echo "$DOCKER_HOST [$DOCKER_CONTEXT]"; cat "$DOCKER_CONFIG/config.json" ;;
      esac`,
    );
    const { lines } = await withImages('docker build .');
    expect(lines.slice(1)).toEqual([
      'unix:///colima.sock []',
      JSON.stringify({ cliPluginsExtraDirs: [join(config, 'cli-plugins'), '/plugins'] }),
    ]);
  });

  test('DOCKER_HOST reaches the commands of a Docker without contexts', async () => {
    process.env.DOCKER_HOST = 'tcp://10.0.0.1:2375';
    standIn('docker', 'case "$1" in context) exit 1 ;; info) ;; *) echo "$DOCKER_HOST" ;; esac');
    expect((await withImages('docker build .')).lines.at(-1)).toBe('tcp://10.0.0.1:2375');
  });

  test('a build that has no Docker on AWS reaches none here', async () => {
    process.env.DOCKER_HOST = 'tcp://10.0.0.1:2375';
    standIn('docker', 'echo "$DOCKER_HOST"');
    expect((await rehearsed(oneBuild(commands('docker build .')))).lines.at(-1)).toBe('tcp://127.0.0.1:9');
  });
});
