import { basename } from 'node:path';
import { deliveryOptions, deliveryRules } from './delivery';
import { UsageError } from './errors';
import { flagOf } from './flags';
import type { Conflict, OptionSpec, OptionValue, OptionValues, Pattern } from './pattern';
import { STAGE, stageOf } from './stages';

export { flagOf };

/** The name of a project; the command line takes it from the folder when it is not given. */
const nameOption: OptionSpec = {
  name: 'name',
  type: 'string',
  required: true,
  summary: "The project's name, which its stacks are named after.",
  // Stack names are at most 128 characters and start with a letter; npm wants lower case.
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-using-console-create-stack-parameters.html
  matches: {
    regex: /^[a-z][a-z0-9]*(-[a-z0-9]+)*$(?<=^.{1,100})/,
    means: 'lower-case letters, digits and single hyphens, starting with a letter, at most 100 characters',
  },
  example: 'orders',
};

/**
 * A package of a scope, whose import comes first in `src/main.ts` whatever its name is, and what npm is to install of it:
 * projen would change a package.json that said no more than the name.
 */
const HOUSE = /^@[a-z0-9~-][a-z0-9._~-]*\/[a-z0-9~-][a-z0-9._~-]*@[\w.^~<>=|* -]{1,100}$/;

/** The options that every pattern has. */
export const commonOptions: readonly OptionSpec[] = [
  nameOption,
  {
    name: 'tags',
    type: 'string[]',
    summary: 'The tags on every resource, each as key=value.',
    default: [],
    // https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    matches: {
      regex: /^(?!aws:)[\p{L}\p{N} _.:/+@-]{1,128}=[\p{L}\p{N} _.:/=+@-]{0,256}$/u,
      means: 'key=value in letters, digits, spaces and _ . : / = + - @, the key not starting with aws:',
    },
    example: ['team=orders'],
  },
  {
    name: 'stages',
    type: 'string[]',
    summary: 'The deployments of the project, each as a name, or as name=account/region.',
    default: ['dev'],
    matches: {
      regex: STAGE,
      means:
        'one stage a flag: a name in lower case, or name=<account of 12 digits>/<Region>; prod, or a name with ! behind it, keeps its data',
    },
    example: ['dev', 'prod=123456789012/eu-west-1'],
  },
  {
    name: 'alarmEmail',
    type: 'string',
    summary: 'The mail address that alarms are sent to.',
    matches: { regex: /^[^\s@,;<>"']+@[^\s@,;<>"']+\.[^\s@,;<>"'.]+$/, means: 'a mail address' },
    example: 'team@example.com',
  },
  {
    name: 'alarmTopic',
    type: 'string',
    summary: 'The ARN of a topic that alarms are sent to, instead of one of their own.',
    matches: { regex: /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/, means: 'the ARN of a standard SNS topic' },
    example: 'arn:aws:sns:eu-west-1:123456789012:alarms',
  },
  {
    name: 'ci',
    type: 'string',
    summary:
      'What builds and tests each change: a workflow of GitHub Actions, a pipeline that delivers it too, or nothing yet.',
    default: 'none',
    allowed: ['none', 'github', 'codepipeline'],
    example: 'github',
  },
  ...deliveryOptions,
  {
    name: 'house',
    type: 'string',
    summary: "The npm package with the platform team's rules for every app, and its version.",
    matches: { regex: HOUSE, means: 'a package of a scope, with a version, a range or a tag behind its name' },
    example: '@acme/house@^1.0.0',
  },
];

