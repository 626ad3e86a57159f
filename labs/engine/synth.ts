import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EnvironmentError, UsageError } from '../../blueprints/errors';
import { Assembly } from './assembly';
import { readAssemblyFolder } from './assembly-folder';
import { type Child, type Ending, startChild } from './child';
import { asList, dig, isObject, type Json, readJson } from './json';
import { sourcePosition } from './source-position';

/** How to synthesize. */
export interface SynthOptions {
  /** How long the project's program may run, in milliseconds. @default 60000 */
  readonly timeout?: number;
  /** The variables of its process, besides those that make it synthesize. @default - those of this process */
  readonly env?: NodeJS.ProcessEnv;
  /** How much memory it may take, in megabytes. @default - what Node.js allows */
  readonly memory?: number;
  /**
   * The folder that the assembly is written into, to be deployed: code is bundled, and a finding of a rule pack is an error.
   *
   * @default - a scratch folder, for a check
   */
  readonly outdir?: string;
}

const TIMEOUT = 60_000;
/** Node.js keeps ten frames; a construct that is created inside of several others has its line of the project deeper. */
const FRAMES = '--stack-trace-limit=30';
const ERROR_FILE = 'atelier-error.json';
const PRELOADED_FILE = 'atelier-preloaded.json';
const LOADED_FILE = 'atelier-loaded.json';

/** Context of every synthesis: templates tell the paths of constructs. */
const CONTEXT = { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true };

/**
 * Context of every synthesis for a check: no code is bundled, and findings of
 * rule packs are reported instead of thrown.
 */
const CHECKING = {
  'aws:cdk:bundling-stacks': [],
  '@aws-cdk/core:failSynthOnValidationErrors': false,
  // Warnings of constructs are no rules that somebody chose.
  '@aws-cdk/core:annotationsInValidationReport': false,
};

/** What Node.js loads ahead of the program; written into the scratch folder, since it runs from sources and packed alike. */
const PRELOAD_FILE = 'preload.cjs';

/**
 * Ahead of the program: the project's loader of TypeScript, kept away from packages, which are JavaScript already (it would
 * look through each file of aws-cdk-lib, a third of a second). And what ends the program is written down, whole and
 * source-mapped, before it is printed. Where it is to wait, it loads packages, and goes on when it reads something.
 *
 * @param loader the absolute path of the loader. @default - the program needs none that is required
 */
const preload = (loader?: string): string => `const { readFileSync, readSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const load = Module._extensions['.js'];
${loader ? `require(${JSON.stringify(loader)});` : ''}
const compile = Module._extensions['.js'];
Module._extensions['.js'] = (module, file) =>
  (/[\\\\/]node_modules[\\\\/]/.test(file) ? load : compile)(module, file);
const { ATELIER_ERROR_FILE, ATELIER_LOADED, ATELIER_PRELOADED } = process.env;
process.on('uncaughtExceptionMonitor', (error) => {
  const { message, stack } = error ?? {};
  writeFileSync(ATELIER_ERROR_FILE, JSON.stringify({ message: message ?? String(error), stack }));
});
if (ATELIER_PRELOADED) {
  for (const file of JSON.parse(readFileSync(ATELIER_PRELOADED, 'utf8'))) {
    try {
      require(file);
    } catch {}
  }
  let told = 0;
  try {
    told = readSync(0, Buffer.alloc(1));
  } catch {}
  if (told === 0) {
    process.exit();
  }
  process.on('exit', () => {
    const packages = Object.keys(require.cache).filter((file) => /[\\\\/]node_modules[\\\\/]/.test(file));
    writeFileSync(ATELIER_LOADED, JSON.stringify(packages));
  });
}
`;

/**
 * Synthesizes a project as its `app` command would, by the project's own tsx, in a child process and into a scratch
 * folder: nothing is bundled or looked up, and nothing written into the project but compiled code below its node_modules, for
 * the next time. Construct traces are recorded by aws-cdk-lib itself.
 *
 * @param folder the project's folder
 * @param options how to synthesize
 * @returns the assembly; `error` says in one line why there is none, or why it is not whole
 * @throws UsageError when the folder has no cdk.json that names a program; EnvironmentError when its packages are not installed
 */
export async function synthesize(folder: string, options: SynthOptions = {}): Promise<Assembly> {
  return new Synthesis(folder, options).run();
}

/** A synthesis whose process has started; it may wait, with all packages loaded, until it is told to run the program. */
export class Synthesis {
  private readonly scratch = mkdtempSync(join(tmpdir(), 'atelier-'));
  private readonly child: Child;
  private readonly timeout: number;

  /**
   * @param folder the project's folder
   * @param options how to synthesize
   * @param preloaded files of packages to load at once, before it is told to run. @default - it does not wait
   * @throws UsageError, EnvironmentError as `synthesize` does
   */
  constructor(
    private readonly folder: string,
    private readonly options: SynthOptions = {},
    preloaded?: readonly string[],
  ) {
    this.timeout = options.timeout ?? TIMEOUT;
    try {
      this.child = this.start(preloaded);
      // Who waits for it hears of it all the same; nobody may.
      this.child.ended.catch(() => {});
    } catch (error) {
      this.clean();
      throw error;
    }
  }

