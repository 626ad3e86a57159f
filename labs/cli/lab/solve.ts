import { type Progress, withPassed, withSolved } from '../../engine/progress';
import { exitCodes, Output } from '../output';
import { before, keepAll, moveTo, movingDocument, printMoving } from './moving';
import { printResult } from './printing';
import { type LabOptions, Project } from './project';

/**
 * `atelier lab solve`: merges the solution of a step into the learner's files, checks it, and says which of their lines
 * gave way; `lab undo` brings all back. With `--json`: `{ pattern, step, passed, reach, files: [{ path, removed, lost:
 * [{ number, text }] }], results, next }`, where `reach` is merged, wide (over lines next to the solution's), files or
 * project.
 *
 * @param step the step's id or number; by default the current one
 * @param options how to print, and the folder
 * @returns the exit code: 0 when the step's check passes afterwards, else 1
 * @throws UsageError for an unknown step, or when the folder holds no generated project
 */
export async function solve(step: string | undefined, options: LabOptions): Promise<number> {
  const output = new Output(options);
  const project = Project.open(options, output);
  const id = project.step(step, 'solve');
  keepAll(project, `solve ${id}`);
  const moving = await moveTo(project, startOf(project, id), id);
  const result = moving.judgement?.result;
  const passed = result?.passed === true;
  const now = new Date();
  const solved = passed ? project.keep(withPassed(withSolutions(project, id, now), id, now)) : project;
  output.document({
    pattern: project.pattern.id,
    step: id,
    passed,
    ...movingDocument(moving),
    results: result?.results ?? [],
    next: solved.openStep,
  });
  output.print(output.paint('strong', id), '');
  printMoving(output, moving);
  output.print('');
  if (moving.judgement) {
    printResult(output, moving.judgement.assembly, moving.judgement.result);
  }
  if (passed) {
    output.print('', solved.openStep ? `Next: ${output.paint('accent', solved.openStep)}` : 'All steps are done.');
  }
  return passed ? exitCodes.done : exitCodes.checkFailed;
}

/** The progress after a step's solution was taken, which holds those of the open steps before it. */
function withSolutions(project: Project, step: string, now: Date): Progress {
  const ids = project.pattern.steps.map(({ id }) => id);
  const open = ids.slice(0, ids.indexOf(step)).filter((id) => !project.isDone(id));
  return [...open, step].reduce((progress, id) => withSolved(progress, id, now), project.progress);
}

/** What the learner's files were made from: the step before the one that is solved, or before the one they are on. */
function startOf(project: Project, step: string): string {
  const ids = project.pattern.steps.map(({ id }) => id);
  const first = ids.indexOf(step) < ids.indexOf(project.current) ? step : project.current;
  return before(project, first);
}
