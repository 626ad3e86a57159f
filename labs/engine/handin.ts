import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { UsageError } from '../../blueprints/errors';
import { withSlashes } from '../../blueprints/paths';
import { PROVENANCE_FILE } from '../../blueprints/provenance';
import { isObject, type Json, type JsonObject, readJson } from './json';
import { PROGRESS_FILE } from './progress';

/** What a learner hands in: their sources and their progress, and no packages. */
export interface HandIn {
  /** The format of the file. */
  readonly atelier: 'hand-in';
  /** Who hands it in. */
  readonly learner: string;
  /** The project's files by path: sources, settings that are data, where it came from, and progress. */
  readonly files: Readonly<Record<string, string>>;
  /** Why there is nothing to judge, a repository that can't be fetched for example. @default - there is something */
  readonly problem?: string;
}

/** Single files that belong to a hand-in, besides the sources. */
const SINGLE = [PROVENANCE_FILE, PROGRESS_FILE, 'cdk.json'];

/** What a source is: code, data, and how an image is built. */
const SOURCE = /(\.([cm]?ts|js|json)|\/Dockerfile)$/;

/** How the name of a hand-in ends. */
export const HAND_IN = '.handin.json';

/** The largest source that is taken, in bytes; what a lab asks for has a few thousand. */
const LARGEST = 200_000;

/**
 * Collects what a learner hands in from their project.
 *
 * @param folder the project's folder
 * @param learner who they are. @default - the folder's name
 */
export function collect(folder: string, learner = basename(folder)): HandIn {
  const sources = existsSync(join(folder, 'src'))
    ? readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' }).map((path) => `src/${withSlashes(path)}`)
    : [];
  const paths = [...SINGLE, ...sources.filter((path) => SOURCE.test(path))].filter((path) => {
    // A link may lead to what is no learner's.
    const stats = lstatSync(join(folder, path), { throwIfNoEntry: false });
    return stats?.isFile() && stats.size <= LARGEST;
  });
  return {
    atelier: 'hand-in',
    learner,
    files: Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(folder, path), 'utf8')])),
  };
}

/**
 * Reads a file that was handed in. Paths that lead out of the project are left out; one that was cut off on its way is a
 * hand-in with a problem, so that a report goes on.
 *
 * @param file its path
 * @throws UsageError when it is none
 */
export function readHandIn(file: string): HandIn {
  const value: Json | undefined = readJson(file);
  if (value === undefined) {
    return problem(basename(file, HAND_IN), `${basename(file)} can't be read: it is damaged, or not whole`);
  }
  const files = isObject(value) && value.atelier === 'hand-in' && isObject(value.files) ? value.files : undefined;
  if (!files) {
    throw new UsageError(`${basename(file)} is no hand-in`, {
      option: 'hand-in',
      given: file,
      allowed: 'a file that atelier lab handin has written, or the folder of a project',
      example: 'atelier lab report class/*',
    });
  }
  const learner = String((value as JsonObject).learner ?? basename(file, HAND_IN));
  const safe = Object.entries(files).filter(
    ([path, text]) => typeof text === 'string' && (SINGLE.includes(path) || isInside(path)),
  );
  return { atelier: 'hand-in', learner, files: Object.fromEntries(safe) as Record<string, string> };
}

/**
 * What stands in a report for a learner of whom there is nothing to judge.
 *
 * @param learner who they are
 * @param why why there is nothing, in one line
 */
export function problem(learner: string, why: string): HandIn {
  return { atelier: 'hand-in', learner, files: {}, problem: why };
}

/** Whether a path leads to a file below `src`, on every system. */
function isInside(path: string): boolean {
  return path.startsWith('src/') && posix.normalize(path) === path && !/[\\:]/.test(path);
}
