import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { KIT } from '../../blueprints/kit';
import { freePort } from '../../labs/engine/emulator/emulator';
import { run } from './commands';

/**
 * The registry that people run themselves, https://verdaccio.org, in the newest version that runs on Node.js 20. A plugin
 * of it asks for node-fetch by a tag that not every mirror of npm has.
 */
const PACKAGE = { private: true, dependencies: { verdaccio: '6.2.9' }, overrides: { 'node-fetch': '2.7.0' } };

/** How long it may take to listen, in milliseconds. */
const PATIENCE = 60_000;

/** A registry on this machine that holds releases of the kit, or of other packages too, and asks npm's own for every other package. */
export interface Registry {
  /** The variables that make npm and projen use it, with a cache of their own. */
  readonly env: NodeJS.ProcessEnv;
  /** Publishes one more release of the kit, from its tarball; it is the newest then. */
  publish(tarball: string): void;
  /** Ends it. */
  stop(): void;
}

/**
 * Starts a registry and publishes to it.
 *
 * @param home a folder for what it stores
 * @param tarballs the releases that it holds, the newest last
 * @param names the packages that they are of. @default - the kit
 * @throws Error when it does not listen in time
 */
export async function startRegistry(home: string, tarballs: readonly string[], names = [KIT]): Promise<Registry> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const config = join(home, 'verdaccio.yaml');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), JSON.stringify(PACKAGE));
  run(home, 'npm', ['install', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(config, settings(home, run(home, 'npm', ['config', 'get', 'registry']).trim(), names));
  const bin = join(home, 'node_modules', 'verdaccio', 'bin', 'verdaccio');
  const child = spawn(process.execPath, [bin, '--config', config, '--listen', `127.0.0.1:${port}`], {
    stdio: 'ignore',
  });
  await answered(url, child);
  // npm publishes for nobody without a token; this registry takes any.
  const token = { [`npm_config_//127.0.0.1:${port}/:_authToken`]: 'anybody' };
  const publish = (tarball: string): void => {
    run(home, 'npm', ['publish', tarball, '--registry', url], token);
  };
  tarballs.forEach(publish);
  const env = { npm_config_registry: url, npm_config_cache: join(home, 'cache'), CI: '' };
  return { env, publish, stop: () => child.kill() };
}

/** Anybody may read and publish; nothing is asked of npm's registry that is here, and nothing of it is kept. */
function settings(home: string, upstream: string, names: readonly string[]): string {
  const local = Object.fromEntries(names.map((name) => [name, { access: '$all', publish: '$all' }]));
  const everything = { access: '$all', publish: '$all', proxy: 'upstream' };
  return JSON.stringify({
    storage: join(home, 'storage'),
    uplinks: { upstream: { url: upstream, cache: false } },
    packages: { ...local, '**': everything },
    log: { type: 'stdout', level: 'fatal' },
  });
}

async function answered(url: string, child: ChildProcess): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!(await fetch(`${url}-/ping`).catch(() => undefined))?.ok) {
    if (Date.now() > end || child.exitCode !== null) {
      throw new Error(`verdaccio does not answer at ${url}`);
    }
    await setTimeout(200);
  }
}
