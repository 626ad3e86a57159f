import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { atelier, emptyFolders, entries, writeText } from './support';

/** The pattern that stands for any in examples. */
const FIRST = patterns[0].id;

const folder = emptyFolders();
const create = (...flags: string[]) => ['new', 'sqs-scaling', 'orders', '--no-install', '--no-git', ...flags];

interface Misuse {
  readonly of: string;
  readonly args: string[];
  readonly says: string;
}

const misuses: Misuse[] = [
  { of: 'an unknown command', args: ['frob'], says: "unknown command 'frob'" },
  { of: 'a command that is nearly right', args: ['shwo'], says: 'Did you mean show?' },
  { of: 'a command of the lab that is nearly right', args: ['lab', 'chek'], says: "'chek' (Did you mean check?)" },
  { of: 'an unknown command of the lab', args: ['lab', 'frob'], says: "unknown command 'frob'" },
  { of: 'an unknown flag of lab', args: ['lab', '--frob'], says: "unknown option '--frob'" },
  { of: 'the name of what every object has', args: ['constructor'], says: "unknown command 'constructor'" },
  { of: 'a pattern that is nearly right', args: ['new', 'sqs-scalin'], says: '; did you mean sqs-scaling?' },
  { of: 'a pattern to show that is nearly right', args: ['show', 'sqsscaling'], says: '; did you mean sqs-scaling?' },
  { of: 'a step that is nearly right', args: create('--step', 'alarm'), says: '; did you mean alarms?' },
  {
    of: 'a literal that is nearly right',
    args: create('--scaling', 'provisoned'),
    says: '; did you mean provisioned?',
  },
  { of: 'an unknown flag of list', args: ['list', '--frob'], says: "unknown option '--frob'" },
  { of: 'an unknown flag of new', args: create('--frob', '1'), says: "unknown option '--frob'" },
  { of: 'a flag that is nearly right', args: create('--batchSize', '50'), says: 'Did you mean --batch-size?' },
  { of: 'a flag without its value', args: create('--batch-size'), says: "option '--batch-size <number>' argument" },
  {
    of: 'a switch with a value that is none',
    args: create('--tracing=yes'),
    says: '--tracing can\'t be "yes"; allowed: true or false',
  },
  { of: 'too many arguments', args: create('more'), says: "too many arguments for 'new'" },
  { of: 'no pattern', args: ['new'], says: 'no pattern was named; allowed: the patterns of atelier list' },
  { of: 'an unknown pattern of new', args: ['new', 'nope'], says: `there is no pattern "nope"; allowed: ${FIRST}` },
  {
    of: 'an unknown pattern of show',
    args: ['show', 'nope'],
    says: `there is no pattern "nope"; allowed: ${FIRST}`,
  },
  {
    of: 'a word for a number',
    args: create('--batch-size', 'many'),
    says: '--batch-size can\'t be "many"; allowed: a whole number from 11 to 10000; for example: --batch-size 100',
  },
  { of: 'no digits for a number', args: create('--batch-size', ''), says: '--batch-size can\'t be ""' },
  { of: 'an exponent for a number', args: create('--batch-size', '1e2'), says: '--batch-size can\'t be "1e2"' },
  { of: 'a fraction for a number', args: create('--batch-size', '50.5'), says: '--batch-size can\'t be "50.5"' },
  {
    of: 'a number under its range',
    args: create('--batch-size', '10'),
    says: "--batch-size can't be 10; allowed: a whole",
  },
  {
    of: 'a number over its range',
    args: create('--memory-size', '10241'),
    says: "--memory-size can't be 10241; allowed:",
  },
  {
    of: 'a literal that is not allowed',
    args: create('--scaling', 'sometimes'),
    says: '--scaling can\'t be "sometimes"; allowed: on-demand, provisioned; for example: --scaling provisioned',
  },
  {
    of: 'a text that holds more than it may',
    args: create('--idempotency-key', 'a"; rm -rf /'),
    says: '--idempotency-key can\'t be "a\\"; rm -rf /"; allowed: ',
  },
  { of: 'a text of two lines', args: create('--idempotency-key', 'a\nb'), says: '--idempotency-key can\'t be "a\\nb"' },
  { of: 'one bad tag of several', args: create('--tags', 'team=a', '--tags', 'team'), says: '--tags can\'t be "team"' },
  { of: 'a bad name', args: create('--name', 'My_Orders'), says: '--name can\'t be "My_Orders"; allowed: lower-case' },
  {
    of: 'a folder that makes no name',
    args: ['new', 'sqs-scaling', 'My Orders'],
    says: 'the project is named after its folder, and can\'t be named "My Orders"; allowed: lower-case letters',
  },
  {
    of: 'an unknown step',
    args: create('--step', 'nope'),
    says: '--step can\'t be "nope"; allowed: start, queue-and-consumer, ',
  },
  { of: 'a kit that is not there', args: create('--kit', 'file:kit.tgz'), says: "--kit can't be " },
  {
    of: 'a path of no kit',
    args: create('--kit', './kit.tgz'),
    says: '--kit can\'t be "./kit.tgz", which is not there',
  },
  {
    of: 'a folder as kit',
    args: create('--kit', tmpdir()),
    says: 'allowed: a version, a range or a tag of npm, or the',
  },
  { of: 'no version as kit', args: create('--kit', '1.2.3.4'), says: '--kit can\'t be "1.2.3.4"; allowed: a version' },
  { of: 'nothing as kit', args: create('--kit', ''), says: '--kit can\'t be ""; allowed: a version' },
];

