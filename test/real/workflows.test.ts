import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { kitRoot } from '../../blueprints/kit';
import { checkOptions } from '../../blueprints/options';
import { lastStep } from '../../blueprints/pattern';
import { render } from '../../blueprints/rendering';
import { run, tryRun } from '../support/commands';

/** The linter of workflows that everybody uses, a Go program: https://github.com/rhysd/actionlint */
const ACTIONLINT = ['run', 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12'];
const WORKFLOW = '.github/workflows/build.yml';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'serverless-atelier-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

test("the kit's own workflow passes actionlint", () => {
  expect(run(kitRoot, 'go', [...ACTIONLINT, WORKFLOW])).toBe('');
});

test.each(patterns.map((pattern) => [pattern.id, pattern] as const))(
  'the workflow that %s generates passes actionlint, and needs no secret',
  (_, pattern) => {
    const values = checkOptions(pattern, { name: 'orders', ci: 'github' });
    const workflow = String(render(pattern, values, lastStep(pattern)).get(WORKFLOW));
    writeFileSync(join(home, 'build.yml'), workflow);
    expect(run(home, 'go', [...ACTIONLINT, 'build.yml'])).toBe('');
    expect(workflow).not.toContain('secrets.');
  },
);

test('a fault of a workflow is found', () => {
  writeFileSync(join(home, 'bad.yml'), 'on: push\njobs: { build: { runs-on: nowhere, steps: [{ run: true }] } }\n');
  expect(tryRun(home, 'go', [...ACTIONLINT, 'bad.yml'])).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('nowhere'),
  });
});
