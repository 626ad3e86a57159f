import { join } from 'node:path';
import { type Pattern, packageOf } from '../../blueprints/pattern';

/**
 * The file of a lab's text.
 *
 * @param pattern the pattern
 */
export function labFile(pattern: Pattern): string {
  return join(packageOf(pattern).root, 'labs', pattern.id, 'lab.md');
}
