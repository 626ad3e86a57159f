/** What a wrong use was, in parts that a machine can read. */
export interface UsageDetails {
  /** The option, argument or file that is wrong. */
  readonly option?: string;
  /** The value that was given. */
  readonly given?: unknown;
  /** What is allowed instead. */
  readonly allowed?: string;
  /** A value or command that works. */
  readonly example?: string;
}

/** A wrong use of the kit: one line that says what was wrong, what is allowed, and an example. */
export class UsageError extends Error {
  /** The same in parts. */
  readonly details: UsageDetails;

  /**
   * @param problem what was wrong, without a full stop
   * @param details what was given, what is allowed, an example
   */
  constructor(problem: string, details: UsageDetails = {}) {
    super(
      [
        problem,
        details.allowed && `; allowed: ${details.allowed}`,
        details.example && `; for example: ${details.example}`,
      ]
        .filter(Boolean)
        .join('')
        .replace(/\s+/g, ' '),
    );
    this.name = 'UsageError';
    this.details = details;
    // Commands that rethrow (projen's among them) print the stack: a wrong value is the user's to see, not our call stack.
    this.stack = `error: ${this.message}`;
  }
}
