import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runChild } from './child';
import type { SourceError } from './sources';

/** How long checking the types may take, in milliseconds. */
const TIMEOUT = 30_000;

/** `src/orders-stack.ts(21,7): error TS2353: text`, as the compiler reports an error. */
const ERROR = /^(?<file>(?:src|test)\/[^(]+)\((?<line>\d+),\d+\): error (?<code>TS\d+): (?<text>.+)$/gm;

/** Names, imports and parameters that nothing uses yet: no error of somebody who is in the midst of it. */
const UNUSED = new Set(['TS6133', 'TS6138', 'TS6192', 'TS6196', 'TS6198', 'TS6199']);

/**
 * The first error in the types of a project's sources, by its own compiler. What runs without types runs with it all the
 * same, and does not what its author meant: a property whose name is misspelt, for example.
 *
 * @param folder the project's folder
 * @param rooms the folders whose errors count. @default - the sources of the app
 * @returns undefined when there is none, or nothing to check with
 */
export async function typeError(folder: string, rooms: readonly string[] = ['src']): Promise<SourceError | undefined> {
  const compiler = compilerOf(folder);
  if (!compiler || !existsSync(join(folder, 'tsconfig.json'))) {
    return undefined;
  }
  const args = [compiler, '--noEmit', '--pretty', 'false'];
  const { stdout } = await runChild(process.execPath, args, { cwd: folder, timeout: TIMEOUT });
  const errors = [...stdout.matchAll(ERROR)].map(({ groups }) => groups ?? {});
  const first = errors.find(({ code, file }) => !UNUSED.has(code) && rooms.includes(file.split('/')[0]));
  return first && { text: first.text, where: `${first.file}:${first.line}` };
}

/** The package gives out its manifest, and not the file of its command. */
function compilerOf(folder: string): string | undefined {
  try {
    const manifest = createRequire(join(folder, 'package.json')).resolve('typescript/package.json');
    return join(dirname(manifest), 'bin', 'tsc');
  } catch {
    return undefined;
  }
}