  /**
   * Runs the project's program to its end.
   *
   * @returns the assembly, and the files of packages that were loaded for it, where it waited
   */
  public async run(): Promise<Assembly> {
    try {
      this.child.go();
      const ending = await this.child.ended;
      return new Assembly({
        ...readAssemblyFolder(this.options.outdir ?? this.scratch, this.folder),
        ...failure(this.folder, this.scratch, this.options.outdir ?? this.scratch, ending, this.timeout),
      });
    } finally {
      this.loaded = asList(readJson(join(this.scratch, LOADED_FILE))).map(String);
      this.clean();
    }
  }

  /** The files of packages that the program has loaded, once it has run; none where it did not wait. */
  public loaded: readonly string[] = [];

  /** Ends it, whatever it does. */
  public discard(): void {
    this.child.kill();
    this.clean();
  }

  private start(preloaded: readonly string[] | undefined): Child {
    const program = programOf(this.folder);
    const loader = loaderOf(this.folder, program);
    const file = join(this.scratch, PRELOAD_FILE);
    const list = join(this.scratch, PRELOADED_FILE);
    writeFileSync(file, preload(loader.required));
    writeFileSync(list, JSON.stringify(preloaded ?? []));
    const { memory, env = process.env } = this.options;
    const limits = memory === undefined ? [] : [`--max-old-space-size=${memory}`];
    return startChild(process.execPath, [FRAMES, ...limits, '--require', file, ...loader.imported, program], {
      cwd: this.folder,
      timeout: this.timeout,
      waits: preloaded !== undefined,
      leavesNothing: true,
      env: {
        ...environment(this.folder, this.scratch, env, this.options.outdir),
        ...(preloaded ? { ATELIER_PRELOADED: list, ATELIER_LOADED: join(this.scratch, LOADED_FILE) } : {}),
      },
    });
  }

  private clean(): void {
    rmSync(this.scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The file that the app's command runs: `src/main.ts` of `npx tsx src/main.ts`. */
function programOf(folder: string): string {
  const app = dig(readJson(join(folder, 'cdk.json')), 'app');
  const words = typeof app === 'string' ? app.split(/\s+/) : [];
  const program = words.filter((word) => /\.[cm]?[jt]s$/.test(word)).pop();
  if (!program || !existsSync(join(folder, program))) {
    throw new UsageError(program ? `${program}, which cdk.json runs, is not there` : 'cdk.json names no program', {
      option: 'app',
      given: app,
      allowed: 'a command that runs a file of the project',
      example: '"app": "npx tsx src/main.ts"',
    });
  }
  return program;
}

/** How the project's own tsx comes in: required by a CommonJS program, which is quicker, imported by an ES module. */
function loaderOf(folder: string, program: string): { readonly required?: string; readonly imported: string[] } {
  const manifest = join(folder, 'package.json');
  const isModule =
    dig(readJson(manifest), 'type') === 'module' ? !/\.c[jt]s$/.test(program) : /\.m[jt]s$/.test(program);
  try {
    const { resolve } = createRequire(manifest);
    return isModule
      ? { imported: ['--import', pathToFileURL(resolve('tsx')).href] }
      : { required: resolve('tsx/cjs'), imported: [] };
  } catch {
    throw new EnvironmentError(`the packages of the project are not installed; run npm install in ${folder}`);
  }
}

function environment(
  folder: string,
  scratch: string,
  env: NodeJS.ProcessEnv,
  outdir: string | undefined,
): NodeJS.ProcessEnv {
  const context = ['cdk.context.json', 'cdk.json'].map((file) => {
    const content = readJson(join(folder, file));
    const found: Json | undefined = file === 'cdk.json' ? dig(content, 'context') : content;
    return isObject(found) ? found : {};
  });
  return {
    ...env,
    CDK_OUTDIR: outdir ?? scratch,
    CDK_CONTEXT_JSON: JSON.stringify(Object.assign({}, ...context, CONTEXT, outdir ? {} : CHECKING)),
    CDK_VALIDATION: 'false',
    ATELIER_ERROR_FILE: join(scratch, ERROR_FILE),
    // Compiled code is kept between checks where Node.js knows how to (22.1 and newer).
    NODE_COMPILE_CACHE: env.NODE_COMPILE_CACHE ?? join(folder, 'node_modules', '.cache', 'atelier'),
  };
}

/** Why synthesis failed, from the most telling source to the least. */
function failure(
  folder: string,
  scratch: string,
  outdir: string,
  { code, timedOut, stderr }: Ending,
  limit: number,
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
  return existsSync(join(outdir, 'manifest.json'))
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
  const [told] = message.split('\nRequire stack:');
  const isPackage = /^Cannot find (module|package) '[^./]/.test(told);
  const error = (problem ?? `${told}${isPackage ? '; run npm install' : ''}`).replace(/\s+/g, ' ').trim();
  return { error: error || 'the program failed without a message', ...(where ? { errorWhere: where } : {}) };
}
