import { type Progress, withLost, withPassed, withSolved } from '../../engine/progress';
import { exitCodes, Output } from '../output';
import { type Judgement, lostBeside } from './judgement';
import { before, keepAll, moveTo, movingDocument, printMoving } from './moving';
import { printResult } from './printing';
import { type LabOptions, Project } from './project';

/**
 * `atelier lab solve`: merges the solution of a step into the learner's files, checks it, and says which of their lines
 * gave way, and which steps that were done are open again; `lab undo` brings all back. With `--json`: `{ pattern, step,
 * passed, reach, files: [{ path, removed, lost: [{ number, text }] }], results, reopened, next }`, where `reach` is merged,
 * wide (over lines next to the solution's), files or project, and `reopened` has the ids of steps.
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
  const judgement = moving.judgement as Judgement;
  const { passed, results } = judgement.result;
  const reopened = passed ? (await lostBeside(project, id, judgement.assembly)).map((lost) => lost.step) : [];
  const solved = passed ? project.keep(withLost(withSolutions(project, id, new Date()), reopened)) : project;
  output.document({
    pattern: project.pattern.id,
    step: id,
    passed,
    ...movingDocument(moving),
    results,
    reopened,
    next: solved.openStep,
  });
  output.print(output.paint('strong', id), '');
  printMoving(output, moving);
  output.print('');
  printResult(output, judgement.assembly, judgement.result);
  if (reopened.length > 0) {
    output.print('', output.paint('warn', `Open again, since what they ask for is gone: ${reopened.join(', ')}`));
  }
  if (passed) {
    output.print('', solved.openStep ? `Next: ${output.paint('accent', solved.openStep)}` : 'All steps are done.');
  }
  return passed ? exitCodes.done : exitCodes.checkFailed;
}

/** The progress after a step's solution was taken and has passed; it holds those of the open steps before it. */
function withSolutions(project: Project, step: string, now: Date): Progress {
  const ids = project.pattern.steps.map(({ id }) => id);
  const open = ids.slice(0, ids.indexOf(step)).filter((id) => !project.isDone(id));
  const solved = [...open, step].reduce((progress, id) => withSolved(progress, id, now), project.progress);
  return withPassed(solved, step, now);
}

/** What the learner's files were made from: the step before the one that is solved, or before the one they are on. */
function startOf(project: Project, step: string): string {
  const ids = project.pattern.steps.map(({ id }) => id);
  const first = ids.indexOf(step) < ids.indexOf(project.current) ? step : project.current;
  return before(project, first);
}
