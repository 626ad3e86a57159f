import { type OptionValues, type Pattern, START, stepIds } from '../../blueprints/pattern';
import { render } from '../../blueprints/rendering';

/** A file that a step changes. */
export interface ChangedFile {
  /** Its path in the project. */
  readonly path: string;
  /** How many of its lines are new, but for blank ones: not in the file before, or less often. */
  readonly added: number;
}

/**
 * The text files that differ between a step and the one before it.
 *
 * @param pattern the pattern
 * @param values complete option values
 * @param step the id of a step that is not `start`
 * @returns the files, those with the most new lines first; files that the step removes have none
 */
export function changedFiles(pattern: Pattern, values: OptionValues, step: string): ChangedFile[] {
  const order = stepIds(pattern);
  const before = render(pattern, values, order[order.indexOf(step) - 1] ?? START);
  const after = render(pattern, values, step);
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((path) => ({ path, old: linesOf(before.get(path)), now: linesOf(after.get(path)) }))
    .filter(({ old, now }) => old.join('\n') !== now.join('\n'))
    .map(({ path, old, now }) => ({ path, added: newLines(old, now) }))
    .sort((a, b) => b.added - a.added);
}

function linesOf(content: string | Buffer | undefined): string[] {
  return typeof content === 'string' ? content.split('\n') : [];
}

function newLines(old: readonly string[], now: readonly string[]): number {
  const left = new Map<string, number>();
  for (const line of old) {
    left.set(line, (left.get(line) ?? 0) + 1);
  }
  return now.filter((line) => {
    const before = left.get(line) ?? 0;
    left.set(line, before - 1);
    return before <= 0 && line.trim() !== '';
  }).length;
}