/** What the common options must be together. */
const commonRules: NonNullable<Pattern['rules']> = [
  ({ tags }) => {
    const keys = (tags as readonly string[]).map((tag) => tag.slice(0, tag.indexOf('=')));
    const twice = keys.find((key, index) => keys.indexOf(key) < index);
    return twice === undefined
      ? undefined
      : {
          problem: `--tags has ${JSON.stringify(twice)} twice`,
          option: 'tags',
          allowed: 'one value for each key',
          example: '--tags team=orders --tags stage=dev',
        };
  },
  ({ stages }) => {
    const names = (stages as readonly string[]).map((stage) => stageOf(stage).name);
    const twice = names.find((name, index) => names.indexOf(name) < index);
    return twice === undefined ? undefined : stagesConflict(`--stages names ${twice} twice`);
  },
  ({ stages }) => ((stages as readonly string[]).length === 0 ? stagesConflict('--stages is empty') : undefined),
  ({ alarmEmail, alarmTopic }) =>
    alarmEmail !== undefined && alarmTopic !== undefined
      ? {
          problem: '--alarm-email and --alarm-topic exclude each other',
          option: 'alarmEmail',
          allowed: 'the topic alone, to which the address can be subscribed',
          example: `--alarm-topic ${alarmTopic}`,
        }
      : undefined,
  ({ stages, alarmTopic }) => {
    const region = String(alarmTopic ?? '').split(':')[3];
    const elsewhere = (stages as readonly string[]).find((stage) => (stageOf(stage).env?.region ?? region) !== region);
    return region && elsewhere
      ? {
          problem: `--alarm-topic is in ${region}, and the stage ${elsewhere} is not`,
          option: 'alarmTopic',
          allowed: 'a topic in the Region of every stage, since an alarm tells no topic elsewhere',
          example: '--alarm-email team@example.com',
        }
      : undefined;
  },
  ({ name, stages }) => {
    const longest = Math.max(...(stages as readonly string[]).map((stage) => stageOf(stage).name.length));
    return String(name).length + longest + 1 > STACK_NAME
      ? stagesConflict(`a stack would be named with more than ${STACK_NAME} characters`)
      : undefined;
  },
  ...deliveryRules,
];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-using-console-create-stack-parameters.html */
const STACK_NAME = 128;

function stagesConflict(problem: string): Conflict {
  const allowed = 'one stage or more, each with a name of its own';
  return { problem, option: 'stages', allowed, example: '--stages dev --stages prod' };
}

/**
 * All options of a pattern, the common ones first.
 *
 * @param pattern the pattern
 */
export function optionsOf(pattern: Pattern): readonly OptionSpec[] {
  return [...commonOptions, ...pattern.options];
}

/**
 * The name of a project that was given none: that of its folder.
 *
 * @param folder the project's folder; absolute
 * @throws UsageError when the folder's name is none for a project
 */
export function nameOfFolder(folder: string): string {
  const name = basename(folder);
  if (!isAllowed(nameOption, name)) {
    throw new UsageError(`the project is named after its folder, and can't be named ${shown(name)}`, {
      option: 'folder',
      given: folder,
      allowed: `${allowedWords(nameOption)}; or any folder, with another name by ${flagOf(nameOption.name)}`,
      example: `${flagOf(nameOption.name)} ${nameOption.example}`,
    });
  }
  return name;
}

/**
 * Completes the given values with the defaults, and refuses what a pattern does not allow.
 *
 * @param pattern the pattern
 * @param given values by option name
 * @returns a value for every option of the pattern, undefined for one that stays unset
 * @throws UsageError for all options that are missing at once, or for the first that is unknown, of a wrong type or out of
 * range
 */
export function checkOptions(pattern: Pattern, given: OptionValues): OptionValues {
  const specs = optionsOf(pattern);
  const unknown = Object.keys(given).find((name) => !specs.some((spec) => spec.name === name));
  if (unknown !== undefined) {
    throw new UsageError(`unknown option ${flagOf(unknown)}`, {
      option: unknown,
      given: given[unknown],
      allowed: specs.map((spec) => flagOf(spec.name)).join(', '),
      example: `atelier show ${pattern.id}`,
    });
  }
  const missing = specs.filter(
    ({ name, required, default: standard }) => required && (given[name] ?? standard) === undefined,
  );
  if (missing.length > 0) {
    throw missingOptions(missing);
  }
  const values = Object.fromEntries(specs.map((spec) => [spec.name, checkOption(spec, given[spec.name])]));
  for (const rule of [...commonRules, ...(pattern.rules ?? [])]) {
    const conflict = rule(values);
    if (conflict) {
      const { problem, ...details } = conflict;
      throw new UsageError(problem, { given: values[details.option], ...details });
    }
  }
  return values;
}

/**
 * Values that may come from an earlier version of the kit, by the names that options have now; those of retired options are
 * left out.
 *
 * @param pattern the pattern
 * @param given values by the names of now or of then
 */
export function currentOptions(pattern: Pattern, given: OptionValues): OptionValues {
  const renamed = new Map(optionsOf(pattern).flatMap(({ name, formerly = [] }) => formerly.map((old) => [old, name])));
  const retired = new Set(pattern.retired?.map(({ name }) => name));
  const kept = Object.entries(given).filter(([name]) => !retired.has(name));
  // What has the name of now wins over what has one of then.
  const [then, now] = [kept.filter(([name]) => renamed.has(name)), kept.filter(([name]) => !renamed.has(name))];
  return Object.fromEntries([...then.map(([name, value]) => [renamed.get(name) ?? name, value]), ...now]);
}

