import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import type { ActionResult } from '../../labs/engine/rehearsal/rehearse';
import type { Machine } from './support';

/** A rehearsal of the pipelines of a project. */
export interface Rehearsed {
  /** How each action ended, in order. */
  readonly actions: readonly ActionResult[];
  /** How an action ended, by its name. */
  by(name: string): ActionResult;
  /**
   * Runs a program of Node.js in a process of its own, which finds the layer that an action has made as a function would that
   * has it unpacked to /opt.
   *
   * @param name the action
   * @param program the program
   * @returns what it prints
   */
  withLayer(name: string, program: string): string;
  /** Removes all that it has made. */
  remove(): void;
}

/**
 * Rehearses the pipelines of a project.
 *
 * @param of the machine
 * @param project the project's folder
 * @param code the code that the command has to end with. @default 0
 * @param env variables of the command. @default - those of the machine
 */
export function rehearse(of: Machine, project: string, code = 0, env: NodeJS.ProcessEnv = {}): Rehearsed {
  const ended = of.atelier(project, ['pipeline', 'rehearse', '--json', '--keep'], env);
  expect({ code: ended.code, stderr: ended.code === code ? '' : ended.stderr + ended.stdout }).toEqual({
    code,
    stderr: '',
  });
  const { folder, actions } = JSON.parse(ended.stdout) as { folder: string; actions: ActionResult[] };
  const by = (name: string) => actions.find(({ action }) => action === name) as ActionResult;
  return {
    actions,
    by,
    withLayer: (name, program) => {
      const layer = join(folder, 'opt');
      for (const [path, bytes] of Object.entries(unzipSync(readFileSync(by(name).artifacts[0].file)))) {
        mkdirSync(join(layer, path, '..'), { recursive: true });
        writeFileSync(join(layer, path), bytes);
      }
      const env = { PATH: process.env.PATH, NODE_PATH: join(layer, 'nodejs', 'node_modules') };
      return spawnSync(process.execPath, ['-e', program], { cwd: folder, env, encoding: 'utf8' }).stdout;
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
