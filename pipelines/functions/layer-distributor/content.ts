import { createHash } from 'node:crypto';
import { type UnzipFileInfo, unzipSync } from 'fflate';
import type { Settings } from '../../layer-settings';

/** The most that a function and its layers unpack to, in bytes: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_UNPACKED = 250 * 1024 * 1024;

/**
 * What tells the content of a layer from another: its files, and what it is for. Times and the order in the zip are no part of
 * it, since each build has its own.
 *
 * @param zip the layer
 * @param settings what the layer is for
 * @returns a SHA-256 in hexadecimal digits
 * @throws Error when the zip can't be read, is empty, holds nothing but another zip, or unpacks to more than Lambda takes
 */
export function contentHash(zip: Uint8Array, { runtimes = [], architecture }: Settings): string {
  const files = Object.entries(unzipSync(zip, { filter: withinLimit() })).filter(([path]) => !path.endsWith('/'));
  if (files.length === 0) {
    throw new Error('the layer is empty: look at what the build makes');
  }
  if (files.length === 1 && files[0][0].endsWith('.zip')) {
    throw new Error(
      `the layer holds nothing but ${files[0][0]}: the artifact of the build has to be the content itself`,
    );
  }
  const hash = createHash('sha256').update(JSON.stringify([[...runtimes].sort(), architecture]));
  for (const [path, bytes] of files.sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`\0${path}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

/** Refuses what unpacks to more than Lambda takes before it is unpacked: the function has less memory than that could need. */
function withinLimit(): (file: UnzipFileInfo) => boolean {
  let size = 0;
  return ({ originalSize }) => {
    size += originalSize;
    if (size > MAX_UNPACKED) {
      const limit = MAX_UNPACKED / 1024 / 1024;
      throw new Error(`the layer unpacks to more than ${limit} MB, which is all that Lambda takes with the function`);
    }
    return true;
  };
}
