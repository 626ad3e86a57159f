import { exitCodes, Output, type Tone } from '../output';
import { type LabOptions, Project } from './project';

/** The tone of a line of a diff, by its first character. */
const TONES: Readonly<Record<string, Tone>> = { '+': 'good', '-': 'bad', '@': 'accent' };

/**
 * `atelier lab diff`: what a step changes in the project, computed from the templates with the project's own options: the
 * solution, for who wants to see it. With `--json`: `{ pattern, step, files: [{ path, kind, added, diff }] }`, where `kind`
 * is new, edited or removed, and `diff` the hunks of a unified diff.
 *
 * @param step the step's id or number; by default the current one
 * @param options how to print, and the folder
 * @returns the exit code: 0
 * @throws UsageError for an unknown step, or when the folder holds no generated project
 */
export async function diff(step: string | undefined, options: LabOptions): Promise<number> {
  const output = new Output(options);
  const project = Project.open(options, output);
  const id = project.step(step, 'diff');
  // Rendering takes its time to load, and the other commands do without.
  const { changesOf } = await import('../../engine/changes');
  const files = changesOf(project.pattern, project.values, id);
  output.document({ pattern: project.pattern.id, step: id, files });
  for (const { path, kind, diff: hunks } of files) {
    output.print(`${output.paint('strong', path)}  ${output.paint('faint', kind)}`);
    output.print(...hunks.split('\n').map((line) => painted(output, line)), '');
  }
  return exitCodes.done;
}

function painted(output: Output, line: string): string {
  const tone = TONES[line[0]];
  return tone ? output.paint(tone, line) : line;
}
