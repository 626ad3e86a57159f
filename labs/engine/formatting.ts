import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { style } from '../../blueprints/style';
import { runChild } from './child';

/** What the formatter can read. */
const FORMATTED = /\.[cm]?tsx?$/;

/**
 * The sources of a project as its own formatter would write them in the style of generated ones, whatever the project has
 * made of its settings, so that they can be compared with those.
 *
 * @param folder the project's folder
 * @param sources texts by path
 * @returns the texts by path; one that the formatter can't read, for a typo in it for example, stays as it is
 */
export async function formatted(folder: string, sources: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const bin = formatterOf(folder);
  const wanted = [...sources].filter(([path]) => FORMATTED.test(path));
  if (!bin || wanted.length === 0) {
    return new Map(sources);
  }
  const scratch = mkdtempSync(join(tmpdir(), 'atelier-'));
  try {
    writeFileSync(join(scratch, 'biome.json'), JSON.stringify(style));
    for (const [path, text] of wanted) {
      mkdirSync(dirname(join(scratch, path)), { recursive: true });
      writeFileSync(join(scratch, path), text);
    }
    // It ends with 1 when a file can't be read, and formats the others.
    await runChild(process.execPath, [bin, 'format', '--write', '.'], { cwd: scratch });
    return new Map([...sources, ...wanted.map(([path]) => [path, readFileSync(join(scratch, path), 'utf8')] as const)]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function formatterOf(folder: string): string | undefined {
  try {
    return createRequire(join(folder, 'package.json')).resolve('@biomejs/biome/bin/biome');
  } catch {
    return undefined;
  }
}
