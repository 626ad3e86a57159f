import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { UsageError } from '../../blueprints/errors';
import { isKept, ROOM } from '../../blueprints/kept';

/** A folder in which a project is made before it is anywhere else. */
export interface Staging {
  /** Where the project is made. */
  readonly path: string;
  /**
   * Makes what was made there the target.
   *
   * @throws UsageError when somebody has filled the target meanwhile; it stays as it is
   */
  publish(): void;
  /** Removes the folder, and what was made for it and is empty. */
  discard(): void;
}

const NEW = '.atelier-new-';
const MOVING = '.atelier-moving-';

/** Machines share drives: the id of a process says something on its own machine only. */
const HOST = hostname().replace(/\W/g, '_');

/** The name of a staged folder: a mark, the machine and the process that made it, six characters of chance. */
const STAGED = /^\.atelier-(?:new|moving)-(?<host>\w+)-(?<pid>\d+)-\w{6}$/;

const A_DAY = 24 * 60 * 60 * 1000;

/**
 * A folder to make a project in. A new one is made beside the target, so that relative paths mean the same in both, and
 * becomes it in one rename. One that is there stays what it is (somebody's working directory, a link, a mount
 * point) and is filled from a hidden folder inside. Either way a run that dies leaves no half project behind: what it has
 * left is removed by the next one.
 *
 * @param target the folder to be; absolute
 * @throws UsageError when it is there and is no empty folder
 */
export function stage(target: string): Staging {
  refuseOccupied(target);
  return existsSync(target) ? stageInside(target) : stageBeside(target);
}

/**
 * A folder to look at a project in, which is never published: it is nowhere near the target.
 *
 * @param target the folder that would be; absolute
 * @throws UsageError when it is there and is no empty folder
 */
export function stageElsewhere(target: string): Pick<Staging, 'path' | 'discard'> {
  refuseOccupied(target);
  const path = mkdtempSync(join(tmpdir(), 'atelier-'));
  return { path, discard: () => remove(path) };
}

/**
 * Refuses a target that holds anything but what a killed run has left there.
 *
 * @param target the folder to be; absolute
 * @param own the entry that the caller has put there itself. @default - none
 * @param stays whether an entry stays as it is. @default - a repository, its README, its license and what git ignores
 * @throws UsageError when it is there and is no empty folder
 */
export function refuseOccupied(target: string, own?: string, stays: (entry: string) => boolean = isKept): void {
  const problem = problemWith(target, own, stays);
  if (problem) {
    throw new UsageError(problem, {
      option: 'folder',
      given: target,
      allowed: ROOM,
      example: `atelier new ${patterns[0].id} ${basename(target)}-2`,
    });
  }
}

function stageBeside(target: string): Staging {
  const parent = dirname(target);
  const made = mkdirSync(parent, { recursive: true });
  const path = stagedFolder(parent);
  return {
    path,
    publish: () => {
      refuseOccupied(target);
      // It was made for its maker alone; a project is as open as any folder that its owner makes.
      chmodSync(path, 0o777 & ~process.umask());
      renameSync(path, target);
    },
    discard: () => {
      remove(path);
      removeEmpty(parent, made);
    },
  };
}

function stageInside(target: string): Staging {
  const path = stagedFolder(target);
  // Generating reads what its owner wrote, and writes the rest below it.
  const kept = new Map(
    readdirSync(target)
      .filter((entry) => isKept(entry) && entry !== '.git')
      .map((entry) => [entry, lastChange(join(target, entry))]),
  );
  for (const entry of kept.keys()) {
    cpSync(join(target, entry), join(path, entry), { recursive: true });
  }
  const isAsBefore = (entry: string): boolean =>
    entry === '.git' || kept.get(entry) === lastChange(join(target, entry));
  const moving = path.replace(NEW, MOVING);
  return {
    path,
    publish: () => {
      refuseOccupied(target, basename(path), isAsBefore);
      // Its name says from here on that what stands beside it came out of it.
      renameSync(path, moving);
      // What was there before comes last: until then nothing of it has changed.
      const entries = readdirSync(moving).sort((a, b) => Number(isKept(a)) - Number(isKept(b)));
      for (const entry of entries) {
        renameSync(join(moving, entry), join(target, entry));
      }
      rmdirSync(moving);
    },
    discard: () => {
      for (const entry of cameOutOf(moving)) {
        remove(join(target, entry));
      }
      remove(moving);
      remove(path);
    },
  };
}

function stagedFolder(folder: string): string {
  for (const entry of leftovers(folder)) {
    remove(join(folder, entry));
  }
  return mkdtempSync(join(folder, `${NEW}${HOST}-${process.pid}-`));
}

function remove(path: string): void {
  // A child process that is ending may still write into it.
  rmSync(path, { recursive: true, force: true, maxRetries: 10 });
}

function removeEmpty(folder: string, last: string | undefined): void {
  if (last !== undefined && existsSync(folder) && readdirSync(folder).length === 0) {
    rmdirSync(folder);
    removeEmpty(dirname(folder), folder === last ? undefined : last);
  }
}

function problemWith(target: string, own: string | undefined, stays: (entry: string) => boolean): string | undefined {
  const name = basename(target);
  const stats = statSync(target, { throwIfNoEntry: false });
  if (!stats) {
    return lstatSync(target, { throwIfNoEntry: false }) && `${name} is a link to nothing`;
  }
  if (!stats.isDirectory()) {
    return `${name} is a file`;
  }
  const ignored = new Set([...leftovers(target), own]);
  const entries = readdirSync(target).filter((entry) => !ignored.has(entry) && !stays(entry));
  return entries.length > 0 ? `the folder ${name} holds ${entries.slice(0, 3).join(', ')} already` : undefined;
}

/** What killed runs have left in a folder: in an order in which it can be removed, and removed again after another kill. */
function leftovers(folder: string): string[] {
  const staged = readdirSync(folder).filter((entry) => isLeftover(folder, entry));
  return [...staged.flatMap((entry) => cameOutOf(join(folder, entry))), ...staged];
}

function isLeftover(folder: string, entry: string): boolean {
  const { host, pid } = STAGED.exec(entry)?.groups ?? {};
  return (
    pid !== undefined &&
    !isRunning(Number(pid)) &&
    (host === HOST || Date.now() - statSync(join(folder, entry)).mtimeMs > A_DAY)
  );
}

/** The neighbours of a folder that is being emptied that came out of it, and that nobody has touched since. */
function cameOutOf(staged: string): string[] {
  if (!basename(staged).startsWith(MOVING) || !existsSync(staged)) {
    return [];
  }
  const folder = dirname(staged);
  const lastMove = statSync(staged).mtimeMs;
  return readdirSync(folder).filter(
    (entry) => entry !== basename(staged) && !isKept(entry) && lastChange(join(folder, entry)) <= lastMove,
  );
}

/** When a file, or anything in a folder, was last written, moved or added. */
function lastChange(path: string): number {
  const stats = lstatSync(path);
  const inside = stats.isDirectory() ? readdirSync(path).map((entry) => lastChange(join(path, entry))) : [];
  return Math.max(stats.ctimeMs, ...inside);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user answers with EPERM: it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
