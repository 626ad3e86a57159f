import { resolve } from 'node:path';
import * as drawn from '@clack/prompts';
import { UsageError } from '../../blueprints/errors';
import { allowedWords, checkOptions, flagOf, nameOfFolder, optionsOf } from '../../blueprints/options';
import type { OptionSpec, OptionValue, OptionValues, Pattern } from '../../blueprints/pattern';
import * as plain from './plain-prompts';
import { refuseOccupied } from './staging';

/** How to ask: in lines that are drawn again, or that are only appended. */
type Prompts = Pick<typeof plain, 'intro' | 'select' | 'multiselect' | 'confirm' | 'text' | 'isCancel' | 'cancel'>;

/** What was asked for: the pattern, the folder, and the options that were changed. */
export interface Answers {
  readonly pattern: Pattern;
  readonly folder: string;
  readonly values: OptionValues;
}

/**
 * Asks in a terminal for what a new project needs and was not given: the pattern, the folder, and which options are to be
 * changed, and to what. A wrong answer is refused where it is given.
 *
 * @param pattern the pattern, when it was named; those to choose from, when none was
 * @param folder the folder, when it was named
 * @param given the options that were given as flags; they are not asked for again
 * @param isPlain whether lines may only be appended
 * @returns the answers; leaving with Ctrl-C ends the process with 130
 */
export async function askForProject(
  pattern: Pattern | readonly Pattern[],
  folder: string | undefined,
  given: OptionValues,
  isPlain: boolean,
): Promise<Answers> {
  const prompts: Prompts = isPlain ? plain : (drawn as unknown as Prompts);
  prompts.intro('A new serverless project');
  const chosen = 'id' in pattern ? pattern : await askForPattern(prompts, pattern);
  const target = folder ?? (await askForFolder(prompts, chosen, given));
  const values: Record<string, OptionValue | undefined> = {};
  for (const spec of await askForChanges(prompts, chosen, given)) {
    values[spec.name] = await askForOption(prompts, spec, (value) =>
      // A name is there for certain by now, and has been checked.
      checkOptions(chosen, { name: chosen.id, ...given, ...values, [spec.name]: value }),
    );
  }
  return { pattern: chosen, folder: target, values };
}

/**
 * Asks in a terminal whether to go on.
 *
 * @param message the question
 * @param isPlain whether lines may only be appended
 * @returns the answer; leaving with Ctrl-C ends the process with 130
 */
export async function askToGoOn(message: string, isPlain: boolean): Promise<boolean> {
  const prompts: Prompts = isPlain ? plain : (drawn as unknown as Prompts);
  return answered(prompts, prompts.confirm({ message, initialValue: false }));
}

async function askForPattern(prompts: Prompts, patterns: readonly Pattern[]): Promise<Pattern> {
  const options = patterns.map((value) => ({ value, label: value.id, hint: value.summary }));
  return answered(prompts, prompts.select({ message: 'Which pattern?', options }));
}

async function askForFolder(prompts: Prompts, { id }: Pattern, given: OptionValues): Promise<string> {
  const check = (folder: string): void => {
    refuseOccupied(resolve(folder));
    if (given.name === undefined) {
      nameOfFolder(resolve(folder));
    }
  };
  return answered(
    prompts,
    prompts.text({
      message: 'In which folder?',
      placeholder: id,
      defaultValue: id,
      validate: (typed) => problem(() => check(typed || id)),
    }),
  );
}

async function askForChanges(prompts: Prompts, pattern: Pattern, given: OptionValues): Promise<readonly OptionSpec[]> {
  const open = optionsOf(pattern).filter(({ name, required }) => !required && given[name] === undefined);
  const options = open.map((value) => ({ value, label: flagOf(value.name), hint: value.summary }));
  const message = `Which of its ${open.length} options do you want to change? None is fine.`;
  return answered(prompts, prompts.multiselect({ message, options, required: false }));
}

/** Asks for a value in the way of its kind; nothing typed leaves the default. */
async function askForOption(
  prompts: Prompts,
  spec: OptionSpec,
  check: (value: OptionValue | undefined) => unknown,
): Promise<OptionValue | undefined> {
  const message = `${flagOf(spec.name)}: ${spec.summary}`;
  if (spec.type === 'boolean') {
    return answered(prompts, prompts.confirm({ message, initialValue: spec.default === true }));
  }
  if (spec.allowed) {
    const options = spec.allowed.map((value) => ({ value, label: value }));
    return answered(
      prompts,
      prompts.select({ message, options, initialValue: String(spec.default ?? spec.allowed[0]) }),
    );
  }
  const typed = await answered(
    prompts,
    prompts.text({
      message: `${message} (${allowedWords(spec)})`,
      placeholder: [spec.default ?? []].flat().join(', '),
      defaultValue: '',
      validate: (value) => problem(() => check(parse(spec, value ?? ''))),
    }),
  );
  return parse(spec, typed);
}

/** What a check says of a wrong answer. */
function problem(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) {
      return error.message;
    }
    throw error;
  }
}

/** Text as the type of its option, or as it is where it is none, which is then refused. */
function parse(spec: OptionSpec, typed: string): OptionValue | undefined {
  if (typed.trim() === '') {
    return undefined;
  }
  const parsers: Partial<Record<OptionSpec['type'], () => OptionValue>> = {
    number: () => (/^\d+$/.test(typed.trim()) ? Number(typed) : typed),
    'string[]': () => typed.split(',').map((part) => part.trim()),
  };
  return parsers[spec.type]?.() ?? typed;
}

async function answered<T>(prompts: Prompts, question: Promise<T>): Promise<Exclude<T, symbol>> {
  const answer = await question;
  if (prompts.isCancel(answer)) {
    prompts.cancel('Nothing was written.');
    process.exit(130);
  }
  return answer as Exclude<T, symbol>;
}
