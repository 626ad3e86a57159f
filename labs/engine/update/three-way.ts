import { diff3Merge } from 'node-diff3';

/** A text that two sides have changed, merged. */
export interface Merged {
  /** The text; where both changed the same lines, both stand there between markers. */
  readonly text: string;
  /** The same with the kit's lines where both changed them. */
  readonly resolved: string;
  /** The numbers of the lines, from 1, at which a conflict begins. */
  readonly conflicts: readonly number[];
}

/** Who the sides of a conflict are, behind its markers. */
export interface Sides {
  readonly own: string;
  readonly next: string;
}

/** The first characters of the lines around a conflict, as git writes and every editor knows them. */
const MARKERS = { own: '<<<<<<<', middle: '=======', next: '>>>>>>>' } as const;

/**
 * Merges what two sides made of the same text, by lines and in three ways. Line ends are no difference: the owner's are kept.
 *
 * @param base the text that both began with
 * @param own the owner's
 * @param next what the kit generates now
 * @param sides who the sides are
 */
export function mergeTexts(base: string, own: string, next: string, sides: Sides): Merged {
  const end = endOf(own);
  const linesOf = (text: string): string[] => (end === '\n' ? text : text.replaceAll('\r\n', '\n')).split('\n');
  const marked: string[] = [];
  const resolved: string[] = [];
  const conflicts: number[] = [];
  for (const { ok, conflict } of diff3Merge(linesOf(own), linesOf(base), linesOf(next))) {
    if (conflict) {
      conflicts.push(marked.length + 1);
      const { own: open, middle, next: close } = MARKERS;
      marked.push(`${open} ${sides.own}`, ...conflict.a, middle, ...conflict.b, `${close} ${sides.next}`);
    } else {
      marked.push(...(ok ?? []));
    }
    resolved.push(...(conflict?.b ?? ok ?? []));
  }
  return { text: marked.join(end), resolved: resolved.join(end), conflicts };
}

/**
 * Whether somebody has left the markers of a conflict in a text.
 *
 * @param text the text
 */
export function hasConflict(text: string): boolean {
  return [MARKERS.own, MARKERS.next].every((marker) => new RegExp(`^${marker} `, 'm').test(text));
}

/**
 * A text with the line ends of another.
 *
 * @param text the text, with LF
 * @param like the other
 */
export function withEndsOf(like: string, text: string): string {
  return text.replaceAll('\n', endOf(like));
}

/**
 * Whether two texts differ by nothing but their line ends.
 *
 * @param one a text
 * @param other another
 */
export function isSameText(one: string, other: string): boolean {
  return one.replaceAll('\r\n', '\n') === other.replaceAll('\r\n', '\n');
}

/** How the lines of a text end: as those of Windows where all of them do. */
function endOf(text: string): string {
  const ends = text.match(/\r?\n/g) ?? [];
  return ends.length > 0 && ends.every((end) => end === '\r\n') ? '\r\n' : '\n';
}
