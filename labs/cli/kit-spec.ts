import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { validRange } from 'semver';
import { KIT, kitRefusal, kitRoot, kitVersion, tarballOf } from '../../blueprints/kit';

/** What npm takes as a tag, of what can be told from a path. */
const TAG = /^[a-z][\w-]*(\.[\w-]+)*$/i;

/**
 * The npm spec that somebody has typed for the kit.
 *
 * @param typed a version, a range or a tag, or the path of a tarball, relative to the working directory
 * @returns the same, the path as `file:` and absolute: it would mean something else in the new project
 * @throws UsageError when it is nothing of that, or there is no such tarball
 */
export function typedKit(typed: string): string {
  const tarball = tarballOf(typed);
  if (tarball) {
    return `file:${tarball}`;
  }
  if (TAG.test(typed) || (typed.trim() !== '' && validRange(typed) !== null)) {
    return typed;
  }
  throw kitRefusal(typed);
}

/**
 * The npm spec by which the running kit was installed, so that a new project depends on the same: a version, or `file:`
 * and the absolute path of the tarball that it came from.
 */
export function installedKit(): string {
  const modules = dirname(kitRoot);
  const lock = join(modules, '.package-lock.json');
  if (basename(modules) !== 'node_modules' || !existsSync(lock)) {
    return kitVersion;
  }
  const { packages } = JSON.parse(readFileSync(lock, 'utf8'));
  const resolved: string | undefined = packages?.[`node_modules/${KIT}`]?.resolved;
  return resolved?.startsWith('file:')
    ? `file:${resolve(dirname(modules), resolved.slice('file:'.length))}`
    : kitVersion;
}
