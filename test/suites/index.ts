import type { Pattern } from '../../blueprints/pattern';
import { writeGolden } from '../support/golden';
import { captureOutputs } from '../support/lab-outputs';
import { patternsAt } from '../support/sources';
import { testAnswers } from './answers';
import { testLabText } from './lab-text';
import { testLearners } from './learners';
import { testIndexes, testParts } from './parts';
import { testProjects } from './projects';
import { testSpelling } from './spelling';
import { synthesized } from './synthesis';
import { testTypes } from './types';

export { captureOutputs, writeGolden };

/** In how many ways learners are stuck at each step, drawn by chance: the engine that solves is the same for all patterns. */
const WAYS = 1;

/**
 * The tests that the patterns of a package have to pass, those of the kit like any other: call it in a file of tests. Of each
 * pattern they look at its parts, its projects at every step and with every option, what its checks say of right and wrong
 * answers, the text of its lab, and what becomes of learners who are stuck.
 *
 * @param root the package's folder, with `blueprints/patterns.ts` and `labs/index.ts` in it
 * @param suites which of the suites run in this file, where they are spread over several. @default - all
 */
export function testPatterns(root: string, suites: readonly Suite[] = Object.keys(SUITES) as Suite[]): void {
  const patterns = patternsAt(root);
  for (const suite of suites) {
    SUITES[suite](patterns, root);
  }
}

/** For each pattern a group of tests with its name. */
const each = (testOne: (pattern: Pattern) => void) => (patterns: readonly Pattern[]) => {
  for (const pattern of patterns) {
    describe(pattern.id, () => testOne(pattern));
  }
};

const SUITES = {
  parts: (patterns: readonly Pattern[], root: string) => {
    testIndexes(patterns, root);
    each((pattern) => {
      testParts(pattern);
      testSpelling(pattern);
      testLabText(pattern);
    })(patterns);
  },
  projects: each((pattern) => {
    const at = synthesized(pattern);
    testProjects(pattern, at);
    testAnswers(pattern, at);
  }),
  types: testTypes,
  learners: each((pattern) => testLearners(pattern, WAYS)),
};

/** A suite of tests of patterns. */
export type Suite = keyof typeof SUITES;
