import { join } from 'node:path';
import { type UsageDetails, UsageError } from './errors';
import { type PatternPackage, packageAt } from './package';
import type { PinnedPackage } from './versions';

/** A value that an option can have. */
export type OptionValue = string | number | boolean | readonly string[];

/** Option values by option name; an option without a value is absent or undefined. */
export type OptionValues = Readonly<Record<string, OptionValue | undefined>>;

/** One option of a pattern, as data: flags, prompts, checks, JSON Schema and documentation all come from it. */
export interface OptionSpec {
  /** The option's name in camelCase; its flag is the same in kebab-case. */
  readonly name: string;
  /** What kind of value it takes; a number is always a whole number. */
  readonly type: 'string' | 'number' | 'boolean' | 'string[]';
  /** One sentence: what the option decides. */
  readonly summary: string;
  /** The value when none is given. @default - none: the option may stay unset, unless it is required */
  readonly default?: OptionValue;
  /** Whether there is no project without it. @default false */
  readonly required?: boolean;
  /** The only values that are allowed. @default - any of its type */
  readonly allowed?: readonly string[];
  /** The smallest number that is allowed. @default - no bound */
  readonly minimum?: number;
  /** The largest number that is allowed. @default - no bound */
  readonly maximum?: number;
  /** What every string must look like, as an expression and in words. @default - anything */
  readonly matches?: { readonly regex: RegExp; readonly means: string };
  /** A value that is allowed, for error messages and documentation. */
  readonly example: OptionValue;
  /** The names that it had in earlier versions of the kit. @default - it has always had this one */
  readonly formerly?: readonly string[];
}

/** An option that a version of the pattern's package has taken away. */
export interface RetiredOption {
  /** Its name. */
  readonly name: string;
  /** The version of the pattern's package that has it no more. */
  readonly version: string;
  /** What its owner does instead, in one sentence. */
  readonly advice: string;
}

/** Options that do not go together, as an error says it. */
export interface Conflict extends Required<Pick<UsageDetails, 'option' | 'allowed' | 'example'>> {
  /** What does not go together, with the flags and the values, without a full stop. */
  readonly problem: string;
}

/** A named stage of a pattern. */
export interface Step {
  /** The id that templates, checks and progress know the step by; once released, it goes to `formerly` when it changes. */
  readonly id: string;
  /** The ids that it had before: projects and progress that name one mean this step. @default - none */
  readonly formerly?: readonly string[];
  /** The step's heading in the lab. */
  readonly title: string;
  /** One sentence: what the project can do after the step. */
  readonly goal: string;
}

/** A resource that a version of the pattern's package replaces or removes on purpose, though it holds state. */
export interface Migration {
  /** The resource's logical id in the released template. */
  readonly resource: string;
  /** The version of the pattern's package that brings the change. */
  readonly version: string;
  /** What its owner does to keep what the resource holds, in one sentence. */
  readonly advice: string;
}

/** An npm package at one version: one that the kit pins, or a package with a version behind it (`zod@4.1.0`). */
export type Dependency = PinnedPackage | `${string}@${number}.${number}.${number}`;

/**
 * The data of a pattern; it loads neither projen nor the CDK.
 *
 * The package that it belongs to has the templates in `blueprints/<id>/template`, and the lab's text in `labs/<id>/lab.md`.
 */
