import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Pattern } from '../../blueprints/pattern';
import { projectTypeAt } from './sources';

/**
 * Creates a project by its projen type, as `projen new` does, without installing anything.
 *
 * @param pattern the pattern
 * @param outdir the folder to create it in; made when it is not there
 * @param options further options of the type
 */
export function generate(pattern: Pattern, outdir: string, options: object = {}): void {
  mkdirSync(outdir, { recursive: true });
  const environment = { PROJEN_CREATE_PROJECT: 'true', PROJEN_DISABLE_POST: 'true' };
  const before = Object.fromEntries(Object.keys(environment).map((name) => [name, process.env[name]]));
  Object.assign(process.env, environment);
  try {
    const Type = projectTypeAt(pattern);
    new Type({ name: 'orders', outdir, appOptions: { logging: { level: '00.off' } }, ...options }).synth();
  } finally {
    for (const [name, value] of Object.entries(before)) {
      value === undefined ? delete process.env[name] : Object.assign(process.env, { [name]: value });
    }
  }
}

/**
 * The files below a folder, but for installed packages and git's own.
 *
 * @param folder the folder
 * @param all whether assemblies are read too
 * @returns the texts by path, with forward slashes, in the order of the paths
 */
export function readFiles(folder: string, all = false): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !/^(node_modules|\.git)\//.test(path) && (all || !path.startsWith('cdk.out/')))
    .sort();
  return new Map(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}
