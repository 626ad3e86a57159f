import { formatPatch, OMIT_HEADERS, type StructuredPatch, structuredPatch } from 'diff';
import { type OptionValues, type Pattern, START, stepIds } from '../../blueprints/pattern';
import { render } from '../../blueprints/rendering';

/** What a step does to one text file of the project. */
export interface FileChange {
  /** Its path in the project. */
  readonly path: string;
  /** Whether the step makes the file, edits it, or removes it. */
  readonly kind: 'new' | 'edited' | 'removed';
  /** How many lines the step adds to it, but for blank ones. */
  readonly added: number;
  /** The hunks of a unified diff, without file names. */
  readonly diff: string;
}

/** The order in which a reader wants the changes: sources, then their tests, then all else. */
const ROOMS = ['src/', 'test/', ''];

/**
 * What a step changes in the project, computed from the templates: it is what a lab shows, and never typed.
 *
 * @param pattern the pattern
 * @param values complete option values
 * @param step the id of a step that is not `start`
 * @returns the text files that differ from the step before: sources first, and those with the most new lines first
 */
export function changesOf(pattern: Pattern, values: OptionValues, step: string): FileChange[] {
  const order = stepIds(pattern);
  const before = render(pattern, values, order[order.indexOf(step) - 1] ?? START);
  const after = render(pattern, values, step);
  return [...new Set([...after.keys(), ...before.keys()])]
    .filter((path) => String(before.get(path)) !== String(after.get(path)))
    .map((path) => changeOf(path, before.get(path), after.get(path)))
    .sort((a, b) => roomOf(a) - roomOf(b) || b.added - a.added);
}

function changeOf(path: string, before: string | Buffer | undefined, after: string | Buffer | undefined): FileChange {
  const patch = structuredPatch(path, path, String(before ?? ''), String(after ?? ''));
  return {
    path,
    kind: before === undefined ? 'new' : after === undefined ? 'removed' : 'edited',
    added: addedLines(patch),
    diff: formatPatch(patch, OMIT_HEADERS).replace(/\n$/, ''),
  };
}

function addedLines({ hunks }: StructuredPatch): number {
  return hunks.flatMap(({ lines }) => lines).filter((line) => /^\+.*\S/.test(line)).length;
}

function roomOf({ path }: FileChange): number {
  return ROOMS.findIndex((room) => path.startsWith(room));
}

/**
 * The changes of a step as Markdown: a diff for each source, then those of tests and texts, folded away.
 *
 * @param changes what the step changes
 */
export function changesAsMarkdown(changes: readonly FileChange[]): string {
  const isSource = (change: FileChange): boolean => roomOf(change) === 0;
  const others = changes.filter((change) => !isSource(change));
  const folded = ['<details>', '<summary>Tests and README</summary>', ...others.map(changeAsMarkdown), '</details>'];
  return [...changes.filter(isSource).map(changeAsMarkdown), ...(others.length > 0 ? folded : [])].join('\n\n');
}

function changeAsMarkdown({ path, kind, diff }: FileChange): string {
  const fence = diff.includes('```') ? '````' : '```';
  return `${kind === 'edited' ? 'In' : kind === 'new' ? 'New:' : 'Removed:'} \`${path}\`\n\n${fence}diff\n${diff}\n${fence}`;
}
