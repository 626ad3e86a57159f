import { join } from 'node:path';

/**
 * Where the assembly that is deployed to an emulator stays: no tool looks there.
 *
 * @param folder the project's folder
 */
export function localAssembly(folder: string): string {
  return join(folder, 'node_modules', '.cache', 'atelier', 'local');
}
