import { InvalidArgumentError, Option } from 'commander';

/** A command that looks at pipelines in AWS, or changes their course. */
export interface OperationSyntax {
  /** Its name and its arguments, as commander reads them. */
  readonly syntax: string;
  readonly summary: string;
  readonly flags: readonly Option[];
}

/** The names of these commands. */
export type Operation = 'start' | 'watch' | 'status' | 'approve' | 'retry' | 'rollback' | 'logs';

/**
 * What `atelier pipeline` can do in AWS. A pipeline is named as a whole or in part, or not at all where there is but one.
 *
 * @returns the commands by their names
 */
export function operations(): Readonly<Record<Operation, OperationSyntax>> {
  const place = [
    new Option('--profile <name>', 'a profile of your AWS configuration (default: AWS_PROFILE)'),
    new Option('--region <name>', 'a Region (default: AWS_REGION, or that of the profile)'),
  ];
  const interval = new Option('--interval <seconds>', 'seconds between two looks').default(5).argParser(seconds);
  const change = [
    ...place,
    interval,
    new Option('--yes', 'asks nothing; the pipeline is named as a whole'),
    new Option('--watch', 'watches what comes of it'),
  ];
  const execution = new Option('--execution <id>', 'the execution (default: the latest)');
  const changed = new Option('--execution <id>', 'the execution, where several are meant');
  return {
    start: {
      syntax: 'start [pipeline]',
      summary: 'starts an execution',
      flags: [
        new Option('--variable <name=value>', 'a variable of the pipeline; as often as there are any').argParser(
          oneMore,
        ),
        new Option(
          '--commit <[action=]id>',
          'the commit, or for a source that is named the version of an object; as often as there are sources (default: the newest)',
        ).argParser(oneMore),
        ...change,
      ],
    },
    watch: {
      syntax: 'watch [pipeline]',
      summary: 'shows an execution until its end; the exit code says how it has ended',
      flags: [execution, interval, ...place],
    },
    status: {
      syntax: 'status [pipeline]',
      summary: 'shows the latest execution, and what is published where',
      flags: [execution, ...place],
    },
    approve: {
      syntax: 'approve [pipeline] [stage]',
      summary: 'approves what waits for somebody',
      flags: [
        new Option('--reject', 'says no'),
        new Option('--comment <text>', 'is kept beside the answer'),
        changed,
        ...change,
      ],
    },
    retry: {
      syntax: 'retry [pipeline] [stage]',
      summary: 'tries a failed stage again',
      flags: [new Option('--all', 'with the actions that have succeeded'), changed, ...change],
    },
    rollback: {
      syntax: 'rollback [pipeline] [stage]',
      summary: 'takes a stage back to what an earlier execution brought there',
      flags: [new Option('--to <execution>', 'the execution (default: the one before)'), ...change],
    },
    logs: {
      syntax: 'logs [pipeline] [action]',
      summary: 'prints the log of a build',
      flags: [execution, new Option('--follow', 'goes on until the build ends'), interval, ...place],
    },
  };
}

/** What may be said several times. */
function oneMore(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** A number of seconds, at least one. */
function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 1 && value <= 3600)) {
    throw new InvalidArgumentError('allowed: 1 to 3600 seconds');
  }
  return value;
}
