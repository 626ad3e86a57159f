#!/usr/bin/env node
import { Command, Option } from 'commander';
import { findPattern, patterns } from '../../blueprints/catalog';
import { kitVersion } from '../../blueprints/kit';
import { allowedWords, checkOption, flagOf, optionsOf } from '../../blueprints/options';
import type { OptionSpec, Pattern } from '../../blueprints/pattern';
import { report } from './failure';
import type { Source } from './from';
import { type Operation, operations } from './operations/command-line';
import { Output } from './output';

const JSON_FLAG = '--json';
const FROM = '--from';

/** The commands that take it. */
const FROM_COMMANDS: ReadonlySet<string> = new Set(['list', 'show', 'new', 'lab']);

/** The values of a switch, as they are typed. */
const VALUES: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

/** What the arguments choose before they are read: the patterns, and the one of them that a new project is of. */
interface Choice {
  /** The patterns: of the kit, or of the package that is named by `--from`. */
  readonly patterns: readonly Pattern[];
  /** The package that is named, for a new project to depend on. @default - none is */
  readonly source?: Source;
  /** The pattern of a new project, whose options are flags then. @default - none is named */
  readonly named?: Pattern;
}

/**
 * The command line.
 *
 * @param args its arguments
 * @param choice what they choose
 */
function commandLine(args: readonly string[], choice: Choice): Command {
  const program = new Command('atelier')
    .description('Serverless systems on AWS: projects from proven patterns, and labs that teach them.')
    .version(kitVersion, '-v, --version')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .showSuggestionAfterError(true);

  withFrom(command(program, 'list', 'lists the patterns')).action(async (options) => {
    const { list } = await import('./commands/list');
    finish(list(choice.patterns, options));
  });
  withFrom(command(program, 'show <pattern>', 'shows a pattern: its steps and its options')).action(
    async (id, options) => {
      const { show } = await import('./commands/show');
      finish(show(findPattern(id, choice.patterns), options));
    },
  );
  command(program, 'doctor', 'says what this machine or project lacks, and the command that mends it').action(
    async (options) => {
      const { doctor } = await import('./commands/doctor');
      finish(await doctor(options));
    },
  );
  command(program, 'eject', 'leaves projen and the kit; the modules in use are copied into src/modules')
    .option('--force', 'ejects though changes are not committed')
    .action(async (options) => {
      const { eject } = await import('./commands/eject');
      finish(await eject(options));
    });
  command(program, 'update', 'merges what this version of the kit generates into the project')
    .option('--dry-run', 'shows what would be done, and writes nothing; exit code 3 when there is something')
    .option(
      '--accept-replacement <id>',
      'a resource, by its logical id, that may be replaced or removed though it holds state',
      (id: string, before: readonly string[] = []) => [...before, id],
    )
    .option('--options-only', 'writes nothing but the names that options have now into .projenrc.ts')
    .action(async (options) => {
      const { update } = await import('./commands/update');
      finish(await update(options));
    });
  addNew(program, choice);
  addLab(program, args, choice);
  addLocal(program);
  command(program, 'probe', 'says whether what is deployed keeps the promises of the pattern')
    .option('--endpoint <url>', "an emulator (default: AWS_ENDPOINT_URL, or the kit's own)")
    .option('--stage <name>', 'the stage whose stack is looked at (default: the first)')
    .option('--aws', 'looks at AWS, with the credentials of your environment; says where, and asks')
    .option('--yes', 'does not ask before it looks at AWS')
    .action(async (options) => {
      const { probe } = await import('./commands/probe');
      finish(await probe(options));
    });
  addPipeline(program);
  return program;
}

function addPipeline(program: Command): void {
  const pipeline = program.command('pipeline').description("the project's pipelines");
  command(pipeline, 'rehearse [action]', 'runs them on this machine; what would change AWS is named, and never run')
    .option('--keep', 'keeps the folder with the artifacts, and all else that was made')
    .action(async (action, options) => {
      const { rehearse } = await import('./commands/pipeline');
      finish(await rehearse(action, options));
    });
  for (const [name, { syntax, summary, flags }] of Object.entries(operations())) {
    const one = flags.reduce((built, flag) => built.addOption(flag), command(pipeline, syntax, summary));
    one.action(async (...args) => {
      const commands = await import('./commands/operations');
      const run = commands[name as Operation] as (...given: unknown[]) => Promise<number>;
      finish(await run(...args.slice(0, -1))); // the last one is the command itself
    });
  }
}

