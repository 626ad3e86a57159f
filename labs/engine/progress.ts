import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { currentId, lastStep, type Pattern, stepIds } from '../../blueprints/pattern';
import { dig, entriesAt, isObject, type JsonObject, readJson } from './json';

/** What is kept of one step. */
export interface StepProgress {
  /** When its check passed for the first time, as ISO 8601 in UTC. @default - it has not passed */
  readonly passed?: string;
  /** How many of its hints were shown. @default 0 */
  readonly hints?: number;
  /** When its solution was taken, as ISO 8601 in UTC. @default - it was not */
  readonly solved?: string;
  /** Whether the learner went back to it or before it, though the project was generated with it. @default false */
  readonly reopened?: boolean;
}

/** What is kept of a learner's way through a lab, by step id. */
export type Progress = Readonly<Record<string, StepProgress>>;

/** The file that holds the progress, in the project's folder. */
export const PROGRESS_FILE = '.atelier/progress.json';

/** Where a file of progress goes that can't be read, when a new one is written. */
export const DAMAGED_FILE = '.atelier/progress.damaged.json';

/**
 * Reads the progress of a project.
 *
 * @param folder the project's folder
 * @param pattern the pattern: a step that was renamed since has its new id
 * @returns no progress when the file is missing or damaged; steps of other kits' versions are kept
 */
export function readProgress(folder: string, pattern: Pattern): Progress {
  const kept = entriesAt(readJson(join(folder, PROGRESS_FILE)), 'steps').flatMap(([id, step]) =>
    isObject(step) ? [{ id: currentId(pattern, id), isOld: currentId(pattern, id) !== id, step: sound(step) }] : [],
  );
  const progress: Record<string, StepProgress> = {};
  // What is kept under the new id of a step is newer than what is kept under an old one.
  for (const { id, step } of [...kept.filter(({ isOld }) => isOld), ...kept.filter(({ isOld }) => !isOld)]) {
    progress[id] = { ...progress[id], ...step };
  }
  return progress;
}

/**
 * Whether a project has a file of progress that can't be read; it counts as none.
 *
 * @param folder the project's folder
 */
export function isDamaged(folder: string): boolean {
  const file = join(folder, PROGRESS_FILE);
  return existsSync(file) && !isObject(dig(readJson(file), 'steps'));
}

/**
 * Writes the progress of a project: the old file stays whole until the new one is, so that a run that dies loses nothing. A
 * damaged one is kept beside.
 *
 * @param folder the project's folder
 * @param progress what is to be kept
 */
export function writeProgress(folder: string, progress: Progress): void {
  const file = join(folder, PROGRESS_FILE);
  const unfinished = `${file}.${process.pid}.tmp`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(unfinished, `${JSON.stringify({ steps: progress }, undefined, 2)}\n`);
  if (isDamaged(folder)) {
    renameSync(file, join(folder, DAMAGED_FILE));
  }
  renameSync(unfinished, file);
}

/**
 * The progress after a step's check passed; the first time counts.
 *
 * @param progress the progress before
 * @param step the step's id
 * @param now when it passed
 */
export function withPassed(progress: Progress, step: string, now: Date): Progress {
  const { reopened: _, ...rest } = progress[step] ?? {};
  return { ...progress, [step]: { passed: now.toISOString(), ...rest } };
}

/**
 * The progress after a learner went to a step: those before it are done, it and those behind it are not.
 *
 * @param progress the progress before
 * @param pattern the pattern
 * @param step the id of the step that is next
 * @param now when
 */
export function withCurrent(progress: Progress, pattern: Pattern, step: string, now: Date): Progress {
  const ids = pattern.steps.map(({ id }) => id);
  const next = ids.indexOf(step);
  const entries = ids.map((id, index): [string, StepProgress] => {
    const { passed, reopened, ...rest } = progress[id] ?? {};
    const isDone = passed !== undefined || rest.solved !== undefined;
    const done = isDone ? { ...(passed ? { passed } : {}) } : { solved: now.toISOString() };
    return [id, index < next ? { ...rest, ...done } : { ...rest, solved: undefined, reopened: true }];
  });
  return { ...progress, ...Object.fromEntries(entries) };
}

/**
 * The progress after steps were found that were done and no longer are: they are open again.
 *
 * @param progress the progress before
 * @param steps the ids of the steps
 */
export function withLost(progress: Progress, steps: readonly string[]): Progress {
  const reopened = steps.map((step): [string, StepProgress] => {
    const { passed: _, solved: __, ...rest } = progress[step] ?? {};
    return [step, { ...rest, reopened: true }];
  });
  return { ...progress, ...Object.fromEntries(reopened) };
}

/**
 * The progress after a step's solution was taken.
 *
 * @param progress the progress before
 * @param step the step's id
 * @param now when
 */
export function withSolved(progress: Progress, step: string, now: Date): Progress {
  const { reopened: _, ...rest } = progress[step] ?? {};
  return { ...progress, [step]: { ...rest, solved: now.toISOString() } };
}

/**
 * The progress after hints of a step were shown.
 *
 * @param progress the progress before
 * @param step the step's id
 * @param hints how many hints of it were shown by now
 */
export function withHints(progress: Progress, step: string, hints: number): Progress {
  return { ...progress, [step]: { ...progress[step], hints } };
}

/**
 * Whether a step is done: its check has passed, its solution was taken, or the project was generated with it.
 *
 * @param pattern the pattern
 * @param generatedAt the step that the project was generated at
 * @param progress the progress
 * @param step the step's id
 */
export function isDone(pattern: Pattern, generatedAt: string, progress: Progress, step: string): boolean {
  const order = stepIds(pattern);
  const { passed, solved, reopened } = progress[step] ?? {};
  const isGenerated = !reopened && order.indexOf(step) <= order.indexOf(generatedAt);
  return passed !== undefined || solved !== undefined || isGenerated;
}

/**
 * The step that the learner is on: the first that is not done.
 *
 * @param pattern the pattern
 * @param generatedAt the step that the project was generated at
 * @param progress the progress
 * @returns the step's id; the last step's when all are done
 */
export function currentStep(pattern: Pattern, generatedAt: string, progress: Progress): string {
  const open = pattern.steps.find(({ id }) => !isDone(pattern, generatedAt, progress, id));
  return open?.id ?? lastStep(pattern);
}

/** A step's progress without what is not as it should be. */
function sound(step: JsonObject): StepProgress {
  const passed = dig(step, 'passed');
  const hints = dig(step, 'hints');
  const solved = dig(step, 'solved');
  return {
    ...(typeof passed === 'string' && !Number.isNaN(Date.parse(passed)) ? { passed } : {}),
    ...(typeof hints === 'number' && hints > 0 ? { hints: Math.floor(hints) } : {}),
    ...(typeof solved === 'string' && !Number.isNaN(Date.parse(solved)) ? { solved } : {}),
    ...(dig(step, 'reopened') === true ? { reopened: true } : {}),
  };
}
