import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { kitRoot } from '../../blueprints/kit';
import type { Mutation } from '../../labs/engine/mutation';

/**
 * The settings of a pattern's finished project that its own tests watch, as `labs/<pattern>/mutations.ts` lists them.
 *
 * @param pattern the pattern's id
 * @returns none when there is no list
 */
export function mutationsOf(pattern: string): readonly Mutation[] {
  const file = join(kitRoot, 'labs', pattern, 'mutations.ts');
  return existsSync(file) ? require(file).mutations : [];
}
