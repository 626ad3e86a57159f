import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkOptions } from '../../blueprints/options';
import { lastStep, type Pattern, packageOf } from '../../blueprints/pattern';
import { render } from '../../blueprints/rendering';
import { labFile } from '../../labs/engine/lab-file';
import { isService, misspellings } from '../support/spelling';

/**
 * That a pattern spells the terms of AWS as AWS does.
 *
 * @param pattern the pattern
 */
export function testSpelling(pattern: Pattern): void {
  test('names its services as AWS does', () => {
    expect(pattern.services.filter((service) => !isService(service))).toEqual([]);
  });

  test('has data, a lab and checks that are spelled as AWS does', () => {
    const lab = join(packageOf(pattern).root, 'labs', pattern.id);
    const sources = readdirSync(lab).map((file) => [file, readFileSync(join(lab, file), 'utf8')] as const);
    const text = [labFile(pattern), readFileSync(labFile(pattern), 'utf8')] as const;
    expect(misspelt([['data', JSON.stringify(pattern)], text, ...sources])).toEqual([]);
  });

  test('generates projects that are spelled as AWS does', () => {
    const files = render(pattern, checkOptions(pattern, { name: 'orders' }), lastStep(pattern));
    expect(misspelt([...files].map(([path, content]) => [path, String(content)]))).toEqual([]);
  });
}

/**
 * The misspelt terms of texts.
 *
 * @param texts a path and what stands there, of each
 * @returns a line for each term: where, what, and what is right
 */
export function misspelt(texts: Iterable<readonly [string, string]>): string[] {
  return [...texts].flatMap(([path, text]) =>
    misspellings(text).map(({ found, right }) => `${path}: ${found} (${right})`),
  );
}
