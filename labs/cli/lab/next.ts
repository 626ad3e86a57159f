import { exitCodes, Output } from '../output';
import { wrapped } from './printing';
import { type LabOptions, Project } from './project';

/**
 * `atelier lab next`: what comes next: the title of the open step, its goals, why it is needed, and what to run. With
 * `--json`: `{ pattern, step, title, goals: [{ name, text }], why, run, see }`, texts in Markdown, or `step: null` when all
 * are done.
 *
 * @param options how to print, and the folder
 * @returns the exit code: 0
 * @throws UsageError when the folder holds no generated project
 */
export async function next(options: LabOptions): Promise<number> {
  const output = new Output(options);
  const project = Project.open(options, output);
  const id = project.openStep;
  if (id === null) {
    output.document({ pattern: project.pattern.id, step: null });
    output.print('All steps are done.');
    return exitCodes.done;
  }
  const { title, goals, why, run, see, commands } = await project.textOf(id);
  output.document({ pattern: project.pattern.id, step: id, title, goals, why, run, see });
  output.print(`${output.paint('strong', title)}  ${output.paint('faint', id)}`, '');
  output.print(...goals.flatMap(({ name, text }) => [`${output.mark('todo')} ${name}`, ...wrapped(text, '    ')]));
  output.print('', ...why.split('\n\n').flatMap((paragraph) => [...wrapped(paragraph.replace(/\n/g, ' '), ''), '']));
  output.print(...commands.map(({ line }) => `  ${output.paint('accent', line)}`));
  return exitCodes.done;
}
