import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { patterns } from '../../../blueprints/catalog';
import { kitRoot } from '../../../blueprints/kit';
import {
  currentStep,
  PROGRESS_FILE,
  readProgress,
  withHints,
  withPassed,
  writeProgress,
} from '../../../labs/engine/progress';
import { folderOf, removeFolders } from '../support';

afterEach(removeFolders);

const [pattern] = patterns;
const [first, second, third] = pattern.steps.map(({ id }) => id);
const monday = new Date('2026-11-23T08:00:00Z');
const tuesday = new Date('2026-11-24T08:00:00Z');

test('is there again after it was written', () => {
  const folder = folderOf();
  const progress = withHints(withPassed({}, first, monday), second, 1);
  writeProgress(folder, progress);
  expect(readProgress(folder)).toEqual({ [first]: { passed: '2026-11-23T08:00:00.000Z' }, [second]: { hints: 1 } });
});

test('keeps the time of the first pass', () => {
  expect(withPassed(withPassed({}, first, monday), first, tuesday)[first].passed).toBe(monday.toISOString());
});

test('leaves nothing but the file behind', () => {
  const folder = folderOf();
  writeProgress(folder, {});
  expect(readdirSync(join(folder, '.atelier'))).toEqual(['progress.json']);
});

test.each([
  ['missing', {}],
  ['cut off', { [PROGRESS_FILE]: '{"steps":{"a":' }],
  ['empty', { [PROGRESS_FILE]: '' }],
  ['a list', { [PROGRESS_FILE]: '[]' }],
  ['of steps that are no objects', { [PROGRESS_FILE]: '{"steps":{"a":1,"b":null,"c":[]}}' }],
])('is empty when the file is %s', (_, files) => {
  expect(readProgress(folderOf(files as never))).toEqual({});
});

test('leaves out what is not as it should be, and keeps steps that it does not know', () => {
  const file = JSON.stringify({ steps: { a: { passed: 'soon', hints: -1 }, gone: { passed: monday.toISOString() } } });
  expect(readProgress(folderOf({ [PROGRESS_FILE]: file }))).toEqual({ a: {}, gone: { passed: monday.toISOString() } });
});

test('is whole whenever the process that writes it is killed', async () => {
  const folder = folderOf();
  writeProgress(folder, withPassed({}, first, monday));
  const module = JSON.stringify(join(kitRoot, 'labs', 'engine', 'progress.ts'));
  const steps = JSON.stringify(
    Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`s${index}`, { hints: 1 }])),
  );
  const loop = `const { writeProgress } = require(${module}); console.log('on'); for (;;) writeProgress(${JSON.stringify(folder)}, ${steps});`;
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', '-e', loop], {
    cwd: kitRoot,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(() => JSON.parse(readFileSync(join(folder, PROGRESS_FILE), 'utf8'))).not.toThrow();
  expect(Object.keys(readProgress(folder))).toHaveLength(2000);
}, 15_000);

describe('the current step', () => {
  test('is the first in a project that stands at the start', () => {
    expect(currentStep(pattern, 'start', {})).toBe(first);
  });

  test('is the first that has not passed', () => {
    const progress = withPassed(withPassed({}, first, monday), third, monday);
    expect(currentStep(pattern, 'start', progress)).toBe(second);
  });

  test('follows the step that the project was generated at', () => {
    expect(currentStep(pattern, second, {})).toBe(third);
  });

  test('is the last when all are done', () => {
    const last = pattern.steps[pattern.steps.length - 1].id;
    expect(currentStep(pattern, last, {})).toBe(last);
  });
});
