import type { Assembly, Resource } from './assembly';
import { dig } from './json';
import type { Buildspec, Phase } from './rehearsal/buildspec';
import { commandsIn, type ShellCommand } from './shell';

/** A command of a build. */
export interface BuildCommand extends ShellCommand {
  /** The phase that it is part of. */
  readonly phase: Phase;
}

/** What a build runs. */
export interface BuildScript {
  /** Its commands in their order. */
  readonly commands: readonly BuildCommand[];
  /** The variables that it has as plain text. */
  readonly variables: ReadonlyMap<string, string>;
}

/**
 * What a project of CodeBuild runs.
 *
 * @param assembly the assembly
 * @param project the project
 * @param spec its buildspec, whose variables give way to those of the project
 */
export function buildScript(assembly: Assembly, project: Resource, { phases, variables }: Buildspec): BuildScript {
  const given = assembly
    .list(project, 'Environment.EnvironmentVariables')
    .map((one) => [String(dig(one, 'Name')), assembly.text(dig(one, 'Value'))] as const);
  const known = new Map([...Object.entries(variables), ...given]);
  const commands = phases.flatMap((phase) =>
    commandsIn(phase.commands, known).map((command) => ({ ...command, phase })),
  );
  return { commands, variables: known };
}
