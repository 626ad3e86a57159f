import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { applyPatch } from 'diff';
import { checkOptions } from '../../blueprints/options';
import { lastStep, type Pattern, packageOf, stepIds } from '../../blueprints/pattern';
import { render } from '../../blueprints/rendering';
import { changesOf } from '../../labs/engine/changes';
import { type CheckResult, runCheck } from '../../labs/engine/check';
import { collect } from '../../labs/engine/handin';
import { dig, entriesAt } from '../../labs/engine/json';
import { labFile } from '../../labs/engine/lab-file';
import { allPrices, unpricedTypes } from '../../labs/engine/prices';
import { isStateful } from '../../modules/stateful';
import { tryRun } from '../support/commands';
import { readFiles } from '../support/generate';
import { currentLab, goldenCopy, goldenFolder } from '../support/golden';
import { toolAt } from '../support/sources';
import { physicalNames } from '../support/state';
import { type Synthesized, stagesVariant } from '../support/synthesize';
import type { Synthesis } from './synthesis';

/** The file of a handler. */
const HANDLER = /^export (const|(async )?function) handler\b/m;

/** The most lines that it has. */
const LONGEST_HANDLER = 60;

/** The output of a tool that failed is the message of the test. */
function runTool(script: string, args: readonly string[], cwd: string): void {
  const { code, stdout, stderr } = tryRun(cwd, process.execPath, [script, ...args]);
  if (code !== 0) {
    throw new Error(`${stdout}${stderr}`.slice(0, 4000));
  }
}

/**
 * What the generated projects of a pattern have to be: formatted, secure, checked step by step, told truly by the lab, and as
 * their golden copy is.
 *
 * @param pattern the pattern
 * @param at gives what was synthesized, while the tests run
 */
