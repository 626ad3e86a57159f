import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The kit's name on npm. */
export const KIT = 'serverless-atelier';

/** The kit's own folder: the first one above this file that holds a package.json; the same from sources and compiled. */
export const kitRoot: string = rootAbove(__dirname);

/** The kit's version, as its package.json says. */
export const kitVersion: string = JSON.parse(readFileSync(join(kitRoot, 'package.json'), 'utf8')).version;

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}
