import { cancel, confirm, intro, isCancel, select, text } from '@clack/prompts';
import { patterns } from '../../blueprints/catalog';
import { UsageError } from '../../blueprints/errors';
import { allowedWords, checkOption, optionsOf } from '../../blueprints/options';
import type { OptionSpec, OptionValue, OptionValues, Pattern } from '../../blueprints/pattern';

/** What was asked for: the pattern, the folder, and the options that were changed. */
export interface Answers {
  readonly pattern: Pattern;
  readonly folder: string;
  readonly values: OptionValues;
}

/**
 * Asks in a terminal for what a new project needs and was not given: the pattern, the folder, and, if wanted, each option.
 *
 * @param pattern the pattern, when it was named
 * @param folder the folder, when it was named
 * @param given the flags that were given; they are not asked for again
 * @returns the answers; leaving with Ctrl-C ends the process with 130
 */
export async function askForProject(
  pattern: Pattern | undefined,
  folder: string | undefined,
  given: Record<string, unknown>,
): Promise<Answers> {
  intro('A new serverless project');
  const chosen = pattern ?? (await askForPattern());
  const target = folder ?? (await answered(text({ message: 'In which folder?', initialValue: chosen.id })));
  const open = optionsOf(chosen).filter(({ name }) => name !== 'name' && given[name] === undefined);
  const change = await answered(confirm({ message: `Change one of its ${open.length} options?`, initialValue: false }));
  const values: Record<string, OptionValue | undefined> = {};
  for (const spec of change ? open : []) {
    values[spec.name] = await askForOption(spec);
  }
  return { pattern: chosen, folder: target, values };
}

async function askForPattern(): Promise<Pattern> {
  const options = patterns.map((value) => ({ value, label: value.id, hint: value.summary }));
  return answered(select({ message: 'Which pattern?', options }));
}

async function askForOption(spec: OptionSpec): Promise<OptionValue | undefined> {
  const typed = await answered(
    text({
      message: `${spec.summary} (${allowedWords(spec)})`,
      initialValue: [spec.default ?? ''].flat().join(', '),
      validate: (value) => problemWith(spec, value ?? ''),
    }),
  );
  return parse(spec, typed);
}

function problemWith(spec: OptionSpec, typed: string): string | undefined {
  try {
    checkOption(spec, parse(spec, typed));
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) {
      return error.message;
    }
    throw error;
  }
}

/** What can be typed for a switch. */
const SWITCHES = new Map([
  ...['y', 'yes', 'true'].map((word) => [word, true] as const),
  ...['n', 'no', 'false'].map((word) => [word, false] as const),
]);

/** Text as the type of its option, or as it is where it is none, which is then refused; nothing typed leaves the default. */
function parse(spec: OptionSpec, typed: string): OptionValue | undefined {
  if (typed.trim() === '') {
    return undefined;
  }
  const parsers: Record<OptionSpec['type'], () => OptionValue> = {
    string: () => typed,
    number: () => (/^\d+$/.test(typed.trim()) ? Number(typed) : typed),
    boolean: () => SWITCHES.get(typed.trim().toLowerCase()) ?? typed,
    'string[]': () => typed.split(',').map((part) => part.trim()),
  };
  return parsers[spec.type]();
}

async function answered<T>(question: Promise<T>): Promise<Exclude<T, symbol>> {
  const answer = await question;
  if (isCancel(answer)) {
    cancel('Nothing was written.');
    process.exit(130);
  }
  return answer as Exclude<T, symbol>;
}
