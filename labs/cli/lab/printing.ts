import type { Assembly, Finding } from '../../engine/assembly';
import { type CheckResult, explain, type GoalResult } from '../../engine/check';
import type { Mark, Output } from '../output';
import type { LostStep } from './judgement';

/** Where lines of text end, in characters. */
const COLUMNS = 96;

/** How many findings are shown one by one. */
const SHOWN_FINDINGS = 5;

/**
 * Prints each goal of a step with its mark, and explains the first that failed, of others what was seen; or why there is
 * nothing to judge.
 *
 * @param output how to print
 * @param assembly what the project synthesizes to
 * @param result the result of the step's check
 * @param details whether each that failed is explained. @default false
 */
export function printResult(
  output: Output,
  assembly: Assembly,
  { results, cause }: CheckResult,
  details = false,
): void {
  if (assembly.error !== undefined) {
    const at = assembly.errorWhere ? `${assembly.errorWhere}: ` : '';
    output.print(`${output.mark('fail')} the app does not synthesize`, `  ${at}${assembly.error}`);
    return;
  }
  for (const one of results) {
    const others = one.passed === false ? [output.paint('faint', `    seen    ${one.seen}`)] : [];
    output.print(
      `${output.mark(markOf(one))} ${one.goal}`,
      ...(one === cause || (details && one.passed === false) ? explained(one) : others),
    );
  }
}

/**
 * Prints the steps that were done and no longer are, each with its cause.
 *
 * @param output how to print
 * @param lost the steps
 */
export function printLost(output: Output, lost: readonly LostStep[]): void {
  for (const { step, cause } of lost) {
    const problem = `${step}, which was done, no longer is: ${cause.goal}`;
    output.print(`${output.mark('fail')} ${problem}`, ...explained(cause), '');
  }
}

/**
 * Prints the first findings of rule packs, and how many more there are.
 *
 * @param output how to print
 * @param findings the findings
 * @param details whether all of them are printed. @default false
 */
export function printFindings(output: Output, findings: readonly Finding[], details = false): void {
  if (findings.length === 0) {
    return;
  }
  const shown = details ? findings : findings.slice(0, SHOWN_FINDINGS);
  output.print('', output.paint('warn', 'Findings of the security rules:'));
  for (const { rule, construct, where, description } of shown) {
    output.print(`  ${rule}  ${construct}${where ? `  (${where})` : ''}`, ...wrapped(description, '    '));
  }
  if (findings.length > shown.length) {
    output.print(output.paint('faint', `  and ${findings.length - shown.length} more; --details shows them all`));
  }
}

/**
 * The lines of a text as a terminal shows it, where Markdown's emphasis and code marks say nothing.
 *
 * @param text the text
 * @param indent what stands before each line
 */
export function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  for (const word of text.replace(/[`*]/g, '').split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < COLUMNS) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(indent + word);
    }
  }
  return lines;
}

function markOf({ passed }: GoalResult): Mark {
  return passed === null ? 'skip' : passed ? 'pass' : 'fail';
}

function explained(goal: GoalResult): string[] {
  return explain(goal).map((line) => `    ${line}`);
}
