import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a repository that somebody has just made may hold; a project is created around it. */
const KEPT = /^(\.git|\.gitignore|README(\.\w+)?|LICEN[SC]E(\.\w+)?)$/i;

/** The file of a folder that a project has, too: what its owner wrote stands first. */
const README = 'README.md';

/** What a folder may hold in which a project is created, in words. */
export const ROOM = 'an empty or a new folder, or one that holds only .git, a README, a LICENSE or a .gitignore';

/** What stays of a folder in which a project is created. */
export interface Kept {
  /** The patterns of its .gitignore, without comments. */
  readonly ignored: readonly string[];
  /** Its README, if there is one. */
  readonly readme?: string;
}

/**
 * Whether an entry of a folder stays as it is when a project is created there: the repository, its README, its license and
 * what git ignores.
 *
 * @param entry the entry's name
 */
export function isKept(entry: string): boolean {
  return KEPT.test(entry);
}

/**
 * What stays of a folder.
 *
 * @param folder the folder, which may not be there yet
 */
export function readKept(folder: string): Kept {
  const readme = textOf(join(folder, README));
  const lines = (textOf(join(folder, '.gitignore')) ?? '').split(/\r?\n/).map((line) => line.trim());
  return { ignored: lines.filter((line) => line !== '' && !line.startsWith('#')), ...(readme ? { readme } : {}) };
}

/**
 * A file of a new project, below what its owner wrote in a file of the same name.
 *
 * @param path the file's path in the project
 * @param content what is generated
 * @param kept what stays of the folder
 */
export function belowKept(path: string, content: string | Buffer, { readme }: Kept): string | Buffer {
  return path === README && readme ? `${readme.trimEnd()}\n\n${content}` : content;
}

function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
