import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { patterns } from '../../../blueprints/catalog';
import { EnvironmentError, UsageError } from '../../../blueprints/errors';
import { KIT, kitRoot } from '../../../blueprints/kit';
import { withSlashes } from '../../../blueprints/paths';
import { PROVENANCE_FILE, readProvenance } from '../../../blueprints/provenance';
import { runChild } from '../../engine/child';
import { exitCodes, Output, type OutputOptions } from '../output';

/** The flags of `atelier eject`. */
export interface EjectOptions extends OutputOptions {
  /** Ejects though changes are not committed, or there is no git. @default false */
  readonly force?: boolean;
  /** The project's folder. @default - the working directory */
  readonly cwd?: string;
}

/** What generated projects import modules as. */
const MODULES = `${KIT}/modules`;

/** An import of the kit's modules, with the names in its braces. */
const IMPORT = new RegExp(`import (type )?\\{([^}]*)\\} from '${MODULES}'`, 'g');

/** What the kit and projen leave behind, and the ejected project does without. */
const LEFTOVERS = ['.atelier', PROVENANCE_FILE, 'vendor', '.projenrc.ts.bak', '.projen/tsconfig.json'];

/**
 * `atelier eject`: the project leaves projen and the kit. The modules that it imports are copied into `src/modules`, tasks
 * become npm scripts by projen's own eject, and the kit's files go. With `--json`: `{ modules, removed }`: the copied files
 * and what was removed, as paths in the project.
 *
 * @param options the flags
 * @returns the exit code: 0, or 4 when projen or npm failed
 * @throws UsageError when the folder holds no generated project, or changes that are not committed; EnvironmentError when projen
 * or npm failed
 */
export async function eject(options: EjectOptions): Promise<number> {
  const output = new Output(options);
  const folder = resolve(options.cwd ?? process.cwd());
  await refuseUnsafe(folder, options);
  const modules = copyModules(folder);
  const done = output.progress('Leaving projen and the kit');
  const failure =
    (await run(folder, 'npx', ['projen', 'eject'])) ??
    (await run(folder, 'npm', ['uninstall', KIT, '--no-audit', '--no-fund', '--loglevel=error']));
  done(failure ? 'bad' : 'good');
  if (failure) {
    throw new EnvironmentError(
      `${failure}; git checkout . && git clean -fd src/modules scripts brings the project back`,
    );
  }
  const removed = LEFTOVERS.filter((path) => existsSync(join(folder, path)));
  for (const path of removed) {
    rmSync(join(folder, path), { recursive: true });
  }
  rewrite(join(folder, 'README.md'), ejectedReadme);
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
  if (!readProvenance(folder)) {
    throw new UsageError(`${folder} holds no generated project`, {
      option: 'folder',
      given: folder,
      allowed: `a folder with ${PROVENANCE_FILE}`,
      example: `atelier new ${patterns[0].id} orders`,
    });
  }
  const { code, stdout } = await runChild('git', ['status', '--porcelain'], { cwd: folder });
  if (!force && (code !== 0 || stdout.trim() !== '')) {
    throw new UsageError(code === 0 ? 'the project has changes that are not committed' : 'git knows nothing of it', {
      option: 'force',
      allowed: 'a project whose changes are committed, since ejecting can be taken back by git alone, or --force',
      example: code === 0 ? "git commit --all --message 'before ejecting'" : 'atelier eject --force',
    });
  }
}

/** Copies the modules that sources and tests import, and points their imports at the copies. */
function copyModules(folder: string): string[] {
  const home = join(folder, 'src', 'modules');
  const importers = ['src', 'test']
    .map((room) => join(folder, room))
    .filter((room) => existsSync(room))
    .flatMap((room) => readdirSync(room, { recursive: true, encoding: 'utf8' }).map((path) => join(room, path)))
    .filter((file) => file.endsWith('.ts') && readFileSync(file, 'utf8').includes(`'${MODULES}'`));
  const names = importers.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(IMPORT)].flatMap(([, , list]) =>
      list.split(',').map((name) => name.trim()),
    ),
  );
  const exporting = exportsOfModules().filter(({ names: exported }) => exported.some((name) => names.includes(name)));
  if (exporting.length === 0) {
    return [];
  }
  mkdirSync(home, { recursive: true });
  for (const { file } of exporting) {
    cpSync(join(kitRoot, 'modules', file), join(home, file));
  }
  writeFileSync(join(home, 'index.ts'), exporting.map(({ line }) => `${line}\n`).join(''));
  for (const file of importers) {
    const path = withSlashes(relative(dirname(file), home));
    rewrite(file, (text) => text.replaceAll(`'${MODULES}'`, `'${path.startsWith('.') ? path : `./${path}`}'`));
  }
  return ['index.ts', ...exporting.map(({ file }) => file)].map((file) => `src/modules/${file}`);
}

/** What the index of the kit's modules exports: a line, its names, and the file that they stand in. */
function exportsOfModules(): { line: string; names: string[]; file: string }[] {
  const index = readFileSync(join(kitRoot, 'modules', 'index.ts'), 'utf8');
  return [...index.matchAll(/^export \{ (.+) \} from '\.\/(.+)';$/gm)].map(([line, list, name]) => ({
    line,
    names: list.split(', '),
    file: `${name}.ts`,
  }));
}

function rewrite(file: string, change: (text: string) => string): void {
  if (existsSync(file)) {
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  }
}

/** The README with npm scripts instead of projen's tasks, and without what it says of the kit's options. */
function ejectedReadme(text: string): string {
  const [told] = text.replace(/\bnpx projen (\w+)/g, 'npm run $1').split(/^## Options$/m);
  return told === text
    ? text
    : `${told.trimEnd()}\n\n## Where it came from\n\nGenerated by serverless-atelier, and ejected from it: no file is managed any more.\n`;
}

/** Runs a command to its end; returns what it said when it failed. */
async function run(cwd: string, command: string, args: readonly string[]): Promise<string | undefined> {
  const { code, stderr, stdout } = await runChild(command, args, { cwd });
  return code === 0
    ? undefined
    : `${[command, ...args.slice(0, 2)].join(' ')}: ${(stderr.trim() || stdout.trim()).split('\n').pop()}`;
}
