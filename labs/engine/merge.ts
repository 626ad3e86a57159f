import { diffIndices } from 'node-diff3';

/** Lines of a merge: some of the learner's, or some of the solution's. */
export interface Piece {
  /** Whose they are. */
  readonly of: 'learner' | 'solution';
  /** The first, counted from 0. */
  readonly start: number;
  /** How many. */
  readonly count: number;
}

/** What a merge makes. */
export interface Merge {
  /** The lines in order. */
  readonly pieces: readonly Piece[];
  /** Lines of the learner's, by their numbers from 0, that gave way to the solution. */
  readonly lost: readonly number[];
}

/** A change of one side: lines of the base, and what stands in their place. */
interface Hunk {
  readonly side: 'learner' | 'solution';
  readonly start: number;
  readonly end: number;
  readonly own: number;
  readonly ownEnd: number;
}

/**
 * Merges what a learner and the solution made of the same lines. Where both changed the same ones, the solution wins, so
 * that nothing is left to be resolved.
 *
 * @param base the lines that both began with
 * @param learner the learner's lines
 * @param solution the solution's lines
 * @param context how many lines around its own the solution also wins. @default 0
 */
export function merge(
  base: readonly string[],
  learner: readonly string[],
  solution: readonly string[],
  context = 0,
): Merge {
  const solved = hunksOf('solution', base, solution).map((hunk) => widened(hunk, context, base.length));
  const groups = grouped([...hunksOf('learner', base, learner), ...solved]);
  const pieces: Piece[] = [];
  const lost: number[] = [];
  const at = { base: 0, learner: 0, solution: 0 };
  const keep = (end: number): void => {
    const count = end - at.base;
    pieces.push({ of: 'learner', start: at.learner, count });
    Object.assign(at, { base: end, learner: at.learner + count, solution: at.solution + count });
  };
  for (const group of groups) {
    keep(Math.min(...group.map(({ start }) => start)));
    const after = endOf(group, at);
    const winner = group.some(({ side }) => side === 'solution') ? 'solution' : 'learner';
    pieces.push({ of: winner, start: at[winner], count: after[winner] - at[winner] });
    if (winner === 'solution' && group.some(({ side }) => side === 'learner')) {
      const known = new Set([...base.slice(at.base, after.base), ...solution.slice(at.solution, after.solution)]);
      const own = learner.slice(at.learner, after.learner).map((line, index) => ({ line, number: at.learner + index }));
      lost.push(...own.filter(({ line }) => line.trim() !== '' && !known.has(line)).map(({ number }) => number));
    }
    Object.assign(at, after);
  }
  keep(base.length);
  return { pieces: pieces.filter(({ count }) => count > 0), lost };
}

function hunksOf(side: Hunk['side'], base: readonly string[], own: readonly string[]): Hunk[] {
  return diffIndices([...base], [...own]).map(({ buffer1: [start, count], buffer2: [ownStart, ownCount] }) => ({
    side,
    start,
    end: start + count,
    own: ownStart,
    ownEnd: ownStart + ownCount,
  }));
}

/** A hunk with lines around it that it leaves as they are. */
function widened({ side, start, end, own, ownEnd }: Hunk, context: number, length: number): Hunk {
  const before = Math.min(context, start);
  const behind = Math.min(context, length - end);
  return { side, start: start - before, end: end + behind, own: own - before, ownEnd: ownEnd + behind };
}

/** Hunks in order, those together that are about the same lines. */
function grouped(hunks: readonly Hunk[]): Hunk[][] {
  const groups: Hunk[][] = [];
  let end = -1;
  let start = -1;
  for (const hunk of [...hunks].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const isSame = hunk.start < end || (hunk.start === start && hunk.end === hunk.start && end === start);
    if (groups.length > 0 && isSame) {
      groups[groups.length - 1].push(hunk);
      end = Math.max(end, hunk.end);
    } else {
      groups.push([hunk]);
      ({ start, end } = hunk);
    }
  }
  return groups;
}

/** Where base and both sides stand after a group of hunks. */
function endOf(group: readonly Hunk[], at: { base: number; learner: number; solution: number }): typeof at {
  const base = Math.max(...group.map(({ end }) => end));
  const after = (side: Hunk['side']): number => {
    const own = group.filter((hunk) => hunk.side === side);
    const grown = own.reduce((sum, hunk) => sum + (hunk.ownEnd - hunk.own) - (hunk.end - hunk.start), 0);
    return at[side] + (base - at.base) + grown;
  };
  return { base, learner: after('learner'), solution: after('solution') };
}
