import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What npm calls a package: `serverless-atelier`, `@acme/patterns`. */
export const PACKAGE_NAME = /^(?=.{1,214}$)(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

/** An npm package that holds patterns: the kit, or one of a company's own. */
export interface PatternPackage {
  /** Its name on npm. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
  /** Its folder, as an absolute path. */
  readonly root: string;
}

const packages = new Map<string, PatternPackage>();

/**
 * The package that a folder belongs to: that of the nearest package.json; the same from sources and compiled.
 *
 * @param folder an absolute path
 */
export function packageAt(folder: string): PatternPackage {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) {
    return packageAt(dirname(folder));
  }
  const known = packages.get(folder);
  if (known) {
    return known;
  }
  const { name, version } = JSON.parse(readFileSync(file, 'utf8'));
  const found = { name, version, root: folder };
  packages.set(folder, found);
  return found;
}

/**
 * The package that an npm spec names.
 *
 * @param spec for example `@acme/patterns@1.0.0`
 */
export function packageIn(spec: string): string {
  return /^@?[^@]*/.exec(spec)?.[0] ?? '';
}
