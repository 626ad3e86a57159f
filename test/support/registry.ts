import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KIT } from '../../blueprints/kit';

/*
 * A registry on this machine that holds releases of the kit, and sends whoever asks for another package to npm's own. It
 * runs as a program, because tests wait for npm without giving their own process a turn.
 */

/** A registry that runs. */
export interface Registry {
  /** Its address, for npm's setting `registry`. */
  readonly url: string;
  /** Ends it. */
  stop(): void;
}

/**
 * Starts a registry.
 *
 * @param tarballs the releases of the kit, the newest last
 */
export async function startRegistry(tarballs: readonly string[]): Promise<Registry> {
  const child = spawn(process.execPath, ['--import', 'tsx', __filename, ...tarballs], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = await once(child.stdout, 'data');
  return { url: String(url).trim(), stop: () => child.kill() };
}

interface Release {
  readonly manifest: { readonly version: string };
  readonly bytes: Buffer;
}

function readRelease(tarball: string): Release {
  const manifest = JSON.parse(execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' }));
  return { manifest, bytes: readFileSync(tarball) };
}

function packument(releases: readonly Release[], url: string): object {
  const versions = releases.map(({ manifest, bytes }) => {
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    return [manifest.version, { ...manifest, dist: { integrity, tarball: `${url}/${KIT}-${manifest.version}.tgz` } }];
  });
  return {
    name: KIT,
    'dist-tags': { latest: releases.at(-1)?.manifest.version },
    versions: Object.fromEntries(versions),
  };
}

function answer(path: string, response: ServerResponse, releases: readonly Release[], url: string): void {
  const asked = releases.find(({ manifest }) => path === `/${KIT}-${manifest.version}.tgz`);
  if (asked) {
    response.end(asked.bytes);
  } else if (path === `/${KIT}`) {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(packument(releases, url)));
  } else {
    response.writeHead(307, { location: `https://registry.npmjs.org${path}` }).end();
  }
}

function serve(tarballs: readonly string[]): void {
  const releases = tarballs.map(readRelease);
  const server = createServer(({ url: path = '/' }, response) => answer(path, response, releases, address()));
  const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${address()}\n`));
}

if (require.main === module) {
  serve(process.argv.slice(2));
}
