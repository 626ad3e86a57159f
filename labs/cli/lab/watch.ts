import { SpareSynthesis } from '../../engine/spare';
import { Output } from '../output';
import { watchSources } from '../watching';
import { documentOf, keepOutcome, printJudgement } from './check';
import { judge } from './judgement';
import { type LabOptions, Project } from './project';

/** The flags of `atelier lab watch`. */
export interface WatchOptions extends LabOptions {
  /** Whether files are looked at again and again, as network drives need it. @default false */
  readonly poll?: boolean;
}

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
  const synthesis = new SpareSynthesis(folder);
  const judged = new Judged(options, output, synthesis);
  return watchSources({
    folder,
    poll: options.poll,
    command: 'lab watch',
    output,
    synthesis,
    onBegin: () => output.line({ event: 'watching' }),
    onSave: () => judged.again(),
    onEnd: () => judged.stop(),
  });
}

/** Judges a project again and again; only the last save counts. */
class Judged {
  private round = 0;

  constructor(
    private readonly options: WatchOptions,
    private readonly output: Output,
    private readonly synthesis: SpareSynthesis,
  ) {}

  /** Lets nothing that is under way count any more. */
  stop(): void {
    this.round += 1;
  }

  async again(): Promise<void> {
    this.round += 1;
    const round = this.round;
    const { options, output, synthesis } = this;
    output.line({ event: 'checking' });
    const project = Project.open({ ...options, plain: true }, new Output({ json: true }));
    try {
      const judgement = await judge(project, project.current, () => synthesis.run());
      if (round !== this.round) {
        return;
      }
      const passed = judgement.result.passed && judgement.lost.length === 0;
      const next = keepOutcome(project, judgement, passed);
      output.line({ event: 'result', ...documentOf(project, judgement, next) });
      clear(output);
      printJudgement(output, judgement, next);
      output.print('', output.paint('faint', `${new Date().toLocaleTimeString()}  waiting for the next save`));
    } catch (error) {
      if (round === this.round) {
        output.line({ event: 'result', error: (error as Error).message });
        output.print(`${output.mark('fail')} ${(error as Error).message}`);
      }
    } finally {
      if (round === this.round) {
        synthesis.prepare();
      }
    }
  }
}

/** Clears the screen where one is drawn; elsewhere lines are only appended. */
function clear(output: Output): void {
  if (output.isLive) {
    output.print('\u001b[2J\u001b[3J\u001b[H');
  }
}
