import { type ChildProcess, type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { InterruptedError } from '../../blueprints/errors';

/** How to run a child process. */
export interface ChildOptions {
  /** The folder to run it in. @default - the working directory */
  readonly cwd?: string;
  /** Its variables, besides those that keep the CDK quiet. @default - those of this process */
  readonly env?: NodeJS.ProcessEnv;
  /** How long it may run, in milliseconds. @default - as long as it wants */
  readonly timeout?: number;
  /** Whether it waits for `go`, by reading from its standard input. @default false */
  readonly waits?: boolean;
  /** Is told each line of its standard output as it comes. @default - nobody is */
  readonly onLine?: (line: string) => void;
  /** Whether what it has started and left behind ends with it; on Windows that stays. @default false */
  readonly leavesNothing?: boolean;
}

/** A child process that was started. */
export interface Child {
  /** How it ends. */
  readonly ended: Promise<Ending>;
  /** Lets it go on, when it waits, by a text that it reads; its time begins to run. */
  go(text?: string): void;
  /** Kills it and all that it has started. */
  kill(): void;
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

const WINDOWS = process.platform === 'win32';

/** What ends this process from outside: Ctrl-C, a polite kill, a terminal that is closed. */
const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** What is to be told to those who wait for the children that have not ended yet. */
const running = new Map<ChildProcess, (reason: InterruptedError) => void>();

/**
 * Runs a command to its end, without input. A signal that ends this process, as Ctrl-C does, ends the command first, and
 * all that it has started.
 *
 * @param command the command; no part of it, nor of the arguments of npm and npx, may come from a user
 * @param args its arguments
 * @param options how to run it
 * @returns how it ended; a command that is not there ends without a code
 * @throws InterruptedError when this process was told to end meanwhile
 */
export async function runChild(command: string, args: readonly string[], options: ChildOptions = {}): Promise<Ending> {
  const child = startChild(command, args, options);
  child.go();
  return child.ended;
}

/**
 * Starts a command that can be told to go on later; otherwise as `runChild`.
 *
 * @param command the command
 * @param args its arguments
 * @param options how to run it
 */
export function startChild(command: string, args: readonly string[], options: ChildOptions = {}): Child {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...(options.env ?? process.env), ...QUIET },
    shell: WINDOWS && SCRIPTS.has(command),
    // A process group of its own is what can be killed as one; Windows knows trees of processes instead.
    detached: !WINDOWS,
    stdio: [options.waits ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  }) as ChildProcessByStdio<Writable | null, Readable, Readable>;
  let timedOut = false;
  let timer: NodeJS.Timeout | undefined;
  // It may have ended before it is told to go on.
  child.stdin?.on('error', () => {});
  const ended = new Promise<Ending>((resolve, reject) => {
    const said = { stdout: '', stderr: '' };
    let grace: NodeJS.Timeout | undefined;
    const end = (code: number | null): void => {
      clearTimeout(timer);
      clearTimeout(grace); // left running, it would keep a process alive that has nothing more to do
      forget(child);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, timedOut, ...said });
    };
    remember(child, reject);
    for (const output of ['stdout', 'stderr'] as const) {
      child[output].setEncoding('utf8').on('data', (text: string) => {
        said[output] = (said[output] + text).slice(-KEPT);
      });
    }
    if (options.onLine) {
      createInterface({ input: child.stdout }).on('line', options.onLine);
    }
    child.on('error', ({ message }) => {
      said.stderr = message;
      end(null);
    });
    // A grandchild may hold the outputs open for as long as it likes; nobody waits for it.
    child.on('exit', (code) => {
      if (options.leavesNothing) {
        killTree(child);
      }
      grace = setTimeout(end, GRACE, code);
    });
    child.on('close', end);
  });
  return {
    ended,
    go: (text = 'go') => {
      child.stdin?.end(text);
      timer = options.timeout
        ? setTimeout(() => {
            timedOut = true;
            killTree(child);
          }, options.timeout)
        : undefined;
    },
    kill: () => killTree(child),
  };
}

/**
 * Runs a command to its end.
 *
 * @param command the command, as for `runChild`
 * @param args its arguments
 * @param cwd the folder to run it in
 * @returns what it said when it failed; nothing when it did not
 */
export async function failureOf(command: string, args: readonly string[], cwd: string): Promise<string | undefined> {
  const { code, stderr, stdout } = await runChild(command, args, { cwd });
  return code === 0 ? undefined : stderr.trim() || stdout.trim() || `${command} ended with ${code}`;
}

/** Ends the children that have not ended yet, and all that they have started: none must outlive an abandoned run. */
export function killChildren(): void {
  for (const child of running.keys()) {
    killTree(child);
  }
}

/** A child in a group of its own hears nothing of the terminal's: while there is one, this process listens for it. */
function remember(child: ChildProcess, interrupt: (reason: InterruptedError) => void): void {
  if (running.size === 0) {
    for (const signal of SIGNALS) {
      process.on(signal, passOn);
    }
  }
  running.set(child, interrupt);
}

function forget(child: ChildProcess): void {
  running.delete(child);
  if (running.size === 0) {
    for (const signal of SIGNALS) {
      process.off(signal, passOn);
    }
  }
}

function passOn(signal: NodeJS.Signals): void {
  killChildren();
  for (const interrupt of running.values()) {
    interrupt(new InterruptedError(signal));
  }
}

/** Kills a process and all that it has started, but for what has left its group on purpose. */
function killTree({ pid }: ChildProcess): void {
  if (pid === undefined) {
    return; // it could not be started
  }
  if (WINDOWS) {
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has ended by itself.
  }
}
