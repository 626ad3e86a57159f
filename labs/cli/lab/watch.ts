import { join } from 'node:path';
import { type FSWatcher, watch as watchFiles } from 'chokidar';
import { withSlashes } from '../../../blueprints/paths';
import { Synthesis } from '../../engine/synth';
import { exitCodes, Output } from '../output';
import { documentOf, keepOutcome, printJudgement } from './check';
import { judge } from './judgement';
import { type LabOptions, Project } from './project';

/** The flags of `atelier lab watch`. */
export interface WatchOptions extends LabOptions {
  /** Whether files are looked at again and again, as network drives need it. @default false */
  readonly poll?: boolean;
}

/** How long nothing has to change before polling is offered, in milliseconds. */
const PATIENCE = 120_000;

/** How long after a change more are waited for, as editors write in several goes, in milliseconds. */
const SETTLED = 40;

/** What decides about a synthesis, and is read before it begins. */
const SETTINGS = new Set(['cdk.json', 'cdk.context.json', 'package.json', 'tsconfig.json']);

/** What is watched below the project's folder. */
const WATCHED = ['src', ...SETTINGS];

/**
 * `atelier lab watch`: checks the current step whenever a source is saved. A process with all packages loaded waits for each
 * save, so that the answer is there within a second, and a loop without end dies with it. With `--json` one document a line:
 * `{ event: 'watching' | 'checking' }` and `{ event: 'result', …what lab check prints }`.
 *
 * @param options how to print, the folder, and how to watch
 * @returns the exit code: 0, when the user ends it
 * @throws UsageError when the folder holds no generated project
 */
export async function watch(options: WatchOptions): Promise<number> {
  const output = new Output(options);
  const { folder } = Project.open(options, output);
  const bench = new Bench(folder);
  const files = watchFiles(
    WATCHED.map((path) => join(folder, path)),
    { ignoreInitial: true, usePolling: options.poll === true, interval: 200 },
  );
  const judged = new Judged(options, output, bench);
  const idle = options.poll ? undefined : offerPolling(files, output);
  return new Promise((resolve) => {
    let settled: NodeJS.Timeout | undefined;
    files.on('all', (_, path) => {
      clearTimeout(settled);
      settled = setTimeout(() => judged.again(withSlashes(path)), SETTLED);
    });
    files.on('ready', () => {
      event(options, { event: 'watching' });
      output.print(output.paint('faint', 'Watching; Ctrl-C ends it.'), '');
      judged.again('');
    });
    process.once('SIGINT', async () => {
      clearInterval(idle);
      clearTimeout(settled);
      judged.stop();
      bench.close();
      await files.close();
      resolve(exitCodes.done);
    });
  });
}

/** Synthesizes one save after the other, each by a process that has waited for it. */
class Bench {
  private loaded: readonly string[] = [];
  private spare: Synthesis | undefined;
  private busy: Synthesis | undefined;

  constructor(private readonly folder: string) {}

  /** Runs the program; what still runs for an earlier save is ended. */
  async run() {
    this.busy?.discard();
    const synthesis = this.spare ?? new Synthesis(this.folder, {}, this.loaded);
    this.spare = undefined;
    this.busy = synthesis;
    try {
      return await synthesis.run();
    } finally {
      this.loaded = synthesis.loaded.length > 0 ? synthesis.loaded : this.loaded;
      this.busy = this.busy === synthesis ? undefined : this.busy;
    }
  }

  /** Lets a process load what the last one has loaded, and wait. */
  prepare(): void {
    this.spare ??= new Synthesis(this.folder, {}, this.loaded);
  }

  /** Forgets the process that waits: what it has read is not as it was. */
  forget(): void {
    this.spare?.discard();
    this.spare = undefined;
  }

  close(): void {
    this.forget();
    this.busy?.discard();
  }
}

/** Judges a project again and again; only the last save counts. */
class Judged {
  private round = 0;

  constructor(
    private readonly options: WatchOptions,
    private readonly output: Output,
    private readonly bench: Bench,
  ) {}

  /** Lets nothing that is under way count any more. */
  stop(): void {
    this.round += 1;
  }

  async again(changed: string): Promise<void> {
    this.round += 1;
    const round = this.round;
    const { options, output, bench } = this;
    if (SETTINGS.has(changed.slice(changed.lastIndexOf('/') + 1))) {
      bench.forget();
    }
    event(options, { event: 'checking' });
    const project = Project.open({ ...options, plain: true }, new Output({ json: true }));
    try {
      const judgement = await judge(project, project.current, () => bench.run());
      if (round !== this.round) {
        return;
      }
      const passed = judgement.result.passed && judgement.lost.length === 0;
      const next = keepOutcome(project, judgement, passed);
      event(options, { event: 'result', ...documentOf(project, judgement, next) });
      clear(output);
      printJudgement(output, judgement, next);
      output.print('', output.paint('faint', `${new Date().toLocaleTimeString()}  waiting for the next save`));
    } catch (error) {
      if (round === this.round) {
        event(options, { event: 'result', error: (error as Error).message });
        output.print(`${output.mark('fail')} ${(error as Error).message}`);
      }
    } finally {
      if (round === this.round) {
        bench.prepare();
      }
    }
  }
}

function offerPolling(files: FSWatcher, output: Output): NodeJS.Timeout {
  let last = Date.now();
  let isOffered = false;
  files.on('all', () => {
    last = Date.now();
  });
  return setInterval(() => {
    if (!isOffered && Date.now() - last > PATIENCE) {
      isOffered = true;
      output.print(
        'Nothing has changed for a while. On a network drive saves may go unseen: lab watch --poll sees them.',
      );
    }
  }, PATIENCE / 4);
}

/** Clears the screen where one is drawn; elsewhere lines are only appended. */
function clear(output: Output): void {
  if (output.isLive) {
    output.print('\u001b[2J\u001b[3J\u001b[H');
  }
}

function event({ json }: WatchOptions, document: object): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(document)}\n`);
  }
}
