import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kitRoot } from '../../blueprints/kit';
import { packageAt } from '../../blueprints/package';
import { labFile } from '../../labs/engine/lab-file';
import { readLab } from '../../labs/engine/lab-text';
import { pack } from './commands';
import { runLab, withOutputs } from './lab-run';
import { startRegistry } from './registry';
import { patternsAt } from './sources';

/**
 * Captures what the labs of a package show of the output of their commands: runs each lab from packed packages, out of a
 * registry on this machine, and writes what was printed into its text.
 *
 * @param root the package's folder
 * @param ids the patterns whose labs are run. @default - all
 */
export async function captureOutputs(root: string, ids: readonly string[] = []): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'serverless-atelier-'));
  const roots = [...new Set([kitRoot, root])];
  const registry = await startRegistry(
    join(home, 'registry'),
    roots.map((folder) => pack(folder, home)),
    roots.map((folder) => packageAt(folder).name),
  );
  try {
    for (const pattern of patternsAt(root).filter(({ id }) => ids.length === 0 || ids.includes(id))) {
      const folder = join(home, pattern.id);
      mkdirSync(folder);
      const ran = runLab(pattern, readLab(pattern), folder, registry.env);
      for (const { command, step, code, stderr } of ran.filter((one) => one.code !== one.command.exit)) {
        process.exitCode = 1;
        process.stderr.write(`${step ?? pattern.id}: ${command.line} ended with ${code}\n${stderr}\n`);
      }
      const file = labFile(pattern);
      writeFileSync(file, withOutputs(readFileSync(file, 'utf8'), ran));
    }
  } finally {
    registry.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
