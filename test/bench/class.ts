import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findPattern } from '../../blueprints/catalog';
import { checkOptions } from '../../blueprints/options';
import { render } from '../../blueprints/rendering';
import { stepsOf } from './steps';

/**
 * Writes a class: projects that stand at all steps in turn, each with values of its own, so that no two are the same.
 *
 * @param id the pattern's id
 * @param folder where they go; one folder for each
 * @param count how many there are
 * @param settings a folder with a cdk.json of the pattern
 */
export function writeClass(id: string, folder: string, count: number, settings: string): void {
  const pattern = findPattern(id);
  const steps = stepsOf(id);
  for (let number = 0; number < count; number += 1) {
    const step = steps[number % steps.length];
    const options = { name: `orders-${number}` };
    const home = join(folder, `learner-${number}`);
    const provenance = { kit: '0.0.0', pattern: id, options, step };
    const files = [
      ...render(pattern, checkOptions(pattern, options), step),
      ['.atelier.json', JSON.stringify(provenance)] as const,
    ];
    for (const [path, content] of files) {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), content);
    }
    cpSync(join(settings, 'cdk.json'), join(home, 'cdk.json'));
  }
}
