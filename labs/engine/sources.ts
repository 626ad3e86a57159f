import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runChild } from './child';
import { dig, type Json } from './json';

/** What keeps a source from being compiled. */
export interface SourceError {
  /** What is wrong, in one line. */
  readonly text: string;
  /** Where: `src/functions/consumer.ts:5` for example. */
  readonly where: string;
}

/** How long reading all sources may take, in milliseconds. */
const TIMEOUT = 30_000;

/**
 * Bundles all sources in memory, without their packages, and prints the first error as JSON. A template shows nothing of the
 * code of functions: a check would not see that it can't be read, or that a file of it is gone.
 */
const SCRIPT = `
const [esbuild, folder] = process.argv.slice(1);
const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const entryPoints = readdirSync(join(folder, 'src'), { recursive: true })
  .filter((path) => /\\.[cm]?tsx?$/.test(path) && !path.endsWith('.d.ts'))
  .map((path) => join(folder, 'src', path));
const options = { absWorkingDir: folder, entryPoints, bundle: true, packages: 'external', platform: 'node' };
require(esbuild)
  .build({ ...options, write: false, outdir: folder, logLevel: 'silent' })
  .then(() => ({}), ({ errors }) => errors[0])
  .then(({ text, location }) => process.stdout.write(JSON.stringify({ text, file: location?.file, line: location?.line })))
  .finally(() => process.exit());
`;

/**
 * The first error for which a source of a project can't be compiled, or a file that it imports is not there.
 *
 * @param folder the project's folder
 * @returns undefined when there is none, or nothing to compile with
 */
export async function sourceError(folder: string): Promise<SourceError | undefined> {
  const esbuild = esbuildOf(folder);
  if (!esbuild || !existsSync(join(folder, 'src'))) {
    return undefined;
  }
  const { stdout } = await runChild(process.execPath, ['-e', SCRIPT, esbuild, folder], { timeout: TIMEOUT });
  const { text, file, line } = parsed(stdout);
  return text ? { text, where: file ? `${file}:${line}` : 'src' } : undefined;
}

function parsed(printed: string): { readonly text?: string; readonly file?: string; readonly line?: number } {
  try {
    const found = JSON.parse(printed) as Json;
    const texts = ['text', 'file', 'line'].map((name) => [name, dig(found, name)] as const);
    return Object.fromEntries(texts.filter(([, value]) => value !== undefined));
  } catch {
    return {};
  }
}

function esbuildOf(folder: string): string | undefined {
  try {
    return createRequire(join(folder, 'package.json')).resolve('esbuild');
  } catch {
    return undefined;
  }
}
