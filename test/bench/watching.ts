import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { environment } from './processes';

/** What a learner needs at least to read a verdict and to go on, in milliseconds; the process for the next save loads meanwhile. */
const PAUSE = 3000;

/** A command that watches a project, and says something for each save. */
export interface Watching {
  /** The command line, and the arguments that let it watch, and print JSON where it can, a document a line. */
  readonly words: readonly string[];
  /** The project's folder. */
  readonly cwd: string;
  /** The source that is saved. */
  readonly file: string;
  /** Whether a document is the answer to a save; a line that is none is one with a `line`. */
  readonly isAnswer: (document: Readonly<Record<string, unknown>>) => boolean;
  /** Variables beyond those that every measured program sees. @default - none */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * How long a command that watches takes from a save to its answer.
 *
 * @param watching the command
 * @param afterwards what is done with the answer, and counts as well. @default - nothing
 * @returns seconds
 */
export async function secondsOfSave(watching: Watching, afterwards: () => void = () => {}): Promise<number> {
  const { words, cwd, file, isAnswer, env } = watching;
  const child = spawn(process.execPath, words, {
    cwd,
    env: { ...environment(), ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<void> => {
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      if (isAnswer(documentOf(line.value))) {
        return;
      }
    }
    throw new Error(`${words.join(' ')} has ended`);
  };
  try {
    await answer();
    await setTimeout(PAUSE);
    const start = performance.now();
    appendFileSync(file, '// saved\n');
    await answer();
    afterwards();
    return (performance.now() - start) / 1000;
  } finally {
    child.kill('SIGINT');
  }
}

function documentOf(line: string): Readonly<Record<string, unknown>> {
  return line.startsWith('{') ? JSON.parse(line) : { line };
}
