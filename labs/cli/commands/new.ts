import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { chosenOptions } from '../../../blueprints/options';
import { withSlashes } from '../../../blueprints/paths';
import type { OptionValue, Pattern } from '../../../blueprints/pattern';
import { failureOf, killChildren } from '../../engine/child';
import { projectTypeOf } from '../../packages';
import { exitCodeOf, exitCodes, Output } from '../output';
import { type NewOptions, type Plan, planProject } from '../project-plan';
import { type Staging, stage, stageElsewhere } from '../staging';

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
  const plan = await planProject(pattern, folder, options, output.plain);
  const run = options.dryRun ? rehearse : make;
  return run(plan, options, output);
}

/** Shows what would be made; what has to be written for that is written far from the target. */
async function rehearse(plan: Plan, options: NewOptions, output: Output): Promise<number> {
  return abandonable(
    () => stageElsewhere(plan.folder),
    async (staged) => {
      await generate(plan, staged.path);
      return report(plan, listFiles(staged.path), { installed: false, committed: false }, options, output);
    },
  );
}

async function make(plan: Plan, options: NewOptions, output: Output): Promise<number> {
  return abandonable(
    () => stage(plan.folder),
    async (staged) => {
      await generate(plan, staged.path);
      const files = listFiles(staged.path);
      const installed = options.install !== false && (await install(staged.path, output));
      // What can't be installed has no lock file, and is no state to come back to.
      const isComplete = installed || options.install === false;
      const committed =
        options.git !== false && isComplete && (await commit(staged.path, placeOf(plan.folder), output));
      // Generating leaves the event loop no turn: a signal that came meanwhile is heard here, before anything is there.
      await setImmediate();
      staged.publish();
      return report(plan, files, { installed, committed }, options, output);
    },
  );
}

/** Does something in a staged folder and takes away what is left of it, also when the user ends it. */
async function abandonable<T extends Pick<Staging, 'discard'>>(
  make: () => T,
  work: (staged: T) => Promise<number>,
): Promise<number> {
  let staged: T | undefined;
  const abandon = (signal: NodeJS.Signals): never => {
    killChildren();
    staged?.discard();
    process.exit(exitCodeOf(signal));
  };
  // Signals are heard before there is anything to be taken away.
  process.once('SIGINT', abandon).once('SIGTERM', abandon);
  try {
    staged = make();
    return await work(staged);
  } finally {
    process.off('SIGINT', abandon).off('SIGTERM', abandon);
    staged?.discard();
  }
}

/** The nearest folder that is there: a target that is to be, or else the one above it. */
function placeOf(target: string): string {
  return existsSync(target) ? target : dirname(target);
}

async function generate({ pattern, values, step, kit, package: of }: Plan, outdir: string): Promise<void> {
  const creating = { PROJEN_CREATE_PROJECT: 'true', PROJEN_DISABLE_POST: 'true' };
  Object.assign(process.env, creating);
  const ProjectType = await projectTypeOf(pattern);
  const devDeps = of === undefined ? {} : { devDeps: [of] };
  new ProjectType({ ...values, ...devDeps, outdir, kit, step, appOptions: { logging: { level: '00.off' } } }).synth();
  // npm and git are started after this: what they run is no creation.
  for (const name of Object.keys(creating)) {
    delete process.env[name];
  }
}

async function install(folder: string, output: Output): Promise<boolean> {
  const done = output.progress('Installing packages');
  const failure = await failureOf('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], folder);
  done(failure ? 'bad' : 'good');
  if (failure) {
    process.stderr.write(`${failure}\n`);
  }
  return failure === undefined;
}

/** Commits all files, unless the folder lies in a repository already or git can't. */
async function commit(folder: string, parent: string, output: Output): Promise<boolean> {
  if ((await failureOf('git', ['rev-parse', '--is-inside-work-tree'], parent)) === undefined) {
    return false;
  }
  const message = 'chore: project created with serverless-atelier';
  for (const args of [
    ['init', '--quiet', '-b', 'main'],
    ['add', '.'],
    ['commit', '--quiet', '--message', message],
  ]) {
    const failure = await failureOf('git', args, folder);
    if (failure) {
      output.print(output.paint('warn', `git ${args[0]} failed, so nothing was committed: ${failure.split('\n')[0]}`));
      return false;
    }
  }
  return true;
}

/** What is said, besides what was made, when its packages could not be installed. */
const INSTALL_FAILED = {
  message: 'the packages could not be installed, so nothing was committed; npm says why on standard error',
  option: 'kit',
  allowed: 'a version of the kit that the registry has, and a registry that answers',
  example: 'npm install',
};

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
  const failed = !options.dryRun && options.install !== false && !state.installed;
  output.document({ ...created, ...(failed ? { error: INSTALL_FAILED } : {}) });
  if (options.dryRun) {
    output.print(output.paint('strong', `${folder} would hold`), ...tree(files));
    return exitCodes.done;
  }
  const outcome = failed
    ? `${files.length} files are there, their packages are not`
    : `${pattern.title}, ${files.length} files, step ${step}`;
  output.print(
    `${output.mark(failed ? 'fail' : 'pass')} ${output.paint('strong', folder)}  ${outcome}`,
    '',
    ...[
      ...(folder === '.' ? [] : [`cd ${folder}`]),
      ...(state.installed ? [] : ['npm install']),
      ...(state.committed || failed ? [] : ['git add --all && git commit --message "New project"']),
      'npx projen build             builds, tests and synthesizes it',
      'npx serverless-atelier lab   opens its lab',
    ].map((line) => `  ${output.paint('accent', line)}`),
  );
  return failed ? exitCodes.environment : exitCodes.done;
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => withSlashes(relative(folder, join(entry.parentPath, entry.name))))
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
