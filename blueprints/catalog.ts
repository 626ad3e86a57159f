import { UsageError } from './errors';
import type { Pattern } from './pattern';
import * as own from './patterns';

/** The levels of patterns, from the easiest. */
const LEVELS: readonly Pattern['level'][] = ['beginner', 'intermediate', 'advanced'];

/**
 * Patterns in the order in which a catalogue shows them: the easier first, then by their ids.
 *
 * @param patterns the patterns, by any name: a module that exports nothing else, for example
 */
export function inOrder(patterns: Readonly<Record<string, Pattern>>): Pattern[] {
  const place = ({ level, id }: Pattern): string => `${LEVELS.indexOf(level)} ${id}`;
  return Object.values(patterns).sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

/** The data of every pattern of the kit. */
export const patterns: readonly Pattern[] = inOrder(own);

/**
 * The pattern of an id.
 *
 * @param id for example `sqs-scaling`
 * @param among the patterns to choose from. @default - those of the kit
 * @throws UsageError when there is none
 */
export function findPattern(id: string, among: readonly Pattern[] = patterns): Pattern {
  const found = among.find((pattern) => pattern.id === id);
  if (!found) {
    throw new UsageError(`there is no pattern ${JSON.stringify(id)}`, {
      option: 'pattern',
      given: id,
      choices: among.map((pattern) => pattern.id),
      example: `atelier show ${among[0].id}`,
    });
  }
  return found;
}
