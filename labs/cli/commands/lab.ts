import { dirname, relative, resolve } from 'node:path';
import { findPattern, patterns } from '../../../blueprints/catalog';
import { UsageError } from '../../../blueprints/errors';
import { checkOptions } from '../../../blueprints/options';
import type { OptionValues, Pattern } from '../../../blueprints/pattern';
import { PROVENANCE_FILE, readProvenance } from '../../../blueprints/provenance';
import type { Assembly, Finding } from '../../engine/assembly';
import type { CheckResult, GoalResult } from '../../engine/check';
import type { StepText } from '../../engine/lab-text';
import {
  currentStep,
  isDone,
  type Progress,
  readProgress,
  withHints,
  withPassed,
  writeProgress,
} from '../../engine/progress';
import { exitCodes, type Mark, Output, type OutputOptions, type Tone } from '../output';

/** How a lab command prints, and the folder it looks at. */
export interface LabOptions extends OutputOptions {
  /** The project's folder. @default - the working directory */
  readonly cwd?: string;
}

/** What every command of the lab knows of the project. */
interface Project {
  readonly folder: string;
  readonly pattern: Pattern;
  readonly values: OptionValues;
  readonly generatedAt: string;
  readonly progress: Progress;
  readonly current: string;
}

/** Where lines of text end, in characters. */
const COLUMNS = 96;

/** How many findings are shown one by one. */
const SHOWN_FINDINGS = 5;

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
  const project = openProject(options.cwd, output);
  const { pattern, progress, current } = project;
  const { labFile } = await import('../../engine/lab-text');
  const { goals } = await stepText(pattern, current);
  const done = (step: string): boolean => isDone(pattern, project.generatedAt, progress, step);
  const complete = openStep(project) === null;
  const steps = pattern.steps.map(({ id, title, goal }) => {
    return { id, title, goal, done: done(id), passed: progress[id]?.passed ?? null };
  });
  output.document({ pattern: pattern.id, current, complete, steps, goals });

  output.print(output.paint('strong', pattern.title), '');
  for (const { id, title, done: isPast } of steps) {
    const mark: Mark = isPast ? 'pass' : id === current ? 'here' : 'todo';
    output.print(
      `${output.mark(mark)} ${id.padEnd(widest(steps.map((step) => step.id)))}  ${output.paint('faint', title)}`,
    );
  }
  if (complete) {
    output.print('', 'All steps are done.');
    return exitCodes.done;
  }
  output.print('', `${output.paint('strong', current)} asks for`, '');
  output.print(...goals.flatMap(({ name, text }) => [`  ${output.mark('todo')} ${name}`, ...wrapped(text, '      ')]));
  output.print('', `The text of the lab: ${relative(project.folder, labFile(pattern.id))}`, '');
  output.table(
    [
      ['atelier lab check', 'says how far you are'],
      ['atelier lab hint', 'where to look; once more: an example'],
      ['atelier lab diff', 'the whole change, for who wants to see it'],
    ],
    ['accent', 'faint'],
  );
  return exitCodes.done;
}

/**
 * `atelier lab check`: whether the project has what a step asks for. With `--json`: `{ pattern, step, passed, error,
 * where, results: [{ goal, passed, seen, wanted, where, next }], lost: [{ step, goal, … }], findings: [{ rule, severity,
 * description, construct, where }], next }`. `passed` of a goal is null when it was skipped; `error` is why the app does not
 * synthesize, or null, and `where` its place; `lost` has the first failed goal of each earlier step that was done and no
 * longer is; `next` is the step that is open when this one passed, or null. Neither what is lost nor findings of rule packs
 * fail a step.
 *
 * @param step the step's id; by default the current one
 * @param options how to print, and the folder
 * @returns the exit code: 0 when every goal is reached, else 1
 * @throws UsageError for an unknown step, or when the folder holds no generated project
 */
