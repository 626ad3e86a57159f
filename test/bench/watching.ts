import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { environment } from './processes';

/** What a learner needs at least to read a verdict and to go on, in milliseconds; the process for the next save loads meanwhile. */
const PAUSE = 3000;

/**
 * How long `lab watch` takes from a save to its verdict.
 *
 * @param main the command line
 * @param cwd the project's folder
 * @param file the source that is saved
 * @returns seconds
 */
export async function secondsToVerdict(main: string, cwd: string, file: string): Promise<number> {
  const child = spawn(process.execPath, [main, 'lab', 'watch', '--json'], {
    cwd,
    env: environment(),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const verdict = async (): Promise<void> => {
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      if (JSON.parse(line.value).event === 'result') {
        return;
      }
    }
    throw new Error('lab watch has ended');
  };
  try {
    await verdict();
    await setTimeout(PAUSE);
    const start = performance.now();
    appendFileSync(file, '// saved\n');
    await verdict();
    return (performance.now() - start) / 1000;
  } finally {
    child.kill('SIGINT');
  }
}
