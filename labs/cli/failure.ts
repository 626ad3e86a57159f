import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { closest, distance } from 'fastest-levenshtein';
import { patterns } from '../../blueprints/catalog';
import { EnvironmentError, InterruptedError, type UsageDetails, type UsageError } from '../../blueprints/errors';
import { KIT, kitRoot } from '../../blueprints/kit';
import { exitCodeOf, exitCodes, type Output } from './output';

/** What went wrong, in one line, and whose turn it is. */
interface Failure {
  readonly code: number;
  readonly message: string;
  readonly details?: Omit<UsageDetails, 'choices'>;
}

/** A right use of each command, for those who used it wrongly. */
const EXAMPLES: ReadonlyMap<string | undefined, string> = new Map([
  ['list', 'atelier list'],
  ['show', `atelier show ${patterns[0].id}`],
  ['new', `atelier new ${patterns[0].id} orders`],
  ['lab', 'atelier lab check'],
  ['doctor', 'atelier doctor'],
  ['eject', 'atelier eject'],
  ['local', 'atelier local start'],
  ['probe', 'atelier probe'],
  ['pipeline', 'atelier pipeline rehearse'],
  ['update', 'atelier update --dry-run'],
]);

/** How much of a word may be misspelt for it still to be meant. */
const MISSPELT = 0.4;

/**
 * Says in one line, or one document, what went wrong.
 *
 * @param error what was thrown
 * @param args the arguments of the command line
 * @param output how to print
 * @returns the exit code
 */
export function report(error: unknown, args: readonly string[], output: Output): number {
  if (error instanceof InterruptedError) {
    return exitCodeOf(error.signal);
  }
  if (error instanceof CommanderError && error.exitCode === 0) {
    return exitCodes.done; // it has shown the help, or the version
  }
  const { code, message, details } = failureOf(error, args);
  if (isStream(args)) {
    output.line({ event: 'error', message, ...details, code });
  } else {
    output.document({ error: { message, ...details } });
  }
  if (!output.json) {
    process.stderr.write(`${output.paint('bad', 'error:')} ${message}\n`);
  }
  return code;
}

/** Whether the command prints events of a pipeline, one a line: what goes wrong is one of them. */
function isStream([command, name, ...flags]: readonly string[]): boolean {
  return command === 'pipeline' && (['watch', 'logs'].includes(name) || flags.includes('--watch'));
}

function failureOf(error: unknown, args: readonly string[]): Failure {
  if (error instanceof CommanderError) {
    return misuse(error, args[0]);
  }
  if (isUsageError(error)) {
    const { choices, ...details } = error.details;
    return { code: exitCodes.wrongUse, message: error.message + suggestion(details.given, choices), details };
  }
  return isEnvironment(error)
    ? { code: exitCodes.environment, message: plainly(error) }
    : { code: exitCodes.fault, message: fault(error) };
}

/** Not by its class: what a package of patterns throws may be of another copy of the kit. */
function isUsageError(error: unknown): error is UsageError {
  return error instanceof Error && error.name === 'UsageError' && 'details' in error;
}

function misuse({ message }: CommanderError, command: string | undefined): Failure {
  const problem = message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  const known = EXAMPLES.get(command);
  const example = known ?? `atelier new ${patterns[0].id} orders`;
  const help = known ? `atelier ${command} --help` : 'atelier --help';
  return {
    code: exitCodes.wrongUse,
    message: `${problem}; for example: ${example}; all there is: ${help}`,
    details: { example },
  };
}

function suggestion(given: unknown, choices: readonly string[] = []): string {
  const near = closest(String(given), choices);
  return near && distance(String(given), near) <= near.length * MISSPELT ? `; did you mean ${near}?` : '';
}

/** Whether the machine lacks or refuses something: a file, a process, a package. */
function isEnvironment(error: unknown): error is Error {
  const { syscall, code } = (error ?? {}) as NodeJS.ErrnoException;
  return error instanceof EnvironmentError || syscall !== undefined || code === 'MODULE_NOT_FOUND';
}

/** What a machine refuses; a disk that is full is told in plain words. */
function plainly(error: Error): string {
  const { code, path } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC'
    ? `the disk${path ? ` of ${path}` : ''} is full; free some of it, and run the command again`
    : error.message.split('\n')[0];
}

function fault(error: unknown): string {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const { bugs } = JSON.parse(readFileSync(join(kitRoot, 'package.json'), 'utf8'));
  const line = `this is a fault of ${KIT}: ${message.replace(/\s+/g, ' ')}; please report it at ${bugs.url}`;
  return process.env.DEBUG ? `${line}\n${stack}` : `${line} (DEBUG=1 shows where it happened)`;
}
