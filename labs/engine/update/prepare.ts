import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gt } from 'semver';
import { UsageError } from '../../../blueprints/errors';
import { KIT, kitVersion } from '../../../blueprints/kit';
import { checkOptions, chosenOptions, currentOptions, optionsOf } from '../../../blueprints/options';
import { withSlashes } from '../../../blueprints/paths';
import { classNameOf, type OptionValues, type Pattern } from '../../../blueprints/pattern';
import { type Provenance, readBase } from '../../../blueprints/provenance';
import { type Files, type ProjectExtras, render } from '../../../blueprints/rendering';
import { filesOf } from '../move';
import { type Definition, type Renames, readDefinition, withRenames } from './definition';
import { type FileUpdate, planUpdate } from './plan';
import { hasConflict } from './three-way';

/** The project whose files are updated. */
export interface Updatable {
  /** Its folder, as an absolute path. */
  readonly folder: string;
  readonly pattern: Pattern;
  /** The step that it was generated at. */
  readonly generatedAt: string;
  /** The values of all options that it was generated with. */
  readonly values: OptionValues;
}

/** What an update is about to do; nothing is written yet. */
export interface Update {
  /** The version of the kit that the files were generated with. */
  readonly from: string;
  /** The project's options now: those of `.projenrc.ts`. */
  readonly options: Provenance['options'];
  /** The options that `.projenrc.ts` has by a name of then, or that are no more. */
  readonly renames: Renames;
  /** The options that a program computes there; they stay as they were. */
  readonly computed: readonly string[];
  readonly files: readonly FileUpdate[];
  /** What is generated now. */
  readonly rendered: Files;
  /** What `.projenrc.ts` is rendered with besides the options. */
  readonly extras?: ProjectExtras;
}

/** The file that makes the project. */
const DEFINITION = '.projenrc.ts';

/** What holds no file that was ever generated from a template. */
const FOREIGN = new Set(['.atelier', '.git', '.projen', 'cdk.out', 'coverage', 'node_modules', 'vendor']);

/**
 * Plans an update: what the kit generates now, for the options that `.projenrc.ts` has now, is merged with what was generated
 * then and what there is.
 *
 * @param project the project
 * @throws UsageError when the project is of a newer kit, an option is not allowed any more, a conflict of an earlier update
 * is still marked in a file, or what was generated then is not recorded
 */
export function prepareUpdate(project: Updatable): Update {
  const { folder, pattern, generatedAt } = project;
  const base = readBase(folder);
  refuseOlderKit(base.kit);
  const own = readOwn(folder, new Set([...Object.keys(base.files), ...filesOf(pattern, project.values)]));
  const definition = own.get(DEFINITION)?.toString();
  const renames = renamesOf(pattern);
  const withNewNames = (text: string): string => withRenames(text, classNameOf(pattern), renames);
  const read = definition === undefined ? undefined : readDefinition(definition, classNameOf(pattern));
  const values = valuesOf(project, read);
  const rendered = render(pattern, values, generatedAt, base.extras);
  // The options in it are its owner's: they are the same on both sides, so that nothing of the kit's is in their way.
  const asBefore = render(pattern, project.values, generatedAt, base.extras).get(DEFINITION) ?? '';
  const next: Files = new Map([...rendered, [DEFINITION, asBefore]]);
  const then = { ...base.files, [DEFINITION]: withNewNames(base.files[DEFINITION] ?? '') };
  refuseOpenConflicts(own, Object.keys(then));
  if (definition !== undefined) {
    own.set(DEFINITION, Buffer.from(withNewNames(definition)));
  }
  const sides = { own: 'yours', next: `${KIT} ${kitVersion}` };
  const files = planUpdate({ base: { ...base, files: then }, own, next }, sides);
  const names = new Set([...Object.keys(read?.values ?? {}), ...(read?.computed ?? [])]);
  return {
    from: base.kit,
    options: chosenOptions(pattern, values),
    renames: new Map([...renames].filter(([name]) => names.has(name))),
    computed: (read?.computed ?? []).filter((name) => optionsOf(pattern).some((option) => option.name === name)),
    files: withDefinition(files, definition, own.get(DEFINITION)),
    rendered,
    ...(base.extras ? { extras: base.extras } : {}),
  };
}

