/**
 * Refuses what a pipeline is to be made of, in one line.
 *
 * @param problem what is wrong
 * @param allowed what is allowed
 * @param example something that is
 * @throws Error always
 */
export function refuse(problem: string, allowed: string, example: string): never {
  throw new Error(`${problem}; allowed: ${allowed}; for example: ${example}`);
}
