import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type OptionValues, type Pattern, stepIds } from '../../blueprints/pattern';
import { type Files, render } from '../../blueprints/rendering';
import { formatted } from './formatting';
import { type LostLine, solveFile } from './solution';

/** A project, and the step to bring it from and to. */
export interface Move {
  /** The project's folder. */
  readonly folder: string;
  readonly pattern: Pattern;
  /** Complete option values. */
  readonly values: OptionValues;
  /** The step whose work the project holds. */
  readonly from: string;
  /** The step whose work it is to hold. */
  readonly to: string;
}

/**
 * How much of the solution is taken: merged into the learner's files; merged, and what stands next to its lines given up;
 * the whole files of the step; or all sources.
 */
export type Reach = 'merged' | 'wide' | 'files' | 'project';

/** The reaches, the gentlest first. */
export const REACHES: readonly Reach[] = ['merged', 'wide', 'files', 'project'];

/** The reaches that merge, each with how many lines around its own the solution wins: as many as a diff shows. */
const CONTEXT: ReadonlyMap<Reach, number> = new Map([
  ['merged', 0],
  ['wide', 3],
]);

/** What a file is to be. */
export interface Moved {
  /** Its path in the project. */
  readonly path: string;
  /** Its text now; null when it is not there. */
  readonly was: string | null;
  /** Its text, or bytes; null when it is to go. */
  readonly content: string | Buffer | null;
  /** The learner's own lines that give way. */
  readonly lost: readonly LostLine[];
}

/** The project's own definition is no part of a step. */
const KEPT = '.projenrc.ts';

/**
 * Whether a file is a source or a test; what else a step changes are texts that are only ever merged.
 *
 * @param path its path in the project
 */
export function isSource(path: string): boolean {
  return /^(src|test)\//.test(path);
}

/**
 * All files that a pattern's templates make at any step: what a move may change.
 *
 * @param pattern the pattern
 * @param values complete option values
 */
export function filesOf(pattern: Pattern, values: OptionValues): Set<string> {
  return new Set(stepIds(pattern).flatMap((step) => [...render(pattern, values, step).keys()]));
}

/** The versions of a project's files that a move is planned from. */
export interface Versions {
  /** As they were generated for the step that it begins at. */
  readonly base: Files;
  /** As they are generated for the step that it leads to. */
  readonly solution: Files;
  /** The learner's. */
  readonly learner: ReadonlyMap<string, string>;
  /** The learner's as the formatter would write them. */
  readonly tidy: ReadonlyMap<string, string>;
}

/**
 * Reads what a move is planned from.
 *
 * @param move the project and its steps
 */
export async function readVersions({ folder, pattern, values, from, to }: Move): Promise<Versions> {
  const base = render(pattern, values, from);
  const solution = render(pattern, values, to);
  const paths = [...new Set([...base.keys(), ...solution.keys()])].filter((path) => path !== KEPT);
  const learner = readTexts(folder, paths);
  const changed = new Map([...learner].filter(([path]) => isChanged({ base, solution }, path)));
  return { base, solution, learner, tidy: await formatted(folder, changed) };
}

/**
 * What the files of a project become when it is brought to another step. Nothing is written.
 *
 * @param versions what it is planned from
 * @param reach how much of the solution is taken
 * @returns the files that may change, those that stay as they are among them
 */
export function planMove(versions: Versions, reach: Reach): Moved[] {
  const context = CONTEXT.get(reach);
  return [...new Set([...versions.base.keys(), ...versions.solution.keys()])]
    .filter((path) => path !== KEPT && (reach === 'project' || isChanged(versions, path)))
    .map((path) =>
      context === undefined && isSource(path) ? whole(path, versions) : merged(path, versions, context ?? 0),
    );
}

function isChanged({ base, solution }: Pick<Versions, 'base' | 'solution'>, path: string): boolean {
  return String(base.get(path)) !== String(solution.get(path));
}

/**
 * Writes what a move has planned.
 *
 * @param folder the project's folder
 * @param moved the files
 */
export function writeMove(folder: string, moved: readonly Pick<Moved, 'path' | 'content'>[]): void {
  for (const { path, content } of moved) {
    const file = join(folder, path);
    if (content === null) {
      rmSync(file, { force: true });
    } else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }
}

function readTexts(folder: string, paths: readonly string[]): Map<string, string> {
  const files = paths.filter((path) => existsSync(join(folder, path)));
  return new Map(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

/** The solution's file, in the line ends of the learner's. */
function whole(path: string, { base, solution, learner }: Versions): Moved {
  const content = solution.get(path) ?? null;
  const own = learner.get(path);
  const known = new Set([base.get(path), content].flatMap((text) => String(text ?? '').split('\n')));
  const lines = (own ?? '').split(/\r?\n/).map((text, index) => ({ number: index + 1, text: text.trim(), line: text }));
  return {
    path,
    was: own ?? null,
    content: typeof content === 'string' && own?.includes('\r\n') ? content.replaceAll('\n', '\r\n') : content,
    lost: lines
      .filter(({ text, line }) => text !== '' && !known.has(line))
      .map(({ number, text }) => ({ number, text })),
  };
}

function merged(path: string, versions: Versions, context: number): Moved {
  const before = versions.base.get(path);
  const after = versions.solution.get(path);
  const text = versions.learner.get(path);
  if (typeof before !== 'string' || typeof after !== 'string' || text === undefined) {
    return whole(path, versions);
  }
  const solved = solveFile(before, { text, formatted: versions.tidy.get(path) ?? text }, after, context);
  return { path, was: text, content: solved.text, lost: solved.lost };
}
