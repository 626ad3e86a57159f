import { withCurrent } from '../../engine/progress';
import { exitCodes, Output } from '../output';
import { before, keepAll, moveTo, movingDocument, printMoving } from './moving';
import { printResult } from './printing';
import { type LabOptions, Project } from './project';

/**
 * `atelier lab goto`: brings the project to where a step begins, with what comes before done and what the learner wrote
 * elsewhere kept; `lab undo` brings all back. With `--json`: `{ pattern, step, passed, reach, files: [{ path,
 * removed, lost }] }`, where `passed` is whether the step before is there.
 *
 * @param step the step's id or number
 * @param options how to print, and the folder
 * @returns the exit code: 0 when the step before is there, else 1
 * @throws UsageError for an unknown step, or when the folder holds no generated project
 */
export async function goTo(step: string, options: LabOptions): Promise<number> {
  const output = new Output(options);
  const project = Project.open(options, output);
  const id = project.step(step, 'goto');
  keepAll(project, `goto ${id}`);
  const from = project.openStep === null ? project.current : before(project, project.current);
  const moving = await moveTo(project, from, before(project, id));
  const isThere = moving.judgement?.result.passed ?? true;
  if (isThere) {
    project.keep(withCurrent(project.progress, project.pattern, id, new Date()));
  }
  output.document({ pattern: project.pattern.id, step: id, passed: isThere, ...movingDocument(moving) });
  printMoving(output, moving);
  output.print('');
  if (moving.judgement && !isThere) {
    printResult(output, moving.judgement.assembly, moving.judgement.result);
  } else {
    output.print(`You are at the beginning of ${output.paint('accent', id)}.`);
  }
  return isThere ? exitCodes.done : exitCodes.checkFailed;
}
