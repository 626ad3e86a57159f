import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withSlashes } from '../../blueprints/paths';
import { runChild } from './child';

/** What keeps a source from being compiled. */
export interface SourceError {
  /** What is wrong, in one line. */
  readonly text: string;
  /** Where: `src/functions/consumer.ts:5` for example. */
  readonly where: string;
}

/** How long reading all sources may take, in milliseconds. */
const TIMEOUT = 30_000;

/** What is bundled: the sources, without their packages. A template shows nothing of the code of functions. */
const BUNDLE = [
  '--bundle',
  '--packages=external',
  '--platform=node',
  '--color=false',
  '--log-limit=1',
  // A compiler of types refuses it, and one that strips them takes the last.
  '--log-override:duplicate-object-key=error',
];

/** `✘ [ERROR] text`, and below it `    file:line:column:`, as esbuild prints an error. */
const ERROR = /\[ERROR\] (?<text>.+?)(?: \[plugin .*\])?\n(?:\s*\n)*(?:\s+(?<file>\S.*?):(?<line>\d+):\d+:)?/;

/**
 * The first error for which a source of a project can't be compiled, or a file that it imports is not there.
 *
 * @param folder the project's folder
 * @returns undefined when there is none, or nothing to compile with
 */
export async function sourceError(folder: string): Promise<SourceError | undefined> {
  const compiler = compilerOf(folder);
  const sources = existsSync(join(folder, 'src')) ? readdirSync(join(folder, 'src'), { recursive: true }) : [];
  const entries = sources
    .map((path) => `src/${withSlashes(String(path))}`)
    .filter((path) => /(?<!\.d)\.[cm]?ts$/.test(path));
  if (!compiler || entries.length === 0) {
    return undefined;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'atelier-'));
  try {
    const [command, ...args] = compiler;
    const options = { cwd: folder, timeout: TIMEOUT };
    const { stderr } = await runChild(command, [...args, ...entries, ...BUNDLE, `--outdir=${scratch}`], options);
    const { text, file, line } = ERROR.exec(stderr)?.groups ?? {};
    return text ? { text, where: file ? `${withSlashes(file)}:${line}` : 'src' } : undefined;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The compiler of the project: esbuild's own program, which starts at once, or else the script around it. */
function compilerOf(folder: string): readonly string[] | undefined {
  try {
    const script = createRequire(join(folder, 'package.json')).resolve('esbuild/bin/esbuild');
    try {
      const own = `@esbuild/${process.platform}-${process.arch}`;
      const file = process.platform === 'win32' ? 'esbuild.exe' : 'bin/esbuild';
      return [createRequire(script).resolve(`${own}/${file}`)];
    } catch {
      return [process.execPath, script];
    }
  } catch {
    return undefined;
  }
}
