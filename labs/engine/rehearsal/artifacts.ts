import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { unzipSync, type Zippable, zipSync } from 'fflate';
import { globSync } from 'tinyglobby';
import type { ArtifactFiles } from './buildspec';

/** Files in a zip. */
export interface Packed {
  readonly zip: Uint8Array;
  /** How many there are. */
  readonly files: number;
}

/** The oldest time that a zip can have: the same files make the same bytes. */
const MTIME = new Date(1980, 0, 1);

/** The system that file modes in a zip are of: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
const UNIX = 3;

/**
 * Packs files as CodeBuild packs an artifact: what the patterns find below the base directory, with the paths from there on.
 *
 * @param folder the folder of the build
 * @param artifact the files
 * @returns the zip, and how many files it has
 * @throws Error when the patterns find nothing
 */
export function pack(folder: string, artifact: ArtifactFiles): Packed {
  const cwd = join(folder, artifact.baseDirectory);
  const paths = globSync([...artifact.files], { cwd, ignore: [...artifact.excluded], dot: true });
  if (paths.length === 0) {
    throw new Error(`no file is at ${artifact.files.join(', ')} in ${artifact.baseDirectory}, so there is no artifact`);
  }
  return packFiles(cwd, paths, artifact.discardPaths ? basename : posix.normalize);
}

/**
 * Packs files into a zip.
 *
 * @param folder their folder
 * @param paths their paths from there on
 * @param nameOf the name that a file has in the zip. @default - its path
 * @returns the zip, and how many files it has
 */
export function packFiles(folder: string, paths: readonly string[], nameOf = (path: string): string => path): Packed {
  const entries: Zippable = {};
  for (const path of [...paths].sort()) {
    const attrs = statSync(join(folder, path)).mode << 16;
    entries[nameOf(path)] = [readFileSync(join(folder, path)), { mtime: MTIME, os: UNIX, attrs }];
  }
  return { zip: zipSync(entries), files: paths.length };
}

/**
 * Unpacks an artifact into a folder.
 *
 * @param zip the artifact
 * @param folder the folder, which is made
 */
export function unpack(zip: Uint8Array, folder: string): void {
  for (const [path, bytes] of Object.entries(unzipSync(zip)).filter(([name]) => !name.endsWith('/'))) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    if (Buffer.from(bytes.subarray(0, 2)).toString() === '#!') {
      chmodSync(file, 0o755); // what unpacks here keeps no modes
    }
  }
}