export interface Pattern {
  /** The pattern's id in kebab-case, which is also its project type (`sqs-scaling`). */
  readonly id: string;
  /** The folder of this data: `__dirname`. */
  readonly folder: string;
  /** The name that a catalogue shows. */
  readonly title: string;
  /** One sentence: what the pattern gives its user. */
  readonly summary: string;
  /** The AWS services that it uses, as AWS spells them. */
  readonly services: readonly string[];
  /** How much a learner should know already. */
  readonly level: 'beginner' | 'intermediate' | 'advanced';
  /** How long the lab takes, in minutes. */
  readonly minutes: number;
  /** The steps in order, without the implicit `start` before the first. */
  readonly steps: readonly Step[];
  /** The pattern's own options; every pattern also has the common ones. */
  readonly options: readonly OptionSpec[];
  /** What several options must be together: each rule returns what does not go together, or nothing. */
  readonly rules?: ReadonlyArray<(values: OptionValues) => Conflict | undefined>;
  /** Options that it had in earlier versions of the kit. @default - none */
  readonly retired?: readonly RetiredOption[];
  /** The npm packages that the generated project needs at run time, beyond the CDK. */
  readonly dependencies: readonly Dependency[];
  /** The npm packages that only its tests need, beyond those of every project. @default - none */
  readonly devDependencies?: readonly Dependency[];
  /** Resources with state that newer versions replace or remove on purpose. @default - none */
  readonly migrations?: readonly Migration[];
}

/**
 * The package that a pattern belongs to.
 *
 * @param pattern the pattern
 */
export function packageOf(pattern: Pattern): PatternPackage {
  return packageAt(pattern.folder);
}

/**
 * The folder of a pattern's templates.
 *
 * @param pattern the pattern
 * @returns an absolute path
 */
export function templatesOf(pattern: Pattern): string {
  return join(packageOf(pattern).root, 'blueprints', pattern.id, 'template');
}

/**
 * The name of a pattern's project type; its stack's class is the same with `Stack` behind it.
 *
 * @param pattern the pattern
 * @returns for example `SqsScaling`
 */
export function classNameOf({ id }: Pick<Pattern, 'id'>): string {
  return id.replace(/(^|-)([a-z0-9])/g, (_match, _hyphen, letter: string) => letter.toUpperCase());
}

/** The id of the implicit step before a pattern's first: an empty stack that builds. */
export const START = 'start';

/**
 * The ids of all steps of a pattern in order, `start` first.
 *
 * @param pattern the pattern
 */
export function stepIds(pattern: Pattern): string[] {
  return [START, ...pattern.steps.map((step) => step.id)];
}

/**
 * The id of the step at which a pattern is finished.
 *
 * @param pattern the pattern
 */
export function lastStep(pattern: Pattern): string {
  return pattern.steps[pattern.steps.length - 1].id;
}

/**
 * The id that a step has now.
 *
 * @param pattern the pattern
 * @param id an id that a version of the kit gave a step
 * @returns the id as it was given, when no step had it before
 */
export function currentId(pattern: Pattern, id: string): string {
  return pattern.steps.find(({ formerly = [] }) => formerly.includes(id))?.id ?? id;
}

/** Where a step is named. */
export interface StepPlace {
  /** Whether `start` may be named there. */
  readonly allowsStart: boolean;
  /** What an error calls it. */
  readonly name: string;
  /** What stands before the step, for an example. */
  readonly before: string;
}

/** The step to create a project at. */
const CREATION: StepPlace = { allowsStart: true, name: '--step', before: '--step' };

/**
 * The step that is named by its id, by one that it had before, or by its number as the lab counts them.
 *
 * @param pattern the pattern
 * @param step what was named, if anything
 * @param place where it is named. @default - the step to create a project at
 * @returns the id; the last step when none was named
 * @throws UsageError when the pattern has no such step
 */
export function checkStep(pattern: Pattern, step: string | undefined, place: StepPlace = CREATION): string {
  const known = stepIds(pattern).filter((id) => place.allowsStart || id !== START);
  const id = step === undefined ? lastStep(pattern) : (numberedStep(pattern, step) ?? currentId(pattern, step));
  if (!known.includes(id)) {
    throw new UsageError(`${place.name} can't be ${JSON.stringify(step)}`, {
      option: 'step',
      given: step,
      choices: known,
      example: `${place.before} ${pattern.steps[0].id}`,
    });
  }
  return id;
}

function numberedStep(pattern: Pattern, step: string): string | undefined {
  return /^\d+$/.test(step) ? stepIds(pattern)[Number(step)] : undefined;
}
