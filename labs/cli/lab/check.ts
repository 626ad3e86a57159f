import { withPassed } from '../../engine/progress';
import { exitCodes, Output } from '../output';
import { type Judgement, judge } from './judgement';
import { printFindings, printLost, printResult } from './printing';
import { type LabOptions, Project } from './project';

/**
 * `atelier lab check`: whether the project has what a step asks for. With `--json`: `{ pattern, step, passed, error,
 * where, results: [{ goal, passed, seen, wanted, where, next }], lost: [{ step, goal, … }], findings: [{ rule, severity,
 * description, construct, where }], next }`. `passed` of a goal is null when it was skipped; `error` is why the app does not
 * synthesize, or null, and `where` its place; `lost` has the first failed goal of each earlier step that was done and no
 * longer is; `next` is the step that is open when this one passed, or null. Neither what is lost nor findings of rule packs
 * fail a step.
 *
 * @param step the step's id or number; by default the current one
 * @param options how to print, and the folder
 * @returns the exit code: 0 when every goal is reached, else 1
 * @throws UsageError for an unknown step, or when the folder holds no generated project
 */
export async function check(step: string | undefined, options: LabOptions): Promise<number> {
  const output = new Output(options);
  const project = Project.open(options, output);
  const judgement = await judge(project, project.step(step, 'check'));
  const { passed } = judgement.result;
  const next = passed ? keepPass(project, judgement.result.step) : null;
  output.document(documentOf(project, judgement, next));
  print(output, judgement, next);
  return passed ? exitCodes.done : exitCodes.checkFailed;
}

/** Keeps that a step has passed; returns the step that is open then, or null. */
function keepPass(project: Project, step: string): string | null {
  return project.keep(withPassed(project.progress, step, new Date())).openStep;
}

function documentOf({ pattern }: Project, { assembly, result, lost }: Judgement, next: string | null): object {
  return {
    pattern: pattern.id,
    step: result.step,
    passed: result.passed,
    error: assembly.error ?? null,
    where: assembly.errorWhere ?? null,
    results: result.results,
    lost: lost.map(({ step, cause }) => ({ step, ...cause })),
    findings: assembly.findings,
    next,
  };
}

function print(output: Output, { assembly, result, lost }: Judgement, next: string | null): void {
  output.print(output.paint('strong', result.step), '');
  printResult(output, assembly, result);
  printLost(output, lost);
  printFindings(output, assembly.findings);
  if (result.passed) {
    output.print('', next ? `Done. Next: ${output.paint('accent', next)}` : 'Done. All steps are done.');
  }
}
