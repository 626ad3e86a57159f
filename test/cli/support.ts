import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { kitRoot } from '../../blueprints/kit';

/** How a run of the command line ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The compiled command line, as it is packed. */
const MAIN = join(kitRoot, 'lib', 'cli', 'main.js');

/** What a run knows of this machine: where programs are, and somebody who commits; it has no home to read or write. */
const ENVIRONMENT: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  HOME: join(tmpdir(), 'serverless-atelier-has-no-home'),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Tester',
  GIT_AUTHOR_EMAIL: 'tester@example.com',
  GIT_COMMITTER_NAME: 'Tester',
  GIT_COMMITTER_EMAIL: 'tester@example.com',
};

/** An environment in which git knows no name to commit with. */
export const NOBODY: NodeJS.ProcessEnv = {
  GIT_AUTHOR_NAME: undefined,
  GIT_AUTHOR_EMAIL: undefined,
  GIT_COMMITTER_NAME: undefined,
  GIT_COMMITTER_EMAIL: undefined,
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'user.useConfigOnly',
  GIT_CONFIG_VALUE_0: 'true',
};

/**
 * Runs the command line to its end, without a terminal.
 *
 * @param cwd the folder to run it in
 * @param args its arguments
 * @param env variables beyond those that every run has
 */
export function atelier(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Ended {
  return end(spawnSync(process.execPath, [MAIN, ...args], options(cwd, env)));
}

/**
 * The same with something to read from standard input.
 *
 * @param cwd the folder to run it in
 * @param args its arguments
 * @param input what standard input holds
 */
export function atelierReading(cwd: string, args: readonly string[], input: string): Ended {
  const { stdio: _, ...others } = options(cwd, {});
  return end(spawnSync(process.execPath, [MAIN, ...args], { ...others, input }));
}

/**
 * Runs the command line to its end, while this process goes on: it may be what the run asks.
 *
 * @param cwd the folder to run it in
 * @param args its arguments
 * @param env variables beyond those that every run has
 */
export function atelierMeanwhile(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return endOf(spawn(process.execPath, [MAIN, ...args], options(cwd, env)));
}

/**
 * Starts the command line.
 *
 * @returns the process, and how it ends: its exit code, or the name of the signal
 */
export function startAtelier(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; ended: Promise<number | NodeJS.Signals> } {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, stdio: 'ignore', env: { ...ENVIRONMENT, ...env } });
  const ended = new Promise<number | NodeJS.Signals>((done) => {
    child.on('exit', (code, signal) => done(code ?? (signal as NodeJS.Signals)));
  });
  return { child, ended };
}

/**
 * Runs the command line in a terminal of its own.
 *
 * @param cwd the folder to run it in
 * @param args its arguments
 * @param answers pairs: once the text is shown, the keys are typed
 * @param env variables beyond those that every run has
 * @returns its exit code, and what the terminal showed
 */
export function atelierInTerminal(
  cwd: string,
  args: readonly string[],
  answers: ReadonlyArray<readonly [text: string, keys: string]> = [],
  env: NodeJS.ProcessEnv = {},
): Pick<Ended, 'code' | 'stdout'> {
  return end(spawnSync('python3', inTerminal(args, answers), options(cwd, { TERM: 'xterm', ...env })));
}

/**
 * The same while this process goes on.
 *
 * @param cwd the folder to run it in
 * @param args its arguments
 * @param answers pairs: once the text is shown, the keys are typed
 * @param env variables beyond those that every run has; `TERMINAL_SIZE` is rows and columns: `24x80`
 * @returns its exit code, and what the terminal showed
 */
export function atelierInTerminalMeanwhile(
  cwd: string,
  args: readonly string[],
  answers: ReadonlyArray<readonly [text: string, keys: string]> = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Pick<Ended, 'code' | 'stdout'>> {
  return endOf(spawn('python3', inTerminal(args, answers), options(cwd, { TERM: 'xterm', ...env })));
}

/**
 * An empty folder for each test, removed after it.
 *
 * @returns gives the folder of the running test
 */
export function emptyFolders(): () => string {
  return emptyFolder(beforeEach, afterEach);
}

/**
 * An empty folder for all tests of a block, which look at what one run has left there.
 *
 * @param before when it is made
 * @param after when it is removed
 * @returns gives the folder
 */
export function emptyFolder(before: typeof beforeAll = beforeAll, after: typeof afterAll = afterAll): () => string {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'serverless-atelier-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}

/**
 * What a folder holds, hidden entries too.
 *
 * @param folder the folder
 */
export function entries(folder: string): string[] {
  return readdirSync(folder).sort();
}

/**
 * A folder to be the whole PATH.
 *
 * @param folder where it is made
 * @param programs shell scripts by name, or true for the program of that name as this machine has it
 */
export function pathOf(folder: string, programs: Readonly<Record<string, string | true>>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, script] of Object.entries(programs)) {
    const file = join(folder, name);
    if (script === true) {
      symlinkSync(spawnSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim(), file);
    } else {
      writeFileSync(file, `#!/bin/sh\n${script}\n`);
      chmodSync(file, 0o755);
    }
  }
  return folder;
}

/**
 * A file, with the folders above it.
 *
 * @param file its path
 * @param text what it holds
 */
export function writeText(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/**
 * Whether a process runs; one that has ended and that nobody has asked about yet does not.
 *
 * @param pid its id
 */
export function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z\s]/.test(stdout.trim());
}

/**
 * Waits until something is so.
 *
 * @param isSo what to wait for; asked again and again
 */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise((done) => setTimeout(done, 2));
  }
}

function options(cwd: string, env: NodeJS.ProcessEnv) {
  return {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'] as Array<'ignore' | 'pipe'>,
    env: { ...ENVIRONMENT, ...env },
  } as const;
}

function end({ status, stdout, stderr }: { status: number | null; stdout: string; stderr: string }): Ended {
  return { code: status, stdout, stderr };
}

/** How a process ends, and all that it has printed. */
function endOf(child: ChildProcess): Promise<Ended> {
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  }
  return new Promise((done) => {
    child.on('close', (code) => done({ code, ...printed }));
  });
}

function inTerminal(args: readonly string[], answers: ReadonlyArray<readonly [text: string, keys: string]>): string[] {
  return [join(__dirname, 'terminal.py'), JSON.stringify(answers), process.execPath, MAIN, ...args];
}
