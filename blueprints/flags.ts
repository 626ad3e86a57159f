/**
 * An option's flag on the command line.
 *
 * @param name the option's name in camelCase
 * @returns for example `--batch-size`
 */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
