import { testPatterns as testAll } from '../suites';

/**
 * The suite that says which parts of a pattern are missing, in the place of all.
 *
 * @param root the package's folder
 */
export function testPatterns(root: string): void {
  testAll(root, ['parts']);
}
