import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPattern } from '../../../blueprints/catalog';
import { kitRoot } from '../../../blueprints/kit';
import { checkOptions } from '../../../blueprints/options';
import { render } from '../../../blueprints/rendering';
import { check, next, status } from '../../../labs/cli/commands/lab';
import { goTo, reset, solve, undo } from '../../../labs/cli/commands/moving';
import { readFiles } from '../../support/generate';
import { scratchFolder, writeVariants } from '../../support/synthesize';

const pattern = findPattern('sqs-scaling');
const home = join(scratchFolder(), 'moving');
const STACK = 'src/sqs-scaling-stack.ts';
const GENERATED = 'visibility-timeout';

const provenance = { kit: '0.1.0', pattern: pattern.id, options: { name: 'orders' }, step: GENERATED };

let cwd: string;
let printed: string;

const read = (path: string): string => readFileSync(join(cwd, path), 'utf8');
const document = () => JSON.parse(printed);
const rendered = (step: string, path: string): string =>
  String(render(pattern, checkOptions(pattern, { name: 'orders' }), step).get(path));
/** All that the learner has, but for what the lab keeps for itself. */
const theirs = () => [...readFiles(cwd)].filter(([path]) => !path.startsWith('.atelier/snapshots/'));

/** Lets the compiler find the types of packages, which are not installed in the project itself. */
function findTypes(): void {
  const types = JSON.stringify(join(kitRoot, 'node_modules', '@types'));
  writeFileSync(join(cwd, 'tsconfig.json'), read('tsconfig.json').replace('"./node_modules/@types"', types));
}

beforeEach(() => {
  [cwd] = writeVariants(pattern, [{ name: 'orders', step: GENERATED, options: {} }], home);
  writeFileSync(join(cwd, '.atelier.json'), JSON.stringify(provenance));
  printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
});

afterEach(() => jest.restoreAllMocks());
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('solve', () => {
  test('makes the step of a learner who did nothing, byte for byte, and goes on', async () => {
    expect(await solve(undefined, { cwd, json: true })).toBe(0);
    expect(document()).toMatchObject({
      step: 'dead-letter-queue',
      passed: true,
      reach: 'merged',
      next: 'partial-batch-responses',
    });
    expect(read(STACK)).toBe(rendered('dead-letter-queue', STACK));
  }, 30_000);

  test("tells which of the learner's lines gave way, and keeps the others", async () => {
    const line = "    const queue = new Queue(this, 'Queue', {";
    const halfDone = read(STACK).replace(line, `${line}\n      deadLetterQueue: undefined,`);
    writeFileSync(join(cwd, STACK), `${halfDone}// mine\n`);
    expect(await solve('dead-letter-queue', { cwd, plain: true })).toBe(0);
    expect(read(STACK)).toContain('deadLetterQueue: { queue: deadLetterQueue');
    expect(read(STACK)).toMatch(/\n\/\/ mine\n$/);
    expect(printed).toContain('Of your own lines these gave way to it:');
    expect(printed).toMatch(/src\/sqs-scaling-stack\.ts:\d+ +deadLetterQueue: undefined,/);
  }, 30_000);

  test('takes whole files where merging does not reach the goals, and says so', async () => {
    appendFileSync(join(cwd, STACK), 'const = 1;\n');
    expect(await solve(undefined, { cwd, plain: true })).toBe(0);
    expect(printed).toContain("taken whole, the files of this step, since merging did not reach the step's goals");
    expect(read(STACK)).toBe(rendered('dead-letter-queue', STACK));
  }, 30_000);

  test('gives up a line with which what was merged does not compile', async () => {
    findTypes();
    const path = 'src/functions/consumer.ts';
    const mine = 'export const mine: (event: SQSEvent) => Promise<void> = (event) => handler(event);\n\n';
    writeFileSync(join(cwd, path), read(path).replace('/** Handles one message', `${mine}$&`));
    expect(await solve('partial-batch-responses', { cwd, json: true })).toBe(0);
    expect(document()).toMatchObject({ reach: 'wide' });
    expect(read(path)).toBe(rendered('partial-batch-responses', path));
  }, 60_000);

  test('leaves what did not compile before: that is not of the merging', async () => {
    findTypes();
    appendFileSync(join(cwd, STACK), 'export const mine: string = 1;\n');
    expect(await solve('dead-letter-queue', { cwd, json: true })).toBe(0);
    expect(document()).toMatchObject({ reach: 'merged' });
    expect(read(STACK)).toMatch(/\nexport const mine: string = 1;\n$/);
  }, 60_000);

  test('makes a step further on from where the learner is', async () => {
    expect(await solve('partial-batch-responses', { cwd, json: true })).toBe(0);
    expect(read('src/functions/consumer.ts')).toBe(rendered('partial-batch-responses', 'src/functions/consumer.ts'));
    expect(document()).toMatchObject({ reach: 'merged', next: 'batching' });
  }, 30_000);

  test('makes the last step of a learner who has begun nothing, and all are done', async () => {
    [cwd] = writeVariants(pattern, [{ name: 'orders', step: 'start', options: {} }], home);
    writeFileSync(join(cwd, '.atelier.json'), JSON.stringify({ ...provenance, step: 'start' }));
    expect(await solve('dashboard', { cwd, json: true })).toBe(0);
    expect(document()).toMatchObject({ passed: true, reach: 'merged', next: null });
    expect(read(STACK)).toBe(rendered('dashboard', STACK));
  }, 30_000);

  test('opens the steps again that were done and are gone from the files', async () => {
    expect(await solve('batching', { cwd, json: true })).toBe(0);
    writeFileSync(join(cwd, STACK), rendered(GENERATED, STACK));
    printed = '';
    expect(await solve('dead-letter-queue', { cwd, json: true })).toBe(0);
    expect(document()).toMatchObject({
      reopened: ['partial-batch-responses', 'batching'],
      next: 'partial-batch-responses',
    });
  }, 30_000);
});