function addNew(program: Command, { patterns: known, source, named }: Choice): void {
  const creation = withFrom(command(program, 'new [pattern] [folder]', 'creates a project'))
    .option('--step <id>', 'the step that the project stands at (default: the last one, the finished project)')
    .option('--options <file>', 'all options at once: a JSON file, or - for standard input; flags win over it')
    .option('--kit <spec>', 'the serverless-atelier that the project depends on: a version, or the path of a tarball')
    .option('--dry-run', 'shows what would be written, and writes nothing')
    .option('--no-install', 'installs no packages')
    .option('--no-git', 'makes no git repository')
    .option('--no-input', 'asks nothing; what is not given has its default');
  if (named) {
    creation.optionsGroup(`Options of ${named.id}:`);
    for (const option of optionsOf(named).flatMap(flags)) {
      creation.addOption(option);
    }
  } else {
    creation.addHelpText('after', '\nEach option of a pattern is a flag, too: atelier show <pattern> lists them.');
  }
  creation.action(async (id: string | undefined, folder: string | undefined, options) => {
    const { create } = await import('./commands/new');
    const pattern: Pattern | undefined = id === undefined ? undefined : findPattern(id, known);
    finish(await create(pattern, folder, { ...options, patterns: known, package: source?.spec }));
  });
}

/** What `atelier local` can do, and how it is said. */
const LOCAL = {
  start: 'starts an emulator of AWS on this machine; no account is needed',
  stop: 'ends it',
  status: 'says whether it runs, and where',
  logs: 'prints its log, that of functions among it',
  deploy: 'deploys the project to it',
  reset: 'lets it forget all that was deployed',
} as const;

function addLocal(program: Command): void {
  const local = program.command('local').description('runs the project on this machine');
  for (const [name, summary] of Object.entries(LOCAL)) {
    const one = command(local, name, summary).action(async (options) => {
      const commands = await import('./commands/local');
      finish(await commands[name as keyof typeof LOCAL](options));
    });
    if (name === 'start') {
      one.option('--docker', 'by Docker, where there is no Python');
    }
    if (name === 'deploy') {
      one
        .option('--watch', 'again whenever a source is saved')
        .option('--poll', 'looks for saves as network drives need it');
    }
  }
}

/** The patterns that the arguments choose from, and the one that those of `new` name. */
async function choose(args: readonly string[], output: Output): Promise<Choice> {
  const words = FROM_COMMANDS.has(args[0]) ? args.flatMap((arg) => arg.split('=')) : [];
  const from = words.find((_, index) => words[index - 1] === FROM);
  if (from === undefined) {
    return { patterns, named: newPattern(args, patterns) };
  }
  const { patternsFrom } = await import('./from');
  const source = await patternsFrom(from, { json: output.json, yes: args.includes('--yes') }, output);
  return { patterns: source.patterns, source, named: newPattern(args, source.patterns) };
}

/** The pattern that the arguments of `new` name: the first word that is one, or else the first word, which then is none. */
function newPattern([command, ...args]: readonly string[], known: readonly Pattern[]): Pattern | undefined {
  if (command !== 'new') {
    return undefined;
  }
  const named = args.map((word) => known.find(({ id }) => id === word)).find((pattern) => pattern !== undefined);
  const first = args[0];
  return named ?? (first && !first.startsWith('-') ? findPattern(first, known) : undefined);
}

/** Lets a command take its patterns from another package. */
function withFrom(of: Command): Command {
  return of
    .option(
      `${FROM} <package>`,
      "the package of patterns: an npm package, or its tarball; its code runs (default: the kit's own)",
    )
    .option('--yes', 'does not ask before the package is installed');
}

