import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kitRoot } from '../../blueprints/kit';
import { QUIET } from '../../labs/engine/child';

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command to its end, without input.
 *
 * @param cwd the folder to run it in
 * @param command the command
 * @param args its arguments
 * @param env variables beyond those of this process
 */
export function tryRun(cwd: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Ended {
  // npm and npx are scripts on Windows, which only a shell can start.
  return end(cwd, command, args, env, process.platform === 'win32');
}

/**
 * Runs a line as it is typed in a terminal, without input.
 *
 * @param cwd the folder to run it in
 * @param line the line
 * @param env variables beyond those of this process
 */
export function tryLine(cwd: string, line: string, env: NodeJS.ProcessEnv = {}): Ended {
  return end(cwd, line, [], env, true);
}

function end(cwd: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv, shell: boolean): Ended {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1e8,
    shell,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...QUIET, ...IDENTITY, ...env },
  });
  return { code: status, stdout, stderr: error ? error.message : stderr };
}

/**
 * Runs a line of a shell in a terminal of its own.
 *
 * @param cwd the folder to run it in
 * @param line the line, as a reader types it
 * @param answers the keys to type once a text was seen, one after the other
 * @param env variables beyond those of this process
 * @returns how it ended; what the terminal showed is in `stdout`
 */
export function tryInTerminal(
  cwd: string,
  line: string,
  answers: ReadonlyArray<readonly [text: string, keys: string]>,
  env: NodeJS.ProcessEnv = {},
): Ended {
  return tryRun(cwd, 'python3', [TERMINAL, JSON.stringify(answers), 'sh', '-c', line], { TERM: 'xterm', ...env });
}

const TERMINAL = join(kitRoot, 'test', 'cli', 'terminal.py');

/**
 * The same for a command that must succeed.
 *
 * @returns what it printed to standard output
 * @throws Error with all that it printed when it does not end with 0
 */
export function run(cwd: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { code, stdout, stderr } = tryRun(cwd, command, args, env);
  if (code !== 0) {
    throw new Error(`${[command, ...args].join(' ')} ended with ${code}\n${stdout}\n${stderr}`);
  }
  return stdout;
}

/** A name for commits on machines where nobody has given git one. */
const IDENTITY = {
  GIT_AUTHOR_NAME: 'Tester',
  GIT_AUTHOR_EMAIL: 'tester@example.com',
  GIT_COMMITTER_NAME: 'Tester',
  GIT_COMMITTER_EMAIL: 'tester@example.com',
};

/**
 * Packs the compiled kit.
 *
 * @param folder where the tarball goes
 * @returns its absolute path
 */
export function packKit(folder: string): string {
  return pack(kitRoot, folder);
}

/**
 * Packs a compiled package.
 *
 * @param root the package's folder
 * @param folder where the tarball goes
 * @returns its absolute path
 */
export function pack(root: string, folder: string): string {
  const name = run(root, 'npm', ['pack', '--silent', '--pack-destination', folder]).trim().split('\n').pop();
  return join(folder, name as string);
}

/**
 * Runs something in an empty folder outside the kit, and removes it afterwards.
 *
 * @param use what to run, given the folder's path
 */
export function inEmptyFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'serverless-atelier-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
