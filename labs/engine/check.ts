import type { Assembly } from './assembly';
import type { Json } from './json';

/** A property that a goal's judgement depends on, so that wrong answers can be derived from a right one. */
export interface Read {
  /** The CloudFormation type of the resource. */
  readonly type: string;
  /** The property's path, names joined by points: `ScalingConfig.MaximumConcurrency` for example. */
  readonly path: string;
  /** Values of it that the goal must not accept. @default - none */
  readonly wrong?: readonly Json[];
  /** Whether the goal is reached without the property as well. @default false */
  readonly optional?: boolean;
}

/**
 * A property that has to be set, and values of it that are wrong.
 *
 * @param type the resource's CloudFormation type
 * @param path the property's path
 * @param wrong the values
 */
export const reads = (type: string, path: string, ...wrong: Json[]): Read => ({ type, path, wrong });

/**
 * A property that may be left out, and values of it that are wrong.
 *
 * @param type the resource's CloudFormation type
 * @param path the property's path
 * @param wrong the values
 */
export const mayRead = (type: string, path: string, ...wrong: Json[]): Read => ({ type, path, wrong, optional: true });

/** What a failed goal says: each part is a phrase of one line, without a full stop. */
export interface Failure {
  readonly passed: false;
  /** What the template has. */
  readonly seen: string;
  /** What the goal asks for. */
  readonly wanted: string;
  /** Where the learner looks first: `file:line`. @default - the files that the step changes */
  readonly where?: string;
  /** What to do next; never the line to paste. */
  readonly next: string;
}

/** What judging a goal gives. */
export type Verdict = { readonly passed: true } | Failure;

/** One named goal of a step. */
export interface Goal {
  /** Its name, which the lab's text shows as well. */
  readonly name: string;
  /** The properties that the judgement depends on. */
  readonly reads: readonly Read[];
  /** Names of goals of the same step that must have passed for this one to mean anything. @default - none */
  readonly dependsOn?: readonly string[];
  /**
   * Judges the goal; a partial or odd template gets a failure, never an exception.
   *
   * @param assembly what the learner's project synthesizes to
   */
  judge(assembly: Assembly): Verdict;
}

/** The check of a step: its goals in the order in which they are reached. */
export interface Check {
  /** The step's id. */
  readonly step: string;
  /** The goals. */
  readonly goals: readonly Goal[];
}

/** One goal of a checked step, as `lab check --json` prints it. */
export interface GoalResult {
  /** The goal's name. */
  readonly goal: string;
  /** Whether it is reached; null when it was skipped, because a goal that it depends on is not. */
  readonly passed: boolean | null;
  /** What the template has, for a goal that failed; else null. */
  readonly seen: string | null;
  /** What the goal asks for, for a goal that failed; else null. */
  readonly wanted: string | null;
  /** Where to look, for a goal that failed and where it is known; else null. */
  readonly where: string | null;
  /** What to do next, for a goal that failed; else null. */
  readonly next: string | null;
}

/** The result of a step's check. */
export interface CheckResult {
  /** The step's id. */
  readonly step: string;
  /** Whether every goal is reached. */
  readonly passed: boolean;
  /** One result for each goal, in order. */
  readonly results: readonly GoalResult[];
  /** The first goal that failed: the one to show. @default - none failed */
  readonly cause?: GoalResult;
}

const SILENT = { seen: null, wanted: null, where: null, next: null } as const;

/**
 * Judges the goals of a step in order. A goal that depends on one that is not reached is skipped; all are when the app
 * does not synthesize, because then there is nothing to judge.
 *
 * @param check the step's check
 * @param assembly what the learner's project synthesizes to
 */
export function runCheck(check: Check, assembly: Assembly): CheckResult {
  const results: GoalResult[] = [];
  const reached = (name: string): boolean => results.some(({ goal, passed }) => goal === name && passed === true);
  for (const goal of check.goals) {
    const isOpen = assembly.error === undefined && (goal.dependsOn ?? []).every(reached);
    results.push(isOpen ? judged(goal, assembly) : skipped(goal));
  }
  const cause = results.find(({ passed }) => passed === false);
  const passed = results.every((result) => result.passed === true);
  return { step: check.step, passed, results, ...(cause ? { cause } : {}) };
}

function judged(goal: Goal, assembly: Assembly): GoalResult {
  const verdict = goal.judge(assembly);
  if (verdict.passed) {
    return { goal: goal.name, passed: true, ...SILENT };
  }
  const { seen, wanted, where, next } = verdict;
  return { goal: goal.name, passed: false, seen, wanted, where: where ?? null, next };
}

function skipped({ name }: Goal): GoalResult {
  return { goal: name, passed: null, ...SILENT };
}

/**
 * The lines that explain a goal that failed: what was seen and where, what is wanted, what to do next.
 *
 * @param result a goal that failed
 * @returns three lines
 */
export function explain({ seen, wanted, where, next }: GoalResult): string[] {
  return [
    `seen    ${oneLine(seen)}${where ? `  (${where})` : ''}`,
    `wanted  ${oneLine(wanted)}`,
    `next    ${oneLine(next)}`,
  ];
}

function oneLine(text: string | null): string {
  return (text ?? '').replace(/\s+/g, ' ').trim();
}
