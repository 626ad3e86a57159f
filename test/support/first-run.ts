import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { QUIET } from '../../labs/engine/child';
import { packKit } from './commands';

/*
 * The kit's main job as a user has it: from the packed kit and in an empty folder, a project is generated, synthesized,
 * and its lab checked. The project stays there to be looked at.
 */

const [{ id }] = patterns;
const folder = mkdtempSync(join(tmpdir(), 'serverless-atelier-'));
const project = join(folder, 'orders');

/** Shows a command and what it prints; the first one that fails ends the run. */
function show(cwd: string, title: string, command: string, ...args: string[]): void {
  process.stdout.write(`\n${title}\n\n`);
  const { status } = spawnSync(command, args, {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
    env: { ...process.env, ...QUIET },
  });
  if (status !== 0) {
    process.stderr.write(`\n${[command, ...args].join(' ')} ended with ${status}\n`);
    process.exit(1);
  }
}

const tarball = packKit(folder);
show(folder, `Generate ${id} from the package`, 'npx', '--yes', `--package=${tarball}`, 'atelier', 'new', id, 'orders');
show(project, 'Synthesize it', 'npx', 'cdk', 'synth', '--quiet');
show(project, 'Check the last step of its lab', 'npx', 'atelier', 'lab', 'check', patterns[0].steps.at(-1)?.id ?? '');
show(project, 'What was made', 'npx', 'atelier', 'lab', 'status');
process.stdout.write(`\nThe project is in ${project}\n`);
