import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { EnvironmentError, UsageError } from '../../../blueprints/errors';
import { PROVENANCE_FILE } from '../../../blueprints/provenance';
import { failureOf } from '../../engine/child';
import { type Grade, grade } from '../../engine/grading';
import { collect, type HandIn, readHandIn } from '../../engine/handin';
import { labs } from '../../index';
import { exitCodes, Output, type OutputOptions } from '../output';

/** The flags of `atelier lab report`. */
export interface ReportOptions extends OutputOptions {
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
 * pattern, steps: [{ step, passes, claimed, solved, hints, passed }], stuck, cause, minutes, error }`.
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
      checksOf: async (pattern) => (await labs[pattern]?.())?.checks ?? [],
    });
    print(output, grades, options);
    return grades.some(hasFalseClaim) ? exitCodes.checkFailed : exitCodes.done;
  } finally {
    rmSync(fetched, { recursive: true, force: true });
  }
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
  const inside = readdirSync(source).map((entry) => join(source, entry));
  return inside.filter((path) => existsSync(join(path, PROVENANCE_FILE))).map((path) => collect(resolve(path)));
}

/** Fetches the newest state of a repository; no hook of it is run. */
async function fetch(source: string, fetched: string): Promise<HandIn> {
  const folder = mkdtempSync(join(fetched, 'clone-'));
  const safe = ['-c', 'core.hooksPath=/dev/null', '-c', 'protocol.ext.allow=never'];
  const failure = await failureOf('git', [...safe, 'clone', '--quiet', '--depth=1', '--', source, folder], fetched);
  const learner = basename(source, '.git');
  return failure
    ? { atelier: 'hand-in', learner, files: {}, problem: `${source} can't be fetched: ${failure.split('\n')[0]}` }
    : collect(folder, learner);
}

/** Whether progress says that a step is done whose check does not pass: it was edited, or the project was broken since. */
function hasFalseClaim({ steps }: Grade): boolean {
  return steps.some(({ claimed, passes }) => claimed && !passes);
}

function print(output: Output, grades: readonly Grade[], options: ReportOptions): void {
  output.document(grades);
  if (options.csv) {
    output.print(stringify(rowsOf(grades)).trimEnd());
    return;
  }
  output.table([['learner', 'done', 'solved', 'hints', 'minutes', 'stuck at', 'because'], ...grades.map(summary)]);
  output.print('', `${grades.length} learners, ${grades.filter(({ stuck, error }) => !stuck && !error).length} done`);
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
    (error ?? cause ?? '').slice(0, 80),
  ];
}

/** One line for each learner and step. */
function rowsOf(grades: readonly Grade[]): string[][] {
  const header = ['learner', 'pattern', 'step', 'passes', 'claimed', 'solved', 'hints', 'first pass', 'error'];
  const lines = grades.flatMap(({ learner, pattern, steps, error }) =>
    (steps.length > 0 ? steps : [undefined]).map((one) => [
      learner,
      pattern ?? '',
      one?.step ?? '',
      ...[one?.passes, one?.claimed, one?.solved].map((value) => (value === undefined ? '' : String(value))),
      String(one?.hints ?? ''),
      one?.passed ?? '',
      error ?? '',
    ]),
  );
  return [header, ...lines];
}
