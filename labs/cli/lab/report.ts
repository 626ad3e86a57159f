import { type Dirent, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { EnvironmentError, UsageError } from '../../../blueprints/errors';
import type { Pattern } from '../../../blueprints/pattern';
import { PROVENANCE_FILE, type Provenance } from '../../../blueprints/provenance';
import { failureOf } from '../../engine/child';
import { type Grade, grade } from '../../engine/grading';
import { collect, HAND_IN, type HandIn, problem, readHandIn } from '../../engine/handin';
import { labOf, namedPatternOf } from '../../packages';
import { exitCodes, Output } from '../output';
import type { LabOptions } from './project';

/** The flags of `atelier lab report`. */
export interface ReportOptions extends Pick<LabOptions, 'json' | 'plain' | 'patterns'> {
  /** Whether a table of comma-separated values is printed. @default false */
  readonly csv?: boolean;
  /** A folder whose packages all projects use: a finished project of the instructor's. @default - the working directory */
  readonly packages?: string;
}

/** A repository that has to be fetched first. */
const REPOSITORY = /^(\w+:\/\/|[\w.-]+@[\w.-]+:)|\.git$/;

/**
 * `atelier lab report`: where a class stands. Each argument is a project's folder, a folder of such, a git repository, or a
 * file that `lab handin` wrote; the checks are run again, with this copy of them. With `--json`: an array of `{ learner,
 * pattern, steps: [{ step, passes, claimed, solved, hints, passed, minutes }], stuck, cause, minutes, error }`.
 *
 * @param sources the arguments
 * @param options how to print, and where the packages are
 * @returns the exit code: 0, or 1 when a learner's progress claims what its check refuses
 * @throws UsageError for an argument that is nothing of that; EnvironmentError when there are no packages
 */
export async function report(sources: readonly string[], options: ReportOptions): Promise<number> {
  const output = new Output(options);
  const packages = resolve(options.packages ?? '.');
  if (!existsSync(join(packages, 'node_modules', 'aws-cdk-lib'))) {
    throw new EnvironmentError(`${packages} has no packages to judge with; run this in a project of yours, installed`);
  }
  const fetched = mkdtempSync(join(tmpdir(), 'atelier-'));
  try {
    const handIns = (await Promise.all(sources.map((source) => handInsOf(source, fetched)))).flat();
    const grades = await grade(handIns, {
      packages,
      patternOf: (provenance) => patternOfHandIn(provenance, options.patterns),
      checksOf: async (pattern) => (await labOf(pattern)).checks,
    });
    print(output, grades, options);
    return grades.some(hasFalseClaim) ? exitCodes.checkFailed : exitCodes.done;
  } finally {
    rmSync(fetched, { recursive: true, force: true });
  }
}

/** What a hand-in says of itself makes no code run: a package is named by who judges. */
function patternOfHandIn(provenance: Provenance, named: readonly Pattern[] | undefined): Pattern {
  const pattern = namedPatternOf(provenance, named);
  if (!pattern) {
    throw new EnvironmentError(
      `the project is of ${provenance.package?.name}; report with --from ${provenance.package?.name}`,
    );
  }
  return pattern;
}

async function handInsOf(source: string, fetched: string): Promise<HandIn[]> {
  if (REPOSITORY.test(source) && !existsSync(join(source, PROVENANCE_FILE))) {
    return [await fetch(source, fetched)];
  }
  const stats = statSync(source, { throwIfNoEntry: false });
  if (!stats) {
    throw new UsageError(`${source} is not there`, {
      option: 'source',
      given: source,
      allowed: 'folders of projects, folders of such folders, git repositories, and files of lab handin',
      example: 'atelier lab report class/* --csv',
    });
  }
  if (stats.isFile()) {
    return [readHandIn(source)];
  }
  if (existsSync(join(source, PROVENANCE_FILE))) {
    return [collect(resolve(source))];
  }
  return readdirSync(source, { withFileTypes: true }).flatMap((entry) => handInsIn(source, entry));
}

/** What a folder of a class holds: projects and hand-ins. A folder that is no project is a learner's all the same. */
function handInsIn(folder: string, entry: Dirent): HandIn[] {
  const path = resolve(folder, entry.name);
  if (entry.isFile() && entry.name.endsWith(HAND_IN)) {
    return [readHandIn(path)];
  }
  return entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules' ? [collect(path)] : [];
}

/** Fetches the newest state of a repository; no hook of it is run. */
async function fetch(source: string, fetched: string): Promise<HandIn> {
  const folder = mkdtempSync(join(fetched, 'clone-'));
  const safe = ['-c', 'core.hooksPath=/dev/null', '-c', 'protocol.ext.allow=never'];
  const failure = await failureOf('git', [...safe, 'clone', '--quiet', '--depth=1', '--', source, folder], fetched);
  const learner = basename(source, '.git');
  return failure ? problem(learner, `${source} can't be fetched: ${failure.split('\n')[0]}`) : collect(folder, learner);
}

/** Whether progress says that a step is done whose check does not pass: it was edited, or the project was since. */
function hasFalseClaim({ steps, error }: Grade): boolean {
  // Of a program that does not run nothing is known: it may be in the midst of an edit.
  return error === null && steps.some(({ claimed, passes }) => claimed && !passes);
}

function print(output: Output, grades: readonly Grade[], options: ReportOptions): void {
  output.document(grades);
  if (options.csv) {
    // A spreadsheet would run what a learner's name or error begins with as a formula: such a value gets a ' before it.
    output.print(stringify(rowsOf(grades), { escape_formulas: true }).trimEnd());
    return;
  }
  output.table([['learner', 'done', 'solved', 'hints', 'minutes', 'stuck at', 'because'], ...grades.map(summary)]);
  const done = grades.filter(({ stuck, error }) => !stuck && !error).length;
  output.print('', `${grades.length} ${grades.length === 1 ? 'learner' : 'learners'}, ${done} done`);
}

function summary(one: Grade): string[] {
  const { learner, steps, stuck, cause, minutes, error } = one;
  const passing = steps.filter(({ passes }) => passes).length;
  return [
    learner,
    `${passing}/${steps.length}${hasFalseClaim(one) ? ' (claims more)' : ''}`,
    String(steps.filter(({ solved }) => solved).length),
    String(steps.reduce((sum, { hints }) => sum + hints, 0)),
    String(minutes ?? ''),
    stuck ?? '',
    shortened(error ?? cause ?? ''),
  ];
}

/** The columns of a step's values, and of its learner's by what they are called. */
const STEP_COLUMNS = ['step', 'passes', 'claimed', 'solved', 'hints', 'passed', 'minutes'] as const;
const LEARNER_COLUMNS = { stuck: 'stuck', cause: 'cause', minutes: 'minutes in all', error: 'error' } as const;

/** What still fits beside the other columns; CSV and JSON have it whole. */
const WIDTH = 80;

function shortened(text: string): string {
  return text.length > WIDTH ? `${text.slice(0, text.lastIndexOf(' ', WIDTH - 1))} …` : text;
}

/** One line for each learner and step. */
function rowsOf(grades: readonly Grade[]): string[][] {
  const learnerColumns = Object.keys(LEARNER_COLUMNS) as (keyof typeof LEARNER_COLUMNS)[];
  const told = (value: unknown): string => String(value ?? '');
  const lines = grades.flatMap((grade) =>
    (grade.steps.length > 0 ? grade.steps : [undefined]).map((step) => [
      grade.learner,
      told(grade.pattern),
      ...STEP_COLUMNS.map((column) => told(step?.[column])),
      ...learnerColumns.map((column) => told(grade[column])),
    ]),
  );
  return [['learner', 'pattern', ...STEP_COLUMNS, ...Object.values(LEARNER_COLUMNS)], ...lines];
}
