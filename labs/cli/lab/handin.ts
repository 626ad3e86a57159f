import { writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { collect, HAND_IN } from '../../engine/handin';
import { exitCodes, Output } from '../output';
import { type LabOptions, Project } from './project';

/** The flags of `atelier lab handin`. */
export interface HandInOptions extends LabOptions {
  /** Who hands in. @default - the name of the project's folder */
  readonly name?: string;
}

/**
 * `atelier lab handin`: writes one small file with sources and progress, for an instructor's `lab report`. With `--json`:
 * `{ file, learner, files }`.
 *
 * @param file where it goes. @default - `<name>.handin.json` in the working directory
 * @param options how to print, the folder, and who hands in
 * @returns the exit code: 0
 * @throws UsageError when the folder holds no generated project
 */
export async function handIn(file: string | undefined, options: HandInOptions): Promise<number> {
  const output = new Output(options);
  const { folder } = Project.open(options, output);
  const learner = options.name ?? basename(folder);
  const target = resolve(options.cwd ?? '.', file ?? `${learner.replace(/[^\w.-]+/g, '-')}${HAND_IN}`);
  const handed = collect(folder, learner);
  writeFileSync(target, `${JSON.stringify(handed, undefined, 2)}\n`);
  output.document({ file: target, learner, files: Object.keys(handed.files) });
  output.print(`${output.mark('pass')} ${basename(target)}  ${Object.keys(handed.files).length} files of ${learner}`);
  return exitCodes.done;
}
