import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPattern } from '../../blueprints/catalog';
import { UsageError } from '../../blueprints/errors';
import { undo } from '../../labs/cli/commands/moving';
import { update } from '../../labs/cli/commands/update';
import { Output } from '../../labs/cli/output';
import { generate, readFiles } from '../support/generate';
import { scratchFolder } from '../support/synthesize';

/*
 * Projects of an older kit: what was generated then differs from what this kit generates in the places that a test names.
 */

const pattern = findPattern('sqs-scaling');
const home = join(scratchFolder(), 'update');
const STACK = 'src/sqs-scaling-stack.ts';
const CONSUMER = 'src/functions/consumer.ts';
const BASE = '.atelier/base.json';
const TIMEOUT = 30_000;

let cwd: string;
let printed: string;

const file = (path: string): string => join(cwd, path);
const read = (path: string): string => readFileSync(file(path), 'utf8');
const edit = (path: string, from: string | RegExp, to: string): void => {
  const after = read(path).replace(from, to);
  expect(after).not.toBe(read(path));
  writeFileSync(file(path), after);
};
const json = (path: string) => JSON.parse(read(path));
const document = () => JSON.parse(printed);
/** All that its owner has, but for what the kit keeps for itself. */
const theirs = () => [...readFiles(cwd)].filter(([path]) => !path.startsWith('.atelier/snapshots/'));

/** Makes the project one of an older kit, in which a file was otherwise: the owner's, and what was generated then. */
function older(path: string, from: string, to: string): void {
  const base = json(BASE);
  edit(path, from, to);
  writeFileSync(file(BASE), JSON.stringify({ ...base, kit: '0.0.9', files: { ...base.files, [path]: read(path) } }));
}

beforeEach(() => {
  cwd = join(home, 'orders');
  rmSync(cwd, { recursive: true, force: true });
  generate(pattern, cwd);
  writeFileSync(file('package-lock.json'), '{}\n');
  printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
});

afterEach(() => jest.restoreAllMocks());
afterAll(() => rmSync(home, { recursive: true, force: true }));

const refusal = async (promise: Promise<number>): Promise<UsageError> => {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  return error;
};

test('a project that is as this kit generates it has nothing to do', async () => {
  const before = theirs();
  expect(await update({ cwd, dryRun: true, json: true })).toBe(0);
  expect(document()).toMatchObject({ files: [], resources: [], unknown: null, written: false });
  expect(await update({ cwd, plain: true })).toBe(0);
  expect(printed).toContain('every file is as this version of the kit generates it');
  expect(theirs()).toEqual(before);
}, 30_000);

test('a dry run shows each file as new, clean, merge or conflict, ends with 3, and writes nothing', async () => {
  const generated = Object.fromEntries(readFiles(cwd));
  older(STACK, 'Duration.seconds(30)', 'Duration.seconds(20)');
  older('README.md', 'You pay for requests', 'It costs requests');
  older(CONSUMER, 'export', '// then\nexport');
  older('AGENTS.md', '#', '# then');
  edit('README.md', /$/, '\nOur own section.\n');
  edit(CONSUMER, '// then', '// mine');
  const base = json(BASE);
  delete base.files['src/simulation.ts'];
  writeFileSync(file(BASE), JSON.stringify(base));
  rmSync(file('src/simulation.ts'));
  const before = theirs();
  expect(await update({ cwd, dryRun: true, json: true })).toBe(3);
  expect(document().files).toMatchObject([
    { path: 'AGENTS.md', kind: 'clean' },
    { path: 'README.md', kind: 'merge' },
    { path: CONSUMER, kind: 'conflict' },
    { path: 'src/simulation.ts', kind: 'new' },
    { path: STACK, kind: 'clean' },
  ]);
  expect(theirs()).toEqual(before);

  expect(await update({ cwd, plain: true })).toBe(1);
  expect(read(STACK)).toBe(generated[STACK]);
  expect(read('README.md')).toBe(`${generated['README.md']}\nOur own section.\n`);
  expect(read(CONSUMER)).toMatch(/^<<<<<<< yours\n\/\/ mine\n.*=======\n.*^>>>>>>> serverless-atelier /ms);
  expect(printed).toMatch(/conflict +src\/functions\/consumer\.ts +at line \d+/);
  expect(json('.atelier.json').kit).toBe(json('../../../package.json').version);

  const { message } = await refusal(update({ cwd, json: true }));
  expect(message).toMatch(`${CONSUMER} still has the marks of a conflict; allowed: `);
  expect(await undo({ cwd, json: true })).toBe(0);
  expect(theirs()).toEqual(before);
}, 60_000);

