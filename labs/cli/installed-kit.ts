import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { KIT, kitRoot, kitVersion } from '../../blueprints/kit';

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
