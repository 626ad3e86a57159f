import { diffIndices } from 'node-diff3';
import { merge } from './merge';

/** What became of a file when the solution was merged into it. */
export interface Solved {
  /** The text. */
  readonly text: string;
  /** The learner's own lines that gave way to the solution, as they wrote them. */
  readonly lost: readonly LostLine[];
}

/** A line that gave way. */
export interface LostLine {
  /** Its number in the learner's file, from 1. */
  readonly number: number;
  readonly text: string;
}

/** A file as its learner has it, and as the formatter would write it. */
export interface LearnerFile {
  readonly text: string;
  readonly formatted: string;
}

/**
 * Merges the solution of a step into a learner's file. All versions are aligned as the formatter writes them, so that other
 * quotes or indentation are no difference; what the solution leaves alone stays as its learner wrote it, byte for byte.
 *
 * @param base the file before the step
 * @param learner the learner's file
 * @param solution the file after the step
 * @param context how many lines around its own the solution also wins. @default 0
 */
export function solveFile(base: string, learner: LearnerFile, solution: string, context = 0): Solved {
  const end = learner.text.includes('\r\n') ? '\r\n' : '\n';
  const typed = linesOf(learner.text);
  const own = linesOf(learner.formatted);
  const theirs = linesOf(solution);
  const { pieces, lost } = merge(linesOf(base), own, theirs, context);
  const kept = new Set(
    pieces.flatMap(({ of, start, count }) =>
      of === 'learner' ? Array.from({ length: count }, (_, i) => start + i) : [],
    ),
  );
  const blocks = blocksOf(typed, own);
  const lines = pieces.flatMap(({ of, start, count }) =>
    of === 'solution'
      ? theirs.slice(start, start + count)
      : asTyped(blocks, start, start + count, { typed, own, kept }),
  );
  return {
    text: lines.join(end),
    lost: lost.flatMap((number) => {
      const [block] = blocks.filter(({ formatted: [from, to] }) => number >= from && number < to);
      const line = block
        ? block.typed[0] + Math.min(number - block.formatted[0], block.typed[1] - block.typed[0] - 1)
        : number;
      return [{ number: line + 1, text: own[number].trim() }];
    }),
  };
}

/** Lines that the formatter leaves as they are, each by itself, and those that it writes anew, together. */
interface Block {
  readonly typed: readonly [from: number, to: number];
  readonly formatted: readonly [from: number, to: number];
}

function blocksOf(typed: readonly string[], formatted: readonly string[]): Block[] {
  const blocks: Block[] = [];
  const at = { typed: 0, formatted: 0 };
  const same = (to: number): void => {
    for (; at.typed < to; at.typed += 1, at.formatted += 1) {
      blocks.push({ typed: [at.typed, at.typed + 1], formatted: [at.formatted, at.formatted + 1] });
    }
  };
  for (const { buffer1, buffer2 } of diffIndices(typed.map(tokens), formatted.map(tokens))) {
    same(buffer1[0]);
    const next = { typed: buffer1[0] + buffer1[1], formatted: buffer2[0] + buffer2[1] };
    blocks.push({ typed: [at.typed, next.typed], formatted: [at.formatted, next.formatted] });
    Object.assign(at, next);
  }
  same(typed.length);
  return blocks;
}

/** Formatted lines as their learner typed them: those of a block that is kept whole, else as they are formatted. */
function asTyped(
  blocks: readonly Block[],
  from: number,
  to: number,
  { typed, own, kept }: { typed: readonly string[]; own: readonly string[]; kept: ReadonlySet<number> },
): string[] {
  const inside = blocks.filter(({ formatted: [start, end] }) => start < to && end > from);
  const empty = blocks.filter(({ formatted: [start, end] }) => start === end && start > from && start < to);
  return [...new Set([...inside, ...empty])]
    .sort((a, b) => a.typed[0] - b.typed[0])
    .flatMap((block) => {
      const [start, end] = block.formatted;
      const isWhole = start >= from && end <= to && own.slice(start, end).every((_, index) => kept.has(start + index));
      return isWhole ? typed.slice(...block.typed) : own.slice(Math.max(start, from), Math.min(end, to));
    });
}

/** A line without what the formatter may change in it. */
function tokens(line: string): string {
  return line.replace(/\s+/g, '').replaceAll('"', "'");
}

function linesOf(text: string): string[] {
  return text.replaceAll('\r\n', '\n').split('\n');
}