describe('undo', () => {
  test('brings back every byte, one command after the other', async () => {
    writeFileSync(join(cwd, STACK), read(STACK).replaceAll('\n', '\r\n'));
    rmSync(join(cwd, 'src/functions/work.ts'));
    const first = theirs();
    await solve(undefined, { cwd });
    const second = theirs();
    await reset('src/main.ts', { cwd });
    await undo({ cwd });
    expect(theirs()).toEqual(second);
    printed = '';
    await undo({ cwd, plain: true });
    expect(theirs()).toEqual(first);
    expect(printed).toContain('All is as it was before lab solve dead-letter-queue');
    await expect(undo({ cwd })).rejects.toThrow('there is nothing to undo');
  }, 30_000);
});

describe('goto', () => {
  test('brings the project forward to where a step begins', async () => {
    expect(await goTo('batching', { cwd, plain: true })).toBe(0);
    expect(read(STACK)).toBe(rendered('partial-batch-responses', STACK));
    printed = '';
    await status({ cwd, json: true });
    expect(document()).toMatchObject({ current: 'batching', complete: false });
  }, 30_000);

  test('brings it back to an earlier one, and keeps what is elsewhere', async () => {
    appendFileSync(join(cwd, STACK), '// mine\n');
    expect(await goTo(GENERATED, { cwd, plain: true })).toBe(0);
    expect(read(STACK)).toBe(`${rendered('queue-and-consumer', STACK)}// mine\n`);
    printed = '';
    expect(await check(undefined, { cwd, plain: true })).toBe(1);
    expect(printed).toContain(GENERATED);
  }, 30_000);

  test('brings it back to the very first', async () => {
    expect(await goTo('queue-and-consumer', { cwd, json: true })).toBe(0);
    expect(read(STACK)).toBe(rendered('start', STACK));
    expect(existsSync(join(cwd, 'src/functions/consumer.ts'))).toBe(false);
  }, 30_000);

  test('refuses an unknown step, and changes nothing', async () => {
    const all = theirs();
    await expect(goTo('nope', { cwd })).rejects.toThrow('the step can\'t be "nope"');
    expect(theirs()).toEqual(all);
  });
});

describe('reset', () => {
  test('brings one file back to how the step began, and leaves the others', async () => {
    writeFileSync(join(cwd, STACK), 'broken');
    writeFileSync(join(cwd, 'src/main.ts'), 'mine');
    await reset(join(cwd, STACK), { cwd, json: true });
    expect(document().files).toEqual([STACK]);
    expect([read(STACK), read('src/main.ts')]).toEqual([rendered(GENERATED, STACK), 'mine']);
  });

  test('brings all sources back, and removes those of later steps', async () => {
    writeFileSync(join(cwd, STACK), 'broken');
    mkdirSync(join(cwd, 'src/own'));
    writeFileSync(join(cwd, 'src/own/mine.ts'), 'mine');
    writeFileSync(join(cwd, 'src/simulation.ts'), 'of a later step');
    await reset(undefined, { cwd });
    expect(read(STACK)).toBe(rendered(GENERATED, STACK));
    expect(read('src/own/mine.ts')).toBe('mine');
    expect(existsSync(join(cwd, 'src/simulation.ts'))).toBe(false);
  });

  test('refuses a file that no step makes', async () => {
    await expect(reset('nope.ts', { cwd })).rejects.toThrow('nope.ts is no file that this step begins with');
  });
});

test('next tells what the open step asks, and why', async () => {
  await next({ cwd, plain: true });
  expect(printed).toContain('Set aside what keeps failing  dead-letter-queue');
  expect(printed).toContain('[open] A dead-letter queue takes what keeps failing');
  expect(printed).toContain('  npx serverless-atelier lab check');
});

test('a check of any step tells when all are done', async () => {
  [cwd] = writeVariants(pattern, [{ name: 'orders', step: 'dashboard', options: {} }], home);
  writeFileSync(join(cwd, '.atelier.json'), JSON.stringify({ ...provenance, step: 'dashboard' }));
  expect(await check('visibility-timeout', { cwd, plain: true })).toBe(0);
  expect(printed).toContain('Done. All steps are done.');
}, 30_000);
