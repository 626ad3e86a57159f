import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { currentId, type Pattern } from '../../blueprints/pattern';
import { PROVENANCE_FILE, type Provenance, readProvenance } from '../../blueprints/provenance';
import { type Check, runCheck } from './check';
import type { HandIn } from './handin';
import { currentStep, isDone, type Progress, readProgress } from './progress';
import { assemblyOf } from './project-assembly';
import { synthesize } from './synth';

/** What became of one step of a learner's. */
export interface StepGrade {
  /** The step's id. */
  readonly step: string;
  /** Whether its check passes now, run with the instructor's own copy of it. */
  readonly passes: boolean;
  /** Whether the learner's progress says that it is done; where that and `passes` differ, something was edited. */
  readonly claimed: boolean;
  /** Whether the solution was taken. */
  readonly solved: boolean;
  /** How many hints were shown. */
  readonly hints: number;
  /** When its check first passed, as the learner's progress says; null when it has not. */
  readonly passed: string | null;
  /** Minutes from the pass before, of whichever step, to this one; null for the first, and when it has not passed. */
  readonly minutes: number | null;
}

/** Where a learner stands. */
export interface Grade {
  readonly learner: string;
  /** The pattern's id; null when the project says none. */
  readonly pattern: string | null;
  /** The steps in order; none when there is nothing to judge. */
  readonly steps: readonly StepGrade[];
  /** The first step whose check does not pass, or that they are on when nothing can be judged; null when all pass. */
  readonly stuck: string | null;
  /** The first goal of that step that is not reached, and what was seen; null when all are. */
  readonly cause: string | null;
  /** Minutes from the first to the last pass; null with fewer than two. */
  readonly minutes: number | null;
  /** Why the project could not be judged; null when it was. */
  readonly error: string | null;
}

/** How hand-ins are judged. */
export interface Grading {
  /** The folder whose `node_modules` all of them use. */
  readonly packages: string;
  /** The pattern of a project; what a hand-in says of itself makes no code run. */
  readonly patternOf: (provenance: Provenance) => Pattern;
  /** Loads the checks of a pattern. */
  readonly checksOf: (pattern: Pattern) => Promise<readonly Check[]>;
}

/** How long a learner's program may run, in milliseconds. */
const TIMEOUT = 20_000;

/** How much memory it may take, in megabytes. */
const MEMORY = 700;

/**
 * Judges what learners have handed in, several at a time. Their programs are strangers': each runs with an empty home, no
 * variable of this process but PATH, and limits on time and memory; their scripts and `.projenrc.ts` are never run.
 *
 * @param handIns what was handed in
 * @param grading how to judge
 * @returns a grade for each, in the same order; a project that can't be judged says why, and stops no other
 */
export async function grade(handIns: readonly HandIn[], grading: Grading): Promise<Grade[]> {
  const grades: Grade[] = [];
  const open = handIns.map((handIn, index) => ({ handIn, index }));
  const work = async (): Promise<void> => {
    for (let one = open.shift(); one !== undefined; one = open.shift()) {
      grades[one.index] = await gradeOne(one.handIn, grading);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return grades;
}

async function gradeOne(handIn: HandIn, grading: Grading): Promise<Grade> {
  const scratch = mkdtempSync(join(tmpdir(), 'atelier-'));
  try {
    const folder = join(scratch, 'project');
    if (handIn.problem) {
      return ungraded(handIn.learner, handIn.problem);
    }
    write(folder, handIn, grading.packages);
    const provenance = readProvenance(folder);
    if (!provenance) {
      return ungraded(handIn.learner, `there is no ${PROVENANCE_FILE}`);
    }
    const pattern = grading.patternOf(provenance);
    const checks = await grading.checksOf(pattern);
    const [home, temporary] = ['home', 'tmp'].map((name) => join(scratch, name));
    mkdirSync(home);
    mkdirSync(temporary);
    const env = { PATH: process.env.PATH, HOME: home, USERPROFILE: home };
    const limited = {
      timeout: TIMEOUT,
      memory: MEMORY,
      env: { ...env, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    };
    const assembly = await assemblyOf(folder, () => synthesize(folder, limited));
    const progress = readProgress(folder, pattern);
    const generatedAt = currentId(pattern, provenance.step);
    const results = checks.map((check) => runCheck(check, assembly));
    const first = results.find(({ passed }) => !passed);
    const stuck = assembly.error ? currentStep(pattern, generatedAt, progress) : (first?.step ?? null);
    const cause = assembly.error ?? (first?.cause ? `${first.cause.goal}: ${first.cause.seen}` : null);
    return {
      learner: handIn.learner,
      pattern: pattern.id,
      steps: results.map(({ step, passed }) => ({
        step,
        passes: passed,
        claimed: isDone(pattern, generatedAt, progress, step),
        solved: progress[step]?.solved !== undefined,
        hints: progress[step]?.hints ?? 0,
        passed: progress[step]?.passed ?? null,
        minutes: minutesTo(progress, step),
      })),
      stuck,
      cause,
      minutes: minutesOf(progress),
      error: assembly.error ?? null,
    };
  } catch (error) {
    return ungraded(handIn.learner, (error as Error).message.split('\n')[0]);
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

function ungraded(learner: string, error: string): Grade {
  return { learner, pattern: null, steps: [], stuck: null, cause: null, minutes: null, error };
}

/** Writes a hand-in as a project that uses the packages of another folder. */
function write(folder: string, { files }: HandIn, packages: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  writeFileSync(join(folder, 'package.json'), '{}\n');
  // A stand-in: bundled functions want to know where the lock file is, and nothing is bundled.
  writeFileSync(join(folder, 'package-lock.json'), '{}\n');
  symlinkSync(join(packages, 'node_modules'), join(folder, 'node_modules'), 'junction');
  if (existsSync(join(packages, 'tsconfig.json'))) {
    cpSync(join(packages, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  }
}

/** When steps passed, as the learner's progress says, in milliseconds. */
function passesIn(progress: Progress): number[] {
  return Object.values(progress).flatMap(({ passed }) => (passed ? [Date.parse(passed)] : []));
}

function minutesTo(progress: Progress, step: string): number | null {
  const pass = Date.parse(progress[step]?.passed ?? '');
  const before = passesIn(progress).filter((one) => one < pass);
  return before.length === 0 ? null : minutesBetween(Math.max(...before), pass);
}

function minutesOf(progress: Progress): number | null {
  const passes = passesIn(progress);
  return passes.length < 2 ? null : minutesBetween(Math.min(...passes), Math.max(...passes));
}

function minutesBetween(from: number, to: number): number {
  return Math.round((to - from) / 60_000);
}
