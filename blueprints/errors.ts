/** What a wrong use was, in parts that a machine can read. */
export interface UsageDetails {
  /** The option, argument or file that is wrong. */
  readonly option?: string;
  /** The value that was given. */
  readonly given?: unknown;
  /** What is allowed instead, in words. @default - the choices */
  readonly allowed?: string;
  /** All that is allowed, where it can be listed; a misspelt one is recognised among them. @default - it can't be listed */
  readonly choices?: readonly string[];
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
    const { allowed = details.choices?.join(', '), example } = details;
    super(
      [problem, allowed && `; allowed: ${allowed}`, example && `; for example: ${example}`]
        .filter(Boolean)
        .join('')
        .replace(/\s+/g, ' '),
    );
    this.name = 'UsageError';
    this.details = { ...details, ...(allowed && { allowed }) };
    // Who prints an error that was thrown shows what can be enumerated: one line is enough.
    for (const name of ['name', 'details']) {
      Object.defineProperty(this, name, { enumerable: false });
    }
    // Commands that rethrow (projen's among them) print the stack: a wrong value is the user's to see, not our call stack.
    this.stack = `error: ${this.message}`;
  }
}

/** The environment failed, not the kit and not its user: a package that is not installed, for example. */
export class EnvironmentError extends Error {
  /** @param message what failed, and what mends it, without a full stop */
  constructor(message: string) {
    super(message);
    this.name = 'EnvironmentError';
  }
}

/** The user, or whoever runs the command, has ended it. */
export class InterruptedError extends Error {
  /** @param signal what ended it: `SIGINT` for Ctrl-C */
  constructor(readonly signal: NodeJS.Signals) {
    super(`ended by ${signal}`);
    this.name = 'InterruptedError';
  }
}
