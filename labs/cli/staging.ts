import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../../blueprints/errors';

const MARK = '.atelier-new-';

/**
 * A folder beside the target in which a project is made; it becomes the target in one rename, so that a run that dies
 * leaves no half project behind. What a killed run left is removed by the next one.
 */
export class StagedFolder {
  /** Where the project is made: beside the target, so that relative paths mean the same in both. */
  public readonly path: string;

  /**
   * @param target the folder to be; absolute
   * @throws UsageError when it is there and not empty
   */
  constructor(private readonly target: string) {
    refuseOccupied(target);
    const parent = dirname(target);
    mkdirSync(parent, { recursive: true });
    sweep(parent);
    this.path = mkdtempSync(join(parent, `${MARK}${process.pid}-`));
  }

  /** Makes the staged folder the target. */
  publish(): void {
    if (existsSync(this.target)) {
      rmdirSync(this.target);
    }
    renameSync(this.path, this.target);
  }

  /** Removes the staged folder. */
  discard(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

function refuseOccupied(target: string): void {
  const entries = existsSync(target) ? readdirSync(target) : [];
  if (entries.length > 0) {
    throw new UsageError(`the folder ${basename(target)} holds ${entries.slice(0, 3).join(', ')} already`, {
      option: 'folder',
      given: target,
      allowed: 'an empty or a new folder',
      example: `atelier new sqs-scaling ${basename(target)}-2`,
    });
  }
}

function sweep(parent: string): void {
  for (const entry of readdirSync(parent)) {
    if (entry.startsWith(MARK) && !isRunning(Number.parseInt(entry.slice(MARK.length), 10))) {
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
