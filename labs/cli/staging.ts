import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { UsageError } from '../../blueprints/errors';

const MARK = '.atelier-new-';

/** The name of a staged folder: the mark, the process that made it, six characters of chance. */
const STAGED = /^\.atelier-new-(\d+)-\w{6}$/;

/**
 * A folder beside the target in which a project is made; it becomes the target in one rename, so that a run that dies
 * leaves no half project behind. What a killed run left is removed by the next one.
 */
export class StagedFolder {
  /** Where the project is made: beside the target, so that relative paths mean the same in both. */
  public readonly path: string;
  /** The first of the folders above the target that were made for it. */
  private readonly made: string | undefined;

  /**
   * @param target the folder to be; absolute
   * @throws UsageError when it is there and is no empty folder
   */
  constructor(private readonly target: string) {
    refuseOccupied(target);
    const parent = dirname(target);
    this.made = mkdirSync(parent, { recursive: true });
    sweep(parent);
    this.path = mkdtempSync(join(parent, `${MARK}${process.pid}-`));
  }

  /** Makes the staged folder the target. */
  publish(): void {
    if (existsSync(this.target)) {
      rmdirSync(this.target);
    }
    // It was made for its maker alone; a project is as open as any folder that its owner makes.
    chmodSync(this.path, 0o777 & ~process.umask());
    renameSync(this.path, this.target);
  }

  /** Removes the staged folder, and what was made for it and is empty. */
  discard(): void {
    // A child process that is ending may still write into it.
    rmSync(this.path, { recursive: true, force: true, maxRetries: 10 });
    removeEmpty(dirname(this.target), this.made);
  }
}

function removeEmpty(folder: string, last: string | undefined): void {
  if (last !== undefined && existsSync(folder) && readdirSync(folder).length === 0) {
    rmdirSync(folder);
    removeEmpty(dirname(folder), folder === last ? undefined : last);
  }
}

function refuseOccupied(target: string): void {
  const problem = problemWith(target);
  if (problem) {
    throw new UsageError(problem, {
      option: 'folder',
      given: target,
      allowed: 'an empty or a new folder',
      example: `atelier new ${patterns[0].id} ${basename(target)}-2`,
    });
  }
}

function problemWith(target: string): string | undefined {
  if (!existsSync(target)) {
    return undefined;
  }
  if (!statSync(target).isDirectory()) {
    return `${basename(target)} is a file`;
  }
  const entries = readdirSync(target);
  return entries.length > 0
    ? `the folder ${basename(target)} holds ${entries.slice(0, 3).join(', ')} already`
    : undefined;
}

function sweep(parent: string): void {
  for (const entry of readdirSync(parent)) {
    const [, pid] = STAGED.exec(entry) ?? [];
    if (pid && !isRunning(Number(pid))) {
      rmSync(join(parent, entry), { recursive: true, force: true });
    }
  }
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
