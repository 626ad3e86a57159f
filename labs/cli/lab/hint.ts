import { withHints } from '../../engine/progress';
import { exitCodes, Output } from '../output';
import { type LabOptions, Project } from './project';

/**
 * `atelier lab hint`: the first hint of a step, then, asked again, the second, which stays. With `--json`:
 * `{ pattern, step, number, of, hint }`, the hint in Markdown.
 *
 * @param step the step's id or number; by default the current one
 * @param options how to print, and the folder
 * @returns the exit code: 0
 * @throws UsageError for an unknown step, or when the folder holds no generated project
 */
export async function hint(step: string | undefined, options: LabOptions): Promise<number> {
  const output = new Output(options);
  const project = Project.open(options, output);
  const id = project.step(step, 'hint');
  const { hints } = await project.textOf(id);
  const number = Math.min((project.progress[id]?.hints ?? 0) + 1, hints.length);
  const text = hints[number - 1];
  project.keep(withHints(project.progress, id, number));
  output.document({ pattern: project.pattern.id, step: id, number, of: hints.length, hint: text });
  const more =
    number < hints.length ? '; ask again for the next one' : ', the last one; atelier lab diff shows the whole change';
  const place = `Hint ${number} of ${hints.length}${more}.`;
  output.print(output.paint('strong', id), '', text, '', output.paint('faint', place));
  return exitCodes.done;
}
