import { cpSync, existsSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { EnvironmentError, UsageError } from '../../../blueprints/errors';
import { KIT, kitRoot } from '../../../blueprints/kit';
import { withSlashes } from '../../../blueprints/paths';
import { PROVENANCE_FILE } from '../../../blueprints/provenance';
import { failureOf, runChild } from '../../engine/child';
import { type LabOptions, Project } from '../lab/project';
import { exitCodes, Output } from '../output';

/** The flags of `atelier eject`. */
export interface EjectOptions extends LabOptions {
  /** Ejects though changes are not committed, or there is no git. @default false */
  readonly force?: boolean;
}

/** The rooms of the kit that generated projects import, and whose copies go into a folder of that name in `src`. */
const ROOMS = ['modules', 'pipelines'];

/** What is in them besides constructs. */
const APART = new Set(['functions', 'operations']);

/** A room of the kit, wherever a source names it. */
const specifier = (room: string): RegExp => new RegExp(`(['"])${KIT}/${room}\\1`, 'g');

/** Where all was committed, nothing but what ejecting did is lost by it. */
const TAKE_BACK = 'git reset --hard && git clean -fd';

/** What belongs to projen and the kit, and goes. */
const LEFTOVERS = [
  '.atelier',
  PROVENANCE_FILE,
  '.projen',
  '.projenrc.ts',
  '.projenrc.ts.bak',
  'scripts/run-task.cjs',
  'vendor',
];

/** Tasks that make no sense any more. */
const GONE = new Set(['default', 'eject', 'upgrade', 'install', 'install:ci']);

/**
 * `atelier eject`: the project leaves projen and the kit. The modules and pipelines that it imports are copied into
 * `src/modules` and `src/pipelines`, tasks become plain npm scripts, and the files of projen and the kit go. With `--json`: `{ modules, removed }`: the copied files
 * and what was removed, as paths in the project.
 *
 * @param options the flags
 * @returns the exit code: 0, or 4 when projen or npm failed
 * @throws UsageError when the folder holds no generated project, or changes that are not committed; EnvironmentError when projen
 * or npm failed
 */
export async function eject(options: EjectOptions): Promise<number> {
  const output = new Output(options);
  const { folder } = Project.open(options, output);
  await refuseUnsafe(folder, options);
  const scripts = scriptsOf(folder);
  const removed = LEFTOVERS.filter((path) => existsSync(join(folder, path)));
  const modules = ROOMS.flatMap((room) => copyRoom(folder, room));
  const done = output.progress('Leaving projen and the kit');
  const failure =
    (await failureOf('npx', ['projen', 'eject'], folder)) ??
    (await failureOf('npm', ['uninstall', KIT, '--no-audit', '--no-fund', '--loglevel=error'], folder));
  done(failure ? 'bad' : 'good');
  if (failure) {
    const wayBack = options.force ? '' : `, and ${TAKE_BACK} brings the project back`;
    throw new EnvironmentError(`ejecting failed${wayBack}: ${failure}`);
  }
  for (const path of LEFTOVERS) {
    rmSync(join(folder, path), { recursive: true, force: true });
  }
  if (existsSync(join(folder, 'scripts')) && readdirSync(join(folder, 'scripts')).length === 0) {
    rmdirSync(join(folder, 'scripts'));
  }
  rewriteAll(folder, scripts);
  output.document({ modules, removed });
  output.print(
    '',
    ...modules.map((path) => `${output.mark('pass')} ${path}  ${output.paint('faint', 'copied from the kit')}`),
    '',
    `${output.paint('accent', 'npm run build')}  builds, tests and synthesizes it; look at it, then commit`,
  );
  return exitCodes.done;
}

async function refuseUnsafe(folder: string, { force }: EjectOptions): Promise<void> {
  const taken = ROOMS.find((room) => importersOf(folder, room).length > 0 && existsSync(join(folder, 'src', room)));
  if (taken) {
    throw new UsageError(`src/${taken} is there already, where the ${taken} of the kit would go`, {
      option: 'folder',
      given: `src/${taken}`,
      allowed: `a project without src/${taken}`,
      example: `git mv src/${taken} src/own-${taken}`,
    });
  }
  const { code, stdout } = await runChild('git', ['status', '--porcelain', '--', '.', ':!.atelier'], { cwd: folder });
  if (!force && (code !== 0 || stdout.trim() !== '')) {
    throw new UsageError(code === 0 ? 'the project has changes that are not committed' : 'git knows nothing of it', {
      option: 'force',
      allowed: 'a project whose changes are committed, since ejecting can be taken back by git alone, or --force',
      example: code === 0 ? "git add --all && git commit --message 'before ejecting'" : 'atelier eject --force',
    });
  }
}

/** Copies a room of the kit where sources or tests name it, and lets these name the copy. */
function copyRoom(folder: string, room: string): string[] {
  const importers = importersOf(folder, room);
  if (importers.length === 0) {
    return [];
  }
  const home = join(folder, 'src', room);
  // The functions of constructs are copied as they were bundled: no project has what their sources import.
  cpSync(join(kitRoot, room), home, { recursive: true, filter: (path) => !APART.has(basename(path)) });
  const functions = join(kitRoot, 'lib', room, 'functions');
  if (existsSync(functions)) {
    cpSync(functions, join(home, 'functions'), { recursive: true });
  }
  for (const file of importers) {
    const path = withSlashes(relative(dirname(file), home));
    rewrite(file, (text) => text.replace(specifier(room), `$1${path.startsWith('.') ? path : `./${path}`}$1`));
  }
  const copied = readdirSync(home, { recursive: true, encoding: 'utf8', withFileTypes: true });
  return copied
    .filter((entry) => entry.isFile())
    .map((entry) => withSlashes(relative(folder, join(entry.parentPath, entry.name))));
}

function importersOf(folder: string, room: string): string[] {
  return ['src', 'test']
    .flatMap((place) => typeScriptIn(join(folder, place)))
    .filter((file) => readFileSync(file, 'utf8').match(specifier(room)) !== null);
}

function typeScriptIn(folder: string): string[] {
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  return entries.filter((path) => /\.[cm]?tsx?$/.test(path)).map((path) => join(folder, path));
}

function rewrite(file: string, change: (text: string) => string): void {
  if (existsSync(file)) {
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  }
}

/** The project's tasks as npm scripts: the commands that each runs, its own and those of the tasks that it spawns. */
function scriptsOf(folder: string): Record<string, string> {
  const { tasks } = JSON.parse(readFileSync(join(folder, '.projen', 'tasks.json'), 'utf8')) as Tasks;
  const commands = (name: string): string[] =>
    GONE.has(name)
      ? []
      : (tasks[name]?.steps ?? []).flatMap(({ exec, execArgs, spawn }) =>
          spawn ? commands(spawn) : [exec ?? execArgs?.join(' ') ?? ''],
        );
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const names = Object.keys(scripts ?? {}).filter((name) => commands(name).length > 0);
  return Object.fromEntries(names.map((name) => [name, commands(name).join(' && ')]));
}

interface Tasks {
  readonly tasks: Readonly<Record<string, { readonly steps?: readonly TaskStep[] }>>;
}

interface TaskStep {
  readonly exec?: string;
  readonly execArgs?: readonly string[];
  readonly spawn?: string;
}

/** Takes what is said of projen and the kit out of the files that stay. */
function rewriteAll(folder: string, scripts: Record<string, string>): void {
  const json = (path: string, change: (value: Record<string, unknown>) => object): void =>
    rewrite(
      join(folder, path),
      (text) => `${JSON.stringify(change(JSON.parse(text.replace(/^\/\/.*\n/, ''))), undefined, 2)}\n`,
    );
  const without = (values: unknown): unknown[] => (values as unknown[]).filter((value) => value !== '.projenrc.ts');
  json('package.json', (value) => ({ ...value, scripts }));
  json('tsconfig.json', (value) => ({ ...value, include: without(value.include) }));
  json('biome.json', (value) => ({ ...value, files: { includes: without((value.files as Included).includes) } }));
  rewrite(join(folder, '.gitattributes'), () => '* text=auto eol=lf\n');
  rewrite(join(folder, '.gitignore'), (text) => text.replace(/^(!?\/?(\.projen|\.atelier|vendor)|# ~~|!\/).*\n/gm, ''));
  rewrite(join(folder, 'README.md'), (text) => KIT_SECTIONS.reduce(withoutSection, withScripts(text)).trimEnd() + FROM);
  rewrite(join(folder, 'AGENTS.md'), (text) => withScripts(text).replace(/^Don't edit these;[\s\S]*?keeps\.\n\n/m, ''));
  rewrite(join(folder, '.github', 'workflows', 'build.yml'), withScripts);
}

interface Included {
  readonly includes: unknown;
}

/** What the generated README says of the kit. */
const KIT_SECTIONS = ['Options', 'Working on it together', 'Keeping it current', 'Where it came from'];

/** A text without its last section of a name: one before may be the owner's. */
function withoutSection(text: string, name: string): string {
  const start = text.lastIndexOf(`\n## ${name}\n`);
  const next = text.indexOf('\n## ', start + 1);
  return start < 0 ? text : text.slice(0, start) + (next < 0 ? '' : text.slice(next));
}

const FROM =
  '\n\n## Where it came from\n\nGenerated by serverless-atelier, and ejected from it: no file is managed any more.\n';

/** npm scripts in the place of projen's tasks; npm takes arguments behind two hyphens. */
function withScripts(text: string): string {
  return text
    .replace(/\bnpx projen (\w+)(?= +[a-z][\w-]*-)/g, 'npm run $1 --')
    .replace(/\bnpx projen (\w+)/g, 'npm run $1');
}
