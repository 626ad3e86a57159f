import { withLost, withPassed } from '../../engine/progress';
import { typeError } from '../../engine/types';
import { exitCodes, Output } from '../output';
import { type Judgement, judge } from './judgement';
import { printFindings, printLost, printResult } from './printing';
import { type LabOptions, Project } from './project';

/** The flags of `atelier lab check`. */
export interface CheckOptions extends LabOptions {
  /** Whether each goal that failed is explained, not the first alone, and each finding is shown. @default false */
  readonly details?: boolean;
}

/**
 * `atelier lab check`: whether the project has what a step asks for. With `--json`: `{ pattern, step, passed, error,
 * where, results: [{ goal, passed, seen, wanted, where, next }], lost: [{ step, goal, … }], findings: [{ rule, severity,
 * description, construct, where }], types, next }`; `types` is `{ text, where }`, the first error in the types of the sources
 * where the step is not passed, or null. `passed` of a goal is null when it was skipped; `error` is why the app does not
 * synthesize, or null, and `where` its place; `lost` has the first failed goal of each earlier step that was done and no
 * longer is; `next` is the step that is open then, or null. A step passes when its goals are reached and no earlier one is
 * lost; those are open again.
 *
 * @param step the step's id or number; by default the current one
 * @param options how to print, and the folder
 * @returns the exit code: 0 when every goal is reached, else 1
 * @throws UsageError for an unknown step, or when the folder holds no generated project
 */
export async function check(step: string | undefined, options: CheckOptions): Promise<number> {
  const output = new Output(options);
  const project = Project.open(options, output);
  const judgement = await judge(project, project.step(step, 'check'));
  const passed = judgement.result.passed && judgement.lost.length === 0;
  const next = keepOutcome(project, judgement, passed);
  // It takes a second: who has passed need not wait for it, and the project's own tests tell them.
  const found = passed ? undefined : await typeError(project.folder);
  const types = found?.where === judgement.assembly.errorWhere ? undefined : found;
  output.document({ ...documentOf(project, judgement, next), types: types ?? null });
  printJudgement(output, judgement, next, options.details);
  if (types) {
    output.print(
      '',
      output.paint('warn', 'The compiler has an error, which may be why:'),
      `  ${types.where}: ${types.text}`,
    );
  }
  return passed ? exitCodes.done : exitCodes.checkFailed;
}

/**
 * Keeps that a step has passed, or that earlier ones are open again.
 *
 * @param project the project
 * @param judgement what was found
 * @param passed whether the step has passed
 * @returns the step that is to be done then, or null
 */
export function keepOutcome(project: Project, { result, lost }: Judgement, passed: boolean): string | null {
  if (lost.length > 0) {
    return project.keep(
      withLost(
        project.progress,
        lost.map(({ step }) => step),
      ),
    ).openStep;
  }
  return passed ? project.keep(withPassed(project.progress, result.step, new Date())).openStep : null;
}

/**
 * What `lab check --json` prints.
 *
 * @param project the project
 * @param judgement what was found
 * @param next the step that is to be done then, or null
 */
export function documentOf({ pattern }: Project, { assembly, result, lost }: Judgement, next: string | null): object {
  return {
    pattern: pattern.id,
    step: result.step,
    passed: result.passed && lost.length === 0,
    error: assembly.error ?? null,
    where: assembly.errorWhere ?? null,
    results: result.results,
    lost: lost.map(({ step, cause }) => ({ step, ...cause })),
    findings: assembly.findings,
    next,
  };
}

/**
 * Prints a judgement, and where to go from there.
 *
 * @param output how to print
 * @param judgement what was found
 * @param next the step that is to be done then, or null
 * @param details whether each failed goal is explained, and each finding shown. @default false
 */
export function printJudgement(
  output: Output,
  { assembly, result, lost }: Judgement,
  next: string | null,
  details = false,
): void {
  output.print(output.paint('strong', result.step), '');
  printLost(output, lost);
  printResult(output, assembly, result, details);
  printFindings(output, assembly.findings, details);
  if (lost.length > 0) {
    output.print('', `First mend ${output.paint('accent', lost[0].step)}: it was done, and no longer is.`);
  } else if (result.passed) {
    output.print('', next ? `Done. Next: ${output.paint('accent', next)}` : 'Done. All steps are done.');
  }
}
