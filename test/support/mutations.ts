import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { kitRoot } from '../../blueprints/kit';
import type { Mistake, Mutation } from '../../labs/engine/mutation';

/**
 * The settings of a pattern's finished project that its own tests watch, as `labs/<pattern>/mutations.ts` lists them.
 *
 * @param pattern the pattern's id
 * @returns none when there is no list
 */
export function mutationsOf(pattern: string): readonly Mutation[] {
  return listOf(pattern, 'mutations');
}

/**
 * What learners typically get wrong at the steps of a pattern, as `labs/<pattern>/mistakes.ts` lists them.
 *
 * @param pattern the pattern's id
 * @returns none when there is no list
 */
export function mistakesOf(pattern: string): readonly Mistake[] {
  return listOf(pattern, 'mistakes');
}

function listOf<T>(pattern: string, name: string): readonly T[] {
  const file = join(kitRoot, 'labs', pattern, `${name}.ts`);
  return existsSync(file) ? require(file)[name] : [];
}
