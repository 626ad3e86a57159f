import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type UsageDetails, UsageError } from '../../blueprints/errors';
import { kitRoot } from '../../blueprints/kit';
import { checkOptions, commonOptions, optionsOf } from '../../blueprints/options';
import { packageAt, packageIn } from '../../blueprints/package';
import {
  lastStep,
  type OptionSpec,
  type OptionValue,
  type OptionValues,
  type Pattern,
  packageOf,
  stepIds,
} from '../../blueprints/pattern';
import { render } from '../../blueprints/rendering';
import type { Edit } from '../../labs/engine/mutation';
import { generate } from './generate';

/** A project that the suite looks at: a pattern at a step with some options. */
export interface Variant {
  /** Its name: the step's id, or what its options are. */
  readonly name: string;
  readonly step: string;
  readonly options: OptionValues;
  /** What is made wrong in it. @default - nothing */
  readonly edit?: Edit;
}

/** A variant that was rendered and synthesized. */
export interface Synthesized extends Variant {
  /** The project's folder; the assembly is in its cdk.out. */
  readonly folder: string;
  /** What made synth refuse, a finding of cdk-nag for example. */
  readonly problem?: string;
}

/** The most characters of the folder of a variant: file systems take 255. */
const LONGEST_NAME = 200;

const houseOption = commonOptions.find(({ name }) => name === 'house') as OptionSpec;

/**
 * A folder for projects, below a package's own so that they find its packages, and the package itself by its name.
 *
 * @param root the package's folder. @default - the kit's
 */
export function scratchFolder(root = kitRoot): string {
  const scratch = join(root, '.scratch');
  linkPackage(root, scratch);
  writeHouse(join(scratch, 'node_modules', packageIn(houseOption.example as string)));
  return scratch;
}

/**
 * Lets the projects below a folder find a package.
 *
 * @param root the package's folder
 * @param folder the folder
 */
export function linkPackage(root: string, folder: string): void {
  const link = join(folder, 'node_modules', packageAt(root).name);
  mkdirSync(dirname(link), { recursive: true });
  try {
    symlinkSync(root, link, 'junction');
  } catch (error) {
    // It is there already, perhaps since a moment: another file of the suite runs beside this one.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw error;
    }
  }
}

/** The package of house rules that the option's example names: it has none, and only lets the projects import it. */
function writeHouse(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.js'), 'exports.applyHouseRules = () => {};\n');
  writeFileSync(
    join(folder, 'index.d.ts'),
    "import type { App } from 'aws-cdk-lib';\nexport declare const applyHouseRules: (app: App) => void;\n",
  );
}

/**
 * The variants of a pattern: every step with the default options, and the last step with each value of an option that has
 * a fixed list of values, each switch thrown, each number at its bounds, and each option set that is unset by default, with
 * what rules ask for beside it; without those that a rule of the pattern refuses.
 *
 * @param pattern the pattern
 */
export function variantsOf(pattern: Pattern): Variant[] {
  const steps = stepIds(pattern).map((step) => ({ name: step, step, options: {} }));
  const specs = optionsOf(pattern).filter(({ name }) => name !== 'name');
  const others = specs.flatMap((spec) =>
    valuesOf(spec).map((value) => ({
      name: `${spec.name}=${String(value).replace(/[^\w.-]+/g, '-')}`,
      step: lastStep(pattern),
      options: completed(pattern, { [spec.name]: value }),
    })),
  );
  return [...steps, ...others.filter(({ options }) => isAllowed(pattern, options))];
}

/**
 * The variant of a pattern with a production stage beside another.
 *
 * @param pattern the pattern
 */
export function stagesVariant(pattern: Pattern): Variant {
  return variantsOf(pattern).find(({ options }) => options.stages) as Variant;
}

/**
 * What else has to type-check: at every step each value of the options that choose code and don't only fill in a value,
 * one at a time and all that go together.
 *
 * @param pattern the pattern
 */
export function codeVariantsOf(pattern: Pattern): Variant[] {
  const choices = optionsOf(pattern)
    .filter(({ name, type, allowed, default: standard }) => {
      return name !== 'name' && (allowed || type === 'boolean' || standard === undefined);
    })
    .flatMap((spec) => valuesOf(spec).map((value) => completed(pattern, { [spec.name]: value })));
  const together: Record<string, OptionValue | undefined> = {};
  for (const choice of choices) {
    Object.assign(together, isAllowed(pattern, { ...together, ...choice }) ? choice : {});
  }
  return stepIds(pattern).flatMap((step) =>
    [...choices.filter((options) => isAllowed(pattern, options)), together].map((options) => ({
      name: `${step}-${Object.keys(options).join('-')}-${Object.values(options)
        .join('-')
        .replace(/[^\w.-]+/g, '-')}`.slice(0, LONGEST_NAME),
      step,
      options,
    })),
  );
}

