import { readFileSync } from 'node:fs';
import { EnvironmentError } from '../../../blueprints/errors';
import { runChild } from '../child';

/** How to start a Python: the command, and arguments that come first. */
export interface Python {
  readonly command: string;
  readonly args: readonly string[];
  /** Its version, `3.12` for example. */
  readonly version: string;
}

/** The oldest Python that the emulator runs on, as its package says. */
export const OLDEST_PYTHON: readonly [number, number] = [3, 10];

/** What a need of Python is called. */
export const PYTHON_NEED = `Python ${OLDEST_PYTHON.join('.')} or newer`;

/** The commands that may start one, the newest first. */
const COMMANDS: ReadonlyArray<readonly [string, ...string[]]> =
  process.platform === 'win32'
    ? [['py', '-3'], ['python']]
    : [['python3'], ...[14, 13, 12, 11, 10].map((minor): [string] => [`python3.${minor}`]), ['python']];

const ASK = 'import sys; print("%d.%d" % sys.version_info[:2])';

/**
 * The first Python of this machine that is new enough.
 *
 * @returns undefined when there is none
 */
export async function findPython(): Promise<Python | undefined> {
  for (const [command, ...args] of COMMANDS) {
    const { code, stdout } = await runChild(command, [...args, '-c', ASK], { timeout: 10_000 });
    const version = stdout.trim();
    if (code === 0 && isNewEnough(version)) {
      return { command, args, version };
    }
  }
  return undefined;
}

/** The error of a machine that has none; it names the one command that mends it here. */
export function pythonMissing(): EnvironmentError {
  return new EnvironmentError(
    `the emulator needs ${PYTHON_NEED}, and there is none; ${pythonMend()}, or atelier local start --docker`,
  );
}

/** The command that installs a Python on this system. */
export function pythonMend(): string {
  const commands: Partial<Record<NodeJS.Platform, string>> = {
    darwin: 'brew install python',
    win32: 'winget install Python.Python.3.13',
    linux: linuxMend(),
  };
  return commands[process.platform] ?? 'install it from https://www.python.org';
}

/** Package managers by what distributions call themselves, https://www.freedesktop.org/software/systemd/man/os-release.html */
const MANAGERS: ReadonlyArray<readonly [RegExp, string]> = [
  [/^ID(_LIKE)?=.*(debian|ubuntu)/m, 'sudo apt-get install --yes python3 python3-venv'],
  [/^ID(_LIKE)?=.*(fedora|rhel|amzn)/m, 'sudo dnf install --assumeyes python3.12'],
  [/^ID(_LIKE)?=.*suse/m, 'sudo zypper install --no-confirm python312'],
  [/^ID(_LIKE)?=.*arch/m, 'sudo pacman --sync --noconfirm python'],
  [/^ID(_LIKE)?=.*alpine/m, 'sudo apk add python3'],
];

function linuxMend(): string {
  const release = readRelease();
  return MANAGERS.find(([name]) => name.test(release))?.[1] ?? 'install it from https://www.python.org';
}

function readRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}

function isNewEnough(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST_PYTHON[0] || (major === OLDEST_PYTHON[0] && minor >= OLDEST_PYTHON[1]);
}
