import { join } from 'node:path';
import { kitRoot } from '../../blueprints/kit';

/**
 * The file of a lab's text.
 *
 * @param pattern the pattern's id
 */
export function labFile(pattern: string): string {
  return join(kitRoot, 'labs', pattern, 'lab.md');
}
