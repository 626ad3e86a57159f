import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from './errors';

/** The kit's name on npm. */
export const KIT = 'serverless-atelier';

/** The kit's own folder: the first one above this file that holds a package.json; the same from sources and compiled. */
export const kitRoot: string = rootAbove(__dirname);

/** The kit's version, as its package.json says. */
export const kitVersion: string = JSON.parse(readFileSync(join(kitRoot, 'package.json'), 'utf8')).version;

/**
 * The tarball that a spec of the kit names.
 *
 * @param spec an npm spec, or the path of a tarball
 * @returns its absolute path; undefined when the spec names no tarball
 * @throws UsageError when there is no such file
 */
export function tarballOf(spec: string): string | undefined {
  if (!spec.endsWith('.tgz')) {
    return undefined;
  }
  const tarball = resolve(spec.replace(/^file:/, ''));
  if (!statSync(tarball, { throwIfNoEntry: false })?.isFile()) {
    throw kitRefusal(spec, ', which is not there');
  }
  return tarball;
}

/**
 * The refusal of a spec of the kit.
 *
 * @param given the spec
 * @param why why it is refused. @default - it is of no known kind
 */
export function kitRefusal(given: string, why = ''): UsageError {
  return new UsageError(`--kit can't be ${JSON.stringify(given)}${why}`, {
    option: 'kit',
    given,
    allowed: 'a version, a range or a tag of npm, or the path of a tarball (.tgz)',
    example: `--kit ./${KIT}-${kitVersion}.tgz`,
  });
}

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}
