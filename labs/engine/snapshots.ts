import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hashOf } from '../../blueprints/hash';

/** The folder of a project that holds its snapshots; git ignores it. */
export const SNAPSHOTS = '.atelier/snapshots';

/** What was kept before a project was changed. */
export interface Snapshot {
  /** Its name; later ones sort behind earlier ones. */
  readonly name: string;
  /** What changed the project then, as it was typed: `lab solve alarms` for example. */
  readonly before: string;
  /** When, as ISO 8601 in UTC. */
  readonly taken: string;
  /** The hash of each file's content by path; null for one that was not there. */
  readonly files: Readonly<Record<string, string | null>>;
}

const MANIFEST = 'snapshot.json';

/**
 * Keeps files of a project as they are, to be brought back by `restore`.
 *
 * @param folder the project's folder
 * @param before what is about to change it
 * @param paths the files that may change, those that are not there yet among them
 * @param now the time
 */
export function takeSnapshot(folder: string, before: string, paths: Iterable<string>, now = new Date()): Snapshot {
  const name = `${now.toISOString().replace(/\D/g, '')}-${randomBytes(3).toString('hex')}`;
  const home = join(folder, SNAPSHOTS);
  const unfinished = join(home, `.${name}`);
  mkdirSync(unfinished, { recursive: true });
  const files: Record<string, string | null> = {};
  for (const path of paths) {
    const file = join(folder, path);
    if (existsSync(file) && statSync(file).isFile()) {
      const bytes = readFileSync(file);
      files[path] = hashOf(bytes);
      writeFileSync(join(unfinished, files[path] as string), bytes);
    } else {
      files[path] = null;
    }
  }
  const snapshot: Snapshot = { name, before, taken: now.toISOString(), files };
  writeFileSync(join(unfinished, MANIFEST), `${JSON.stringify(snapshot, undefined, 2)}\n`);
  // A snapshot that is there is whole.
  renameSync(unfinished, join(home, name));
  return snapshot;
}

/**
 * The latest snapshot of a project.
 *
 * @param folder the project's folder
 * @returns undefined when there is none
 */
export function latestSnapshot(folder: string): Snapshot | undefined {
  const home = join(folder, SNAPSHOTS);
  const names = existsSync(home) ? readdirSync(home).filter((name) => !name.startsWith('.')) : [];
  const latest = names.sort().at(-1);
  return latest === undefined ? undefined : JSON.parse(readFileSync(join(home, latest, MANIFEST), 'utf8'));
}

/**
 * Brings back every byte of a snapshot, and removes it: what came before can be brought back next.
 *
 * @param folder the project's folder
 * @param snapshot the snapshot
 * @returns the files that are different now, by path
 */
export function restore(folder: string, snapshot: Snapshot): string[] {
  const home = join(folder, SNAPSHOTS, snapshot.name);
  const changed = Object.entries(snapshot.files).filter(([path, hash]) => hashIn(folder, path) !== hash);
  for (const [path, hash] of changed) {
    if (hash === null) {
      rmSync(join(folder, path), { force: true });
    } else {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), readFileSync(join(home, hash)));
    }
  }
  rmSync(home, { recursive: true });
  return changed.map(([path]) => path);
}

function hashIn(folder: string, path: string): string | null {
  const file = join(folder, path);
  return existsSync(file) && statSync(file).isFile() ? hashOf(readFileSync(file)) : null;
}
