import cliTruncate from 'cli-truncate';
import {
  type ActionState,
  type BuildFailure,
  type Definition,
  type ExecutionState,
  hasEnded,
  printable,
  type StageState,
  type Status,
} from '../../../pipelines/operations';
import type { Output } from '../output';
import { markOf, originWords, takenWords } from './words';

/** What is shown of an execution. */
export interface View {
  readonly definition: Pick<Definition, 'name' | 'account' | 'region'>;
  readonly state: ExecutionState;
  /** Why builds have failed, by `<stage>/<action>`. */
  readonly failures: ReadonlyMap<string, BuildFailure>;
}

/** The room that there is. */
export interface Room {
  /** Columns of the terminal. */
  readonly width: number;
  /** The lines that a tree may have; stages that need no attention are folded for it. @default - all are shown */
  readonly height?: number;
  /** The present, for what goes on. */
  readonly now: Date;
}

/** One line of the tree, before its columns are aligned. */
interface Row {
  readonly depth: number;
  readonly status?: Status;
  readonly name: string;
  readonly time?: string;
  readonly note?: string;
}

/** How widely names may be spaced, in columns. */
const NAMES = 36;

/** How many actions of a stage are shown at least. */
const FEWEST = 3;

/** Those of a stage with many actions that are shown first. */
const ATTENTION: readonly Status[] = ['failed', 'asking', 'running', 'stopped', 'waiting', 'succeeded'];

/**
 * An execution as a tree of stages and actions.
 *
 * @param output how to print
 * @param view what is shown
 * @param room the room that there is
 * @returns lines, none wider than the room
 */
export function treeOf(output: Output, { definition, state, failures }: View, room: Room): string[] {
  const head = [
    `${output.paint('strong', definition.name)}  ${output.paint('faint', `${definition.account} ${definition.region}`)}`,
    ...originWords(state).map((line) => output.paint('faint', printable(line))),
    '',
  ];
  const rows = rowsOf(state, failures, room, (room.height ?? Number.POSITIVE_INFINITY) - head.length);
  const width = Math.min(
    NAMES,
    Math.max(0, ...rows.map(({ depth, name, status }) => (status ? 2 * depth + name.length : 0))),
  );
  const times = Math.max(0, ...rows.map(({ time = '' }) => time.length));
  const lines = rows.map(({ depth, status, name, time = '', note = '' }) => {
    const indent = '  '.repeat(depth);
    if (!status) {
      return `${indent}${output.paint('faint', name)}`;
    }
    const cells = [
      time || note ? name.padEnd(width - 2 * depth) : name,
      ...(time || note ? [output.paint('faint', time.padStart(times))] : []),
      ...(note ? [printable(note)] : []),
    ];
    return `${indent}${markOf(output, status)} ${cells.join('  ')}`;
  });
  return [...head, ...lines].map((line) => (output.plain ? line : cliTruncate(line, room.width)));
}

function rowsOf({ stages, status }: ExecutionState, failures: View['failures'], { now }: Room, height: number): Row[] {
  const isFolded = height < Number.POSITIVE_INFINITY;
  const isReached = (stage: StageState): boolean => stage.status !== 'waiting' || !hasEnded(status);
  const open = stages.filter((stage) => (isFolded ? needsAttention(stage) : isReached(stage)));
  const left = height - stages.length - [...failures.values()].reduce((sum, { lines }) => sum + lines.length + 1, 0);
  const share = Math.max(FEWEST, Math.floor(left / Math.max(1, open.length)) - 1);
  return stages.flatMap((stage): Row[] => {
    const single = stage.actions.length === 1 && stage.actions[0].name === stage.name ? stage.actions[0] : undefined;
    const row: Row = {
      depth: 0,
      status: isReached(stage) ? stage.status : 'stopped',
      name: stage.name,
      time: takenWords(stage, now),
      note: single
        ? noteOf(single)
        : open.includes(stage) || stage.actions.length < 2
          ? ''
          : `${stage.actions.length} actions`,
    };
    const actions = single || !open.includes(stage) ? [] : actionRows(stage, share, failures, now);
    return [row, ...actions, ...(single ? failureRows(failures.get(`${stage.name}/${single.name}`), 1) : [])];
  });
}

function needsAttention({ status }: StageState): boolean {
  return status !== 'waiting' && status !== 'succeeded';
}

function actionRows({ name, actions }: StageState, most: number, failures: View['failures'], now: Date): Row[] {
  const urgent = [...actions].sort((a, b) => ATTENTION.indexOf(a.status) - ATTENTION.indexOf(b.status));
  const shown = new Set(actions.length <= most ? actions : urgent.slice(0, most));
  const hidden = actions.filter((action) => !shown.has(action));
  return [
    ...actions
      .filter((action) => shown.has(action))
      .flatMap((action) => [
        { depth: 1, status: action.status, name: action.name, time: takenWords(action, now), note: noteOf(action) },
        ...failureRows(failures.get(`${name}/${action.name}`), 2),
      ]),
    ...(hidden.length > 0 ? [{ depth: 1, name: `… and ${counted(hidden)}` }] : []),
  ];
}

function counted(actions: readonly ActionState[]): string {
  return ATTENTION.map((status) => [actions.filter((one) => one.status === status).length, status] as const)
    .filter(([count]) => count > 0)
    .map(([count, status]) => `${count} ${status}`)
    .join(', ');
}

function noteOf({ status, attempt, error, summary, provider, variables }: ActionState): string {
  const said = status === 'asking' ? 'waits for an approval' : (error ?? variables.LayerVersionArn ?? summary ?? '');
  return [attempt > 1 && `attempt ${attempt}`, said || (status === 'running' && provider)].filter(Boolean).join(', ');
}

function failureRows(failure: BuildFailure | undefined, depth: number): Row[] {
  return failure
    ? [
        { depth: depth + 1, name: `${failure.phase}: ${[failure.command, failure.reason].filter(Boolean).join('  ')}` },
        ...failure.lines.map((line) => ({ depth: depth + 1, name: `│ ${line}` })),
      ]
    : [];
}
