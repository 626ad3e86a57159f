import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { applyPatch } from 'diff';
import { checkOptions } from '../../blueprints/options';
import type { Pattern } from '../../blueprints/pattern';
import { changesOf } from '../../labs/engine/changes';
import type { Command, LabText } from '../../labs/engine/lab-text';
import { FILLED, fillMarks } from '../../labs/engine/marks';
import { type Ended, tryLine } from './commands';

/** A command of a lab that was run. */
export interface Ran extends Ended {
  readonly command: Command;
  /** The step that it stands in, or the last for one behind the steps. @default - it stands before the first */
  readonly step?: string;
}

/**
 * Whether a test without an account and an emulator runs a command.
 *
 * @param command the command
 */
export function isRunHere({ deploys, notRun }: Command): boolean {
  return !deploys && notRun === undefined;
}

/** How a reader goes through a lab. */
export interface Way {
  /** Is called when the project's folder is entered. @default - nothing is done */
  readonly enter?: (folder: string) => void;
  /** Which commands of the steps are left out. @default - none */
  readonly skips?: (command: Command, step: string) => boolean;
}

/**
 * Does what a reader of a lab does: runs each command as it is printed, in the printed order, and nothing else, and before
 * those of a step makes the change that the step shows.
 *
 * @param pattern the pattern
 * @param lab its text
 * @param home the folder to begin in
 * @param env variables for the commands
 * @param way how the reader goes. @default - all the way, with packages of their own
 */
export function runLab(pattern: Pattern, lab: LabText, home: string, env: NodeJS.ProcessEnv, way: Way = {}): Ran[] {
  const { enter = () => {}, skips = () => false } = way;
  let cwd = home;
  const run = (command: Command, step?: string): Ran => {
    // Each command gets a shell of its own, which would forget the folder.
    const [, folder] = /^cd (\S+)$/.exec(command.line) ?? [];
    cwd = folder ? join(cwd, folder) : cwd;
    if (folder) {
      enter(cwd);
    }
    const ended = folder ? { code: 0, stdout: '', stderr: '' } : tryLine(cwd, command.line, env);
    return { command, ...ended, ...(step ? { step } : {}) };
  };
  const before = lab.commandsBefore.filter(isRunHere).map((command) => run(command));
  const within = lab.steps.flatMap(({ id, commands }) => {
    makeChange(pattern, id, cwd);
    const wanted = commands.filter((command) => isRunHere(command) && !skips(command, id));
    return wanted.map((command) => run(command, id));
  });
  const after = lab.commandsAfter.filter(isRunHere).map((command) => run(command, lab.steps.at(-1)?.id));
  return [...before, ...within, ...after];
}

/** Makes the change of a step, as its diffs show it. */
function makeChange(pattern: Pattern, step: string, folder: string): void {
  for (const { path, kind, diff } of changesOf(pattern, checkOptions(pattern, { name: 'orders' }), step)) {
    const file = join(folder, path);
    const made = applyPatch(kind === 'new' ? '' : readFileSync(file, 'utf8'), diff);
    if (made === false) {
      throw new Error(`the change of ${step} does not fit ${path}`);
    }
    mkdirSync(dirname(file), { recursive: true });
    kind === 'removed' ? rmSync(file) : writeFileSync(file, made);
  }
}

/**
 * The text of a lab with what its commands have printed.
 *
 * @param text the text
 * @param ran the commands that were run
 */
export function withOutputs(text: string, ran: readonly Ran[]): string {
  return fillMarks(text, ({ name, argument, step }) => {
    const command = ran.filter((one) => one.command.line === argument && one.step === step).at(-1);
    return name === FILLED.output && command ? fenced(shownOutput(command)) : undefined;
  });
}

/**
 * What a lab shows of a command's output: all of its standard output, which is the same on every machine.
 *
 * @param ran the command
 */
export function shownOutput({ stdout }: Ran): string {
  return stdout.trim();
}

function fenced(output: string): string {
  return `\`\`\`text\n${output}\n\`\`\``;
}
