import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { KIT } from '../../blueprints/kit';
import { probes } from '../../labs';
import { stopEmulator } from '../../labs/engine/emulator/emulator';
import { type Ended, packKit, run, tryRun } from '../support/commands';

/** A machine of its own for the emulator: a folder for what is installed, one for projects, and the packed kit. */
export interface Machine {
  /** Where projects are created. */
  readonly home: string;
  /** The packed kit. */
  readonly tarball: string;
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

/** The ids of the patterns that have probes. */
export const probed: readonly string[] = patterns.map(({ id }) => id).filter((id) => probes[id]);

/** Makes a machine. */
export function machine(cache = CACHE): Machine {
  const home = mkdtempSync(join(tmpdir(), `${KIT}-`));
  const env = { XDG_CACHE_HOME: cache, CI: '' };
  const atelier = (project: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Ended =>
    tryRun(project, 'npx', [KIT, ...args], { ...env, ...more });
  return {
    home,
    tarball: packKit(home),
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
  run(
    folder,
    'npx',
    ['--yes', `--package=${of.tarball}`, 'atelier', 'new', pattern, 'orders', '--no-git', ...flags],
    of.env,
  );
  return join(folder, 'orders');
}

/** What a command that must succeed has printed as JSON. */
export function documentOf({ code, stdout, stderr }: Ended) {
  if (code !== 0) {
    throw new Error(`ended with ${code}\n${stdout}\n${stderr}`);
  }
  return JSON.parse(stdout);
}
