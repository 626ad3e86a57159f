/**
 * A path as projects write it, the same on every system.
 *
 * @param path a path with the separators of this system
 * @returns the same with forward slashes
 */
export function withSlashes(path: string): string {
  return path.replaceAll('\\', '/');
}
