import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { KIT } from '../../blueprints/kit';

/** Where programs keep what they can fetch again, by platform; elsewhere as on Linux. */
const CACHES: Partial<Record<NodeJS.Platform, () => string>> = {
  darwin: () => join(homedir(), 'Library', 'Caches'),
  win32: () => process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'),
};

/**
 * A folder for what can be fetched again, once for all projects of a user: in `XDG_CACHE_HOME`, where that is set, else in the
 * cache folder of the system.
 *
 * @param of what it holds, `emulator` for example
 * @returns its absolute path; it is there
 */
export function cacheFolder(...of: string[]): string {
  const cache = process.env.XDG_CACHE_HOME || CACHES[process.platform]?.() || join(homedir(), '.cache');
  const folder = join(cache, KIT, ...of);
  mkdirSync(folder, { recursive: true });
  return folder;
}
