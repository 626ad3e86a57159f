import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from './errors';
import { hashOf } from './hash';
import { KIT, kitVersion } from './kit';
import { PACKAGE_NAME } from './package';
import { type OptionValue, type Pattern, packageOf } from './pattern';
import type { Files, ProjectExtras } from './rendering';

/** Where a generated project came from: the content of its `.atelier.json`. */
export interface Provenance {
  /** The version of the kit that generated it. */
  readonly kit: string;
  /** The package that the pattern is of. @default - the kit itself */
  readonly package?: { readonly name: string; readonly version: string };
  /** The id of its pattern. */
  readonly pattern: string;
  /** The options that were given and differ from the defaults, its name among them. */
  readonly options: Readonly<Record<string, OptionValue>>;
  /** The step that it was generated at. */
  readonly step: string;
}

/** What was rendered last: the content of `.atelier/base.json`, one side of a later three-way update. */
export interface Base {
  /** The version of the kit that rendered it. */
  readonly kit: string;
  /**
   * What `.projenrc.ts` was rendered with besides the pattern's options: the kit's npm spec and further development
   * dependencies. With it and the options of `.atelier.json`, a later rendering gives the same `.projenrc.ts`.
   *
   * @default - nothing
   */
  readonly extras?: ProjectExtras;
  /** The rendered texts, by path with forward slashes. */
  readonly files: Readonly<Record<string, string>>;
  /**
   * The SHA-256 of what was copied byte for byte, in hexadecimal by path.
   *
   * @default - nothing was
   */
  readonly hashes?: Readonly<Record<string, string>>;
}

/** The file that says where a project came from. */
export const PROVENANCE_FILE = '.atelier.json';

/** The file that holds what was rendered last. */
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
    throw damaged(PROVENANCE_FILE, file, 'pattern, options and step');
  }
  return provenance;
}

/**
 * Reads what was rendered last for a project.
 *
 * @param folder the project's folder
 * @throws UsageError when it is missing, or is not what this kit wrote
 */
export function readBase(folder: string): Base {
  const file = join(folder, BASE_FILE);
  const base = existsSync(file) ? (parse(readFileSync(file, 'utf8')) as Partial<Base> | undefined) : undefined;
  if (typeof base?.kit !== 'string' || typeof base.files !== 'object' || base.files === null) {
    throw damaged(BASE_FILE, file, 'kit and files');
  }
  return base as Base;
}

function damaged(name: string, given: string, fields: string): UsageError {
  return new UsageError(`${name} is ${existsSync(given) ? 'damaged' : 'not there'}`, {
    option: name,
    given,
    allowed: `a JSON object with ${fields}, as it was generated`,
    example: `git checkout -- ${name}`,
  });
}

/**
 * Writes where a project came from, and what was rendered for it.
 *
 * @param folder the project's folder
 * @param origin the pattern, the options and the step that it was generated at
 * @param rendered the rendered files by path
 * @param extras what `.projenrc.ts` was rendered with besides the options
 */
export function writeProvenance(
  folder: string,
  origin: Pick<Provenance, 'options' | 'step'> & { readonly pattern: Pattern },
  rendered: Files,
  extras: ProjectExtras = {},
): void {
  const { pattern, options, step } = origin;
  const { name, version } = packageOf(pattern);
  const provenance: Provenance = {
    kit: kitVersion,
    ...(name === KIT ? {} : { package: { name, version } }),
    pattern: pattern.id,
    options,
    step,
  };
  writeJson(join(folder, PROVENANCE_FILE), provenance);
  writeJson(join(folder, BASE_FILE), baseOf(rendered, extras));
}

function baseOf(rendered: Files, extras: ProjectExtras): Base {
  const files: Record<string, string> = {};
  const hashes: Record<string, string> = {};
  for (const [path, content] of rendered) {
    if (typeof content === 'string') {
      files[path] = content;
    } else {
      hashes[path] = hashOf(content);
    }
  }
  return { kit: kitVersion, extras: unlessEmpty(extras), files, hashes: unlessEmpty(hashes) };
}

function unlessEmpty<T extends object>(value: T): T | undefined {
  return Object.keys(value).length > 0 ? value : undefined;
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
  const { package: of, pattern, options, step } = (value ?? {}) as Partial<Provenance>;
  const isOfPackage = of === undefined || PACKAGE_NAME.test(of?.name);
  const isOfPattern = typeof pattern === 'string' && typeof step === 'string';
  return isOfPackage && isOfPattern && typeof options === 'object' && options !== null;
}

function writeJson(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
