import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findPattern } from '../../../blueprints/catalog';
import { UsageError } from '../../../blueprints/errors';
import { check, diff, hint, status } from '../../../labs/cli/commands/lab';
import { report } from '../../../labs/cli/failure';
import { Output } from '../../../labs/cli/output';
import { readLab } from '../../../labs/engine/lab-text';
import { folderOf, projectOf, removeFolders } from '../support';

const QUEUE_ONLY = `import { App, Stack } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';

const stack = new Stack(new App(), 'orders-dev');
new Queue(stack, 'Queue');
`;
const LONG_HIDDEN = QUEUE_ONLY.replace("'Queue')", "'Queue', { visibilityTimeout: Duration.minutes(10) })").replace(
  '{ App,',
  '{ App, Duration,',
);

const provenance = (step: string) => ({
  '.atelier.json': { kit: '0.1.0', pattern: 'sqs-scaling', options: { name: 'orders' }, step },
});

let printed: string;

beforeEach(() => {
  printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  removeFolders();
});

describe('status', () => {
  test('shows where the learner is and what the step asks', async () => {
    const code = await status({ cwd: folderOf(provenance('queue-and-consumer')), plain: true });
    expect(code).toBe(0);
    expect(printed).toContain('[ok] queue-and-consumer');
    expect(printed).toContain('[now] visibility-timeout');
    expect(printed).toContain('[open] A message stays hidden for six timeouts of the consumer');
  });

  test('as JSON has the steps and the goals of the current one', async () => {
    await status({ cwd: folderOf(provenance('start')), json: true });
    const document = JSON.parse(printed);
    expect(document).toMatchObject({ pattern: 'sqs-scaling', current: 'queue-and-consumer', complete: false });
    expect(document.steps[0]).toEqual({
      id: 'queue-and-consumer',
      title: expect.any(String),
      goal: expect.any(String),
      done: false,
      passed: null,
    });
    expect(document.goals).toContainEqual({ name: 'A queue holds the messages', text: expect.any(String) });
  });

  test('says that all steps are done', async () => {
    await status({ cwd: folderOf(provenance('dashboard')), plain: true });
    expect(printed).toContain('All steps are done.');
  });
});

describe('in a folder of the project', () => {
  const inside = (folder: string): string => {
    mkdirSync(join(folder, 'src', 'functions'), { recursive: true });
    return join(folder, 'src', 'functions');
  };

  test('the project is found, and its folder is said', async () => {
    const folder = folderOf(provenance('start'));
    await status({ cwd: inside(folder), plain: true });
    expect(printed).toMatch(new RegExp(`^the project in ${folder}\n\n`));
    expect(printed).toContain('[now] queue-and-consumer');
  });

  test('the project is checked, and its progress kept', async () => {
    const folder = projectOf(LONG_HIDDEN + CONSUMER, provenance('start'));
    expect(await check('visibility-timeout', { cwd: inside(folder), plain: true })).toBe(0);
    expect(existsSync(join(folder, '.atelier', 'progress.json'))).toBe(true);
    expect(printed.match(/the project in/g)).toHaveLength(1);
  }, 20_000);

  test('one JSON document is printed alone', async () => {
    await status({ cwd: inside(folderOf(provenance('start'))), json: true });
    expect(JSON.parse(printed).current).toBe('queue-and-consumer');
  });
});

test('the folder of the project itself is not said', async () => {
  await status({ cwd: folderOf(provenance('start')), plain: true });
  expect(printed).not.toContain('the project in');
});

