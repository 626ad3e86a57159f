import { relative, resolve } from 'node:path';
import { UsageError } from '../../../blueprints/errors';
import { withSlashes } from '../../../blueprints/paths';
import { render } from '../../../blueprints/rendering';
import { filesOf, isSource, writeMove } from '../../engine/move';
import { exitCodes, Output } from '../output';
import { before, keepAll } from './moving';
import { type LabOptions, Project } from './project';

/**
 * `atelier lab reset`: brings a file, or all sources, back to how the current step begins; `lab undo` brings them back as
 * they were. With `--json`: `{ pattern, step, files }`.
 *
 * @param file the file's path. @default - all sources and tests
 * @param options how to print, and the folder
 * @returns the exit code: 0
 * @throws UsageError for a file that no template makes, or when the folder holds no generated project
 */
export async function reset(file: string | undefined, options: LabOptions): Promise<number> {
  const output = new Output(options);
  const project = Project.open(options, output);
  const step = before(project, project.current);
  const files = render(project.pattern, project.values, step);
  const paths =
    file === undefined
      ? [...filesOf(project.pattern, project.values)].filter(isSource).sort()
      : [pathOf(project, resolve(options.cwd ?? '.', file), [...files.keys()])];
  keepAll(project, `reset${file === undefined ? '' : ` ${file}`}`);
  // Those of later steps are not there when this one begins.
  writeMove(
    project.folder,
    paths.map((path) => ({ path, content: files.get(path) ?? null })),
  );
  output.document({ pattern: project.pattern.id, step: project.current, files: paths });
  output.print(`As they were when ${output.paint('accent', project.current)} began:`, '');
  output.table(paths.map((path) => [path]));
  output.print('', output.paint('faint', 'npx serverless-atelier lab undo   brings everything back as it was'));
  return exitCodes.done;
}

function pathOf({ folder }: Project, file: string, known: readonly string[]): string {
  const path = withSlashes(relative(folder, file));
  if (!known.includes(path)) {
    throw new UsageError(`${path} is no file that this step begins with`, {
      option: 'file',
      given: path,
      allowed: known.join(', '),
      choices: known,
      example: `atelier lab reset ${known.find((one) => one.startsWith('src/'))}`,
    });
  }
  return path;
}
