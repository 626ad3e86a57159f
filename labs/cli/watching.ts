import { join } from 'node:path';
import { type FSWatcher, watch as watchFiles } from 'chokidar';
import type { SpareSynthesis } from '../engine/spare';
import { exitCodes, type Output } from './output';

/** What is done for each save of a project's sources. */
export interface Watching {
  /** The project's folder. */
  readonly folder: string;
  /** What is watched instead of the project's sources, as absolute paths. @default - its sources and settings */
  readonly paths?: readonly string[];
  /** Whether files are looked at again and again, as network drives need it. @default false */
  readonly poll?: boolean;
  /** The command, for an offer to poll: `lab watch` for example. */
  readonly command: string;
  readonly output: Output;
  /** What synthesizes; a process of it that waits is forgotten when settings change. */
  readonly synthesis: SpareSynthesis;
  /** Is called when it begins. @default - nothing is */
  readonly onBegin?: () => void;
  /** Is called then, and for each save. */
  readonly onSave: () => void;
  /** Is called when the user ends it. */
  readonly onEnd: () => void;
}

/** How long nothing has to change before polling is offered, in milliseconds. */
const PATIENCE = 120_000;

/** How long after a change more are waited for, as editors write in several goes, in milliseconds. */
const SETTLED = 40;

/** What decides about a synthesis, and is read before it begins. */
const SETTINGS = ['cdk.json', 'cdk.context.json', 'package.json', 'tsconfig.json'];

/** What is watched below the project's folder. */
const WATCHED = ['src', ...SETTINGS];

/**
 * Watches the sources of a project, until the user ends it by Ctrl-C.
 *
 * @param watching what is done for each save
 * @returns the exit code: 0
 */
export function watchSources(watching: Watching): Promise<number> {
  const { folder, poll = false, output, synthesis, onBegin, onSave, onEnd } = watching;
  const paths = watching.paths ?? WATCHED.map((path) => join(folder, path));
  const files = watchFiles([...paths], { ignoreInitial: true, usePolling: poll, interval: 200 });
  const idle = poll ? undefined : offerPolling(files, watching);
  return new Promise((resolve) => {
    let settled: NodeJS.Timeout | undefined;
    files.on('all', (_, path) => {
      if (SETTINGS.some((name) => path === join(folder, name))) {
        synthesis.forget();
      }
      clearTimeout(settled);
      settled = setTimeout(onSave, SETTLED);
    });
    files.on('ready', () => {
      onBegin?.();
      output.print(output.paint('faint', 'Watching; Ctrl-C ends it.'), '');
      onSave();
    });
    process.once('SIGINT', async () => {
      clearInterval(idle);
      clearTimeout(settled);
      onEnd();
      synthesis.close();
      await files.close();
      resolve(exitCodes.done);
    });
  });
}

function offerPolling(files: FSWatcher, { output, command }: Watching): NodeJS.Timeout {
  let last = Date.now();
  let isOffered = false;
  files.on('all', () => {
    last = Date.now();
  });
  return setInterval(() => {
    if (!isOffered && Date.now() - last > PATIENCE) {
      isOffered = true;
      output.print(
        `Nothing has changed for a while. On a network drive saves may go unseen: ${command} --poll sees them.`,
      );
    }
  }, PATIENCE / 4);
}