describe('check', () => {
  test('shows what is reached, the first cause in three lines, and what was skipped', async () => {
    const code = await check(undefined, { cwd: projectOf(QUEUE_ONLY, provenance('start')), plain: true });
    expect(code).toBe(1);
    expect(printed.trim().split('\n')).toEqual([
      'queue-and-consumer',
      '',
      '[ok] A queue holds the messages',
      '[failed] Lambda hands its messages to the consumer',
      '    seen    no event source mapping has Queue as its source  (src/main.ts:5)',
      '    wanted  one event source mapping from the queue to the consumer',
      '    next    subscribe the function to the queue',
      '[skipped] The consumer may read that queue and no other',
    ]);
  }, 20_000);

  test.each([
    [{}, ['dashboard', '    seen', '    wanted', '    next', '    seen', '    seen']],
    [{ details: true }, ['dashboard', ...Array(3).fill(['    seen', '    wanted', '    next']).flat()]],
  ])(
    'with the flags %j explains the first goal that failed, or all of them',
    async (flags, lines) => {
      await check('dashboard', { cwd: projectOf(LONG_HIDDEN + CONSUMER, provenance('start')), plain: true, ...flags });
      const told = printed.split('\n').map((line) => /^(dashboard| {4}\w+)/.exec(line)?.[0]);
      expect(told.filter((line) => line !== undefined)).toEqual(lines);
      expect(printed.match(/\[failed\]/g)).toHaveLength(3);
    },
    20_000,
  );

  test('as JSON has a result for each goal, and names the file where something is missing', async () => {
    await check('dashboard', { cwd: projectOf(QUEUE_ONLY, provenance('start')), json: true });
    const document = JSON.parse(printed);
    expect(document).toMatchObject({ step: 'dashboard', passed: false, error: null, findings: [] });
    expect(document.results[0]).toEqual({
      goal: 'A dashboard shows the backlog and its age',
      passed: false,
      seen: 'the template has no dashboard (AWS::CloudWatch::Dashboard)',
      wanted: expect.any(String),
      where: 'src/sqs-scaling-stack.ts',
      next: 'create a dashboard in the stack',
    });
  }, 20_000);

  test('keeps a pass, and names the next step', async () => {
    const main = LONG_HIDDEN + CONSUMER;
    const folder = projectOf(main, provenance('start'));
    expect(await check('visibility-timeout', { cwd: folder, plain: true })).toBe(0);
    expect(printed).toContain('Done. Next: queue-and-consumer');
    const progress = JSON.parse(readFileSync(join(folder, '.atelier', 'progress.json'), 'utf8'));
    expect(progress.steps['visibility-timeout'].passed).toMatch(/^\d{4}-\d\d-\d\dT/);
  }, 20_000);

  test('fails for an earlier step that was done and no longer is, which is open again', async () => {
    const main = (LONG_HIDDEN + CONSUMER).replace(
      'eventSourceArn: queue.queueArn',
      "eventSourceArn: 'arn:aws:sqs:eu-west-1:1:b'",
    );
    const folder = projectOf(main, provenance('queue-and-consumer'));
    expect(await check('visibility-timeout', { cwd: folder, plain: true })).toBe(1);
    expect(printed).toContain('queue-and-consumer, which was done, no longer is: Lambda hands its messages');
    expect(printed).toContain('First mend queue-and-consumer');
    printed = '';
    await status({ cwd: folder, json: true });
    expect(JSON.parse(printed).current).toBe('queue-and-consumer');
    rmSync(join(folder, '.atelier'), { recursive: true });
    printed = '';
    await check('visibility-timeout', { cwd: folder, json: true });
    expect(JSON.parse(printed).lost).toEqual([expect.objectContaining({ step: 'queue-and-consumer', passed: false })]);
  }, 20_000);

  test('says in one line with its place why the app does not synthesize', async () => {
    const folder = projectOf("\nthrow new Error('no\\nmore');", provenance('start'));
    expect(await check(undefined, { cwd: folder, plain: true })).toBe(1);
    expect(printed).toContain('[failed] the app does not synthesize\n  src/main.ts:2: no more\n');
  }, 20_000);

  test.each([
    ["can't be read", { 'src/functions/work.ts': 'export const = 1;' }, 'src/functions/work.ts:1'],
    [
      'names a property twice',
      { 'src/functions/work.ts': 'export const one = { a: 1, a: 2 };' },
      'src/functions/work.ts:1',
    ],
    ['imports a file that is gone', { 'src/functions/work.ts': "import './gone';" }, 'src/functions/work.ts:1'],
  ])(
    'fails when the code of a function %s, which no template shows',
    async (_, files, where) => {
      const folder = projectOf(LONG_HIDDEN + CONSUMER, { ...provenance('start'), ...files });
      expect(await check('visibility-timeout', { cwd: folder, plain: true })).toBe(1);
      expect(printed).toContain(`  ${where}: it can't be compiled: `);
    },
    20_000,
  );

  test('refuses a folder without a project', async () => {
    await expect(check(undefined, { cwd: folderOf() })).rejects.toThrow(UsageError);
  });
});