export function testProjects(pattern: Pattern, at: () => Synthesis): void {
  const defaults = checkOptions(pattern, { name: 'orders' });
  const steps = stepIds(pattern);
  const project = (name: string): Synthesized => at().project(name);
  /** The projects in which no mistake is made. */
  const right = (): Synthesized[] => at().projects.filter(({ edit }) => !edit);
  const checked = (step: string, on: string): CheckResult => runCheck(at().check(step), at().assembly(on));

  test('is handed in with all of its sources', () => {
    const { folder } = project(lastStep(pattern));
    const generated = [...render(pattern, defaults, lastStep(pattern)).keys()].filter((path) =>
      path.startsWith('src/'),
    );
    expect(generated.length).toBeGreaterThan(0);
    expect(Object.keys(collect(folder).files)).toEqual(expect.arrayContaining(generated));
  });

  test('is formatted and lint-free at every step', () => {
    const home = dirname(project('start').folder);
    const nested = join(home, 'managed', 'biome.json');
    const config = JSON.parse(readFileSync(nested, 'utf8'));
    rmSync(nested); // Biome refuses a second root configuration below the first
    const files = { includes: ['**/src/**', '**/test/**', '**/.projenrc.ts'] };
    writeFileSync(
      join(home, 'biome.json'),
      `${JSON.stringify({ ...config, $schema: undefined, root: true, files })}\n`,
    );
    runTool(
      toolAt(packageOf(pattern).root, '@biomejs/biome', join('bin', 'biome')),
      ['check', '--error-on-warnings', '--max-diagnostics=5', ...right().map(({ name }) => name)],
      home,
    );
  });

  test('has handlers that fit on a screen', () => {
    const finished = [...render(pattern, defaults, lastStep(pattern))].map(
      ([path, text]) => [path, String(text)] as const,
    );
    const handlers = finished.filter(([path, text]) => path.startsWith('src/') && HANDLER.test(text));
    expect(handlers.map(([path, text]) => [path, text.split('\n').length <= LONGEST_HANDLER])).toEqual(
      handlers.map(([path]) => [path, true]),
    );
  });

  test('breaks no rule of cdk-nag when it is finished, with any option', () => {
    const finished = right().filter(({ step }) => step === lastStep(pattern));
    expect(finished.map(({ name, problem }) => ({ name, problem }))).toEqual(
      finished.map(({ name }) => ({ name, problem: undefined })),
    );
  });

  test.each(pattern.steps.map((step) => step.id))('the check of %s fails before its step, by an assertion', (step) => {
    const before = steps[steps.indexOf(step) - 1];
    const { passed, cause } = checked(step, before);
    expect(passed).toBe(false);
    expect(cause?.seen).toBeTruthy();
    expect(cause?.wanted).toBeTruthy();
    expect(cause?.next).toBeTruthy();
    expect(JSON.stringify(cause)).not.toContain('undefined');
  });

  test.each(pattern.steps.map((step) => step.id))(
    'the check of %s passes at its step and at every later one',
    (step) => {
      const later = steps.slice(steps.indexOf(step));
      const failures = later.flatMap((at) =>
        checked(step, at)
          .results.filter(({ passed }) => !passed)
          .map((goal) => ({ at, ...goal })),
      );
      expect(failures).toEqual([]);
    },
  );

  test.each(pattern.steps.map((step) => step.id))(
    '%s edits at most some 60 lines, in four source files with new ones',
    (step) => {
      const changed = changesOf(pattern, defaults, step).filter(({ path }) => path.startsWith('src/'));
      const edited = changed.filter(({ kind }) => kind === 'edited').reduce((sum, { added }) => sum + added, 0);
      expect(changed.length).toBeLessThanOrEqual(4);
      expect(edited).toBeLessThanOrEqual(65);
    },
  );

  test.each(pattern.steps.map((step) => step.id))('the change that the lab shows for %s makes that step', (step) => {
    const before = render(pattern, defaults, steps[steps.indexOf(step) - 1]);
    const after = render(pattern, defaults, step);
    for (const { path, kind, diff } of changesOf(pattern, defaults, step)) {
      const made = applyPatch(String(before.get(path) ?? ''), diff);
      kind === 'removed' ? before.delete(path) : before.set(path, String(made));
    }
    expect(Object.fromEntries(before)).toEqual(Object.fromEntries(after));
  });

  test('has a lab that says what the templates say of changes, cost and remains, as `npm run golden` writes it', () => {
    const text = readFileSync(labFile(pattern), 'utf8');
    expect(text).toBe(currentLab(pattern, text, (variant) => at().assembly(variant), at().lab.prices));
  });

  test('has no resource of which it is not known whether it bills while idle', () => {
    const unknown = right().flatMap(({ name }) => unpricedTypes(at().assembly(name), allPrices(at().lab.prices)));
    expect([...new Set(unknown)]).toEqual([]);
  });

  test('bears no trace of its steps when it is finished', () => {
    const ids = pattern.steps.map((step) => step.id).filter((step) => step.includes('-'));
    const traces = [...render(pattern, defaults, lastStep(pattern))].flatMap(([path, text]) =>
      ids.filter((step) => String(text).includes(step)).map((step) => `${path}: ${step}`),
    );
    expect(traces).toEqual([]);
  });

  test('is the same, finished, as its golden copy', () => {
    const now = goldenCopy(pattern, project(lastStep(pattern)));
    expect(Object.fromEntries(now)).toEqual(Object.fromEntries(readFiles(goldenFolder(pattern), true)));
  });

  describe('with a production stage beside another', () => {
    const stages = stagesVariant(pattern).name;
    const stack = (stage: string) =>
      entriesAt(at().assembly(stages).stacks.get(`orders-${stage}`)?.template, 'Resources');

    test('keeps the data of the one, and lets the other go without a trace', () => {
      const policies = (stage: string) =>
        stack(stage)
          .filter(([, resource]) => isStateful(String(dig(resource, 'Type'))))
          .map(([, resource]) => dig(resource, 'DeletionPolicy'));
      expect(new Set(policies('prod'))).toEqual(new Set(['RetainExceptOnCreate']));
      expect(new Set(policies('dev'))).toEqual(new Set(['Delete']));
    });

    test('gives no resource of both the same physical name', () => {
      const taken = physicalNames(stack('prod'));
      expect(physicalNames(stack('dev')).filter((name) => taken.includes(name))).toEqual([]);
    });
  });

  test('has tasks that need no POSIX shell', () => {
    const managed = join(dirname(project('start').folder), 'managed', '.projen', 'tasks.json');
    const { tasks } = JSON.parse(readFileSync(managed, 'utf8'));
    const commands = Object.values<{ steps?: { exec?: string; execArgs?: string[] }[] }>(tasks)
      .flatMap(({ steps = [] }) => steps.map(({ exec, execArgs }) => exec ?? execArgs?.join(' ')))
      .filter((exec) => exec !== undefined);
    expect(commands.length).toBeGreaterThan(5);
    expect(
      commands.filter((exec) => /\$[({A-Za-z]|[;`|<>*]|&(?!&)|^(rm|cp|mv|mkdir|cat|sh|bash|export|chmod)\b/.test(exec)),
    ).toEqual([]);
  });
}
