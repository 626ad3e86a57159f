import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findPattern } from '../../blueprints/catalog';
import { kitRoot } from '../../blueprints/kit';
import { checkOptions } from '../../blueprints/options';
import { type Pattern, START, stepIds } from '../../blueprints/pattern';
import { render } from '../../blueprints/rendering';
import { Assembly } from '../../labs/engine/assembly';
import { readAssemblyFolder } from '../../labs/engine/assembly-folder';
import { type Check, runCheck } from '../../labs/engine/check';
import { labOf } from '../../labs/packages';
import { generate } from '../support/generate';
import { run, timed } from './processes';
import type { Workshop } from './workshop';

/** What projen manages and synthesis reads: the same at every step. */
const MANAGED = ['cdk.json', 'package.json', 'tsconfig.json'];

/**
 * The ids of a pattern's steps, `start` first.
 *
 * @param id the pattern's id
 */
export function stepsOf(id: string): string[] {
  return stepIds(findPattern(id));
}

/**
 * How long it takes to generate a pattern's project at each of some steps, to synthesize them in one child process, as
 * the suite does, and to run the check of each.
 *
 * @param workshop where to work
 * @param id the pattern's id
 * @param steps the steps
 * @returns seconds, that of the child's start included
 * @throws Error when a check fails
 */
export async function secondsOfSteps(workshop: Workshop, id: string, steps: readonly string[]): Promise<number> {
  const pattern = findPattern(id);
  const room = workshop.roomWithPackages;
  const { checks } = await labOf(pattern);
  return timed(() => {
    const managed = join(room, 'managed');
    generate(pattern, managed, { step: START });
    const folders = steps.map((step) => join(room, step));
    steps.forEach((step, index) => {
      write(pattern, step, managed, folders[index]);
    });
    synthesize(folders);
    steps.forEach((step, index) => {
      check(
        pattern,
        checks.find((one) => one.step === step),
        folders[index],
      );
    });
  });
}

function write(pattern: Pattern, step: string, managed: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const file of MANAGED) {
    cpSync(join(managed, file), join(folder, file));
  }
  // A stand-in: bundled functions want to know where the lock file is, and nothing is bundled here.
  writeFileSync(join(folder, 'package-lock.json'), '{}\n');
  for (const [path, content] of render(pattern, checkOptions(pattern, { name: 'orders' }), step)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

function synthesize(folders: readonly string[]): void {
  const child = join(kitRoot, 'test', 'support', 'synth-child.ts');
  run({ words: [process.execPath, '--import', 'tsx', child, ...folders], cwd: kitRoot });
}

function check(pattern: Pattern, asked: Check | undefined, folder: string): void {
  if (existsSync(join(folder, 'problem.txt'))) {
    throw new Error(`${pattern.id} does not synthesize in ${folder}`);
  }
  const assembly = new Assembly(readAssemblyFolder(join(folder, 'cdk.out'), folder));
  const result = asked && runCheck(asked, assembly);
  if (result?.passed === false) {
    throw new Error(`the check of ${asked?.step} fails: ${JSON.stringify(result.cause)}`);
  }
}
