import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { patterns } from '../../../blueprints/catalog';
import { UsageError } from '../../../blueprints/errors';
import { checkOptions, chosenOptions, nameOfFolder, optionsOf } from '../../../blueprints/options';
import type { OptionValue, OptionValues, Pattern } from '../../../blueprints/pattern';
import { checkStep } from '../../../blueprints/pattern';
import { killChildren, runChild } from '../../engine/child';
import { installedKit, typedKit } from '../kit-spec';
import { exitCodeOf, exitCodes, Output, type OutputOptions } from '../output';
import { stage, stageElsewhere } from '../staging';

/** The flags of `atelier new`, besides those of the pattern. */
export interface NewOptions extends OutputOptions {
  /** The step that the project stands at. @default - the last one */
  readonly step?: string;
  /** The npm spec of the kit that the project depends on. @default - as the running kit was installed */
  readonly kit?: string;
  /** Shows what would be written, and writes nothing. @default false */
  readonly dryRun?: boolean;
  /** Whether packages are installed. @default true */
  readonly install?: boolean;
  /** Whether a git repository is made. @default true */
  readonly git?: boolean;
  /** Whether questions may be asked. @default true in a terminal, false without one and in CI */
  readonly input?: boolean;
}

/** What `new --json` prints. */
interface Created {
  readonly pattern: string;
  readonly folder: string;
  readonly step: string;
  readonly options: Record<string, OptionValue>;
  readonly files: readonly string[];
  readonly installed: boolean;
  readonly committed: boolean;
}

/** What is to be created, checked. */
interface Plan {
  readonly pattern: Pattern;
  readonly folder: string;
  readonly values: OptionValues;
  readonly step: string;
  readonly kit: string;
}

/**
 * `atelier new`: creates a project in a new folder, installs its packages and commits it.
 *
 * @param pattern the pattern; asked for in a terminal when there is none
 * @param folder the folder to create, relative to the working directory; by default named as the pattern
 * @param options the flags, those of the pattern among them
 * @returns the exit code: 0, or 4 when the installation failed
 * @throws UsageError for a wrong option or an occupied folder; nothing is written then
 */
export async function create(
  pattern: Pattern | undefined,
  folder: string | undefined,
  options: NewOptions,
): Promise<number> {
  const output = new Output(options);
  const plan = await planProject(pattern, folder, options);
  const run = options.dryRun ? rehearse : make;
  return run(plan, options, output);
}

/** Shows what would be made; what has to be written for that is written far from the target. */
async function rehearse(plan: Plan, options: NewOptions, output: Output): Promise<number> {
  const staged = stageElsewhere(plan.folder);
  return abandonable(staged.discard, async () => {
    await generate(plan, staged.path);
    return report(plan, listFiles(staged.path), { installed: false, committed: false }, options, output);
  });
}

async function make(plan: Plan, options: NewOptions, output: Output): Promise<number> {
  const staged = stage(plan.folder);
  return abandonable(staged.discard, async () => {
    await generate(plan, staged.path);
    const files = listFiles(staged.path);
    const installed = options.install !== false && (await install(staged.path, output));
    const committed = options.git !== false && (await commit(staged.path, placeOf(plan.folder), output));
    // Generating leaves the event loop no turn: a signal that came meanwhile is heard here, before anything is there.
    await setImmediate();
    staged.publish();
    return report(plan, files, { installed, committed }, options, output);
  });
}

/** Does something and takes away what it has left, also when the user ends it. */
async function abandonable(discard: () => void, work: () => Promise<number>): Promise<number> {
  const abandon = (signal: NodeJS.Signals): never => {
    killChildren();
    discard();
    process.exit(exitCodeOf(signal));
  };
  process.once('SIGINT', abandon).once('SIGTERM', abandon);
  try {
    return await work();
  } finally {
    process.off('SIGINT', abandon).off('SIGTERM', abandon);
    discard();
  }
}

/** The nearest folder that is there: a target that is to be, or else the one above it. */
function placeOf(target: string): string {
  return existsSync(target) ? target : dirname(target);
}

async function planProject(
  pattern: Pattern | undefined,
  folder: string | undefined,
  options: NewOptions,
): Promise<Plan> {
  const answers = await ask(pattern, folder, options);
  const given = flagsOf(answers.pattern, options);
  const target = resolve(answers.folder);
  const name = given.name ?? nameOfFolder(target);
  const values = checkOptions(answers.pattern, { ...given, ...answers.values, name });
  return {
    pattern: answers.pattern,
    folder: target,
    values,
    step: checkStep(answers.pattern, options.step),
    kit: options.kit === undefined ? installedKit() : typedKit(options.kit),
  };
}

