import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { kitRoot } from '../../blueprints/kit';
import { labFile } from '../../labs/engine/lab-file';

/** The folders of the kit that hold texts of their own. */
const FOLDERS = ['.', 'docs', 'pipelines'] as const;

/**
 * The texts of the kit itself: absolute paths, and what stands there.
 *
 * @returns all Markdown at the top, of the documentation and of the labs
 */
export function kitTexts(): Map<string, string> {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(kitRoot, folder))
      .filter((file) => file.endsWith('.md'))
      .map((file) => join(kitRoot, folder, file)),
  );
  const labs = patterns.map(labFile).filter((file) => existsSync(file));
  return new Map([...files, ...labs].map((file) => [file, readFileSync(file, 'utf8')]));
}
