import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KIT, kitVersion } from './kit';
import type { OptionValue } from './pattern';
import type { Files } from './rendering';

/** Where a generated project came from: the content of its `.atelier.json`. */
export interface Provenance {
  /** The version of the kit that generated it. */
  readonly kit: string;
  /** The id of its pattern. */
  readonly pattern: string;
  /** The options that were given and differ from the defaults, its name among them. */
  readonly options: Readonly<Record<string, OptionValue>>;
  /** The step that it was generated at. */
  readonly step: string;
}

/** The file that says where a project came from. */
export const PROVENANCE_FILE = '.atelier.json';

/** The file that holds what was last rendered, by path: one side of a later three-way update. */
export const BASE_FILE = '.atelier/base.json';

/**
 * Reads where a project came from.
 *
 * @param folder the project's folder
 * @returns undefined when the folder holds no generated project
 * @throws Error when the file is there and is not JSON
 */
export function readProvenance(folder: string): Provenance | undefined {
  const file = join(folder, PROVENANCE_FILE);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/**
 * Writes where a project came from, and what was rendered for it.
 *
 * @param folder the project's folder
 * @param provenance all but the kit's version, which is that of the running kit
 * @param rendered the rendered files by path; text ones are kept
 */
export function writeProvenance(folder: string, provenance: Omit<Provenance, 'kit'>, rendered: Files): void {
  writeJson(join(folder, PROVENANCE_FILE), { kit: kitVersion, ...provenance });
  writeJson(join(folder, BASE_FILE), { [KIT]: kitVersion, files: texts(rendered) });
}

function writeJson(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

function texts(files: Files): Record<string, string> {
  return Object.fromEntries(
    [...files].flatMap(([path, content]) => (typeof content === 'string' ? [[path, content]] : [])),
  );
}