function addLab(program: Command, args: readonly string[], { source }: Choice): void {
  const lab = program.command('lab').description('the lab of the project in this folder, or in one above it');
  // A default command would take a misspelt one for its argument.
  const isDefault = args.slice(1).every((arg) => arg.startsWith('-'));
  command(lab, 'status', 'shows the steps, where you are, and what the step asks', { isDefault }).action(
    async (options) => {
      const { status } = await import('./commands/lab');
      finish(await status(options));
    },
  );
  command(lab, 'check [step]', 'says whether the project has what the step asks for')
    .option('--details', 'explains every goal that failed, not the first alone, and shows every finding')
    .action(async (step, options) => {
      const { check } = await import('./commands/lab');
      finish(await check(step, options));
    });
  command(lab, 'diff [step]', 'shows what the step changes: the solution').action(async (step, options) => {
    const { diff } = await import('./commands/lab');
    finish(await diff(step, options));
  });
  command(lab, 'hint [step]', 'gives the next hint of the step').action(async (step, options) => {
    const { hint } = await import('./commands/lab');
    finish(await hint(step, options));
  });
  command(lab, 'next', 'tells what comes next').action(async (options) => {
    const { next } = await import('./commands/lab');
    finish(await next(options));
  });
  command(lab, 'solve [step]', 'merges the solution of the step into your files').action(async (step, options) => {
    const { solve } = await import('./commands/moving');
    finish(await solve(step, options));
  });
  command(lab, 'goto <step>', 'brings the project to where a step begins').action(async (step, options) => {
    const { goTo } = await import('./commands/moving');
    finish(await goTo(step, options));
  });
  command(lab, 'reset [file]', 'brings a file, or all sources, back to how the step began').action(
    async (file, options) => {
      const { reset } = await import('./commands/moving');
      finish(await reset(file, options));
    },
  );
  command(lab, 'watch', 'checks the step whenever a source is saved')
    .option('--poll', 'looks at files again and again, as network drives need it')
    .action(async (options) => {
      const { watch } = await import('./commands/watch');
      finish(await watch(options));
    });
  command(lab, 'handin [file]', 'writes one small file for an instructor: sources and progress')
    .option('--name <text>', 'who hands in (default: the name of the folder)')
    .action(async (file, options) => {
      const { handIn } = await import('./commands/class');
      finish(await handIn(file, options));
    });
  command(lab, 'report <sources...>', 'for instructors: where a class stands, checked again')
    .option('--csv', 'prints a line for each learner and step, as comma-separated values')
    .option('--packages <folder>', 'an installed project whose packages are used (default: this folder)')
    .action(async (sources, options) => {
      const { report } = await import('./commands/class');
      finish(await report(sources, options));
    });
  command(lab, 'undo', 'brings back what solve, goto or reset have changed').action(async (options) => {
    const { undo } = await import('./commands/moving');
    finish(await undo(options));
  });
  lab.commands.forEach(withFrom);
  // Each of them gets the patterns that were chosen with its flags.
  lab.hook('preAction', (_, action) => {
    action.setOptionValue('patterns', source?.patterns);
  });
}

function command(parent: Command, usage: string, description: string, settings: { isDefault?: boolean } = {}): Command {
  return parent
    .command(usage, settings)
    .description(description)
    .option(JSON_FLAG, 'prints one JSON document')
    .option('--plain', 'prints words instead of glyphs, and no colour');
}

/** The flags of an option; a switch has one for each side. */
function flags(spec: OptionSpec): Option[] {
  return spec.type === 'boolean'
    ? [flag(spec), new Option(offFlagOf(spec), `turns ${flagOf(spec.name)} off`)]
    : [flag(spec)];
}

function offFlagOf({ name }: OptionSpec): string {
  return flagOf(name).replace('--', '--no-');
}

/** The arguments with each switch that has a value as commander knows it: `--tracing=false`, in one word or two. */
function withoutSwitchValues(args: readonly string[], specs: readonly OptionSpec[]): string[] {
  const switches = new Map(specs.filter(({ type }) => type === 'boolean').map((spec) => [flagOf(spec.name), spec]));
  return args.flatMap((arg, index) => {
    if (VALUES.has(arg) && switches.has(args[index - 1])) {
      return []; // it went with the switch
    }
    const [name, value = args.slice(index + 1, index + 2).find((next) => VALUES.has(next))] = arg.split('=');
    const spec = switches.get(name);
    if (!spec || value === undefined) {
      return [arg];
    }
    return [checkOption(spec, VALUES.get(value) ?? value) ? name : offFlagOf(spec)];
  });
}

function flag(spec: OptionSpec): Option {
  const takes = { string: ' <text>', number: ' <number>', boolean: '', 'string[]': ' <text>' }[spec.type];
  const fallback = spec.default === undefined ? '' : ` (default: ${JSON.stringify(spec.default)})`;
  const option = new Option(flagOf(spec.name) + takes, `${spec.summary} ${allowedWords(spec)}${fallback}`);
  const parsers: Partial<Record<OptionSpec['type'], (text: string, before: unknown) => unknown>> = {
    number: (text) => (/^\d+$/.test(text) ? Number(text) : text),
    'string[]': (text, before) => [...((before as string[] | undefined) ?? []), text],
  };
  const parse = parsers[spec.type];
  return parse ? option.argParser(parse) : option;
}

function finish(code: number): void {
  process.exitCode = code;
}

async function main(args: readonly string[]): Promise<void> {
  const output = new Output({ json: args.includes(JSON_FLAG), plain: args.includes('--plain') });
  try {
    const choice = await choose(args, output);
    const program = commandLine(args, choice);
    if (args.length === 0) {
      program.outputHelp();
    } else {
      const specs = choice.named ? optionsOf(choice.named) : [];
      await program.parseAsync(withoutSwitchValues(args, specs), { from: 'user' });
    }
  } catch (error) {
    finish(report(error, args, output));
  }
}

// Whoever reads the output may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    throw error;
  }
  process.exit();
});

void main(process.argv.slice(2));
