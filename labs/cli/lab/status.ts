import { relative } from 'node:path';
import { labFile } from '../../engine/lab-file';
import type { GoalText } from '../../engine/lab-text';
import { exitCodes, Output } from '../output';
import { wrapped } from './printing';
import { type LabOptions, Project } from './project';

/** A step, and whether it is done. */
interface StepState {
  readonly id: string;
  readonly title: string;
  readonly goal: string;
  readonly done: boolean;
  readonly passed: string | null;
}

/**
 * `atelier lab status`: the steps with their marks, and what the current one asks. With `--json`: `{ pattern, current,
 * complete, steps: [{ id, title, goal, done, passed }], goals: [{ name, text }] }`, where `passed` is the time of the
 * first pass or null, and the goals are those of the current step.
 *
 * @param options how to print, and the folder
 * @returns the exit code: 0
 * @throws UsageError when the folder holds no generated project
 */
export async function status(options: LabOptions): Promise<number> {
  const output = new Output(options);
  const project = Project.open(options, output);
  const { pattern, current } = project;
  const complete = project.openStep === null;
  const steps = stepsOf(project);
  const { goals } = await project.textOf(current);
  output.document({ pattern: pattern.id, current, complete, steps, goals });
  output.print(output.paint('strong', pattern.title), '');
  printSteps(output, steps, current);
  if (complete) {
    output.print('', 'All steps are done.');
  } else {
    printGoals(output, current, goals);
    printWays(output, project);
  }
  return exitCodes.done;
}

function stepsOf(project: Project): StepState[] {
  return project.pattern.steps.map(({ id, title, goal }) => {
    return { id, title, goal, done: project.isDone(id), passed: project.progress[id]?.passed ?? null };
  });
}

function printSteps(output: Output, steps: readonly StepState[], current: string): void {
  const width = Math.max(...steps.map(({ id }) => id.length));
  for (const { id, title, done } of steps) {
    const mark = output.mark(done ? 'pass' : id === current ? 'here' : 'todo');
    output.print(`${mark} ${id.padEnd(width)}  ${output.paint('faint', title)}`);
  }
}

function printGoals(output: Output, step: string, goals: readonly GoalText[]): void {
  output.print('', `${output.paint('strong', step)} asks for`, '');
  output.print(...goals.flatMap(({ name, text }) => [`  ${output.mark('todo')} ${name}`, ...wrapped(text, '      ')]));
}

/** Where to go from here. */
function printWays(output: Output, { folder, pattern }: Project): void {
  output.print('', `The text of the lab: ${relative(folder, labFile(pattern))}`, '');
  output.table(
    [
      ['npx serverless-atelier lab check', 'says how far you are'],
      ['npx serverless-atelier lab hint', 'where to look; once more: an example'],
      ['npx serverless-atelier lab diff', 'the whole change, for who wants to see it'],
    ],
    ['accent', 'faint'],
  );
}
