/** How much of two files has to be the same for one to be the other under a new name; git takes as much. */
const ENOUGH = 0.5;

/**
 * The file that another has become under a new name.
 *
 * @param text what it held
 * @param candidates the texts that it may be now, by path
 * @returns the path of the one that is most like it; undefined when none is like it enough
 */
export function renamedTo(text: string, candidates: ReadonlyMap<string, string>): string | undefined {
  const ranked = [...candidates]
    .map(([path, candidate]) => ({ path, like: similarity(text, candidate) }))
    .sort((a, b) => b.like - a.like);
  return ranked[0]?.like >= ENOUGH ? ranked[0].path : undefined;
}

/** The part of two texts' lines, from 0 to 1, that both have; blank ones and indentation do not count. */
function similarity(one: string, other: string): number {
  const [mine, theirs] = [one, other].map((text) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean),
  );
  const open = new Map<string, number>();
  for (const line of mine) {
    open.set(line, (open.get(line) ?? 0) + 1);
  }
  const shared = theirs.filter((line) => {
    const left = open.get(line) ?? 0;
    open.set(line, left - 1);
    return left > 0;
  });
  return (2 * shared.length) / Math.max(mine.length + theirs.length, 1);
}
