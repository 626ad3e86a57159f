import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from './errors';
import { kitVersion } from './kit';
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
 * @throws UsageError when the file is there and is not what this kit wrote: after a merge, for example
 */
export function readProvenance(folder: string): Provenance | undefined {
  const file = join(folder, PROVENANCE_FILE);
  if (!existsSync(file)) {
    return undefined;
  }
  const provenance = parse(readFileSync(file, 'utf8'));
  if (!isProvenance(provenance)) {
    throw new UsageError(`${PROVENANCE_FILE} is damaged`, {
      option: PROVENANCE_FILE,
      given: file,
      allowed: 'a JSON object with pattern, options and step, as it was generated',
      example: `git checkout -- ${PROVENANCE_FILE}`,
    });
  }
  return provenance;
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
  writeJson(join(folder, BASE_FILE), { kit: kitVersion, files: texts(rendered) });
}

/** The value of a JSON text; undefined when it is none. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isProvenance(value: unknown): value is Provenance {
  const { pattern, options, step } = (value ?? {}) as Partial<Provenance>;
  return typeof pattern === 'string' && typeof step === 'string' && typeof options === 'object' && options !== null;
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
