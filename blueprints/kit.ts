import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from './errors';
import { packageAt } from './package';

/** The kit's name on npm. */
export const KIT = 'serverless-atelier';

/** The kit's own folder, and its version as its package.json says. */
export const { root: kitRoot, version: kitVersion } = packageAt(__dirname);

/**
 * The tarball that an npm spec names.
 *
 * @param spec an npm spec, or the path of a tarball
 * @param refuse makes the refusal of a file that is not there. @default - that of a spec of the kit
 * @returns its absolute path; undefined when the spec names no tarball
 * @throws UsageError when there is no such file
 */
export function tarballOf(
  spec: string,
  refuse: (given: string, why: string) => UsageError = kitRefusal,
): string | undefined {
  if (!spec.endsWith('.tgz')) {
    return undefined;
  }
  const tarball = resolve(spec.replace(/^file:/, ''));
  if (!statSync(tarball, { throwIfNoEntry: false })?.isFile()) {
    throw refuse(spec, ', which is not there');
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
