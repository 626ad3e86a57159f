import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { runChild } from '../child';
import { asList, dig, readJson } from '../json';

/** What is said of a call that is not made. */
const SAID = 'not rehearsed, since nothing is pushed from here';

/**
 * Stands before docker: it passes on what happens on this machine. What logs in or pushes is told and not done; a registry of
 * Amazon ECR is asked for no image, as if it had none. What a build pushes by a flag of its own, it only builds.
 */
const dockerBefore = (docker: string, pushed: string): string => `#!/bin/sh
said() { echo "docker $*: ${SAID}" >&2; }
case "$1 $2" in
  'login '*) cat >/dev/null; said login; exit 0 ;;
  'push '* | 'image push' | 'manifest push' | 'compose push' | 'buildx imagetools') echo "$*" >>"${pushed}"; said "$@"; exit 0 ;;
  'pull '* | 'image pull') case "$*" in *.dkr[.-]ecr*) said "$@"; exit 1 ;; esac ;;
  'build '* | 'image build' | 'buildx build')
    for word; do
      shift
      if [ "\${word%=true}" = --push ]; then said --push; else set -- "$@" "$word"; fi
    done ;;
esac
exec "${docker}" "$@"
`;

/** Stands before aws: it answers what a build asks Amazon ECR before and after it would push, and passes all else on. */
const awsBefore = (aws: string, pushed: string): string => `#!/bin/sh
case "$*" in
  *'ecr get-login-password'*) echo rehearsal; exit 0 ;;
  *'ecr describe-images'*imageDigest*text*)
    all=$*
    tag=\${all##*imageTag=}
    grep -qs ":\${tag%% *}$" "${pushed}" || { echo 'ImageNotFoundException' >&2; exit 254; }
    echo "aws ecr describe-images: ${SAID}; zeros stand for the digest" >&2
    echo "sha256:${'0'.repeat(64)}"
    exit 0 ;;
esac
exec "${aws}" "$@"
`;

/**
 * The variables of commands that build images with the Docker of whoever rehearses, wherever that runs. They have none of the
 * user's logins, and stand-ins before docker and aws keep them from the registries of AWS.
 *
 * @param scratch the folder of the build
 * @param env the variables of a rehearsed command
 * @returns the same with a Docker; nothing where none runs
 */
export async function withDocker(scratch: string, env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv | undefined> {
  const host = (await dockerHost()) ?? process.env.DOCKER_HOST;
  const config = join(scratch, 'docker');
  const before = join(scratch, 'before');
  mkdirSync(config, { recursive: true });
  mkdirSync(before, { recursive: true });
  writeFileSync(join(config, 'config.json'), JSON.stringify({ cliPluginsExtraDirs: pluginFolders() }));
  const [docker, aws] = ['docker', 'aws'].map((name) => placeOf(name, env.PATH));
  const pushed = join(config, 'pushed');
  writeFileSync(join(before, 'docker'), dockerBefore(docker, pushed), { mode: 0o755 });
  writeFileSync(join(before, 'aws'), awsBefore(aws, pushed), { mode: 0o755 });
  const { DOCKER_HOST: _, ...rest } = env;
  const withIt = {
    ...rest,
    ...(host ? { DOCKER_HOST: host } : {}),
    DOCKER_CONFIG: config,
    PATH: [before, env.PATH].join(delimiter),
  };
  const { code } = await runChild('docker', ['info'], { env: withIt });
  return code === 0 ? withIt : undefined;
}

/** Where the user's Docker listens, as the context tells that is chosen: rootless ones and virtual machines are elsewhere. */
async function dockerHost(): Promise<string | undefined> {
  const { code, stdout } = await runChild('docker', ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}']);
  return code === 0 ? stdout.trim() || undefined : undefined;
}

/** Where the user's Docker has its plugins, buildx among them: they are programs, and no settings. */
function pluginFolders(): string[] {
  const config = process.env.DOCKER_CONFIG ?? join(homedir(), '.docker');
  const more = asList(dig(readJson(join(config, 'config.json')), 'cliPluginsExtraDirs'));
  return [join(config, 'cli-plugins'), ...more.map(String)];
}

/** The file of a program; its name where there is none, which the shell then says. */
function placeOf(name: string, path = ''): string {
  const files = path.split(delimiter).map((folder) => join(folder, name));
  return files.find((file) => existsSync(file)) ?? `/${name} is not installed`;
}
