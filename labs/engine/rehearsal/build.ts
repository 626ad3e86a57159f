import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** How long a phase may run, in milliseconds: that of CodeBuild's own limit on Lambda. */
const TIMEOUT = 15 * 60_000;

/** What tells a line of ours from one of a command: the command of a number begins, or the last one has failed. */
const BEGUN = '\u0001';
const FAILED = '\u0002';

/**
 * A phase in bash: its arguments are the folder of the commands, the file with the state, the folder to begin in, and whether
 * all has succeeded. The shell of the phase before is gone on with, its folder, variables and functions; what is read-only is
 * not kept. Commands run to the first that fails or ends the shell; what `finally` has runs in any case.
 */
const script = ({ commands, finally: after }: Phase): string => `
declare -r atelier_commands=$1 atelier_state=$2 atelier_begin=$3 atelier_succeeding=$4
cd "$atelier_begin"
[ -f "$atelier_state" ] && . "$atelier_state" 2>/dev/null
export CODEBUILD_BUILD_SUCCEEDING=$atelier_succeeding
atelier_keep() {
  { declare -f; declare -p | grep -v '^declare -[a-zA-Z]*r'; } >"$atelier_state"
  pwd >"$atelier_state.pwd"
}
atelier_run() {
  printf '${BEGUN}%s\\n' "$1"
  . "$atelier_commands/$1" </dev/null
}
atelier_end() {
  atelier_code=$?
  trap - EXIT
  set +e
  [ "$atelier_code" = 0 ] || printf '${FAILED}\\n'
  for atelier_command in ${after.map((_, index) => commands.length + index).join(' ')}; do
    atelier_run "$atelier_command"
    atelier_status=$?
    [ "$atelier_status" = 0 ] || { [ "$atelier_code" != 0 ] || { printf '${FAILED}\\n'; atelier_code=$atelier_status; }; break; }
  done
  atelier_keep
  exit "$atelier_code"
}
trap atelier_end EXIT
for atelier_command in ${commands.map((_, index) => index).join(' ')}; do
  atelier_run "$atelier_command"
  atelier_status=$?
  if [ "$atelier_status" != 0 ]; then exit "$atelier_status"; fi
done
`;

/**
 * Runs the phases of a buildspec as CodeBuild does: in one shell, to the first command that fails. `post_build` comes after a
 * failed `build`, too, unless that aborts; after a phase that says CONTINUE all others come, and its failure is none of the
 * build's.
 *
 * @param spec the buildspec
 * @param place where it runs
 */
export async function runBuild(spec: Buildspec, place: BuildPlace): Promise<BuildResult> {
  const phases: PhaseResult[] = [];
  let failure: PhaseResult | undefined;
  let ahead: readonly PhaseName[] = PHASES;
  for (const phase of spec.phases) {
    if (!ahead.includes(phase.name)) {
      continue;
    }
    const result = await runPhase(
      phase,
      place,
      phases.every(({ passed }) => passed),
    );
    phases.push(result);
    if (!result.passed && phase.onFailure !== 'CONTINUE') {
      failure ??= result;
      ahead = phase.name === 'build' && phase.onFailure !== 'ABORT' ? ['post_build'] : [];
    }
  }
  return { failure, phases, variables: await exportedOf(spec, place) };
}

async function runPhase(phase: Phase, place: BuildPlace, isSucceeding: boolean): Promise<PhaseResult> {
  const commands = join(place.scratch, phase.name);
  const all = [...phase.commands, ...phase.finally];
  rmSync(commands, { recursive: true, force: true });
  mkdirSync(commands, { recursive: true });
  all.forEach((command, index) => {
    writeFileSync(join(commands, String(index)), `${command}\n`);
  });
  const file = join(commands, 'phase.sh');
  writeFileSync(file, script(phase));
  let [begun, failed]: (string | undefined)[] = [];
  const onLine = (line: string): void => {
    if (line.startsWith(BEGUN)) {
      begun = all[Number(line.slice(1))];
      place.onLine(`$ ${begun}`);
    } else if (line.startsWith(FAILED)) {
      failed ??= begun;
    } else {
      place.onLine(line);
    }
  };
  const state = join(place.scratch, 'state');
  const begin = lastFolder(state) ?? place.folder;
  const args = [commands, state, begin, isSucceeding ? '1' : '0'];
  const { code } = await runChild('bash', ['-c', 'exec 2>&1; . "$0"', file, ...args], {
    cwd: place.folder,
    env: place.env,
    onLine,
    timeout: TIMEOUT,
    leavesNothing: true,
  });
  return code === 0
    ? { phase: phase.name, passed: true }
    : { phase: phase.name, passed: false, failed: failed ?? begun, code: code ?? 1 };
}

function lastFolder(state: string): string | undefined {
  try {
    return readFileSync(`${state}.pwd`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** What the shell holds in the exported variables when all phases are over. */
async function exportedOf(spec: Buildspec, { scratch, env }: BuildPlace): Promise<Record<string, string>> {
  const state = join(scratch, 'state');
  const entries = await Promise.all(
    spec.exported.map(async (name) => {
      const read = '. "$1" 2>/dev/null; declare -n atelier_value=$2; printf %s "$atelier_value"';
      const { stdout } = await runChild('bash', ['-c', read, 'bash', state, name], { env });
      return [name, stdout] as const;
    }),
  );
  return Object.fromEntries(entries);
}
