import { join } from 'node:path';
import { asList, dig, readJson } from '../json';

/** The file of an assembly that says what an emulator did not get of it. */
export const LEFT_OUT = 'atelier-left-out.json';

/**
 * Where the assembly that is deployed to an emulator stays: no tool looks there.
 *
 * @param folder the project's folder
 */
export function localAssembly(folder: string): string {
  return join(folder, 'node_modules', '.cache', 'atelier', 'local');
}

/**
 * What of a stack an emulator did not get when it was deployed last.
 *
 * @param folder the project's folder
 * @param stack the stack's name
 * @returns the logical ids
 */
export function leftOutLocally(folder: string, stack: string): string[] {
  return asList(readJson(join(localAssembly(folder), LEFT_OUT)))
    .filter((one) => dig(one, 'stack') === stack)
    .map((one) => String(dig(one, 'logicalId')));
}
