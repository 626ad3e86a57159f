import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { valid } from 'semver';
import { EnvironmentError, UsageError } from '../../blueprints/errors';
import { hashOf } from '../../blueprints/hash';
import { KIT, tarballOf } from '../../blueprints/kit';
import { PACKAGE_NAME, type PatternPackage, packageAt } from '../../blueprints/package';
import type { Pattern } from '../../blueprints/pattern';
import { cacheFolder } from '../engine/cache-folder';
import { failureOf } from '../engine/child';
import { firstLine } from '../engine/emulator/installation';
import { readJson } from '../engine/json';
import { packageFolder, patternsIn } from '../packages';
import { installedKit } from './kit-spec';
import { canAsk, type Output, type OutputOptions } from './output';

/** Where patterns come from that are not the kit's. */
export interface Source {
  /** The patterns of the package. */
  readonly patterns: readonly Pattern[];
  /** The npm spec by which a new project depends on the package. */
  readonly spec: string;
}

/** The flags that decide where patterns come from. */
export interface FromOptions extends OutputOptions {
  /** Whether the package is installed without a question. @default false */
  readonly yes?: boolean;
}

/** A package as it is named on a command line, read: its name is not known of a tarball. */
interface Named {
  readonly name?: string;
  /** What npm installs. */
  readonly spec: string;
}

/**
 * The patterns of a package of patterns. One that the working directory has installed is taken as it is; any other is installed
 * into the user's cache, once somebody has agreed. Whose code runs is said first.
 *
 * @param from what `--from` says: a package's name, with a version or tag where it is not the newest, or the path of its tarball
 * @param options how to ask
 * @param output where it is said
 * @throws UsageError for what names no package, and where nobody can be asked; EnvironmentError when it can't be installed, or
 * is no package of patterns
 */
export async function patternsFrom(from: string, options: FromOptions, output: Output): Promise<Source> {
  const named = read(from);
  const here = named.name === from ? packageFolder(from, process.cwd()) : undefined;
  const root = here ?? (await installed(named, from, options, output));
  const found = packageAt(root);
  process.stderr.write(`${output.paint('faint', `code of ${found.name} ${found.version} runs, from ${root}`)}\n`);
  return { patterns: patternsIn(root), spec: specOf(found, named) };
}

function read(from: string): Named {
  const tarball = tarballOf(from, refusal);
  if (tarball) {
    return { spec: `file:${tarball}` };
  }
  const { name, version } = /^(?<name>@?[^@]*)(@(?<version>[\w.^~<>=|* -]+))?$/.exec(from)?.groups ?? {};
  if (!name || !PACKAGE_NAME.test(name) || from.endsWith('@')) {
    throw refusal(from);
  }
  return { name, spec: version === undefined ? `${name}@latest` : from };
}

function refusal(given: string, why = ''): UsageError {
  return new UsageError(`--from can't be ${JSON.stringify(given)}${why}`, {
    option: 'from',
    given,
    allowed:
      'the name of an npm package, with a version or tag where it is not the newest, or the path of a tarball (.tgz)',
    example: '--from @acme/patterns',
  });
}

/** A tarball is named as it is; of a registry's package, the version that was found. */
function specOf({ name, version }: PatternPackage, { spec }: Named): string {
  return `${name}@${spec.startsWith('file:') ? spec : version}`;
}

/** Installs a package into the user's cache, beside the kit that runs. */
async function installed(named: Named, from: string, options: FromOptions, output: Output): Promise<string> {
  const folder = cacheFolder('patterns', hashOf(named.spec).slice(0, 12));
  const known = named.name ?? nameIn(folder);
  const there = known && packageFolder(known, folder);
  if (there && named.name && valid(named.spec.slice(named.name.length + 1))) {
    return there;
  }
  await agree(from, options, output);
  if (!existsSync(join(folder, 'package.json'))) {
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  }
  const done = output.progress(`Installing ${from}`);
  const specs = [named.spec, `${KIT}@${installedKit()}`];
  const failure = await failureOf(
    'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', ...specs],
    folder,
  );
  done(failure ? 'bad' : 'good');
  const name = named.name ?? nameIn(folder);
  const root = failure || !name ? undefined : packageFolder(name, folder);
  if (!root) {
    throw new EnvironmentError(`${from} can't be installed: ${failure ? firstLine(failure) : 'npm names no package'}`);
  }
  return root;
}

/** The package that was installed into a folder, beside the kit. */
function nameIn(folder: string): string | undefined {
  const { dependencies = {} } = (readJson(join(folder, 'package.json')) ?? {}) as { dependencies?: object };
  return Object.keys(dependencies).find((name) => name !== KIT);
}

async function agree(from: string, options: FromOptions, output: Output): Promise<void> {
  if (options.yes) {
    return;
  }
  if (!canAsk(options)) {
    throw new UsageError(`${from} is not installed here, and its code would run`, {
      option: 'yes',
      allowed: 'a package that is installed in this folder, a terminal that can be asked in, or --yes',
      example: `--from ${from} --yes`,
    });
  }
  const { askToGoOn } = await import('./prompts');
  if (!(await askToGoOn(`Install ${from} from npm, and run its code?`, output.plain))) {
    throw new UsageError('nothing was installed', { example: 'atelier list' });
  }
}
