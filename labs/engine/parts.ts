import type { Assembly, Resource } from './assembly';
import type { Failure, Goal, Verdict } from './check';
import { failed } from './verdicts';

/** What is said when a part that a judgement can't do without is missing, by the part's name. */
export type Missing<P> = Readonly<Record<keyof P, (parts: P, assembly: Assembly) => Omit<Failure, 'passed'>>>;

/** Parts of which some are there. */
export type Having<P, K extends keyof P> = P & { readonly [part in K]: Resource };

/** What is said of an app without any stack. */
const NO_STACK: Omit<Failure, 'passed'> = {
  seen: 'the app has no stack',
  wanted: 'a stack for each stage of the app',
  where: 'src/main.ts',
  next: 'look whether src/main.ts still lists a stage, and makes its stack',
};

/**
 * Judgements of the parts of a pattern, each a resource that a template has or lacks.
 *
 * @param partsOf finds the parts
 * @param missing what to say of a part that is missing
 * @returns a function that takes names of parts and a judgement that needs them: the first that is missing is the failure
 */
export function judgingParts<P extends object>(partsOf: (assembly: Assembly) => P, missing: Missing<P>) {
  return <K extends keyof P>(
    needed: readonly K[],
    judge: (parts: Having<P, K>, assembly: Assembly) => Verdict,
  ): Goal['judge'] =>
    (assembly) => {
      const parts = partsOf(assembly);
      const first = needed.find((part) => parts[part] === undefined);
      if (first === undefined) {
        return judge(parts as Having<P, K>, assembly);
      }
      return failed(assembly.stacks.size === 0 ? NO_STACK : missing[first](parts, assembly));
    };
}
