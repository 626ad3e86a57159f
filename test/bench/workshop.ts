import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { KIT, kitRoot } from '../../blueprints/kit';
import { run } from './processes';

/** A file of one of the packages that the kit is developed with. */
export const tool = (name: string, file: string): string => join(kitRoot, 'node_modules', name, file);

/** Installs without what says nothing about the kit. */
const INSTALL = ['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error'];

/** The name of the temporary folder begins with this and the id of its process. */
const MARK = 'atelier-bench-';

/**
 * The temporary folder in which everything is measured: the packed kit, an installation of it, and what it generates. It
 * goes when the process ends; what a killed one left, the next removes.
 */
export class Workshop {
  /** The folder; outside the repository. */
  public readonly home: string;
  /** The kit's tarball. */
  public readonly tarball: string;
  private readonly made = new Map<string, string>();
  private count = 0;

  /** @param tarball a packed kit. @default - this repository, compiled and packed */
  constructor(tarball?: string) {
    const parent = realpathSync(tmpdir());
    sweep(parent);
    this.home = mkdtempSync(join(parent, `${MARK}${process.pid}-`));
    // Ctrl-C also ends the child that runs, which then ends this process.
    process.on('SIGINT', () => process.exit(130)).on('exit', () => this.close());
    this.tarball = tarball ? resolve(tarball) : pack(this.home);
  }

  /** The command line of the installed kit. */
  get atelier(): string {
    return this.once('kit', (folder) => {
      writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
      run({ words: [...INSTALL, this.tarball], cwd: folder });
      return join(folder, 'node_modules', KIT, 'lib', 'cli', 'main.js');
    });
  }

  /**
   * A folder below which Node.js finds the packages that the kit is developed with, and the packed kit.
   *
   * @returns the folder; empty at every call
   */
  get roomWithPackages(): string {
    const room = this.once('room', (folder) => {
      symlinkSync(join(kitRoot, 'node_modules'), join(folder, 'node_modules'), 'junction');
      const projects = join(folder, 'projects');
      // A copy: through a link the kit would find the packages of the place that the link leads to.
      cpSync(resolve(this.atelier, '../../..'), join(projects, 'node_modules', KIT), { recursive: true });
      return projects;
    });
    return mkdtempSync(join(room, 'run-'));
  }

  /** A new, empty folder whose name is a fine name for a project too. */
  folder(): string {
    this.count += 1;
    const folder = join(this.home, `run-${this.count}`, 'orders');
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /**
   * What is made at most once and then used by several rows.
   *
   * @param name its name
   * @param make makes it in an empty folder
   * @returns what `make` returned
   */
  once(name: string, make: (folder: string) => string): string {
    const found = this.made.get(name) ?? make(this.folder());
    this.made.set(name, found);
    return found;
  }

  /**
   * Keeps a folder under a name, for the rows that use what a row has made, in the place of an earlier one.
   *
   * @param name its name
   * @param folder the folder
   */
  keep(name: string, folder: string): void {
    const before = this.made.get(name);
    if (before) {
      rmSync(before, { recursive: true, force: true });
    }
    this.made.set(name, folder);
  }

  private close(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Compiles this repository's kit and packs it; both from scratch, as a fresh clone would. */
function pack(home: string): string {
  run({ words: [process.execPath, tool('projen', 'bin/projen'), 'compile'], cwd: kitRoot });
  run({ words: ['npm', 'pack', '--pack-destination', home], cwd: kitRoot });
  return join(home, readdirSync(home).find((file) => file.endsWith('.tgz')) as string);
}

function sweep(parent: string): void {
  for (const entry of readdirSync(parent)) {
    const [, owner] = new RegExp(`^${MARK}(\\d+)-`).exec(entry) ?? [];
    if (owner && !isRunning(Number(owner))) {
      rmSync(join(parent, entry), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // A process of another user answers with EPERM: it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