describe('the step that a command is about', () => {
  const refused = async (step: string): Promise<unknown> => {
    const error = await check(step, { cwd: folderOf(provenance('start')) }).catch((thrown) => thrown);
    expect(report(error, ['lab', 'check', step], new Output({ json: true }))).toBe(2);
    return JSON.parse(printed).error.message;
  };

  test('may be named by its number in the text of the lab', async () => {
    const { steps } = readLab(findPattern('sqs-scaling'));
    for (const [index, { id }] of steps.entries()) {
      printed = '';
      await hint(String(index + 1), { cwd: folderOf(provenance('start')), json: true });
      expect(JSON.parse(printed).step).toBe(id);
    }
  });

  test('is recognised where it is misspelt', async () => {
    expect(await refused('visibilty-timeout')).toMatch(/; did you mean visibility-timeout\?$/);
  });

  test.each(['nope', 'start', '0', '10', '-1', ''])('is none that the lab does not have: %j', async (step) => {
    expect(await refused(step)).toMatch(
      /^the step can't be ".*"; allowed: queue-and-consumer, .*; for example: atelier lab check queue-and-consumer/,
    );
  });
});

describe('diff', () => {
  test("shows what the current step changes, with the project's own options", async () => {
    const own = {
      kit: '0.1.0',
      pattern: 'sqs-scaling',
      options: { name: 'orders', maxReceiveCount: 7 },
      step: 'visibility-timeout',
    };
    const cwd = folderOf({ '.atelier.json': own });
    expect(await diff(undefined, { cwd, plain: true })).toBe(0);
    expect(printed).toContain('src/sqs-scaling-stack.ts  edited\n@@ ');
    expect(printed).toContain('\n+    maxReceiveCount: 7,\n');
  });

  test('as JSON has each file that the named step changes', async () => {
    await diff('queue-and-consumer', { cwd: folderOf(provenance('start')), json: true });
    const { step, files } = JSON.parse(printed);
    expect(step).toBe('queue-and-consumer');
    expect(files).toContainEqual({
      path: 'src/functions/work.ts',
      kind: 'new',
      added: 11,
      diff: expect.stringMatching(/^@@ -0,0/),
    });
  });
});

describe('hint', () => {
  test('gives the first hint, then the second, which stays', async () => {
    const cwd = folderOf(provenance('start'));
    const numbers: number[] = [];
    for (let time = 0; time < 3; time += 1) {
      printed = '';
      expect(await hint(undefined, { cwd, json: true })).toBe(0);
      numbers.push(JSON.parse(printed).number);
    }
    expect(numbers).toEqual([1, 2, 2]);
  });

  test('says whether there is another one, and where the whole change is shown', async () => {
    const cwd = folderOf(provenance('start'));
    await hint(undefined, { cwd, plain: true });
    expect(printed).toContain('Hint 1 of 2; ask again');
    await hint(undefined, { cwd, plain: true });
    expect(printed).toContain('Hint 2 of 2, the last one; atelier lab diff');
  });

  test('of a named step leaves the others alone', async () => {
    const cwd = folderOf(provenance('start'));
    await hint('alarms', { cwd });
    const { steps } = JSON.parse(readFileSync(join(cwd, '.atelier', 'progress.json'), 'utf8'));
    expect(steps).toEqual({ alarms: { hints: 1 } });
  });

  test('survives a damaged file of progress, keeps it beside, and says so', async () => {
    const cwd = folderOf({ ...provenance('start'), '.atelier/progress.json': '{"steps":' });
    expect(await hint(undefined, { cwd, plain: true })).toBe(0);
    expect(printed).toMatch(
      /^\.atelier\/progress\.json can't be read and counts as none; it is kept as \.atelier\/progress\.damaged\.json/,
    );
    expect(printed).toContain('queue-and-consumer');
    expect(readFileSync(join(cwd, '.atelier', 'progress.damaged.json'), 'utf8')).toBe('{"steps":');
    printed = '';
    await status({ cwd, plain: true });
    expect(printed).not.toContain('counts as none');
  });
});

const CONSUMER = `
import { CfnEventSourceMapping, CfnFunction } from 'aws-cdk-lib/aws-lambda';

const [queue] = stack.node.findAll().filter((one): one is Queue => one instanceof Queue);
const code = { zipFile: 'exports.handler = async () => {};' };
const consumer = new CfnFunction(stack, 'Fn', { code, role: 'r', handler: 'index.handler', runtime: 'nodejs24.x', timeout: 30 });
new CfnEventSourceMapping(stack, 'Map', { functionName: consumer.ref, eventSourceArn: queue.queueArn });
`;