/** The options of a pattern that were given as flags, which are known only where the pattern is named. */
function flagsOf(pattern: Pattern, options: NewOptions): OptionValues {
  const flags = options as Record<string, OptionValue | undefined>;
  return Object.fromEntries(optionsOf(pattern).flatMap(({ name }) => (name in flags ? [[name, flags[name]]] : [])));
}

/** What was not given is asked for where somebody can answer; elsewhere a missing pattern is an error. */
async function ask(pattern: Pattern | undefined, folder: string | undefined, options: NewOptions) {
  const canAsk =
    options.input !== false && !options.json && process.stdin.isTTY && process.stdout.isTTY && !process.env.CI;
  if (canAsk && (pattern === undefined || folder === undefined)) {
    const { askForProject } = await import('../prompts');
    return askForProject(pattern, folder, pattern ? flagsOf(pattern, options) : {});
  }
  if (pattern === undefined) {
    throw new UsageError('no pattern was named', {
      option: 'pattern',
      allowed: 'the patterns of atelier list',
      example: `atelier new ${patterns[0].id} orders`,
    });
  }
  return { pattern, folder: folder ?? pattern.id, values: {} };
}

async function generate({ pattern, values, step, kit }: Plan, outdir: string): Promise<void> {
  const creating = { PROJEN_CREATE_PROJECT: 'true', PROJEN_DISABLE_POST: 'true' };
  Object.assign(process.env, creating);
  const types: Record<string, unknown> = await import('../../../blueprints/index');
  const ProjectType = types[pattern.className] as new (options: object) => { synth(): void };
  new ProjectType({ ...values, outdir, kit, step, appOptions: { logging: { level: '00.off' } } }).synth();
  // npm and git are started after this: what they run is no creation.
  for (const name of Object.keys(creating)) {
    delete process.env[name];
  }
}

async function install(folder: string, output: Output): Promise<boolean> {
  const done = output.progress('Installing packages');
  const failure = await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], folder);
  done(failure ? 'bad' : 'good');
  if (failure) {
    process.stderr.write(`${failure}\n`);
  }
  return failure === undefined;
}

/** Commits all files, unless the folder lies in a repository already or git can't. */
async function commit(folder: string, parent: string, output: Output): Promise<boolean> {
  if ((await run('git', ['rev-parse', '--is-inside-work-tree'], parent)) === undefined) {
    return false;
  }
  const message = 'chore: project created with serverless-atelier';
  for (const args of [
    ['init', '--quiet', '-b', 'main'],
    ['add', '.'],
    ['commit', '--quiet', '--message', message],
  ]) {
    const failure = await run('git', args, folder);
    if (failure) {
      output.print(output.paint('warn', `git ${args[0]} failed, so nothing was committed: ${failure.split('\n')[0]}`));
      return false;
    }
  }
  return true;
}

/** Runs a command to its end; returns what it said when it failed. */
async function run(command: string, args: readonly string[], cwd: string): Promise<string | undefined> {
  const { code, stderr } = await runChild(command, args, { cwd });
  return code === 0 ? undefined : stderr.trim() || `${command} ended with ${code}`;
}

function report(
  plan: Plan,
  files: readonly string[],
  state: Pick<Created, 'installed' | 'committed'>,
  options: NewOptions,
  output: Output,
): number {
  const { pattern, values, step } = plan;
  const folder = relative(process.cwd(), plan.folder) || '.';
  const created: Created = {
    pattern: pattern.id,
    folder,
    step,
    options: chosenOptions(pattern, values),
    files,
    ...state,
  };
  output.document(created);
  if (options.dryRun) {
    output.print(output.paint('strong', `${folder} would hold`), ...tree(files));
    return exitCodes.done;
  }
  const failed = options.install !== false && !state.installed;
  const outcome = failed
    ? `${files.length} files are there, their packages are not`
    : `${pattern.title}, ${files.length} files, step ${step}`;
  output.print(
    `${output.mark(failed ? 'fail' : 'pass')} ${output.paint('strong', folder)}  ${outcome}`,
    '',
    ...[
      `cd ${folder}`,
      ...(state.installed ? [] : ['npm install']),
      'npx projen build      builds, tests and synthesizes it',
      'npx atelier lab       opens its lab',
    ].map((line) => `  ${output.paint('accent', line)}`),
  );
  return failed ? exitCodes.environment : exitCodes.done;
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** The files as an indented tree. */
function tree(files: readonly string[]): string[] {
  const seen = new Set<string>();
  return files.flatMap((file) => {
    const parts = file.split('/');
    return parts.flatMap((part, depth) => {
      const path = parts.slice(0, depth + 1).join('/');
      if (seen.has(path)) {
        return [];
      }
      seen.add(path);
      return [`  ${'  '.repeat(depth)}${part}${depth < parts.length - 1 ? '/' : ''}`];
    });
  });
}
