/** Code of a project made wrong, which still compiles. */
export interface Edit {
  /** The file that holds it, by its path in the project. */
  readonly file: string;
  /** What stands there, exactly once. */
  readonly from: string;
  /** What is put in its place. */
  readonly to: string;
}

/** One setting of a finished project made wrong. */
export interface Mutation extends Edit {
  /** The setting, as the name of a test has it. */
  readonly setting: string;
}

/** A typical mistake that learners make at a step, written by hand. */
export interface Mistake extends Edit {
  /** The id of the step at which the project stands that it is made in. */
  readonly step: string;
  /** What they do, as the name of a test has it. */
  readonly mistake: string;
  /** What the step's check says that it has seen. */
  readonly seen: string;
}
