import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { patterns } from '../../../blueprints/catalog';
import { kitRoot } from '../../../blueprints/kit';
import { checkStep, currentId, type Pattern } from '../../../blueprints/pattern';
import {
  currentStep,
  DAMAGED_FILE,
  isDamaged,
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
  expect(readProgress(folder, pattern)).toEqual({
    [first]: { passed: '2026-11-23T08:00:00.000Z' },
    [second]: { hints: 1 },
  });
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
  expect(readProgress(folderOf(files as never), pattern)).toEqual({});
});

test('leaves out what is not as it should be, and keeps steps that it does not know', () => {
  const file = JSON.stringify({ steps: { a: { passed: 'soon', hints: -1 }, gone: { passed: monday.toISOString() } } });
  expect(readProgress(folderOf({ [PROGRESS_FILE]: file }), pattern)).toEqual({
    a: {},
    gone: { passed: monday.toISOString() },
  });
});

test.each([
  ['cut off', '{"steps":{"a":'],
  ['empty', ''],
  ['of another kind', '[1]'],
])('is kept beside when it is %s and a new one is written', (_, text) => {
  const folder = folderOf({ [PROGRESS_FILE]: text });
  expect(isDamaged(folder)).toBe(true);
  writeProgress(folder, withPassed({}, first, monday));
  expect(readFileSync(join(folder, DAMAGED_FILE), 'utf8')).toBe(text);
  expect([isDamaged(folder), Object.keys(readProgress(folder, pattern))]).toEqual([false, [first]]);
});

describe('of a step that was renamed', () => {
  const renamed: Pattern = {
    ...pattern,
    steps: pattern.steps.map((step) => (step.id === second ? { ...step, formerly: ['older', 'oldest'] } : step)),
  };
  const read = (steps: object) => readProgress(folderOf({ [PROGRESS_FILE]: { steps } }), renamed);

  test('is kept under its new id', () => {
    expect(read({ oldest: { passed: monday.toISOString(), hints: 2 } })).toEqual({
      [second]: { passed: monday.toISOString(), hints: 2 },
    });
  });

  test.each([
    ['old', { older: { hints: 1, solved: monday.toISOString() }, [second]: { hints: 2 } }],
    ['new', { [second]: { hints: 2 }, older: { hints: 1, solved: monday.toISOString() } }],
  ])('is what is newest where both ids are there, the %s one first', (_, steps) => {
    expect(read(steps)).toEqual({ [second]: { hints: 2, solved: monday.toISOString() } });
  });

  test('leads on from a project that was generated at its old id, and is found by it', () => {
    expect(currentStep(renamed, currentId(renamed, 'older'), {})).toBe(third);
    expect(checkStep(renamed, 'oldest')).toBe(second);
  });
});

test('is whole whenever the process that writes it is killed', async () => {
  const folder = folderOf();
  writeProgress(folder, withPassed({}, first, monday));
  const module = JSON.stringify(join(kitRoot, 'labs', 'engine', 'progress.ts'));
  const steps = JSON.stringify(
    Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`s${index}`, { hints: 1 }])),
  );
  const loop = `const { writeProgress } = require(${module}); console.log('on'); for (;;) writeProgress(${JSON.stringify(folder)}, ${steps});`;
  for (const delay of [3, 11, 24, 50]) {
    const child = spawn(process.execPath, ['--require', 'tsx/cjs', '-e', loop], {
      cwd: kitRoot,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, delay));
    child.kill('SIGKILL');
    await once(child, 'close');
    const whole = JSON.parse(readFileSync(join(folder, PROGRESS_FILE), 'utf8')) as { steps: object };
    expect([1, 2000]).toContain(Object.keys(whole.steps).length);
  }
  expect(Object.keys(readProgress(folder, pattern))).toHaveLength(2000);
}, 30_000);

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