/**
 * The values that differ from the defaults, in the order of the options: what is worth writing down.
 *
 * @param pattern the pattern
 * @param values complete values, as `checkOptions` returns them
 */
export function chosenOptions(pattern: Pattern, values: OptionValues): Record<string, OptionValue> {
  const chosen: Record<string, OptionValue> = {};
  for (const { name, default: standard } of optionsOf(pattern)) {
    const value = values[name];
    if (value !== undefined && JSON.stringify(value) !== JSON.stringify(standard)) {
      chosen[name] = value;
    }
  }
  return chosen;
}

/**
 * What an option allows, in words.
 *
 * @param spec the option
 * @returns for example `a whole number from 11 to 10000`
 */
export function allowedWords({ allowed, matches, type, minimum, maximum }: OptionSpec): string {
  if (allowed || matches) {
    return allowed?.join(', ') ?? matches?.means ?? '';
  }
  const kind = { string: 'any text', number: 'a whole number', boolean: 'true or false', 'string[]': 'any texts' }[
    type
  ];
  const range = [minimum !== undefined && `from ${minimum}`, maximum !== undefined && `to ${maximum}`];
  return [kind, ...range].filter(Boolean).join(' ');
}

/**
 * Completes and checks one value.
 *
 * @param spec the option
 * @param given its value, if it has one
 * @returns the value, or the default
 * @throws UsageError when the value is of a wrong type or out of range
 */
export function checkOption(spec: OptionSpec, given: OptionValue | undefined): OptionValue | undefined {
  const value = given ?? spec.default;
  if (value === undefined) {
    return undefined;
  }
  if (!hasType(spec, value)) {
    throw refusal(spec, value);
  }
  const parts: ReadonlyArray<string | number | boolean> = Array.isArray(value) ? value : [value as string];
  const wrong = parts.find((part) => !isAllowed(spec, part));
  if (wrong !== undefined) {
    throw refusal(spec, wrong);
  }
  return value;
}

function missingOptions(specs: readonly OptionSpec[]): UsageError {
  const errors = specs.map((spec) => refusal(spec, undefined, 'is missing').details);
  const flags = specs.map(({ name }) => flagOf(name));
  return new UsageError(`${flags.join(' and ')} ${specs.length === 1 ? 'is' : 'are'} missing`, {
    option: specs.map(({ name }) => name).join(', '),
    allowed: errors.map(({ allowed }) => allowed).join('; '),
    example: errors.map(({ example }) => example).join(' '),
  });
}

function hasType(spec: OptionSpec, value: OptionValue): boolean {
  const types = {
    string: typeof value === 'string',
    number: Number.isInteger(value),
    boolean: typeof value === 'boolean',
    'string[]': Array.isArray(value) && value.every((part) => typeof part === 'string'),
  };
  return types[spec.type];
}

function isAllowed(spec: OptionSpec, value: string | number | boolean): boolean {
  return (
    (spec.allowed?.includes(String(value)) ?? true) &&
    (spec.minimum === undefined || Number(value) >= spec.minimum) &&
    (spec.maximum === undefined || Number(value) <= spec.maximum) &&
    (spec.matches?.regex.test(String(value)) ?? true)
  );
}

function refusal(spec: OptionSpec, given: unknown, problem = `can't be ${shown(given)}`): UsageError {
  const example = Array.isArray(spec.example) ? spec.example[0] : spec.example;
  return new UsageError(`${flagOf(spec.name)} ${problem}`, {
    option: spec.name,
    given,
    allowed: allowedWords(spec),
    choices: spec.allowed,
    example: spec.type === 'boolean' ? flagOf(spec.name) : `${flagOf(spec.name)} ${example}`,
  });
}

function shown(value: unknown): string {
  // JSON has no NaN, which projen makes of a bad number.
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/**
 * The options of a pattern as a JSON Schema of one object.
 *
 * @param pattern the pattern
 * @returns a schema of draft 2020-12, without further properties
 */
export function optionSchema(pattern: Pattern): object {
  const specs = optionsOf(pattern);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: false,
    required: specs.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(specs.map((spec) => [spec.name, propertySchema(spec)])),
  };
}

function propertySchema(spec: OptionSpec): object {
  const { summary: description, default: standard, allowed, minimum, maximum, matches, type } = spec;
  const text = { type: 'string', enum: allowed, pattern: matches?.regex.source };
  const types = {
    string: text,
    number: { type: 'integer', minimum, maximum },
    boolean: { type: 'boolean' },
    'string[]': { type: 'array', items: text },
  };
  // Fields without a value disappear when the schema is printed as JSON.
  return { description, ...types[type], default: standard, examples: [spec.example] };
}
