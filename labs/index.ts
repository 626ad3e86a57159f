import type { Check } from './engine/check';
import type { StandIns } from './engine/deployment/cut';
import type { Probe } from './engine/probe';

/** What a pattern's lab has besides its text. */
export interface Lab {
  /** The check of each step, in the order of the steps. */
  readonly checks: readonly Check[];
  /** What an emulator gets in place of types that it does not know. @default - nothing */
  readonly standIns?: StandIns;
}

/** Loads the lab of each pattern, by the pattern's id: only the lab that is asked for is ever read. */
export const labs: Readonly<Record<string, () => Promise<Lab>>> = {
  'dynamic-subscriptions': () => import('./dynamic-subscriptions/checks'),
  'sqs-scaling': () => import('./sqs-scaling/checks'),
};

/** Loads the probes of each pattern that has some, by the pattern's id. */
export const probes: Readonly<Record<string, () => Promise<{ readonly probes: readonly Probe[] }>>> = {
  'dynamic-subscriptions': () => import('./dynamic-subscriptions/probes'),
  'sqs-scaling': () => import('./sqs-scaling/probes'),
};
