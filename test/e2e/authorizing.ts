import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../labs/engine/emulator/emulator';
import { installEmulator } from '../../labs/engine/emulator/installation';
import { emulatorVariables } from '../../labs/engine/emulator/launchers';
import { run } from '../support/commands';

/** An emulator that asks IAM before it does anything, over TLS as policies want it. */
export interface AuthorizingEmulator {
  readonly endpoint: string;
  /** What lets a process trust its certificate, and aims at it. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends it. */
  stop(): Promise<void>;
}

/** How long it may take to answer, in milliseconds. */
const PATIENCE = 20_000;

/**
 * Starts one. The account's root, which is who has the key id `test`, may do everything; roles and users may do what
 * their policies say.
 *
 * @param home a folder for its certificate and data
 * @throws Error when it does not answer in time
 */
export async function startAuthorizing(home: string): Promise<AuthorizingEmulator> {
  const installation = await installEmulator(() => () => {});
  const [key, certificate] = [join(home, 'key.pem'), join(home, 'certificate.pem')];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  run(home, 'openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '1',
    ...names,
    '-keyout',
    key,
    '-out',
    certificate,
  ]);
  const port = await freePort();
  const trust = { AWS_CA_BUNDLE: certificate, NODE_EXTRA_CA_CERTS: certificate };
  const child = spawn(installation.python, ['-m', 'ministack'], {
    cwd: home,
    stdio: 'ignore',
    env: {
      ...emulatorVariables(installation, port, join(home, 'data')),
      ...trust,
      AUTH: 'true',
      USE_SSL: '1',
      MINISTACK_SSL_CERT: certificate,
      MINISTACK_SSL_KEY: key,
    },
  });
  const ended = once(child, 'exit');
  const endpoint = `https://127.0.0.1:${port}`;
  const limit = Date.now() + PATIENCE;
  while (!(await answers(`${endpoint}/_ministack/health`, certificate))) {
    if (Date.now() > limit || child.exitCode !== null) {
      throw new Error(`no emulator answers at ${endpoint}`);
    }
    await sleep(100);
  }
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  return { endpoint, env: { ...trust, AWS_ENDPOINT_URL: endpoint }, stop };
}

function answers(url: string, certificate: string): Promise<boolean> {
  return new Promise((resolve) => {
    get(url, { ca: readFileSync(certificate) }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).on('error', () => resolve(false));
  });
}
