import { refuse } from './refusal';

/**
 * Refuses what is no folder of the sources; it becomes part of a command.
 *
 * @param directory a path with slashes
 * @throws Error for a path that leaves the sources, or has other letters than names of folders have
 */
export function checkDirectory(directory: string): void {
  if (!/^[\w.-]+(\/[\w.-]+)*$/.test(directory) || directory.split('/').includes('..')) {
    refuse(`the directory ${JSON.stringify(directory)} can't be`, 'a path of folders in the sources', "'layer'");
  }
}
