/** Where the pipelines are that a command is about, as it was given. */
export interface Place {
  readonly profile?: string;
  readonly region?: string;
}

/** It has a default, and need not be said. */
const UNSAID = 'interval';

/**
 * A command that can be copied: it acts where the present one does.
 *
 * @param words what stands behind `atelier pipeline`; those that are not known are left out
 * @param flags the flags, by their names: the place, and whatever else the command needs
 */
export function commandOf(words: ReadonlyArray<string | undefined>, flags: object): string {
  const given = Object.entries(flags)
    .filter(([name]) => name !== UNSAID)
    .flatMap(([name, value]) => flagsOf(name, value));
  return ['atelier pipeline', ...words.flatMap((word) => (word === undefined ? [] : quoted(word))), ...given].join(' ');
}

/** A switch that is on, or a flag with its value; one for each of several values. */
function flagsOf(name: string, value: unknown): string[] {
  if (value === undefined || value === false) {
    return [];
  }
  return value === true ? [`--${name}`] : [value].flat().map((one) => `--${name} ${quoted(String(one))}`);
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`;
}