export async function check(step: string | undefined, options: LabOptions): Promise<number> {
  const output = new Output(options);
  const project = openProject(options.cwd, output);
  const id = chosenStep(project, step);
  const [{ labs }, { runCheck }, { synthesize }] = await Promise.all([
    import('../../index'),
    import('../../engine/check'),
    import('../../engine/synth'),
  ]);
  const { checks } = (await labs[project.pattern.id]?.()) ?? { checks: [] };
  const asked = checks.findIndex((one) => one.step === id);
  if (asked < 0) {
    throw new Error(`${project.pattern.id} has no check for ${id}`);
  }
  const assembly = await synthesize(project.folder);
  const result = runCheck(checks[asked], assembly);
  const { passed } = result;
  const lost = checks
    .slice(0, asked)
    .filter(({ step: earlier }) => isDone(project.pattern, project.generatedAt, project.progress, earlier))
    .map((earlier) => runCheck(earlier, assembly))
    .filter(({ cause }) => cause !== undefined);
  if (passed) {
    writeProgress(project.folder, withPassed(project.progress, id, new Date()));
  }
  const after = passed ? readProject(project.folder) : undefined;
  const next = after ? openStep(after) : null;
  const place = await missingPlace(project, id, result);
  output.document({
    pattern: project.pattern.id,
    step: id,
    passed,
    error: assembly.error ?? null,
    where: assembly.errorWhere ?? null,
    results: result.results.map((one) => (one.passed === false ? { ...one, where: one.where ?? place ?? null } : one)),
    lost: lost.map(({ step: earlier, cause }) => ({ step: earlier, ...cause })),
    findings: assembly.findings,
    next,
  });
  output.print(output.paint('strong', id), '');
  await printResult(output, assembly, result, place);
  await printLost(output, lost);
  printFindings(output, assembly.findings);
  if (passed) {
    output.print('', next ? `Done. Next: ${output.paint('accent', next)}` : 'Done. All steps are done.');
  }
  return passed ? exitCodes.done : exitCodes.checkFailed;
}

/**
 * `atelier lab hint`: the first hint of a step, then, asked again, the second, which stays. With `--json`:
 * `{ pattern, step, number, of, hint }`, the hint in Markdown.
 *
 * @param step the step's id; by default the current one
 * @param options how to print, and the folder
 * @returns the exit code: 0
 * @throws UsageError for an unknown step, or when the folder holds no generated project
 */
export async function hint(step: string | undefined, options: LabOptions): Promise<number> {
  const output = new Output(options);
  const project = openProject(options.cwd, output);
  const id = chosenStep(project, step);
  const { hints } = await stepText(project.pattern, id);
  const number = Math.min((project.progress[id]?.hints ?? 0) + 1, hints.length);
  writeProgress(project.folder, withHints(project.progress, id, number));
  output.document({ pattern: project.pattern.id, step: id, number, of: hints.length, hint: hints[number - 1] });
  const more =
    number < hints.length
      ? `Hint ${number} of ${hints.length}; ask again for the next one.`
      : `Hint ${number} of ${hints.length}, the last one; atelier lab diff shows the whole change.`;
  output.print(output.paint('strong', id), '', hints[number - 1], '', output.paint('faint', more));
  return exitCodes.done;
}

/**
 * `atelier lab diff`: what a step changes in the project, computed from the templates with the project's own options: the
 * solution, for who wants to see it. With `--json`: `{ pattern, step, files: [{ path, kind, added, diff }] }`, where `kind`
 * is new, edited or removed, and `diff` the hunks of a unified diff.
 *
 * @param step the step's id; by default the current one
 * @param options how to print, and the folder
 * @returns the exit code: 0
 * @throws UsageError for an unknown step, or when the folder holds no generated project
 */
export async function diff(step: string | undefined, options: LabOptions): Promise<number> {
  const output = new Output(options);
  const project = openProject(options.cwd, output);
  const id = chosenStep(project, step);
  const { changesOf } = await import('../../engine/changes');
  const files = changesOf(project.pattern, project.values, id);
  output.document({ pattern: project.pattern.id, step: id, files });
  for (const { path, kind, diff: hunks } of files) {
    output.print(`${output.paint('strong', path)}  ${output.paint('faint', kind)}`);
    output.print(...hunks.split('\n').map((line) => paintedDiffLine(output, line)), '');
  }
  return exitCodes.done;
}

function paintedDiffLine(output: Output, line: string): string {
  const tones: Readonly<Record<string, Tone>> = { '+': 'good', '-': 'bad', '@': 'accent' };
  const tone = tones[line[0]];
  return tone ? output.paint(tone, line) : line;
}

