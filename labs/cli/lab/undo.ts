import { UsageError } from '../../../blueprints/errors';
import { latestSnapshot, restore } from '../../engine/snapshots';
import { exitCodes, Output } from '../output';
import { type LabOptions, Project } from './project';

/**
 * `atelier lab undo`: brings back every byte as it was before the last `solve`, `goto`, `reset` or `update`; again, before
 * the one before. With `--json`: `{ undone, files }`: what was undone, and the files that are different now.
 *
 * @param options how to print, and the folder
 * @returns the exit code: 0
 * @throws UsageError when there is nothing to undo, or the folder holds no generated project
 */
export async function undo(options: LabOptions): Promise<number> {
  const output = new Output(options);
  const { folder } = Project.open(options, output);
  const snapshot = latestSnapshot(folder);
  if (!snapshot) {
    throw new UsageError('there is nothing to undo', {
      option: 'undo',
      allowed: 'a project that solve, goto, reset or update has changed',
      example: 'atelier lab solve',
    });
  }
  const files = restore(folder, snapshot);
  output.document({ undone: snapshot.before, files });
  output.print(`All is as it was before ${output.paint('accent', snapshot.before)} (${snapshot.taken}):`, '');
  output.table(files.map((path) => [path]));
  return exitCodes.done;
}
