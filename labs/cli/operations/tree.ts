import cliTruncate from 'cli-truncate';
import {
  type ActionState,
  type Definition,
  type ExecutionState,
  type FailedRule,
  hasEnded,
  type StageState,
  type Status,
} from '../../../pipelines/operations';
import type { Output } from '../output';
import { type Explanation, explanationWords } from './failures';
import { markOf, originWords, takenWords } from './words';

/** What is shown of an execution. */
export interface View {
  readonly definition: Pick<Definition, 'name' | 'account' | 'region'>;
  readonly state: ExecutionState;
  /** Why builds have failed, by `<stage>/<action>`. */
  readonly failures: ReadonlyMap<string, Explanation>;
}

/** The room that there is. */
export interface Room {
  /** Columns of the terminal. @default - lines are as long as they are */
  readonly width?: number;
  /** The lines that a tree may have; what needs no attention is folded for it. @default - all is shown */
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

/** A line, how early it is left out where there is no room (the highest first), and what belongs to it. */
interface Part {
  readonly row: Row;
  readonly rank: number;
  readonly parts: readonly Part[];
}

/** How widely names may be spaced, in columns. */
const NAMES = 36;

/** The part of the room that the head may take, where there is little. */
const HEAD = 0.25;

/** The least that a head has: the pipeline, and the execution. */
const LEAST_HEAD = 2;

/** The statuses as they are counted: what needs attention comes first. */
const ORDER: readonly Status[] = ['failed', 'asking', 'running', 'stopped', 'waiting', 'skipped', 'succeeded'];

/** The statuses of stages that can be folded. */
const QUIET: readonly Status[] = ['waiting', 'skipped', 'succeeded'];

/** What is left out last has the lowest rank: the stages and actions that need attention, why, and the last lines of a log. */
const RANK = { attention: 0, urgent: 1, reason: 2, tail: 3, running: 4, quietStage: 5, log: 6, quiet: 7 } as const;

/** How many lines of a log are worth more than the stages around it. */
const TAIL = 8;

/**
 * An execution as a tree of stages and actions.
 *
 * @param output how to print
 * @param view what is shown
 * @param room the room that there is
 * @returns lines, none wider than the room, and no more than there may be
 */
export function treeOf(output: Output, view: View, room: Room): string[] {
  const { width = Number.POSITIVE_INFINITY, height = Number.POSITIVE_INFINITY, now } = room;
  const head = headOf(output, view).slice(0, Math.max(LEAST_HEAD, Math.floor(HEAD * height)));
  const parts = view.state.stages.map((stage) => stagePart(stage, view, room.height !== undefined, now));
  const lines = aligned(output, fitting(parts, height - head.length));
  return [...head, ...lines].map((line) => (output.plain ? line : cliTruncate(line, width)));
}

function headOf(output: Output, { definition, state }: View): string[] {
  return [
    `${output.paint('strong', definition.name)}  ${output.paint('faint', `${definition.account} ${definition.region}`)}`,
    ...originWords(state).map((line) => output.paint('faint', line)),
    '',
  ];
}

/** Rows as lines, with their columns under each other. */
function aligned(output: Output, rows: readonly Row[]): string[] {
  const width = Math.min(
    NAMES,
    Math.max(0, ...rows.map(({ depth, name, status }) => (status ? 2 * depth + name.length : 0))),
  );
  const times = Math.max(0, ...rows.map(({ time = '' }) => time.length));
  return rows.map(({ depth, status, name, time = '', note = '' }) => {
    const indent = '  '.repeat(depth);
    if (!status) {
      return `${indent}${output.paint('faint', name)}`;
    }
    const cells = [
      time || note ? name.padEnd(width - 2 * depth) : name,
      ...(time || note ? [output.paint('faint', time.padStart(times))] : []),
      ...(note ? [note] : []),
    ];
    return `${indent}${markOf(output, status)} ${cells.join('  ')}`;
  });
}

/** As many rows as there is room for, those that need attention first; what is left out is counted. */
function fitting(parts: readonly Part[], height: number): Row[] {
  const ranked = parts.flatMap(allOf).sort((a, b) => a.rank - b.rank);
  for (let most = Math.min(height, ranked.length); ; most -= 1) {
    const rows = stageRows(parts, new Set(ranked.slice(0, Math.max(0, most))));
    if (rows.length <= height || most <= 0) {
      return rows;
    }
  }
}

function allOf(part: Part): Part[] {
  return [part, ...part.parts.flatMap(allOf)];
}

/** The rows of stages; several that follow each other and are left out are one. */
function stageRows(parts: readonly Part[], kept: ReadonlySet<Part>): Row[] {
  const rows: Row[] = [];
  let hidden: Part[] = [];
  const fold = (): void => {
    rows.push(
      ...(hidden.length > 1 ? [{ depth: 0, name: `… stages: ${counted(hidden)}` }] : hidden.map(({ row }) => row)),
    );
    hidden = [];
  };
  for (const part of parts) {
    if (kept.has(part)) {
      fold();
      rows.push(part.row, ...partRows(part.parts, kept));
    } else {
      hidden.push(part);
    }
  }
  fold();
  return rows;
}

/** The rows within a stage; actions that are left out are counted at its end. */
function partRows(parts: readonly Part[], kept: ReadonlySet<Part>): Row[] {
  const hidden = parts.filter((part) => !kept.has(part) && part.row.status);
  return [
    ...parts.filter((part) => kept.has(part)).flatMap((part) => [part.row, ...partRows(part.parts, kept)]),
    ...(hidden.length > 0 ? [{ depth: 1, name: `… and ${counted(hidden)}` }] : []),
  ];
}

function counted(parts: readonly Part[]): string {
  return ORDER.map((status) => [parts.filter(({ row }) => row.status === status).length, status] as const)
    .filter(([count]) => count > 0)
    .map(([count, status]) => `${count} ${status}`)
    .join(', ');
}

/** A stage with its actions; where there is little room, only those of a stage that needs attention. */
function stagePart(stage: StageState, { state, failures }: View, isFolded: boolean, now: Date): Part {
  const isReached = stage.status !== 'waiting' || !hasEnded(state.status);
  const isOpen = isFolded ? needsAttention(stage) : isReached;
  const [first, ...others] = stage.actions;
  const single = first?.name === stage.name && others.length === 0 ? first : undefined;
  const folded = isOpen || stage.actions.length < 2 ? '' : `${stage.actions.length} actions`;
  const row = {
    depth: 0,
    status: isReached ? stage.status : 'stopped',
    name: stage.name,
    time: takenWords(stage, now),
    note: [stage.rule && ruleWords(stage.rule), single ? noteOf(single) : folded].filter(Boolean).join(', '),
  } as const;
  const actions = isOpen ? stage.actions.map((action) => actionPart(stage, action, failures, now)) : [];
  return {
    row,
    rank: needsAttention(stage) ? RANK.attention : RANK.quietStage,
    parts: single ? failureParts(failures.get(`${stage.name}/${single.name}`), 2) : actions,
  };
}

/** Which condition a stage has failed by. */
function ruleWords({ name, error }: FailedRule): string {
  return [`condition ${name}`, error].filter(Boolean).join(': ');
}

function needsAttention({ status }: StageState): boolean {
  return !QUIET.includes(status);
}

function actionPart(stage: StageState, action: ActionState, failures: View['failures'], now: Date): Part {
  const { name, status } = action;
  const isUrgent = status === 'failed' || status === 'asking';
  return {
    row: { depth: 1, status, name, time: takenWords(action, now), note: noteOf(action) },
    rank: isUrgent ? RANK.urgent : status === 'running' ? RANK.running : RANK.quiet + ORDER.indexOf(status),
    parts: failureParts(failures.get(`${stage.name}/${name}`), 3),
  };
}

function noteOf({ status, attempt, error, summary, provider, variables }: ActionState): string {
  const said = status === 'asking' ? 'waits for an approval' : (error ?? variables.LayerVersionArn ?? summary ?? '');
  return [attempt > 1 && `attempt ${attempt}`, said || (status === 'running' && provider)].filter(Boolean).join(', ');
}

/** Why a build has failed, and the end of its log, of which the last line is left out last. */
function failureParts(explanation: Explanation | undefined, depth: number): Part[] {
  if (!explanation) {
    return [];
  }
  const { sentence, lines } = explanationWords(explanation);
  return [
    { row: { depth, name: sentence }, rank: RANK.reason, parts: [] },
    ...lines.map((line, index) => {
      const fromEnd = lines.length - index;
      const rank = (fromEnd <= TAIL ? RANK.tail : RANK.log) + fromEnd / (lines.length + 1);
      return { row: { depth, name: `│ ${line}` }, rank, parts: [] };
    }),
  ];
}
