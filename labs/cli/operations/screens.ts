import { createLogUpdate } from 'log-update';
import {
  approvalName,
  type Change,
  changesBetween,
  type Definition,
  type ExecutionState,
  hasEnded,
  type Sight,
} from '../../../pipelines/operations';
import type { Output } from '../output';
import { type Explanation, explanationWords } from './failures';
import { commandOf, type Place } from './suggestion';
import { treeOf } from './tree';
import { durationWords, markOf, sightWords } from './words';

/** What those who watch see: a tree that is drawn again, lines that are appended, or events. */
export interface Screen {
  /** Shows a look, or why there is none. */
  readonly see: (sight: Sight) => void;
  /** Shows why a build has failed. */
  readonly fail: (stage: string, action: string, explanation: Explanation) => void;
  /** Stays as it is, while something else is printed. */
  readonly rest: () => void;
  /** Shows all that there is of an execution, for good. */
  readonly settle: () => void;
}

/** A look at an execution. */
type StateSight = Extract<Sight, { kind: 'state' }>;

/** Milliseconds between two drawings. */
const FRAME = 1000;

/**
 * The screen that is right for whoever reads.
 *
 * @param output how to print
 * @param definition the pipeline
 * @param place where it is, for the commands that are suggested
 */
export function screenFor(output: Output, definition: Definition, place: Place): Screen {
  if (output.json) {
    return eventScreen(output);
  }
  return output.isLive ? new LiveScreen(output, place) : lineScreen(output, definition, place);
}

/** Events, one a line. */
function eventScreen(output: Output): Screen {
  let before: ExecutionState | undefined;
  return {
    see: (sight) => {
      if (sight.kind === 'state') {
        for (const change of changesBetween(before, sight.state)) {
          output.line({ ...change, at: new Date().toISOString() });
        }
        before = sight.state;
      } else {
        const { kind, ...rest } = sight;
        output.line({ event: kind, ...rest });
      }
    },
    fail: (stage, action, explanation) => output.line({ event: 'failure', stage, action, ...explanation }),
    rest: () => {},
    settle: () => {},
  };
}

/** Lines that are appended. */
function lineScreen(output: Output, definition: Definition, place: Place): Screen {
  let before: ExecutionState | undefined;
  return {
    see: (sight) => {
      if (sight.kind === 'state') {
        for (const change of changesBetween(before, sight.state)) {
          output.print(lineOf(output, definition, place, sight.state, change));
        }
        before = sight.state;
      } else {
        output.print(sightWords(sight));
      }
    },
    fail: (_, __, explanation) => {
      const { sentence, lines } = explanationWords(explanation);
      output.print(`    ${sentence}`, ...lines.map((line) => `    | ${line}`));
    },
    rest: () => {},
    settle: () => {},
  };
}

/** A change as a line of its own. */
function lineOf(output: Output, definition: Definition, place: Place, { id }: ExecutionState, change: Change): string {
  const words =
    change.event === 'execution'
      ? [definition.name, change.id, change.status, change.summary]
      : [
          `${change.stage}/${change.action}`,
          change.status === 'asking' ? `waits: ${approveCommand(definition, { ...change, id }, place)}` : change.status,
          change.seconds !== undefined && durationWords(change.seconds),
          change.error ?? change.summary,
        ];
  return `${markOf(output, change.status)} ${words.filter(Boolean).join('  ')}`;
}

/** A tree that is drawn again each second, as what goes on takes longer. */
class LiveScreen implements Screen {
  private readonly draw = createLogUpdate(process.stdout);
  private readonly failures = new Map<string, Explanation>();
  private seen?: StateSight;
  private notice = '';
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly output: Output,
    private readonly place: Place,
  ) {}

  see(sight: Sight): void {
    if (sight.kind === 'next') {
      this.settle();
      this.output.print(sightWords(sight), '');
      return;
    }
    this.notice = sight.kind === 'state' ? '' : sightWords(sight);
    this.seen = sight.kind === 'state' ? sight : this.seen;
    this.timer ??= setInterval(() => this.frame(), FRAME);
    this.frame();
  }

  fail(stage: string, action: string, explanation: Explanation): void {
    this.failures.set(`${stage}/${action}`, explanation);
    this.notice = '';
    this.frame();
  }

  rest(): void {
    if (this.timer) {
      this.stop();
      this.frame();
      this.draw.done();
    }
  }

  settle(): void {
    this.stop();
    this.draw.clear();
    this.draw.done();
    if (this.seen) {
      this.output.print(...this.tree());
    }
    this.failures.clear();
    this.seen = undefined;
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private frame(): void {
    const foot = this.notice || footOf(this.seen, this.place);
    const below = foot ? 1 + Math.ceil(foot.length / this.width) : 0;
    this.draw([...this.tree(this.height - below), ...(foot ? ['', this.output.paint('faint', foot)] : [])].join('\n'));
  }

  /** What is known, in as many lines as there may be, or in all that it needs. */
  private tree(height?: number): string[] {
    const room = { width: this.width, height, now: new Date() };
    return this.seen ? treeOf(this.output, { ...this.seen, failures: this.failures }, room) : [];
  }

  private get width(): number {
    return process.stdout.columns ?? 80;
  }

  /** The line below what is drawn is the cursor's. */
  private get height(): number {
    return (process.stdout.rows ?? 24) - 1;
  }
}

/** What those who watch can do now. */
function footOf(seen: StateSight | undefined, place: Place): string {
  if (!seen || hasEnded(seen.state.status)) {
    return '';
  }
  const asking = seen.state.stages.find(({ status }) => status === 'asking');
  const action = asking?.actions.find(({ status }) => status === 'asking')?.name;
  return asking && action
    ? `${asking.name} waits for you: ${approveCommand(seen.definition, { stage: asking.name, action, id: seen.state.id }, place)}`
    : 'Ctrl-C stops watching; the pipeline goes on.';
}

/** What answers an approval: which execution is meant has to be said where several run beside one another. */
function approveCommand(
  definition: Definition,
  { stage, action, id }: { readonly stage: string; readonly action: string; readonly id: string },
  place: Place,
): string {
  const which = definition.isParallel ? ['--execution', id] : [];
  return commandOf(['approve', definition.name, approvalName(definition, stage, action), ...which], place);
}
