import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

/** A program with its arguments, and the folder that it runs in. */
export interface Command {
  /** The program and its arguments. */
  readonly words: readonly string[];
  /** The working directory. */
  readonly cwd: string;
  /** A folder for a temporary folder of its own, so that no cache of an earlier run is found. @default - the machine's */
  readonly coldIn?: string;
  /** Variables beyond those that every measured program sees. @default - none */
  readonly env?: NodeJS.ProcessEnv;
}

/** What a runner of tasks hands to its children; nothing that is measured may act on it. */
const INHERITED = /^(npm_(package|lifecycle)_|npm_(command|execpath|node_execpath)$|npm_config_local_prefix$|PROJEN_)/i;

/** What every measured program sees: who commits, and neither telemetry nor looks for newer versions nor colours. */
const SETTINGS = {
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  CDK_DISABLE_VERSION_CHECK: '1',
  GIT_AUTHOR_NAME: 'Bench',
  GIT_AUTHOR_EMAIL: 'bench@example.com',
  GIT_COMMITTER_NAME: 'Bench',
  GIT_COMMITTER_EMAIL: 'bench@example.com',
  JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20',
  NO_COLOR: '1',
} as const;

/** Fifteen minutes: nothing that is measured takes longer. */
const TIMEOUT = 900_000;

const windows = process.platform === 'win32';

/**
 * Runs a program to its end, without input and with its output captured.
 *
 * @param command the program
 * @returns how long it ran, in seconds
 * @throws Error with the output of a program that fails
 */
export function run(command: Command): number {
  const temporary = command.coldIn && mkdtempSync(join(command.coldIn, 'tmp-'));
  try {
    return timed(() => runOnce(command, temporary));
  } finally {
    if (temporary) {
      rmSync(temporary, { recursive: true, force: true });
    }
  }
}

/**
 * How long something takes.
 *
 * @param work what to measure
 * @returns seconds
 */
export function timed(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

function runOnce({ words: [program, ...args], cwd, env }: Command, temporary: string | undefined): void {
  // npm is a script on Windows, which only a shell can start; no argument comes from a user.
  const shell = windows && program === 'npm';
  const { status, signal, error, stdout, stderr } = spawnSync(program, args, {
    cwd,
    shell,
    env: { ...environment(temporary), ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT,
  });
  if (signal === 'SIGINT') {
    process.exit(130);
  }
  if (status !== 0) {
    const ending = error?.message ?? (signal ? `ended by ${signal}` : `exit code ${status}`);
    throw new Error(`${[program, ...args].join(' ')}: ${ending}, in ${cwd}\n${stdout}${stderr}`);
  }
}

/**
 * The variables of every measured program.
 *
 * @param temporary its temporary folder. @default - the machine's
 */
export function environment(temporary?: string): NodeJS.ProcessEnv {
  // In CI projen would install from a lock file, which a new project does not have.
  const { CI: _, NODE_ENV: __, ...inherited } = process.env;
  const own = Object.entries(inherited).filter(([name]) => !INHERITED.test(name));
  const cold = temporary ? { TMPDIR: temporary, TEMP: temporary, TMP: temporary } : {};
  return { ...Object.fromEntries(own), ...SETTINGS, ...cold };
}
