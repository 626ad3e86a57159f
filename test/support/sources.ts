import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { inOrder } from '../../blueprints/catalog';
import { classNameOf, type Pattern, packageOf } from '../../blueprints/pattern';
import type { Lab, Labs } from '../../labs/engine/lab';
import type { ProjectType } from '../../labs/packages';

/*
 * What a package of patterns holds, from its sources as they are and not as they were compiled last. Whoever runs this knows how
 * to load TypeScript: jest, or tsx.
 */

/**
 * The patterns of a package.
 *
 * @param root the package's folder
 * @returns what its `blueprints/patterns.ts` exports, in the order of a catalogue
 */
export function patternsAt(root: string): Pattern[] {
  return inOrder(require(join(root, 'blueprints', 'patterns')));
}

/**
 * The lab of a pattern.
 *
 * @param pattern the pattern
 * @returns undefined when its package's `labs/index.ts` has none
 */
export async function labAt(pattern: Pattern): Promise<Lab | undefined> {
  const { labs } = require(join(packageOf(pattern).root, 'labs')) as { readonly labs: Labs };
  return (await labs[pattern.id]?.())?.lab;
}

/**
 * The project type of a pattern; it loads projen.
 *
 * @param pattern the pattern
 */
export function projectTypeAt(pattern: Pattern): ProjectType {
  return require(join(packageOf(pattern).root, 'blueprints'))[classNameOf(pattern)];
}

/**
 * The file of a tool that a package has installed.
 *
 * @param root the package's folder
 * @param tool the tool's package
 * @param bin its program, below its own folder
 * @returns an absolute path
 */
export function toolAt(root: string, tool: string, bin: string): string {
  return join(dirname(createRequire(join(root, 'package.json')).resolve(`${tool}/package.json`)), bin);
}
