import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, posix, relative, resolve } from 'node:path';
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

/** A variable in a text, in one of the two ways that a shell has. */
const VARIABLE = /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g;

/**
 * The variables that a buildspec names where it says what files become an artifact.
 *
 * @param artifact the files
 * @returns their names
 */
export function variablesIn({ baseDirectory, files, excluded }: ArtifactFiles): string[] {
  const found = [...[baseDirectory, ...files, ...excluded].join('\n').matchAll(VARIABLE)];
  return [...new Set(found.map(([, inBraces, bare]) => inBraces ?? bare))];
}

/**
 * The same files with values in place of variables.
 *
 * @param artifact the files
 * @param values the values; a variable without one is empty, as in a shell
 */
export function withVariables(artifact: ArtifactFiles, values: Readonly<Record<string, string>>): ArtifactFiles {
  const filled = (text: string): string =>
    text.replace(VARIABLE, (_, inBraces: string, bare: string) => values[inBraces ?? bare] ?? '');
  const { baseDirectory, files, excluded } = artifact;
  return {
    ...artifact,
    baseDirectory: filled(baseDirectory),
    files: files.map(filled),
    excluded: excluded.map(filled),
  };
}

/**
 * Packs files as CodeBuild packs an artifact: what the patterns find below the base directory, with the paths from there on.
 *
 * @param folder the folder of the build
 * @param artifact the files
 * @returns the zip, and how many files it has
 * @throws Error when the patterns find nothing
 */
export function pack(folder: string, artifact: ArtifactFiles): Packed {
  const cwd = resolve(folder, artifact.baseDirectory);
  const below = (pattern: string): string => (isAbsolute(pattern) ? relative(cwd, pattern) : pattern);
  const paths = globSync(artifact.files.map(below), { cwd, ignore: artifact.excluded.map(below), dot: true });
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
 * Unpacks an artifact into a folder; a file may be run that could be when it was packed.
 *
 * @param zip the artifact
 * @param folder the folder, which is made
 */
export function unpack(zip: Uint8Array, folder: string): void {
  const executables = executablesOf(Buffer.from(zip));
  mkdirSync(folder, { recursive: true });
  for (const [path, bytes] of Object.entries(unzipSync(zip)).filter(([name]) => !name.endsWith('/'))) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes, { mode: executables.has(path) ? 0o755 : 0o644 });
  }
}

/** Headers of a zip that begin with these bytes: of a file in its directory, and of the end of that directory. */
const FILE = 0x02014b50;
const END = Buffer.from('PK\x05\x06', 'latin1');

/** The paths in a zip that may be run, which the directory at its end knows; what unpacks here tells no modes. */
function executablesOf(zip: Buffer): Set<string> {
  const paths = new Set<string>();
  let at = zip.readUInt32LE(zip.lastIndexOf(END) + 16);
  while (zip.readUInt32LE(at) === FILE) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    if ((zip.readUInt32LE(at + 38) >>> 16) & 0o100) {
      paths.add(zip.toString('utf8', at + 46, at + 46 + name));
    }
    at += 46 + name + extra + comment;
  }
  return paths;
}
