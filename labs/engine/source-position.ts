import { realpathSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withSlashes } from '../../blueprints/paths';

/** `file:line:column`, alone or at the end of a stack frame, the file as a path or a file URL. */
const FRAME = /(?:^|[\s(])((?:file:\/\/)?(?:[A-Za-z]:)?[^\s():][^():]*):(\d+)(?::\d+)?\)?:?(?:\s|$)/;

/**
 * The first position in a stack trace that lies in a project's own sources.
 *
 * @param frames the lines of the trace, innermost first
 * @param project the project's folder
 * @returns for example `src/orders-stack.ts:21`; undefined when no frame lies in the project
 */
export function sourcePosition(frames: readonly string[], project: string): string | undefined {
  const roots = [project, realPath(project)];
  for (const frame of frames) {
    const [, file, line] = FRAME.exec(frame) ?? [];
    const path = file && roots.map((root) => within(root, asPath(file))).find((inside) => inside !== undefined);
    if (path && !path.split('/').includes('node_modules')) {
      return `${path}:${line}`;
    }
  }
  return undefined;
}

function asPath(file: string): string {
  return file.startsWith('file://') ? fileURLToPath(file) : file;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function within(root: string, file: string): string | undefined {
  const path = withSlashes(relative(root, file));
  return isAbsolute(file) && path !== '' && !path.startsWith('..') && !isAbsolute(path) ? path : undefined;
}
