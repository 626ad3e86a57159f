#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { findPattern, patterns } from '../../blueprints/catalog';
import { UsageError } from '../../blueprints/errors';
import { kitVersion } from '../../blueprints/kit';
import { allowedWords, flagOf, optionsOf } from '../../blueprints/options';
import type { OptionSpec, Pattern } from '../../blueprints/pattern';
import { exitCodes, Output, type OutputOptions } from './output';

const JSON_FLAG = '--json';

/** A right use of each command, for those who used it wrongly. */
const EXAMPLES: Readonly<Record<string, string>> = {
  list: 'atelier list',
  show: `atelier show ${patterns[0].id}`,
  new: `atelier new ${patterns[0].id} orders`,
  lab: 'atelier lab check',
  doctor: 'atelier doctor',
  eject: 'atelier eject',
};

/** The command line, with the flags of the pattern that the arguments name. */
function commandLine(args: readonly string[]): Command {
  const program = new Command('atelier')
    .description('Serverless systems on AWS: projects from proven patterns, and labs that teach them.')
    .version(kitVersion, '-v, --version')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .showSuggestionAfterError(true);

  command(program, 'list', 'lists the patterns').action(async (options) => {
    const { list } = await import('./commands/list');
    finish(list(options));
  });
  command(program, 'show <pattern>', 'shows a pattern: its steps and its options').action(async (id, options) => {
    const { show } = await import('./commands/show');
    finish(show(id, options));
  });
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
  addNew(program, args);
  addLab(program);
  return program;
}

function addNew(program: Command, args: readonly string[]): void {
  const named = args[0] === 'new' ? patternOf(args.slice(1)) : undefined;
  const creation = command(program, 'new [pattern] [folder]', 'creates a project')
    .option('--step <id>', 'the step that the project stands at (default: the last one, the finished project)')
    .option('--kit <spec>', 'the npm spec of serverless-atelier that the project depends on')
    .option('--dry-run', 'shows what would be written, and writes nothing')
    .option('--no-install', 'installs no packages')
    .option('--no-git', 'makes no git repository')
    .option('--no-input', 'asks nothing; what is not given has its default');
  for (const spec of named ? optionsOf(named) : []) {
    creation.addOption(flag(spec));
  }
  creation.action(async (id: string | undefined, folder: string | undefined, options) => {
    const { create } = await import('./commands/new');
    const pattern: Pattern | undefined = id === undefined ? undefined : findPattern(id);
    finish(await create(pattern, folder, options));
  });
}

/** The pattern that the arguments of `new` name: the first word that is one, or else the first word, which then is none. */
function patternOf(args: readonly string[]): Pattern | undefined {
  const named = args.map((word) => patterns.find(({ id }) => id === word)).find((pattern) => pattern !== undefined);
  const first = args[0];
  return named ?? (first && !first.startsWith('-') ? findPattern(first) : undefined);
}

function addLab(program: Command): void {
  const lab = program.command('lab').description('the lab of the project in this folder');
  command(lab, 'status', 'shows the steps, where you are, and what the step asks', { isDefault: true }).action(
    async (options) => {
      const { status } = await import('./commands/lab');
      finish(await status(options));
    },
  );
  command(lab, 'check [step]', 'says whether the project has what the step asks for').action(async (step, options) => {
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
}

function command(parent: Command, usage: string, description: string, settings: { isDefault?: boolean } = {}): Command {
  return parent
    .command(usage, settings)
    .description(description)
    .option(JSON_FLAG, 'prints one JSON document')
    .option('--plain', 'prints words instead of glyphs, and no colour');
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

/** Says in one line, or one document, what went wrong; the exit code says whose turn it is. */
function report(error: unknown, args: readonly string[], output: Output): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) {
      return exitCodes.done;
    }
    const example = EXAMPLES[args[0]] ?? EXAMPLES.new;
    const problem = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
    return refuse(`${problem}; for example: ${example}; all there is: atelier --help`, { example }, output);
  }
  if (error instanceof UsageError) {
    return refuse(error.message, error.details, output);
  }
  output.document({ error: { message: (error as Error).message } });
  process.stderr.write(`${output.paint('bad', 'error:')} ${(error as Error).message}\n`);
  return exitCodes.environment;
}

function refuse(message: string, details: object, output: Output): number {
  output.document({ error: { message, ...details } });
  if (!output.json) {
    process.stderr.write(`${output.paint('bad', 'error:')} ${message}\n`);
  }
  return exitCodes.wrongUse;
}

async function main(args: readonly string[]): Promise<void> {
  const options: OutputOptions = { json: args.includes(JSON_FLAG), plain: args.includes('--plain') };
  try {
    const program = commandLine(args);
    if (args.length === 0) {
      program.outputHelp();
    } else {
      await program.parseAsync(args, { from: 'user' });
    }
  } catch (error) {
    finish(report(error, args, new Output(options)));
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
