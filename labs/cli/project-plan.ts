import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { UsageError } from '../../blueprints/errors';
import { checkOptions, nameOfFolder, optionsOf } from '../../blueprints/options';
import { checkStep, type OptionValue, type OptionValues, type Pattern } from '../../blueprints/pattern';
import { isObject } from '../engine/json';
import { installedKit, typedKit } from './kit-spec';
import { canAsk, type OutputOptions } from './output';

/** The flags of `atelier new`, besides those of the pattern. */
export interface NewOptions extends OutputOptions {
  /** The step that the project stands at. @default - the last one */
  readonly step?: string;
  /** A JSON file with all options of the pattern at once, or - for standard input. @default - flags alone */
  readonly options?: string;
  /** The npm spec of the kit that the project depends on. @default - as the running kit was installed */
  readonly kit?: string;
  /** Shows what would be written, and writes nothing. @default false */
  readonly dryRun?: boolean;
  /** Whether packages are installed. @default true */
  readonly install?: boolean;
  /** Whether a git repository is made. @default true */
  readonly git?: boolean;
  /** The patterns to choose from. @default - those of the kit */
  readonly patterns?: readonly Pattern[];
  /** The npm spec of the package that they are of, on which the project depends. @default - they are of the kit */
  readonly package?: string;
  /** Whether questions may be asked. @default true in a terminal, false without one and in CI */
  readonly input?: boolean;
}

/** What is to be created, checked. */
export interface Plan {
  readonly pattern: Pattern;
  readonly folder: string;
  readonly values: OptionValues;
  readonly step: string;
  readonly kit: string;
  /** The npm spec of the pattern's package. @default - it is of the kit */
  readonly package?: string;
}

/**
 * What is to be created, from what was given and what is asked for.
 *
 * @param pattern the pattern, when it was named
 * @param folder the folder, when it was named
 * @param options the flags, those of the pattern among them
 * @param isPlain whether questions may only append lines
 * @throws UsageError for the first thing that is wrong; nothing is written yet
 */
export async function planProject(
  pattern: Pattern | undefined,
  folder: string | undefined,
  options: NewOptions,
  isPlain: boolean,
): Promise<Plan> {
  const document = options.options === undefined ? {} : readOptions(options.options);
  const answers = await ask(pattern, folder, options, document, isPlain);
  const given = { ...document, ...flagsOf(answers.pattern, options) };
  const target = resolve(answers.folder);
  const name = given.name ?? nameOfFolder(target);
  const values = checkOptions(answers.pattern, { ...given, ...answers.values, name });
  return {
    pattern: answers.pattern,
    folder: target,
    values,
    step: checkStep(answers.pattern, options.step),
    kit: options.kit === undefined ? installedKit() : typedKit(options.kit),
    ...(options.package ? { package: options.package } : {}),
  };
}

/** The options that a JSON document holds: a file, or standard input. */
function readOptions(file: string): OptionValues {
  const refuse = (problem: string): never => {
    throw new UsageError(`--options ${problem}`, {
      option: 'options',
      given: file,
      allowed:
        'a file, or - for standard input, with one JSON object of options by name, as atelier show --json has them',
      example: '--options options.json',
    });
  };
  const read = (): string => {
    try {
      return readFileSync(file === '-' ? process.stdin.fd : file, 'utf8');
    } catch {
      return refuse(`can't be read from ${JSON.stringify(file)}`);
    }
  };
  const parse = (text: string): unknown => {
    try {
      return JSON.parse(text);
    } catch (error) {
      return refuse(`is no JSON: ${(error as Error).message}`);
    }
  };
  const document = parse(read());
  return isObject(document) ? (document as OptionValues) : refuse('holds no object');
}

/** The options of a pattern that were given as flags, which are known only where the pattern is named. */
function flagsOf(pattern: Pattern, options: NewOptions): OptionValues {
  const flags = options as Record<string, OptionValue | undefined>;
  return Object.fromEntries(optionsOf(pattern).flatMap(({ name }) => (name in flags ? [[name, flags[name]]] : [])));
}

/** What was not given is asked for where somebody can answer; elsewhere a missing pattern is an error. */
async function ask(
  pattern: Pattern | undefined,
  folder: string | undefined,
  options: NewOptions,
  document: OptionValues,
  isPlain: boolean,
) {
  if (options.input !== false && canAsk(options) && (pattern === undefined || folder === undefined)) {
    const { askForProject } = await import('./prompts');
    const given = { ...document, ...(pattern ? flagsOf(pattern, options) : {}) };
    return askForProject(pattern ?? options.patterns ?? patterns, folder, given, isPlain);
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
