import type { Check } from './check';
import type { StandIns } from './deployment/cut';
import type { Mistake, Mutation } from './mutation';
import type { Prices } from './prices';
import type { Deployed, Probe } from './probe';

/** What a pattern's lab has besides its text. */
export interface Lab {
  /** The check of each step, in the order of the steps. */
  readonly checks: readonly Check[];
  /** A typical mistake of learners for each step, or several. */
  readonly mistakes: readonly Mistake[];
  /** Three settings of the finished project or more whose loss its own tests notice. */
  readonly mutations: readonly Mutation[];
  /** Loads what the pattern promises once it is deployed; only who looks at a deployed stack has the clients of AWS. */
  readonly probes: () => Promise<Probes>;
  /** Prices of resource types that the kit does not know yet; none of a type that costs nothing while idle. @default - none */
  readonly prices?: Prices;
  /** What an emulator gets in place of types that it does not know. @default - nothing */
  readonly standIns?: StandIns;
}

/** What a pattern promises once it is deployed. */
export interface Probes {
  /** The promises, in the order of the steps that bring them. */
  readonly probes: readonly Probe[];
  /** Does what the README says is to be done before the stack is removed. @default - nothing is to be done */
  readonly empty?: (deployed: Deployed) => Promise<void>;
}

/** Loads the lab of each pattern of a package, by the pattern's id: only the lab that is asked for is ever read. */
export type Labs = Readonly<Record<string, () => Promise<{ readonly lab: Lab }>>>;
