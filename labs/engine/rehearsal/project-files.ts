import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';

/** What is no source in a folder that git does not know. */
const IGNORED = ['**/node_modules/**', '.git/**', 'cdk.out/**'];

/** What stands for a commit where there is none. */
const NO_COMMIT = '0'.repeat(40);

/**
 * The files of a project that a repository would have: those that git knows or does not ignore; without git, all but packages
 * and the assembly. A link to a folder is no file, nor is a submodule, which no source of CodePipeline fetches either.
 *
 * @param folder the project's folder
 * @returns paths from there on
 */
export function projectFiles(folder: string): string[] {
  const listed = git(folder, 'ls-files', '--cached', '--others', '--exclude-standard', '-z');
  return listed === undefined
    ? globSync(['**/*'], { cwd: folder, ignore: IGNORED, dot: true })
    : listed.split('\0').filter((path) => statSync(join(folder, path), { throwIfNoEntry: false })?.isFile());
}

/**
 * The commit that a project stands at.
 *
 * @param folder the project's folder
 * @returns its hash; forty zeros where there is none
 */
export function revisionOf(folder: string): string {
  return git(folder, 'rev-parse', 'HEAD')?.trim() ?? NO_COMMIT;
}

function git(folder: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return status === 0 ? stdout : undefined;
}
