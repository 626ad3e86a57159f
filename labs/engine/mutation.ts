/** One setting of a finished project made wrong, in code that still compiles. */
export interface Mutation {
  /** The setting, as the name of a test has it. */
  readonly setting: string;
  /** The file that holds it, by its path in the project. */
  readonly file: string;
  /** What stands there, exactly once. */
  readonly from: string;
  /** What is put in its place. */
  readonly to: string;
}
