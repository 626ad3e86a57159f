import type { Check } from './engine/check';
import { checks as sqsScaling } from './sqs-scaling/checks';

/** What a pattern's lab has besides its text. */
export interface Lab {
  /** The check of each step, in the order of the steps. */
  readonly checks: readonly Check[];
}

/** The labs by pattern id. */
export const labs: Readonly<Record<string, Lab>> = {
  'sqs-scaling': { checks: sqsScaling },
};
