import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KIT, kitRoot } from '../../blueprints/kit';
import { type Pattern, packageOf } from '../../blueprints/pattern';
import type { EmptyTask } from '../../labs/cli/probing';
import { localAssembly } from '../../labs/engine/deployment/local-assembly';
import { stopEmulator } from '../../labs/engine/emulator/emulator';
import { localEnvironment } from '../../labs/engine/emulator/environment';
import { type Ended, run, tryRun } from '../support/commands';
import { linkShared, lockOnly, sharedFolder } from '../support/shared';

/** A machine of its own for the emulator: a folder for what is installed, one for projects, and the packed kit. */
export interface Machine {
  /** Where projects are created. */
  readonly home: string;
  /** The variables of every command. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs `atelier` in a project. */
  atelier(project: string, args: readonly string[], env?: NodeJS.ProcessEnv): Ended;
  /** Ends the emulator, and removes all but what was installed. */
  remove(): Promise<void>;
}

/**
 * Where the emulator is installed for all files of this suite, so that it is installed once. What is kept of an emulator that
 * runs is there as well: the files run one after the other.
 */
export const CACHE = process.env.ATELIER_E2E_CACHE ?? join(tmpdir(), `${KIT}-e2e`);

/** Makes a machine. */
export function machine(cache = CACHE): Machine {
  const home = sharedFolder('machine');
  const env = { XDG_CACHE_HOME: cache, CI: '' };
  const atelier = (project: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Ended =>
    tryRun(project, 'npx', [KIT, ...args], { ...env, ...more });
  return {
    home,
    env,
    atelier,
    remove: async () => {
      process.env.XDG_CACHE_HOME = cache;
      await stopEmulator();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/**
 * Creates an installed project, named orders as in labs, from the packed kit.
 *
 * @param of the machine
 * @param pattern the pattern's id
 * @param flags further flags of `atelier new`
 * @returns the project's folder
 */
export function createProject(of: Machine, pattern: string, ...flags: string[]): string {
  const folder = join(of.home, pattern);
  mkdirSync(folder);
  run(folder, 'npx', ['atelier', 'new', pattern, 'orders', '--no-git', ...flags], { ...of.env, ...lockOnly() });
  linkShared(join(folder, 'orders'));
  return join(folder, 'orders');
}

/** What a command that must succeed has printed as JSON. */
export function documentOf({ code, stdout, stderr }: Ended) {
  if (code !== 0) {
    throw new Error(`ended with ${code}\n${stdout}\n${stderr}`);
  }
  return JSON.parse(stdout);
}

/**
 * Does what the README of a pattern says is to be done before its stack is removed.
 *
 * @param pattern the pattern
 * @param stack the stack's name
 * @param project the folder of the project that it was deployed from
 * @param endpoint the emulator's endpoint
 */
export function empty(pattern: Pattern, stack: string, project: string, endpoint: string): void {
  const task = {
    root: packageOf(pattern).root,
    pattern: pattern.id,
    stack,
    assembly: localAssembly(project),
    empties: true,
  } as const;
  execFileSync(process.execPath, [join(kitRoot, 'lib', 'cli', 'prober.js')], {
    input: JSON.stringify(task satisfies EmptyTask),
    env: { ...localEnvironment(endpoint), NODE_PATH: join(kitRoot, 'node_modules') },
  });
}
