import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findPython } from '../../labs/engine/emulator/python';
import { CACHE } from './support';

/** The second emulator, for the calls that the first one lacks: https://pypi.org/project/moto, Apache-2.0. */
const MOTO = 'moto[server]==5.2.5';

/** How often it is asked whether it is there, each tenth of a second. */
const ATTEMPTS = 300;

/** An emulator that runs. */
export interface Moto {
  readonly endpoint: string;
  stop(): void;
}

/**
 * Starts the server of moto on loopback; installs it first where it is not there.
 *
 * @throws Error when there is no Python, or it does not start
 */
export async function startMoto(): Promise<Moto> {
  const python = await installed();
  const port = await freePort();
  const server = spawn(python, ['-m', 'moto.server', '--host', '127.0.0.1', '--port', String(port)], {
    stdio: 'ignore',
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await answering(server, `${endpoint}/moto-api/`);
  return { endpoint, stop: () => server.kill() };
}

async function installed(): Promise<string> {
  const venv = join(CACHE, MOTO.replace(/\W+/g, '-'));
  const [python, complete] = [join(venv, 'bin', 'python'), join(venv, '.complete')];
  if (!existsSync(complete)) {
    const found = await findPython();
    if (!found) {
      throw new Error('there is no Python');
    }
    execFileSync(found.command, [...found.args, '-m', 'venv', '--clear', venv]);
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', MOTO]);
    writeFileSync(complete, '');
  }
  return python;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  return typeof address === 'object' && address ? address.port : 0;
}

async function answering(server: ChildProcess, url: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS && server.exitCode === null; attempt += 1) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    ) {
      return;
    }
    await sleep(100);
  }
  server.kill();
  throw new Error('moto does not answer');
}
