import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from '../child';
import { type Buildspec, PHASES, type Phase, type PhaseName } from './buildspec';

/** What a build needs besides its buildspec. */
export interface BuildPlace {
  /** The folder with the sources, which the commands begin in. */
  readonly folder: string;
  /** A folder for what belongs to the build and not to its sources. */
  readonly scratch: string;
  /** The variables of its commands, all of them. */
  readonly env: NodeJS.ProcessEnv;
  /** How long it may take, in minutes. @default 60 */
  readonly minutes?: number;
  /** Is told each line that is printed. */
  readonly onLine: (line: string) => void;
}

/** How a phase ended. */
export interface PhaseResult {
  readonly phase: PhaseName;
  readonly passed: boolean;
  /** The command that failed. @default - none */
  readonly failed?: string;
  /** Its exit code. @default - none failed */
  readonly code?: number;
  /** Whether it was ended since the time of the build was over. @default false */
  readonly timedOut?: boolean;
}

/** How a build ended. */
export interface BuildResult {
  /** The phase that it failed in. @default - it passed */
  readonly failure?: PhaseResult;
  /** The phases that ran. */
  readonly phases: readonly PhaseResult[];
  /** The exported variables. */
  readonly variables: Readonly<Record<string, string>>;
}

/** How long a build may take whose project says nothing: https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html */
export const MINUTES = 60;

/** What ends a line of ours, which may follow what a command has printed: the command of a number begins, or it has failed. */
const MARK = /^(.*?)(?:\u0001(\d+)|\u0002)$/;

/** What one command leaves to the next: files with its variables, and with the folder that it ended in. */
interface Kept {
  readonly variables: string;
  readonly folder: string;
}

const keptOf = ({ scratch }: BuildPlace): Kept => ({
  variables: join(scratch, 'variables.sh'),
  folder: join(scratch, 'folder.txt'),
});

/** A text as one word of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * A command as CodeBuild runs it: a script of its own, whose shell begins in the folder that the last one ended in, with the
 * variables of that one, all of them exported. Functions and arrays are not kept, nor is anything of a command that exits:
 * https://github.com/aws/codecatalyst-runner-cli/blob/main/command-runner/pkg/runner/container_command_executor.go and
 * https://github.com/aws/aws-cdk/issues/26694
 */
const script = (command: string, { variables, folder }: Kept, isSucceeding: boolean): string => `\
cd "$(cat ${quoted(folder)})"
set -a
. ${quoted(variables)}
CODEBUILD_BUILD_SUCCEEDING=${isSucceeding ? 1 : 0}
${command}
CODEBUILD_LAST_EXIT=$?
export -p >|${quoted(variables)}
pwd >|${quoted(folder)}
exit "$CODEBUILD_LAST_EXIT"
`;

/**
 * A phase: its argument is the folder of the scripts, by their numbers. They run to the first that fails; what `finally` has
 * runs in any case. All belong to one process, so that what they leave running ends with it.
 */
const driver = ({ commands, finally: after }: Phase, shell: string): string => `\
exec 2>&1
atelier_folder=$1
atelier_run() {
  for atelier_script; do
    printf '\u0001%s\\n' "$atelier_script"
    ${shell} "$atelier_folder/$atelier_script"
    atelier_status=$?
    [ "$atelier_status" = 0 ] && continue
    printf '\u0002\\n'
    atelier_code=\${atelier_code:-$atelier_status}
    return
  done
}
atelier_run ${commands.map((_, index) => index).join(' ')}
atelier_run ${after.map((_, index) => commands.length + index).join(' ')}
exit "\${atelier_code:-0}"
`;

/**
 * Runs the phases of a buildspec as CodeBuild does: each command in a shell of its own, to the first that fails. `post_build`
 * comes after a failed `build`, too, unless that aborts; after a phase that says CONTINUE all others come, and its failure is
 * none of the build's.
 *
 * @param spec the buildspec
 * @param place where it runs
 */
export async function runBuild(spec: Buildspec, place: BuildPlace): Promise<BuildResult> {
  const phases: PhaseResult[] = [];
  let failure: PhaseResult | undefined;
  let ahead: readonly PhaseName[] = PHASES;
  const end = performance.now() + (place.minutes ?? MINUTES) * 60_000;
  const kept = keptOf(place);
  writeFileSync(kept.variables, '');
  writeFileSync(kept.folder, place.folder);
  for (const phase of spec.phases) {
    if (!ahead.includes(phase.name)) {
      continue;
    }
    const isSucceeding = phases.every(({ passed }) => passed);
    const result = await runPhase(phase, spec.shell, place, { isSucceeding, end });
    phases.push(result);
    if (result.timedOut || (!result.passed && phase.onFailure !== 'CONTINUE')) {
      failure ??= result;
      const goesOn = phase.name === 'build' && phase.onFailure !== 'ABORT' && !result.timedOut;
      ahead = goesOn ? ['post_build'] : [];
    }
  }
  return { failure, phases, variables: await variablesAfter(spec.exported, spec, place) };
}

/** How far a build is. */
interface BuildState {
  /** Whether all phases so far have passed. */
  readonly isSucceeding: boolean;
  /** When its time is over, in milliseconds as `performance.now()` counts them. */
  readonly end: number;
}

async function runPhase(phase: Phase, shell: string, place: BuildPlace, at: BuildState): Promise<PhaseResult> {
  const folder = join(place.scratch, phase.name);
  const all = [...phase.commands, ...phase.finally];
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  all.forEach((command, index) => {
    writeFileSync(join(folder, String(index)), script(command, keptOf(place), at.isSucceeding));
  });
  const file = join(folder, 'phase.sh');
  writeFileSync(file, driver(phase, shell));
  let [begun, failed]: (string | undefined)[] = [];
  const onLine = (line: string): void => {
    const [marked, said = line, number] = MARK.exec(line) ?? [];
    if (said !== '' || !marked) {
      place.onLine(said);
    }
    if (number !== undefined) {
      begun = all[Number(number)];
      place.onLine(`$ ${begun}`);
    } else if (marked) {
      failed ??= begun;
    }
  };
  const { code, timedOut } = await runChild('sh', [file, folder], {
    cwd: place.folder,
    env: place.env,
    onLine,
    timeout: Math.max(1, at.end - performance.now()),
    leavesNothing: true,
  });
  return code === 0
    ? { phase: phase.name, passed: true }
    : { phase: phase.name, passed: false, failed: failed ?? begun, code: code ?? 1, timedOut };
}

/**
 * What variables hold when the phases of a build are over.
 *
 * @param names their names
 * @param spec the buildspec
 * @param place where it ran
 * @returns the values of those that are set
 */
export async function variablesAfter(
  names: readonly string[],
  { shell }: Buildspec,
  place: BuildPlace,
): Promise<Record<string, string>> {
  const entries = names.map(async (name) => {
    const read = `. "$1" && [ -n "\${${name}+set}" ] && printf %s "$${name}"`;
    const { code, stdout } = await runChild(shell, ['-c', read, shell, keptOf(place).variables], { env: place.env });
    return code === 0 ? [[name, stdout] as const] : [];
  });
  return Object.fromEntries((await Promise.all(entries)).flat());
}
