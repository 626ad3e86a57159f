import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findPattern, inOrder } from '../blueprints/catalog';
import { EnvironmentError } from '../blueprints/errors';
import { kitRoot } from '../blueprints/kit';
import { type PatternPackage, packageAt } from '../blueprints/package';
import { classNameOf, type Pattern, packageOf } from '../blueprints/pattern';
import type { Provenance } from '../blueprints/provenance';
import type { Lab, Labs } from './engine/lab';
import { labs } from './index';

/*
 * Packages of patterns. The kit is one; a company's own has the same exports: project types as its main entry, the data of its
 * patterns as `./patterns`, their labs as `./labs`.
 */

/**
 * The lab of a pattern, whichever package it is of.
 *
 * @param pattern the pattern
 * @throws EnvironmentError when its package has none
 */
export function labOf(pattern: Pattern): Promise<Lab> {
  return labIn(packageOf(pattern).root, pattern.id);
}

/**
 * The lab of a pattern, by the folder of its package.
 *
 * @param root the package's folder
 * @param pattern the pattern's id
 * @throws EnvironmentError when the package has none
 */
export async function labIn(root: string, pattern: string): Promise<Lab> {
  const of = packageAt(root);
  const load = (root === kitRoot ? labs : (entryOf(of, 'labs').labs as Labs))?.[pattern];
  if (!load) {
    throw new EnvironmentError(`${of.name} has no lab for ${pattern}; it belongs into its labs/index.ts`);
  }
  return (await load()).lab;
}

/** A project type as `projen new` uses it. */
export type ProjectType = new (options: object) => { synth(): void };

/**
 * The project type of a pattern; it loads projen.
 *
 * @param pattern the pattern
 */
export async function projectTypeOf(pattern: Pattern): Promise<ProjectType> {
  const of = packageOf(pattern);
  const types = of.root === kitRoot ? await import('../blueprints/index') : entryOf(of);
  return (types as unknown as Record<string, ProjectType>)[classNameOf(pattern)];
}

/**
 * The patterns of an installed package.
 *
 * @param root the package's folder
 * @returns its patterns, in the order of a catalogue
 * @throws EnvironmentError when it is no package of patterns
 */
export function patternsIn(root: string): Pattern[] {
  return inOrder(entryOf(packageAt(root), 'patterns') as Record<string, Pattern>);
}

/**
 * The folder of a package that is installed for a project.
 *
 * @param name the package's name
 * @param folder the project's folder
 * @returns undefined when it is not installed there
 */
export function packageFolder(name: string, folder: string): string | undefined {
  try {
    return dirname(createRequire(join(folder, 'package.json')).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

/**
 * The pattern that a project was generated from, where no code has to be loaded for it that nobody has named.
 *
 * @param provenance where the project came from
 * @param named the patterns of a package that somebody has named. @default - nobody has
 * @returns undefined when it is of another package
 * @throws UsageError when the package has no such pattern
 */
export function namedPatternOf(
  { package: of, pattern }: Provenance,
  named: readonly Pattern[] = [],
): Pattern | undefined {
  if (!of) {
    return findPattern(pattern);
  }
  const ofName = named.filter((one) => packageOf(one).name === of.name);
  return ofName.length > 0 ? findPattern(pattern, ofName) : undefined;
}

/**
 * The pattern that a project was generated from, of the kit or of a package that the project has installed.
 *
 * @param provenance where the project came from
 * @param folder the project's folder
 * @param named the patterns of a package that somebody has named. @default - nobody has
 * @throws UsageError when there is no such pattern; EnvironmentError when the package that it is of is not installed
 */
export function patternOf(provenance: Provenance, folder: string, named?: readonly Pattern[]): Pattern {
  const found = namedPatternOf(provenance, named);
  if (found) {
    return found;
  }
  const { name } = provenance.package as NonNullable<Provenance['package']>;
  const root = packageFolder(name, folder);
  if (!root) {
    throw new EnvironmentError(`the pattern is of ${name}, which is not installed; run npm install in ${folder}`);
  }
  return findPattern(provenance.pattern, patternsIn(root));
}

/** Loads an entry of a package, by the name that the package itself gives it. */
function entryOf({ name, root }: PatternPackage, entry?: string): Record<string, unknown> {
  const path = entry ? `${name}/${entry}` : name;
  try {
    return createRequire(join(root, 'package.json'))(path);
  } catch (error) {
    const [problem] = (error as Error).message.split('\n');
    throw new EnvironmentError(`${name} is no package of patterns: ${path} can't be loaded: ${problem}`);
  }
}
