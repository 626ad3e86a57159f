import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../../blueprints/errors';
import { Assembly } from './assembly';
import { readAssemblyFolder } from './assembly-folder';
import { dig, isObject, type Json, readJson } from './json';
import { sourcePosition } from './source-position';

/** How to synthesize. */
export interface SynthOptions {
  /** How long the project's program may run, in milliseconds. @default 60000 */
  readonly timeout?: number;
}

/** How a program ended. */
interface Ending {
  readonly code: number | null;
  readonly timedOut: boolean;
  /** How long it was allowed to run, in milliseconds. */
  readonly limit: number;
  readonly stderr: string;
}

const TIMEOUT = 60_000;
/** Node.js keeps ten frames; a construct that is created inside of several others has its line of the project deeper. */
const FRAMES = '--stack-trace-limit=30';
const ERROR_FILE = 'atelier-error.json';

/**
 * Context of every synthesis for a check: no code is bundled, templates tell the paths of constructs, and findings of
 * rule packs are reported instead of thrown.
 */
const CONTEXT = {
  'aws:cdk:bundling-stacks': [],
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': true,
  '@aws-cdk/core:failSynthOnValidationErrors': false,
};

/** Writes down what ends the program, whole and source-mapped, before Node.js prints it; runs inside the program. */
const ERROR_RECORDER = `data:text/javascript,${encodeURIComponent(
  `import { writeFileSync } from 'node:fs';
process.on('uncaughtExceptionMonitor', (error) => {
  const { message, stack } = error ?? {};
  writeFileSync(process.env.ATELIER_ERROR_FILE, JSON.stringify({ message: message ?? String(error), stack }));
});`,
)}`;

/**
 * Synthesizes a project as its `app` command would, by the project's own tsx, in a child process and into a scratch
 * folder: nothing is bundled, looked up or written into the project. Construct traces are recorded by aws-cdk-lib itself.
 *
 * @param folder the project's folder
 * @param options how to synthesize
 * @returns the assembly; `error` says in one line why there is none, or why it is not whole
 * @throws UsageError when the folder has no cdk.json that names a program; Error when its packages are not installed
 */
export async function synthesize(folder: string, options: SynthOptions = {}): Promise<Assembly> {
  const program = programOf(folder);
  const loader = loaderOf(folder);
  const scratch = mkdtempSync(join(tmpdir(), 'atelier-'));
  try {
    const ending = await run(folder, [FRAMES, '--import', loader, '--import', ERROR_RECORDER, program], {
      timeout: options.timeout ?? TIMEOUT,
      env: environment(folder, scratch),
    });
    return new Assembly({ ...readAssemblyFolder(scratch, folder), ...failure(folder, scratch, ending) });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The file that the app's command runs: `src/main.ts` of `npx tsx src/main.ts`. */
function programOf(folder: string): string {
  const app = dig(readJson(join(folder, 'cdk.json')), 'app');
  const words = typeof app === 'string' ? app.split(/\s+/) : [];
  const program = words.filter((word) => /\.[cm]?[jt]s$/.test(word) && existsSync(join(folder, word))).pop();
  if (!program) {
    throw new UsageError('cdk.json names no program', {
      option: 'app',
      given: app,
      allowed: 'a command that runs a file of the project',
      example: '"app": "npx tsx src/main.ts"',
    });
  }
  return program;
}

function loaderOf(folder: string): string {
  try {
    return pathToFileURL(createRequire(join(folder, 'package.json')).resolve('tsx')).href;
  } catch {
    throw new Error(`the packages of the project are not installed; run npm install in ${folder}`);
  }
}

function environment(folder: string, scratch: string): NodeJS.ProcessEnv {
  const context = ['cdk.context.json', 'cdk.json'].map((file) => {
    const content = readJson(join(folder, file));
    const found: Json | undefined = file === 'cdk.json' ? dig(content, 'context') : content;
    return isObject(found) ? found : {};
  });
  return {
    ...process.env,
    CDK_OUTDIR: scratch,
    CDK_CONTEXT_JSON: JSON.stringify(Object.assign({}, ...context, CONTEXT)),
    CDK_VALIDATION: 'false',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    ATELIER_ERROR_FILE: join(scratch, ERROR_FILE),
    // Compiled code is kept between checks where Node.js knows how to (22.1 and newer).
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(tmpdir(), 'atelier-compile-cache'),
  };
}

function run(
  cwd: string,
  args: readonly string[],
  { timeout, env }: { readonly timeout: number; readonly env: NodeJS.ProcessEnv },
): Promise<Ending> {
  return new Promise((resolve, reject) => {
    // What the program prints on standard output is its own business; an undrained pipe would stop it.
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeout);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-20_000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, timedOut, limit: timeout, stderr });
    });
  });
}

/** Why synthesis failed, from the most telling source to the least. */
function failure(
  folder: string,
  scratch: string,
  { code, timedOut, limit, stderr }: Ending,
): { readonly error?: string; readonly errorWhere?: string } {
  if (timedOut) {
    return {
      error: `the program did not end within ${limit / 1000} s; look for a loop, or for a connection that stays open`,
    };
  }
  const recorded = recordedError(join(scratch, ERROR_FILE), folder);
  if (recorded) {
    return recorded;
  }
  if (code !== 0) {
    const [line] = stderr.split('\n').filter((text) => text.trim() !== '');
    return { error: `the program ended with exit code ${code}${line ? `: ${line.trim()}` : ''}` };
  }
  return existsSync(join(scratch, 'manifest.json'))
    ? {}
    : { error: 'the program ended without an app; it creates an App and its stacks when it is loaded' };
}

/** `file:line:column: ERROR: text`, as the compiler reports what it can't read. */
const SYNTAX_ERROR = /^(.+:\d+:\d+): ERROR: (.+)$/m;

function recordedError(file: string, folder: string): { error: string; errorWhere?: string } | undefined {
  if (!existsSync(file)) {
    return undefined;
  }
  const { message, stack } = JSON.parse(readFileSync(file, 'utf8')) as { message: string; stack?: string };
  const [, position, problem] = SYNTAX_ERROR.exec(message) ?? [];
  const frames = position ? [position] : (stack ?? '').slice(stack?.indexOf('\n    at ') ?? 0).split('\n');
  const where = sourcePosition(frames, folder);
  const error = (problem ?? message.split('\nRequire stack:')[0]).replace(/\s+/g, ' ').trim();
  return { error: error || 'the program failed without a message', ...(where ? { errorWhere: where } : {}) };
}
