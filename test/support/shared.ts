import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { KIT, kitVersion } from '../../blueprints/kit';
import type { Pattern } from '../../blueprints/pattern';
import { packKit, run } from './commands';
import { generate } from './generate';
import { type Registry, startRegistry } from './registry';

/*
 * One installation for all projects of a run: the published kit and the packages of every pattern, in a folder above them. A
 * project is created by the real command, which then resolves its packages and writes their lock file, and installs nothing.
 */

/** The variable that has the folder of the installation, set before the first file of tests. */
export const SHARED = 'ATELIER_SHARED';

/** The variable that has those by which npm uses the registry of the installation. */
export const SHARED_REGISTRY = 'ATELIER_SHARED_REGISTRY';

/** The variables with which a command that creates a project only resolves its packages, by the registry of the installation. */
export function lockOnly(): NodeJS.ProcessEnv {
  return { ...JSON.parse(process.env[SHARED_REGISTRY] ?? '{}'), npm_config_package_lock_only: 'true', CI: '' };
}

/** What one installation leaves behind. */
export interface Installed {
  /** Its folder. */
  readonly home: string;
  /** The registry that it came from, which holds the kit. */
  readonly registry: Registry;
}

/** Publishes the packed kit to a registry on this machine, and installs it with what the projects of all patterns need. */
export async function installShared(): Promise<Installed> {
  const home = mkdtempSync(join(tmpdir(), `${KIT}-`));
  const registry = await startRegistry(join(home, 'registry'), [packKit(home)]);
  const manifests = patterns.map((pattern) => manifestOf(pattern, join(home, 'manifests', pattern.id)));
  const merged = (field: string): object => Object.assign({}, ...manifests.map((manifest) => manifest[field]));
  const kit = { [KIT]: kitVersion };
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({
      private: true,
      dependencies: { ...merged('devDependencies'), ...merged('dependencies'), ...kit },
      overrides: merged('overrides'),
    }),
  );
  run(home, 'npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], registry.env);
  return { home, registry };
}

function manifestOf(pattern: Pattern, folder: string): Readonly<Record<string, object>> {
  generate(pattern, folder);
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** The folder of the installation of this run. */
export function sharedHome(): string {
  return process.env[SHARED] as string;
}

/** The tarball of the kit in it. */
export function sharedTarball(): string {
  return join(sharedHome(), `${KIT}-${kitVersion}.tgz`);
}

/**
 * A new folder in which projects find the installation.
 *
 * @param name what it begins with
 */
export function sharedFolder(name: string): string {
  return mkdtempSync(join(sharedHome(), `${name}-`));
}

/**
 * Lets a project use the packages of the installation as its own.
 *
 * @param project the project's folder
 */
export function linkShared(project: string): void {
  mkdirSync(project, { recursive: true });
  if (!existsSync(join(project, 'node_modules'))) {
    symlinkSync(join(sharedHome(), 'node_modules'), join(project, 'node_modules'), 'junction');
  }
}

/**
 * Patterns that a run takes the trouble for, where one that has all of them would take too long: others on each day.
 *
 * @param count how many
 * @param from which there are. @default - all patterns
 * @returns all of them where `ATELIER_ALL` is set
 */
export function drawn(count: number, from: readonly Pattern[] = patterns): Pattern[] {
  if (process.env.ATELIER_ALL || from.length <= count) {
    return [...from];
  }
  const day = Math.floor(Date.now() / 86_400_000);
  return Array.from({ length: count }, (_, index) => from[(day * count + index) % from.length]);
}
