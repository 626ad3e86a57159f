import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../../../blueprints/errors';
import { cacheFolder } from '../cache-folder';
import { dig, readJson } from '../json';
import { MINISTACK, type Progress } from './installation';
import { LAUNCHERS, type Launcher, type Means } from './launchers';

/** An emulator that runs. */
export interface Emulator {
  /** Its process, or that of the `docker` which runs it. */
  readonly pid: number;
  /** Its endpoint, by an IP address: clients of S3 would make a host name of the bucket's otherwise. */
  readonly endpoint: string;
  /** Its version. */
  readonly version: string;
  /** When it was started, as ISO 8601 in UTC. */
  readonly started: string;
}

/** How long it may take to answer, in milliseconds. */
const PATIENCE = 20_000;

/** How often a port is tried that somebody else takes first. */
const ATTEMPTS = 3;

const path = (name: string): string => join(cacheFolder('emulator'), name);
const stateFile = (): string => path('running.json');

/** The file that the emulator writes its log into. */
export const logFile = (): string => path('log.txt');

/**
 * The emulator that runs.
 *
 * @returns undefined when none does; what an emulator has left that died is forgotten then
 */
export async function runningEmulator(): Promise<Emulator | undefined> {
  const state = readJson(stateFile());
  const [pid, endpoint, started] = [dig(state, 'pid'), dig(state, 'endpoint'), dig(state, 'started')];
  if (typeof pid !== 'number' || typeof endpoint !== 'string' || typeof started !== 'string') {
    return undefined;
  }
  const version = isAlive(pid) ? await versionAt(endpoint) : undefined;
  if (version === undefined) {
    rmSync(stateFile(), { force: true });
    return undefined;
  }
  return { pid, endpoint, version, started };
}

/**
 * Starts the emulator, and installs it where it is not; on loopback only, at a port that is free.
 *
 * @param progress shows what goes on
 * @param means by what. @default - Python
 * @returns the one that runs already, when there is one
 * @throws EnvironmentError when it can't be installed, or does not answer
 */
export async function startEmulator(progress: Progress, means: Means = 'python'): Promise<Emulator> {
  const release = await lock();
  try {
    const running = await runningEmulator();
    if (running) {
      return running;
    }
    const launcher = await LAUNCHERS[means](progress);
    const done = progress('Starting the emulator');
    const emulator = await attempt(launcher);
    done(emulator ? 'good' : 'bad');
    if (!emulator) {
      throw new EnvironmentError(`the emulator did not start: ${lastLog()}; its log is ${logFile()}`);
    }
    await remember(emulator);
    return emulator;
  } finally {
    release();
  }
}

/**
 * Ends the emulator that runs, and forgets all that it held.
 *
 * @returns whether one ran
 */
export async function stopEmulator(): Promise<boolean> {
  const running = await runningEmulator();
  if (running) {
    await end(running.pid);
    rmSync(stateFile(), { force: true });
  }
  rmSync(path('data'), { recursive: true, force: true, maxRetries: 3 });
  return running !== undefined;
}

/**
 * Lets the emulator that runs forget all that it holds.
 *
 * @param emulator the emulator
 * @throws EnvironmentError when it does not answer
 */
export async function resetEmulator({ endpoint }: Emulator): Promise<void> {
  const answer = await fetch(`${endpoint}/_ministack/reset`, { method: 'POST' }).catch(() => undefined);
  if (!answer?.ok) {
    throw new EnvironmentError(`the emulator at ${endpoint} does not answer; atelier local stop, and start it again`);
  }
}

async function attempt(launcher: Launcher): Promise<Emulator | undefined> {
  for (let tries = 0; tries < ATTEMPTS; tries += 1) {
    const port = await freePort();
    const endpoint = `http://127.0.0.1:${port}`;
    const pid = launch(launcher, port);
    const version = pid === undefined ? undefined : await answered(pid, endpoint);
    if (pid !== undefined && version !== undefined) {
      return { pid, endpoint, version, started: new Date().toISOString() };
    }
    if (pid !== undefined) {
      await end(pid);
    }
  }
  return undefined;
}

function launch(launcher: Launcher, port: number): number | undefined {
  const data = path('data');
  rmSync(data, { recursive: true, force: true, maxRetries: 3 });
  mkdirSync(data, { recursive: true });
  const { command, args, env } = launcher(port, data);
  const log = openSync(logFile(), 'w');
  try {
    const child = spawn(command, args, { cwd: data, detached: true, stdio: ['ignore', log, log], env });
    child.on('error', () => {});
    child.unref();
    return child.pid;
  } finally {
    closeSync(log);
  }
}

async function answered(pid: number, endpoint: string): Promise<string | undefined> {
  const limit = Date.now() + PATIENCE;
  while (Date.now() < limit && isAlive(pid)) {
    const version = await versionAt(endpoint);
    if (version !== undefined) {
      return version;
    }
    await sleep(50);
  }
  return undefined;
}

/** The version of the emulator that answers at an endpoint. */
async function versionAt(endpoint: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`${endpoint}/_ministack/health`, { signal: AbortSignal.timeout(2_000) });
    const version = dig((await answer.json()) as never, 'version');
    return version === MINISTACK ? version : undefined;
  } catch {
    return undefined;
  }
}

/** Asks a process to end, and ends it when it does not. */
async function end(pid: number): Promise<void> {
  signal(pid, 'SIGTERM');
  const limit = Date.now() + 5_000;
  while (isAlive(pid) && Date.now() < limit) {
    await sleep(50);
  }
  signal(pid, 'SIGKILL');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

/** A process that has ended and that nobody has asked for yet still has its number. */
function isZombie(pid: number): boolean {
  if (process.platform === 'win32') {
    return false;
  }
  return (
    spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
      .stdout?.trim()
      .startsWith('Z') ?? false
  );
}

function lastLog(): string {
  const text = existsSync(logFile()) ? readFileSync(logFile(), 'utf8') : '';
  return text.trim().split('\n').at(-1)?.trim() || 'it said nothing';
}

/** Writes down which emulator runs; one that nobody could find again is ended. */
async function remember(emulator: Emulator): Promise<void> {
  try {
    writeFileSync(stateFile(), `${JSON.stringify(emulator, undefined, 2)}\n`);
  } catch (error) {
    await end(emulator.pid);
    throw error;
  }
}

/** One process at a time starts an emulator; what one has left that died does not count. */
async function lock(): Promise<() => void> {
  const file = path('starting.lock');
  while (!take(file)) {
    const holder = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (holder !== '' && !isAlive(Number(holder))) {
      rmSync(file, { force: true });
    }
    await sleep(100);
  }
  return () => rmSync(file, { force: true });
}

/** Makes a file that says who has it, unless it is there: nobody ever sees it without its content, on a full disk neither. */
function take(file: string): boolean {
  const own = `${file}.${process.pid}`;
  try {
    writeFileSync(own, String(process.pid));
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** A port of loopback that nobody has taken. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