/** Opens the project in a folder, or in the nearest one above it, which is said then: places are told from there on. */
function openProject(cwd = process.cwd(), output: Output): Project {
  const here = resolve(cwd);
  const project = nearestProject(here);
  if (!project) {
    throw new UsageError(`${here} holds no generated project, nor does a folder above it`, {
      option: 'folder',
      given: here,
      allowed: `a folder with ${PROVENANCE_FILE}, or one in it`,
      example: `atelier new ${patterns[0].id} orders --step start`,
    });
  }
  if (project.folder !== here) {
    output.print(output.paint('faint', `the project in ${project.folder}`), '');
  }
  return project;
}

function nearestProject(folder: string): Project | undefined {
  const parent = dirname(folder);
  return readProject(folder) ?? (parent === folder ? undefined : nearestProject(parent));
}

function readProject(folder: string): Project | undefined {
  const provenance = readProvenance(folder);
  if (!provenance) {
    return undefined;
  }
  const pattern = findPattern(provenance.pattern);
  const progress = readProgress(folder);
  return {
    folder,
    pattern,
    values: checkOptions(pattern, provenance.options),
    generatedAt: provenance.step,
    progress,
    current: currentStep(pattern, provenance.step, progress),
  };
}

/** The first step that is not done yet; null when all are. */
function openStep({ pattern, generatedAt, progress, current }: Project): string | null {
  return isDone(pattern, generatedAt, progress, current) ? null : current;
}

function chosenStep({ pattern, current }: Project, step: string | undefined): string {
  const ids = pattern.steps.map(({ id }) => id);
  if (step !== undefined && !ids.includes(step)) {
    throw new UsageError(`${pattern.id} has no step ${JSON.stringify(step)}`, {
      option: 'step',
      given: step,
      allowed: ids.join(', '),
      example: `atelier lab check ${current}`,
    });
  }
  return step ?? current;
}

async function stepText(pattern: Pattern, step: string): Promise<StepText> {
  const { readLab } = await import('../../engine/lab-text');
  const found = readLab(pattern.id).steps.find(({ id }) => id === step);
  if (!found) {
    throw new Error(`the lab of ${pattern.id} has no text for ${step}`);
  }
  return found;
}

/** Where what is missing belongs: the file of the app's sources that the step changes most. */
async function missingPlace(
  { pattern, values }: Project,
  step: string,
  result: CheckResult,
): Promise<string | undefined> {
  if (!result.cause || result.cause.where !== null) {
    return undefined;
  }
  const { changesOf } = await import('../../engine/changes');
  const paths = changesOf(pattern, values, step).map(({ path }) => path);
  return paths.find((path) => path.endsWith('-stack.ts')) ?? paths.find((path) => path.startsWith('src/'));
}

async function printResult(
  output: Output,
  assembly: Assembly,
  result: CheckResult,
  place: string | undefined,
): Promise<void> {
  if (assembly.error !== undefined) {
    const at = assembly.errorWhere ? `${assembly.errorWhere}: ` : '';
    output.print(`${output.mark('fail')} the app does not synthesize`, `  ${at}${assembly.error}`);
    return;
  }
  const { explain } = await import('../../engine/check');
  for (const one of result.results) {
    const mark: Mark = one.passed === null ? 'skip' : one.passed ? 'pass' : 'fail';
    output.print(`${output.mark(mark)} ${one.goal}`);
    if (one === result.cause) {
      output.print(...explain(one, place).map((line) => `    ${line}`));
    }
  }
}

async function printLost(output: Output, lost: readonly CheckResult[]): Promise<void> {
  const { explain } = await import('../../engine/check');
  for (const { step, cause } of lost) {
    output.print('', `${output.mark('fail')} ${step}, which was done, no longer is: ${cause?.goal}`);
    output.print(...explain(cause as GoalResult).map((line) => `    ${line}`));
  }
}

function printFindings(output: Output, findings: readonly Finding[]): void {
  if (findings.length === 0) {
    return;
  }
  output.print('', output.paint('warn', 'Findings of the security rules, which fail no step:'));
  for (const { rule, construct, where } of findings.slice(0, SHOWN_FINDINGS)) {
    output.print(`  ${rule}  ${construct}${where ? `  (${where})` : ''}`);
  }
  if (findings.length > SHOWN_FINDINGS) {
    output.print(output.paint('faint', `  and ${findings.length - SHOWN_FINDINGS} more; --json lists them all`));
  }
}

/** Markdown's emphasis and code marks say nothing in a terminal. */
function wrapped(text: string, indent: string): string[] {
  const words = text.replace(/[`*]/g, '').split(' ');
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < COLUMNS) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(indent + word);
    }
  }
  return lines;
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map(({ length }) => length));
}
