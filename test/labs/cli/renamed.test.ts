import { findPattern } from '../../../blueprints/catalog';
import type { Pattern } from '../../../blueprints/pattern';
import { hint, status } from '../../../labs/cli/commands/lab';
import { folderOf, removeFolders } from '../support';

/** A kit that calls the second step of its pattern otherwise than the one that generated the project. */
jest.mock('../../../blueprints/catalog', () => {
  const catalog = jest.requireActual('../../../blueprints/catalog');
  const renamed = (pattern: Pattern): Pattern => ({
    ...pattern,
    steps: pattern.steps.map((step, index) => (index === 1 ? { ...step, formerly: ['hide-messages'] } : step)),
  });
  return { ...catalog, findPattern: (id: string) => renamed(catalog.findPattern(id)) };
});

const [, { id: second }, { id: third }] = findPattern('sqs-scaling').steps;
const provenance = (step: string) => ({ kit: '0.0.1', pattern: 'sqs-scaling', options: { name: 'orders' }, step });
const printed = (): string =>
  jest
    .mocked(process.stdout.write)
    .mock.calls.map(([text]) => text)
    .join('');

beforeEach(() => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});

afterEach(() => {
  jest.restoreAllMocks();
  removeFolders();
});

test('a project that was generated at the old id of a step goes on behind it', async () => {
  await status({ cwd: folderOf({ '.atelier.json': provenance('hide-messages') }), json: true });
  expect(JSON.parse(printed()).current).toBe(third);
});

test('progress under the old id of a step counts for it', async () => {
  const cwd = folderOf({
    '.atelier.json': provenance('queue-and-consumer'),
    '.atelier/progress.json': { steps: { 'hide-messages': { passed: '2026-11-23T08:00:00.000Z' } } },
  });
  await status({ cwd, json: true });
  expect(JSON.parse(printed())).toMatchObject({
    current: third,
    steps: expect.arrayContaining([expect.objectContaining({ id: second, passed: '2026-11-23T08:00:00.000Z' })]),
  });
});

test('a step that is named by its old id is called by its new one', async () => {
  await hint('hide-messages', { cwd: folderOf({ '.atelier.json': provenance('start') }), plain: true });
  expect(printed()).toMatch(new RegExp(`^${second}\n`));
});
