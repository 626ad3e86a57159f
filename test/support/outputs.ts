import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { labFile } from '../../labs/engine/lab-file';
import { readLab } from '../../labs/engine/lab-text';
import { packKit } from './commands';
import { runLab, withOutputs } from './lab-run';
import { startRegistry } from './registry';

/*
 * Captures what labs show of the output of their commands: runs each lab from the packed kit, out of a registry on this
 * machine, and writes what was printed into its text.
 */
async function captureOutputs(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'serverless-atelier-'));
  const registry = await startRegistry(join(home, 'registry'), [packKit(home)]);
  try {
    for (const pattern of patterns) {
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

captureOutputs();
