import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
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

/** What generated projects import modules as. */
const MODULES = `${KIT}/modules`;

/** Where their copies go. */
const HOME = 'src/modules';

/** The kit's modules, wherever a source names them. */
const SPECIFIER = new RegExp(`(['"])${MODULES}\\1`, 'g');

/** Where all was committed, nothing but what ejecting did is lost by it. */
const TAKE_BACK = 'git reset --hard && git clean -fd';

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
  const { folder } = Project.open(options, output);
  await refuseUnsafe(folder, options);
  const modules = copyModules(folder);
  const done = output.progress('Leaving projen and the kit');
  const failure =
    (await failureOf('npx', ['projen', 'eject'], folder)) ??
    (await failureOf('npm', ['uninstall', KIT, '--no-audit', '--no-fund', '--loglevel=error'], folder));
  done(failure ? 'bad' : 'good');
  if (failure) {
    const wayBack = options.force ? '' : `, and ${TAKE_BACK} brings the project back`;
    throw new EnvironmentError(`ejecting failed${wayBack}: ${failure}`);
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
  if (existsSync(join(folder, HOME))) {
    throw new UsageError(`${HOME} is there already, where the modules of the kit would go`, {
      option: 'folder',
      given: HOME,
      allowed: `a project without ${HOME}`,
      example: `git mv ${HOME} src/own-modules`,
    });
  }
  const { code, stdout } = await runChild('git', ['status', '--porcelain', '--', '.', ':!.atelier'], { cwd: folder });
  if (!force && (code !== 0 || stdout.trim() !== '')) {
    throw new UsageError(code === 0 ? 'the project has changes that are not committed' : 'git knows nothing of it', {
      option: 'force',
      allowed: 'a project whose changes are committed, since ejecting can be taken back by git alone, or --force',
      example: code === 0 ? "git commit --all --message 'before ejecting'" : 'atelier eject --force',
    });
  }
}

/** Copies the kit's modules where sources or tests name them, and lets these name the copies. */
function copyModules(folder: string): string[] {
  const importers = ['src', 'test']
    .flatMap((room) => typeScriptIn(join(folder, room)))
    .filter((file) => readFileSync(file, 'utf8').match(SPECIFIER) !== null);
  if (importers.length === 0) {
    return [];
  }
  const home = join(folder, ...HOME.split('/'));
  cpSync(join(kitRoot, 'modules'), home, { recursive: true });
  for (const file of importers) {
    const path = withSlashes(relative(dirname(file), home));
    rewrite(file, (text) => text.replace(SPECIFIER, `$1${path.startsWith('.') ? path : `./${path}`}$1`));
  }
  return readdirSync(home).map((file) => `${HOME}/${file}`);
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

/** The README with npm scripts instead of projen's tasks, and without what it says of the kit's options. */
function ejectedReadme(text: string): string {
  const [told] = text.replace(/\bnpx projen (\w+)/g, 'npm run $1').split(/^## Options$/m);
  return told === text
    ? text
    : `${told.trimEnd()}\n\n## Where it came from\n\nGenerated by serverless-atelier, and ejected from it: no file is managed any more.\n`;
}