/**
 * The `.projenrc.ts` of a project with the names that its options have now.
 *
 * @param project the project
 * @returns the file, when there is something to change in it
 */
export function prepareDefinition({ folder, pattern }: Updatable): FileUpdate[] {
  const file = join(folder, DEFINITION);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return withDefinition([], text, Buffer.from(withRenames(text, classNameOf(pattern), renamesOf(pattern))));
}

/** The files, `.projenrc.ts` among them where its options have other names and nothing else of it changes. */
function withDefinition(files: readonly FileUpdate[], before: string | undefined, after: Buffer | undefined) {
  const isPlanned = files.some(({ path, kind }) => path === DEFINITION && kind !== 'kept');
  return isPlanned || before === undefined || after === undefined || before === after.toString()
    ? files.slice()
    : [{ path: DEFINITION, kind: 'merge' as const, content: after.toString() }, ...files];
}

/** What becomes of the options of earlier versions. */
function renamesOf(pattern: Pattern): Renames {
  const renamed = optionsOf(pattern).flatMap(({ name, formerly = [] }) =>
    formerly.map((old): [string, string] => [old, name]),
  );
  return new Map([...renamed, ...(pattern.retired ?? []).map(({ name }): [string, undefined] => [name, undefined])]);
}

/** The values of all options: what `.projenrc.ts` says, and what it was generated with where a program computes them. */
function valuesOf({ pattern, values }: Updatable, definition: Definition | undefined): OptionValues {
  if (!definition) {
    return values;
  }
  const specs = optionsOf(pattern);
  const given = currentOptions(pattern, definition.values);
  const computed = currentOptions(pattern, Object.fromEntries(definition.computed.map((name) => [name, true])));
  const isComputed = (name: string): boolean => name === 'name' || name in computed;
  return checkOptions(
    pattern,
    Object.fromEntries(specs.map(({ name }) => [name, given[name] ?? (isComputed(name) ? values[name] : undefined)])),
  );
}

function refuseOlderKit(version: string): void {
  if (gt(version, kitVersion)) {
    throw new UsageError(`the project was updated with ${KIT} ${version}, and this is ${kitVersion}`, {
      option: 'kit',
      given: kitVersion,
      allowed: `${version} or newer`,
      example: 'npx projen upgrade',
    });
  }
}

function refuseOpenConflicts(own: ReadonlyMap<string, Buffer>, paths: readonly string[]): void {
  const open = paths.filter((path) => hasConflict(own.get(path)?.toString() ?? ''));
  if (open.length > 0) {
    throw new UsageError(`${open.join(', ')} still ${open.length === 1 ? 'has' : 'have'} the marks of a conflict`, {
      option: 'folder',
      given: open,
      allowed: 'files whose conflicts are resolved, or taken back',
      example: 'atelier lab undo',
    });
  }
}

/** No template makes a file that is larger, in bytes; one that its owner has made so may still be known by its name. */
const LARGEST = 1_000_000;

/** The files of a project that may come from a template. */
function readOwn(folder: string, known: ReadonlySet<string>): Map<string, Buffer> {
  const read = (path: string): [string, Buffer][] =>
    readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
      const inside = path === '' ? entry.name : join(path, entry.name);
      if (entry.isDirectory()) {
        return FOREIGN.has(entry.name) ? [] : read(inside);
      }
      const name = withSlashes(inside);
      const isWanted = entry.isFile() && (known.has(name) || statSync(join(folder, inside)).size <= LARGEST);
      return isWanted ? [[name, readFileSync(join(folder, inside))]] : [];
    });
  return new Map(read(''));
}
