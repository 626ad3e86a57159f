import { type ChildProcess, spawn } from 'node:child_process';

/** How to run a child process. */
export interface ChildOptions {
  /** The folder to run it in. @default - the working directory */
  readonly cwd?: string;
  /** Its variables, besides those that keep the CDK quiet. @default - those of this process */
  readonly env?: NodeJS.ProcessEnv;
  /** How long it may run, in milliseconds. @default - as long as it wants */
  readonly timeout?: number;
}

/** How a child process ended. */
export interface Ending {
  /** Its exit code; null when it was killed or could not be started. */
  readonly code: number | null;
  /** Whether it was killed because its time was over. */
  readonly timedOut: boolean;
  /** The last of what it printed to standard output. */
  readonly stdout: string;
  /** The last of what it printed to standard error, or why it could not be started. */
  readonly stderr: string;
}

/** What is kept of an output, in characters from its end. */
const KEPT = 20_000;

/** How long output is awaited after a process has ended, in milliseconds. */
const GRACE = 500;

/** The kit sends nothing anywhere, and what it starts does not either: no telemetry, no version check, no notices. */
export const QUIET = { CDK_DISABLE_CLI_TELEMETRY: 'true', CDK_DISABLE_VERSION_CHECK: 'true', CDK_NOTICES: 'false' };

/** npm's own commands are scripts on Windows, which only a shell can start. */
const SCRIPTS: ReadonlySet<string> = new Set(['npm', 'npx']);

/** The children that have not ended yet. */
const running = new Set<ChildProcess>();

/**
 * Runs a command to its end, without input.
 *
 * @param command the command; no part of it, nor of the arguments of npm and npx, may come from a user
 * @param args its arguments
 * @param options how to run it
 * @returns how it ended; a command that is not there ends without a code
 */
export function runChild(command: string, args: readonly string[], options: ChildOptions = {}): Promise<Ending> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...(options.env ?? process.env), ...QUIET },
      shell: process.platform === 'win32' && SCRIPTS.has(command),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    let timedOut = false;
    let grace: NodeJS.Timeout | undefined;
    const timer =
      options.timeout &&
      setTimeout(() => {
        timedOut = true;
        child.kill('SIGKILL');
      }, options.timeout);
    const end = (code: number | null): void => {
      clearTimeout(timer);
      clearTimeout(grace); // left running, it would keep a process alive that has nothing more to do
      running.delete(child);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, timedOut, ...said });
    };
    running.add(child);
    for (const output of ['stdout', 'stderr'] as const) {
      child[output].setEncoding('utf8').on('data', (text: string) => {
        said[output] = (said[output] + text).slice(-KEPT);
      });
    }
    child.on('error', ({ message }) => {
      said.stderr = message;
      end(null);
    });
    // A grandchild may hold the outputs open for as long as it likes; nobody waits for it.
    child.on('exit', (code) => {
      grace = setTimeout(end, GRACE, code);
    });
    child.on('close', end);
  });
}

/** Ends the children that have not ended yet: they must not outlive a run that is abandoned. */
export function killChildren(): void {
  for (const child of running) {
    child.kill();
  }
}
