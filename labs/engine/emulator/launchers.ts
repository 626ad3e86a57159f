import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { EnvironmentError } from '../../../blueprints/errors';
import { hashOf } from '../../../blueprints/hash';
import { cacheFolder } from '../cache-folder';
import { failureOf, runChild } from '../child';
import { REGION } from './environment';
import {
  firstLine,
  type Installation,
  installClients,
  installEmulator,
  MINISTACK,
  type Progress,
} from './installation';

/** By what an emulator runs: a Python of this machine, or Docker. */
export type Means = 'python' | 'docker';

/** The process that runs an emulator: it says what happens, ends at SIGTERM, and then nothing of it is left. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Says which process that is, for a port of loopback and a folder for what it stores. */
export type Launcher = (port: number, data: string) => Launch;

/** Installs what each means needs, unless it is there. */
export const LAUNCHERS: Readonly<Record<Means, (progress: Progress) => Promise<Launcher>>> = {
  python: async (progress) => {
    const installation = await installEmulator(progress);
    return (port, data) => ({
      command: installation.python,
      args: ['-m', 'ministack'],
      env: emulatorVariables(installation, port, data),
    });
  },
  docker: async (progress) => {
    const modules = await installClients(progress);
    await fetchImage(progress);
    // What one that was killed has left has the same name.
    await runChild('docker', ['rm', '--force', containerName()]);
    return (port) => ({ command: 'docker', args: runArguments(modules, port), env: process.env });
  },
};

/** The emulator's own image, https://hub.docker.com/r/ministackorg/ministack */
const IMAGE = `ministackorg/ministack:${MINISTACK}`;

/** Where the clients of AWS are in the container. */
const CLIENTS_FOLDER = '/opt/clients';

/** One container for each user's cache: two users may share a Docker. */
function containerName(): string {
  return `serverless-atelier-${hashOf(cacheFolder('emulator')).slice(0, 8)}`;
}

async function fetchImage(progress: Progress): Promise<void> {
  if ((await runChild('docker', ['image', 'inspect', IMAGE])).code === 0) {
    return;
  }
  const done = progress("Fetching the emulator's image");
  const failure = await failureOf('docker', ['pull', '--quiet', IMAGE], cacheFolder('emulator'));
  done(failure ? 'bad' : 'good');
  if (failure) {
    throw new EnvironmentError(
      `Docker has no image of the emulator: ${firstLine(failure)}; without --docker it needs none`,
    );
  }
}

/** Published on loopback alone, and removed as it ends, which it does when the `docker` that runs it is told to. */
function runArguments(modules: string, port: number): string[] {
  const variables = { ...settings(port), NODE_PATH: CLIENTS_FOLDER };
  return [
    ...['run', '--rm', '--name', containerName()],
    ...['--publish', `127.0.0.1:${port}:${port}`],
    ...['--volume', `${modules}:${CLIENTS_FOLDER}:ro`],
    ...Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    IMAGE,
  ];
}

/** How the emulator is set, wherever it runs. */
function settings(port: number): Record<string, string> {
  return {
    MINISTACK_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    SFTP_ENABLED: '0',
    IOT_MTLS_ENABLED: '0',
    LAMBDA_WARM_TTL_SECONDS: '20',
    AWS_DEFAULT_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/**
 * The variables of an emulator's process: none of the user's, so that it finds no credentials and no proxy.
 *
 * @param installation what it runs with
 * @param port the port of loopback that it listens at
 * @param data a folder for what it stores, which is made
 */
export function emulatorVariables(
  { modules, nodeFolder }: Installation,
  port: number,
  data: string,
): Record<string, string> {
  const [home, temporary, objects] = ['home', 'tmp', 's3'].map((name) => join(data, name));
  for (const folder of [home, temporary, objects]) {
    mkdirSync(folder, { recursive: true });
  }
  return {
    ...systemVariables(),
    ...settings(port),
    PATH: [nodeFolder, ...SYSTEM_PATHS].join(delimiter),
    NODE_PATH: modules,
    HOME: home,
    TMPDIR: temporary,
    TEMP: temporary,
    TMP: temporary,
    LANG: 'C.UTF-8',
    BIND_HOST: '127.0.0.1',
    S3_PERSIST: '1',
    S3_DATA_DIR: objects,
    DOCKER_HOST: 'unix:///nonexistent.sock',
  };
}

const SYSTEM_PATHS =
  process.platform === 'win32' ? [join(process.env.SystemRoot ?? 'C:\\Windows', 'System32')] : ['/usr/bin', '/bin'];

/** What programs need to run on Windows at all. */
function systemVariables(): Record<string, string> {
  const names = ['SystemRoot', 'SystemDrive', 'ComSpec', 'PATHEXT'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, String(process.env[name])]] : [])));
}
