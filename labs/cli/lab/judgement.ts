import type { Assembly } from '../../engine/assembly';
import { type Check, type CheckResult, type GoalResult, runCheck } from '../../engine/check';
import { assemblyOf } from '../../engine/project-assembly';
import { synthesize } from '../../engine/synth';
import { labOf } from '../../packages';
import type { Project } from './project';

/** What is found when a step of a project is judged. */
export interface Judgement {
  /** What the project synthesizes to. */
  readonly assembly: Assembly;
  /** The result of the step's check; what is missing has the place where it belongs. */
  readonly result: CheckResult;
  /** Earlier steps that were done and no longer are, each with its first failed goal. */
  readonly lost: readonly LostStep[];
}

/** A step that was done and no longer is. */
export interface LostStep {
  /** The step's id. */
  readonly step: string;
  /** Its first failed goal. */
  readonly cause: GoalResult;
}

/**
 * Judges a project by a step's check, and by those of the earlier steps that were done.
 *
 * @param project the project
 * @param step the step's id
 * @param synthesis how the project is synthesized. @default - from the beginning
 */
export async function judge(
  project: Project,
  step: string,
  synthesis: () => Promise<Assembly> = () => synthesize(project.folder),
): Promise<Judgement> {
  const { checks } = await labOf(project.pattern);
  const index = checks.findIndex((check) => check.step === step);
  if (index < 0) {
    throw new Error(`${project.pattern.id} has no check for ${step}`);
  }
  const assembly = await assemblyOf(project.folder, synthesis);
  return {
    assembly,
    result: await placed(project, runCheck(checks[index], assembly)),
    lost: lostOf(checks.slice(0, index), project, assembly),
  };
}

/**
 * The steps besides one that were done and no longer are, those behind it, too.
 *
 * @param project the project
 * @param step the step's id
 * @param assembly what the project synthesizes to
 */
export async function lostBeside(project: Project, step: string, assembly: Assembly): Promise<LostStep[]> {
  const { checks } = await labOf(project.pattern);
  const others = checks.filter((check) => check.step !== step);
  return lostOf(others, project, assembly);
}

function lostOf(checks: readonly Check[], project: Project, assembly: Assembly): LostStep[] {
  return checks
    .filter((check) => project.isDone(check.step))
    .flatMap((check) => {
      const { step, cause } = runCheck(check, assembly);
      return cause ? [{ step, cause }] : [];
    });
}

/** The result with the place where what is missing belongs, in each failure that names none. */
async function placed(project: Project, result: CheckResult): Promise<CheckResult> {
  const isNowhere = ({ passed, where }: GoalResult): boolean => passed === false && where === null;
  if (!result.results.some(isNowhere)) {
    return result;
  }
  const where = await missingPlace(project, result.step);
  const results = result.results.map((one) => (isNowhere(one) ? { ...one, where } : one));
  return { ...result, results, cause: results.find(({ passed }) => passed === false) };
}

/** Where what is missing belongs: the file of the app's sources that the step changes most. */
async function missingPlace({ pattern, values }: Project, step: string): Promise<string | null> {
  // Rendering takes its time to load, and most checks have a place without it.
  const { changesOf } = await import('../../engine/changes');
  const paths = changesOf(pattern, values, step).map(({ path }) => path);
  return paths.find((path) => path.endsWith('-stack.ts')) ?? paths.find((path) => path.startsWith('src/')) ?? null;
}