describe.each(misuses.map((misuse) => [misuse.of, misuse] as const))('%s', (_, { args, says }) => {
  test('ends with 2 and one line that says what is wrong, and writes nothing', () => {
    const { code, stdout, stderr } = atelier(folder(), args);
    expect({ code, stdout, lines: stderr.split('\n').length, left: entries(folder()) }).toEqual({
      code: 2,
      stdout: '',
      lines: 2,
      left: [],
    });
    expect(stderr).toMatch(/^error: .*; for example: \S/);
    expect(stderr).toContain(says);
  });
});

test.each([
  ['what is no JSON', '{', '--options is no JSON'],
  ['no object', '[]', '--options holds no object'],
  ['an unknown option', '{ "frobSize": 1 }', 'unknown option --frob-size'],
  ['a wrong value', '{ "batchSize": "many" }', '--batch-size can\'t be "many"'],
])('a file of options that holds %s is refused in one line', (_, text, says) => {
  const file = join(folder(), 'options.json');
  writeText(file, text);
  const { code, stderr } = atelier(folder(), create('--options', file));
  expect({ code, lines: stderr.split('\n').length, left: entries(folder()) }).toEqual({
    code: 2,
    lines: 2,
    left: ['options.json'],
  });
  expect(stderr).toContain(says);
  expect(stderr).toContain('; for example: ');
});

test('a file of options that is not there is named', () => {
  expect(atelier(folder(), create('--options', 'gone.json')).stderr).toContain(
    '--options can\'t be read from "gone.json"',
  );
});

test('options that do not go together are refused with the values of both, and nothing is written', () => {
  const { code, stderr } = atelier(folder(), create('--reserved-concurrency', '9', '--max-concurrency', '10'));
  expect({ code, left: entries(folder()) }).toEqual({ code: 2, left: [] });
  expect(stderr).toMatch(
    /^error: --reserved-concurrency 9 is under --max-concurrency 10.*; for example: --reserved-concurrency 10\n$/,
  );
});

test.each([
  ['an unknown command', ['frob'], "unknown command 'frob'"],
  ['an unknown command of the lab', ['lab', 'chek'], "unknown command 'chek'"],
  ['an unknown flag', create('--frob'), "unknown option '--frob'"],
  ['a switch with a value that is none', create('--tracing=yes'), '--tracing can\'t be "yes"'],
  ['an unknown kit', create('--kit', '1.2.3.4'), '--kit can\'t be "1.2.3.4"'],
  ['a folder that makes no name', ['new', 'sqs-scaling', 'My Orders'], 'can\'t be named "My Orders"'],
  ['a folder without a project', ['lab'], 'holds no generated project'],
  ['an unknown pattern', ['show', 'nope'], 'there is no pattern "nope"'],
  ['an unknown step', create('--step', 'nope'), '--step can\'t be "nope"'],
  ['options that do not go together', create('--reserved-concurrency', '9'), '--reserved-concurrency 9 is under'],
])('%s is one JSON document for machines', (_, args, says) => {
  const { code, stdout, stderr } = atelier(folder(), [...args, '--json']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({ error: expect.objectContaining({ message: expect.stringContaining(says) }) });
});

test('the JSON of a wrong option has its parts', () => {
  const { stdout } = atelier(folder(), create('--batch-size', '10', '--json'));
  expect(JSON.parse(stdout).error).toMatchObject({
    option: 'batchSize',
    given: 10,
    allowed: 'a whole number from 11 to 10000',
    example: '--batch-size 100',
  });
});

describe('an occupied folder', () => {
  const foreign = () => join(folder(), 'orders', 'mine.txt');

  beforeEach(() => writeText(foreign(), 'mine'));

  test('is refused, with what it holds and a folder that would do', () => {
    const { code, stderr } = atelier(folder(), create());
    expect(code).toBe(2);
    expect(stderr).toBe(
      `error: the folder orders holds mine.txt already; allowed: an empty or a new folder, or one that holds only .git, a README, a LICENSE or a .gitignore; for example: atelier new ${FIRST} orders-2\n`,
    );
  });

  test('stays as it was', () => {
    atelier(folder(), create());
    expect(entries(folder())).toEqual(['orders']);
    expect(entries(join(folder(), 'orders'))).toEqual(['mine.txt']);
    expect(readFileSync(foreign(), 'utf8')).toBe('mine');
  });

  test('is one JSON document for machines', () => {
    const { stdout } = atelier(folder(), create('--json'));
    expect(JSON.parse(stdout).error).toMatchObject({ option: 'folder', given: join(folder(), 'orders') });
  });

  test('that only a dry run looks at is refused too', () => {
    expect(atelier(folder(), create('--dry-run')).code).toBe(2);
  });
});

test('a file where the folder should be is refused and stays', () => {
  const file = join(folder(), 'orders');
  writeText(file, 'mine');
  const { code, stderr } = atelier(folder(), create());
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringMatching(/^error: orders is a file; allowed: .*\n$/),
  });
  expect(readFileSync(file, 'utf8')).toBe('mine');
});

test('a folder that cannot be made is the environment, not wrong use', () => {
  writeText(join(folder(), 'file'), 'mine');
  const { code, stderr } = atelier(folder(), ['new', 'sqs-scaling', 'file/orders', '--no-install', '--no-git']);
  expect({ code, lines: stderr.split('\n').length }).toEqual({ code: 4, lines: 2 });
});
