import { stepIds } from '../../../blueprints/pattern';
import {
  filesOf,
  isSource,
  type Moved,
  planMove,
  REACHES,
  type Reach,
  readVersions,
  type Versions,
  writeMove,
} from '../../engine/move';
import { PROGRESS_FILE } from '../../engine/progress';
import { type Snapshot, takeSnapshot } from '../../engine/snapshots';
import { typeError } from '../../engine/types';
import type { Output } from '../output';
import { type Judgement, judge } from './judgement';
import type { Project } from './project';

/** How a project came to another step. */
export interface Moving {
  /** The files that are different now. */
  readonly moved: readonly Moved[];
  /** How much of the solution was taken. */
  readonly reach: Reach;
  /** What the step's check says of it. @default - there is no check for the start */
  readonly judgement?: Judgement;
}

/**
 * Keeps all files that a command of the lab may change.
 *
 * @param project the project
 * @param command what is about to change it, as it is typed after `lab`
 */
export function keepAll({ folder, pattern, values }: Project, command: string): Snapshot {
  return takeSnapshot(folder, `lab ${command}`, [...filesOf(pattern, values), PROGRESS_FILE]);
}

/**
 * Brings a project to a step: the solution is merged into the learner's files, and where that doesn't reach the step, or does
 * not compile, whole files are taken, those of the step first.
 *
 * @param project the project
 * @param from the step whose work it holds
 * @param to the step whose work it is to hold
 */
export async function moveTo(project: Project, from: string, to: string): Promise<Moving> {
  const { folder, pattern, values } = project;
  // Read before anything is written: each attempt begins with the learner's own files.
  const versions = await readVersions({ folder, pattern, values, from, to });
  for (const reach of REACHES) {
    const moved = planMove(versions, reach);
    writeMove(folder, moved);
    const judgement = await judgeIfThere(project, to);
    const isReached = judgement?.result.passed ?? true;
    if (reach === REACHES.at(-1) || (isReached && (await compiles(folder, moved, versions)))) {
      const changed = moved.filter(({ was, content }) => was !== content);
      return { moved: changed, reach, ...(judgement ? { judgement } : {}) };
    }
  }
  throw new Error('no reach is left');
}

/** Whether merged sources have no error in their types; what did not compile before is the learner's own. */
async function compiles(folder: string, moved: readonly Moved[], { solution }: Versions): Promise<boolean> {
  const isWhole = ({ path, content }: Moved): boolean =>
    content === null || String(content) === String(solution.get(path));
  if (moved.every((one) => !isSource(one.path) || isWhole(one))) {
    return true;
  }
  const fails = async (): Promise<boolean> => (await typeError(folder, ['src', 'test'])) !== undefined;
  if (!(await fails())) {
    return true;
  }
  writeMove(
    folder,
    moved.map(({ path, was }) => ({ path, content: was })),
  );
  const failedBefore = await fails();
  writeMove(folder, moved);
  return failedBefore;
}

/**
 * What is printed as JSON of how a project was moved.
 *
 * @param moving how it was moved
 */
export function movingDocument({ reach, moved }: Moving): object {
  return { reach, files: moved.map(({ path, content, lost }) => ({ path, removed: content === null, lost })) };
}

async function judgeIfThere(project: Project, step: string): Promise<Judgement | undefined> {
  return project.pattern.steps.some(({ id }) => id === step) ? judge(project, step) : undefined;
}

/**
 * The step before a step, `start` before the first.
 *
 * @param project the project
 * @param step the step's id
 */
export function before({ pattern }: Project, step: string): string {
  const ids = stepIds(pattern);
  return ids[Math.max(ids.indexOf(step) - 1, 0)];
}

/** What is said of how much of the solution was taken. */
const REACHED: Readonly<Record<Reach, string>> = {
  merged: 'merged into your files',
  wide: 'merged into your files, over your lines next to its own',
  files: "taken whole, the files of this step, since merging did not reach the step's goals, or did not compile",
  project: 'taken whole, all sources, since nothing less reached the goals',
};

/**
 * Prints what became of the files, and which of the learner's lines gave way.
 *
 * @param output how to print
 * @param moving how the project was moved
 */
export function printMoving(output: Output, { moved, reach }: Moving): void {
  if (moved.length === 0) {
    output.print('Your files have all of it already.');
    return;
  }
  output.print(`The solution was ${REACHED[reach]}:`, '');
  output.table(
    moved.map(({ path, content, was }) => [path, content === null ? 'removed' : was === null ? 'new' : 'changed']),
    ['accent', 'faint'],
  );
  const lost = moved.flatMap(({ path, lost: lines }) => lines.map((line) => ({ path, ...line })));
  if (lost.length > 0) {
    output.print('', output.paint('warn', 'Of your own lines these gave way to it:'), '');
    output.table(
      lost.map(({ path, number, text }) => [`${path}:${number}`, text]),
      ['faint'],
    );
  }
  output.print('', output.paint('faint', 'npx serverless-atelier lab undo   brings everything back as it was'));
}