test(
  'options that were changed in .projenrc.ts reach the files, beside what their owner has written',
  async () => {
    edit('.projenrc.ts', "name: 'orders',", "name: 'orders',\n  batchSize: 200,\n  memorySize: 256 * 4,");
    edit(STACK, 'export class', '// mine\nexport class');
    const chosen = { name: 'orders', batchSize: 200 };
    expect(await update({ cwd, json: true })).toBe(0);
    expect(document()).toMatchObject({ options: chosen, computed: ['memorySize'] });
    expect(`${read(STACK)}${read('src/main.ts')}`).toContain('200');
    expect(read(STACK)).toContain('// mine\nexport class');
    expect(json('.atelier.json').options).toEqual(chosen);
    printed = '';
    expect(await update({ cwd, dryRun: true, json: true })).toBe(0);
    expect(document().files).toEqual([]);
  },
  TIMEOUT,
);

test(
  'an option that is out of range now is refused, and nothing written',
  async () => {
    edit('.projenrc.ts', "name: 'orders',", "name: 'orders',\n  batchSize: 5,");
    const before = theirs();
    const { message } = await refusal(update({ cwd, json: true }));
    expect(message).toMatch(/^--batch-size can't be 5; allowed: /);
    expect(theirs()).toEqual(before);
  },
  TIMEOUT,
);

test(
  'a file that its owner has removed or renamed is treated as such',
  async () => {
    older(STACK, 'Duration.seconds(30)', 'Duration.seconds(20)');
    older('AGENTS.md', '#', '# then');
    rmSync(file('AGENTS.md'));
    renameSync(file(STACK), file('src/queue-stack.ts'));
    edit('src/main.ts', './sqs-scaling-stack', './queue-stack');
    expect(await update({ cwd, json: true })).toBe(0);
    expect(document().files).toMatchObject([
      { path: 'AGENTS.md', kind: 'kept' },
      { path: 'src/queue-stack.ts', kind: 'clean' },
    ]);
    expect(existsSync(file('AGENTS.md'))).toBe(false);
    expect(existsSync(file(STACK))).toBe(false);
    expect(read('src/queue-stack.ts')).toContain('Duration.seconds(30)');
  },
  TIMEOUT,
);

describe('a resource that holds state and would be replaced', () => {
  beforeEach(() => older(STACK, "new Queue(this, 'Queue', {", "new Queue(this, 'Inbox', {"));

  test(
    'is refused in one line that names it, and nothing is written',
    async () => {
      const before = theirs();
      const { message, details } = await refusal(update({ cwd, json: true }));
      expect(message).toMatch(
        /^Inbox\w+ \(AWS::SQS::Queue\) of orders-dev would be removed with all that it holds; allowed: /,
      );
      expect(details.example).toMatch(/^atelier update --accept-replacement Inbox\w+$/);
      expect(theirs()).toEqual(before);
    },
    TIMEOUT,
  );

  test(
    'is shown by a dry run',
    async () => {
      expect(await update({ cwd, dryRun: true, plain: true })).toBe(3);
      expect(printed).toMatch(/removed +orders-dev\/Inbox\w+ +AWS::SQS::Queue, which holds state/);
    },
    TIMEOUT,
  );

  test(
    'is accepted by its logical id',
    async () => {
      const { details } = await refusal(update({ cwd, json: true }));
      expect(await update({ cwd, json: true, acceptReplacement: details.given as string[] })).toBe(0);
      expect(read(STACK)).toContain("new Queue(this, 'Queue', {");
    },
    TIMEOUT,
  );
});

test(
  "a project that can't be synthesized is updated, and it is said that losses can't be told",
  async () => {
    older(STACK, 'Duration.seconds(30)', 'Duration.seconds(20)');
    appendFileSync(file('src/main.ts'), "throw new Error('broken');\n");
    expect(await update({ cwd, json: true })).toBe(0);
    expect(document().unknown).toMatch(/^the project can't be synthesized now: .*broken/);
  },
  TIMEOUT,
);

test('a project of a newer kit is refused', async () => {
  writeFileSync(file(BASE), JSON.stringify({ ...json(BASE), kit: '99.0.0' }));
  const { message } = await refusal(update({ cwd, json: true }));
  expect(message).toMatch(/^the project was updated with serverless-atelier 99\.0\.0, and this is /);
});

test('without what was generated then, nothing can be merged', async () => {
  rmSync(file(BASE));
  const { message, details } = await refusal(update({ cwd, json: true }));
  expect(message).toMatch(`${BASE} is not there; allowed: `);
  expect(details.example).toBe(`git checkout -- ${BASE}`);
});

test(
  'progress is shown while both sides are synthesized',
  async () => {
    const progress = jest.spyOn(Output.prototype, 'progress');
    older(STACK, 'Duration.seconds(30)', 'Duration.seconds(20)');
    await update({ cwd, dryRun: true, plain: true });
    expect(progress).toHaveBeenCalledTimes(1);
  },
  TIMEOUT,
);