/** Options with the example of each other one that a rule says they need. */
function completed(pattern: Pattern, options: OptionValues): OptionValues {
  const { option } = refusalOf(pattern, options) ?? {};
  const needed = optionsOf(pattern).find(({ name, default: standard }) => name === option && standard === undefined);
  return needed && options[needed.name] === undefined
    ? completed(pattern, { ...options, [needed.name]: needed.example })
    : options;
}

/** Whether neither an option nor a rule refuses the options. */
function isAllowed(pattern: Pattern, options: OptionValues): boolean {
  return refusalOf(pattern, options) === undefined;
}

/** How an option or a rule refuses the options. */
function refusalOf(pattern: Pattern, options: OptionValues): UsageDetails | undefined {
  try {
    checkOptions(pattern, { name: 'orders', ...options });
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) {
      return error.details;
    }
    throw error;
  }
}

/** The values of an option that make a difference, but for its default. */
function valuesOf(spec: OptionSpec): OptionValue[] {
  const values = [
    ...(spec.allowed ?? []),
    ...(spec.type === 'boolean' ? [true, false] : []),
    ...[spec.minimum, spec.maximum].filter((bound) => bound !== undefined),
    ...(spec.default === undefined || spec.type === 'string[]' ? [spec.example] : []),
  ];
  return values.filter((value) => value !== spec.default);
}

/**
 * Writes variants of a pattern as whole projects.
 *
 * @param pattern the pattern
 * @param variants the variants
 * @param home the folder that they go to, below the kit's own; emptied before. What projen manages, the same for all of
 * them, is in its folder `managed`.
 * @returns the folder of each variant, in the same order
 */
export function writeVariants(pattern: Pattern, variants: readonly Variant[], home: string): string[] {
  rmSync(home, { recursive: true, force: true });
  const managed = join(home, 'managed');
  generate(pattern, managed, { step: 'start' });
  return variants.map(({ name, step, options, edit }) => {
    const folder = join(home, name);
    writeProject(managed, folder, render(pattern, checkOptions(pattern, { name: 'orders', ...options }), step));
    if (edit) {
      makeWrong(folder, edit);
    }
    return folder;
  });
}

function makeWrong(folder: string, { file, from, to }: Edit): void {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  if (text.split(from).length !== 2) {
    throw new Error(`${path} has not once: ${from}`);
  }
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
}

/**
 * Renders variants of a pattern as whole projects and synthesizes them in one child process.
 *
 * @param pattern the pattern
 * @param variants the variants
 * @param home the folder that they go to. @default - one that is named after the pattern
 * @returns one project for each, in the same order
 */
export function synthesize(
  pattern: Pattern,
  variants: readonly Variant[],
  home = join(scratchFolder(packageOf(pattern).root), pattern.id),
): Synthesized[] {
  const folders = writeVariants(pattern, variants, join(home, 'projects'));
  const problems = synthesizeFolders(folders);
  return variants.map((variant, index) => {
    const folder = folders[index];
    const problem = problems[index];
    if (!existsSync(join(folder, 'cdk.out', 'manifest.json'))) {
      throw new Error(`${folder} was not synthesized: ${problem}`);
    }
    return { ...variant, folder, ...(problem === undefined ? {} : { problem }) };
  });
}

/**
 * Synthesizes projects one after the other in one child process, each into its cdk.out.
 *
 * @param folders the folders of the projects
 * @returns for each what made synth refuse, or the program end, if anything did
 */
export function synthesizeFolders(folders: readonly string[]): (string | undefined)[] {
  if (folders.length === 0) {
    return [];
  }
  for (const folder of folders) {
    rmSync(join(folder, 'cdk.out'), { recursive: true, force: true });
    rmSync(join(folder, 'problem.txt'), { force: true });
  }
  execFileSync(process.execPath, ['--import', 'tsx', join(__dirname, 'synth-child'), ...folders], {
    cwd: dirname(folders[0]),
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  return folders.map((folder) => {
    const problem = join(folder, 'problem.txt');
    return existsSync(problem) ? readFileSync(problem, 'utf8') : undefined;
  });
}

function writeProject(managed: string, folder: string, files: ReadonlyMap<string, string | Buffer>): void {
  mkdirSync(folder, { recursive: true });
  for (const file of ['cdk.json', 'package.json', 'tsconfig.json']) {
    cpSync(join(managed, file), join(folder, file));
  }
  // A stand-in: bundled functions want to know where the lock file is, and nothing is bundled here.
  writeFileSync(join(folder, 'package-lock.json'), '{}\n');
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
