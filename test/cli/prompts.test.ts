import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { findPattern, patterns } from '../../blueprints/catalog';
import { optionsOf } from '../../blueprints/options';
import { atelier, atelierInTerminal, emptyFolders, entries, writeText } from './support';

const folder = emptyFolders();
const ENTER = '\r';
const DOWN = '\u001b[B';
const SPACE = ' ';
const CTRL_C = '\u0003';
const PATTERN = ['Which pattern?', ENTER] as const;
const FOLDER = ['In which folder?', `orders${ENTER}`] as const;
const KEEP = ['do you want to change?', ENTER] as const;

/** Chooses options to be changed, from the first one downwards. */
const change = (...names: string[]): readonly [string, string] => {
  const open = optionsOf(findPattern('sqs-scaling')).filter(({ required }) => !required);
  const keys = open.map(({ name }) => `${names.includes(name) ? SPACE : ''}${DOWN}`);
  return ['do you want to change?', `${keys.join('')}${ENTER}`];
};
const QUICK = ['--no-install', '--no-git'];

const ask = (args: string[], answers: ReadonlyArray<readonly [string, string]>, env: NodeJS.ProcessEnv = {}) => {
  const { code, stdout } = atelierInTerminal(folder(), ['new', ...args, ...QUICK], answers, env);
  return { code, shown: stripVTControlCharacters(stdout) };
};
const options = () => JSON.parse(readFileSync(join(folder(), 'orders', '.atelier.json'), 'utf8')).options;

describe('in a terminal', () => {
  test('pattern and folder are asked for', () => {
    expect(ask([], [PATTERN, FOLDER, KEEP]).code).toBe(0);
    expect(options()).toEqual({ name: 'orders' });
  });

  test('the folder has the name of the pattern where nothing else is typed', () => {
    ask(['sqs-scaling'], [['In which folder?', ENTER], KEEP]);
    expect(entries(folder())).toEqual(['sqs-scaling']);
  });

  test('options that are to be changed are asked for, each in the way of its kind', () => {
    const answers: [string, string][] = [
      ['--tags: ', `team=orders, cost=a${ENTER}`],
      ['--batch-size: ', `100${ENTER}`],
      ['--scaling: ', `${DOWN}${ENTER}`],
      ['--tracing: ', 'y'],
    ];
    const chosen = change('tags', 'batchSize', 'scaling', 'tracing');
    expect(ask(['sqs-scaling'], [FOLDER, chosen, ...answers]).code).toBe(0);
    expect(options()).toEqual({
      name: 'orders',
      tags: ['team=orders', 'cost=a'],
      batchSize: 100,
      scaling: 'provisioned',
      tracing: true,
    });
  });

  test('nothing typed for an option leaves its default', () => {
    ask(['sqs-scaling'], [FOLDER, change('batchSize', 'tags'), ['--tags: ', ENTER], ['--batch-size: ', ENTER]]);
    expect(options()).toEqual({ name: 'orders' });
  });

  test('what was given as a flag is not asked for', () => {
    const { shown } = ask(['sqs-scaling', '--batch-size', '100'], [FOLDER, KEEP]);
    expect(shown).toContain('--memory-size');
    expect(shown).not.toContain('--batch-size');
    expect(options()).toEqual({ name: 'orders', batchSize: 100 });
  });

  test.each([
    ['no number', ['batchSize'], '--batch-size: ', 'many', '--batch-size can\'t be "many"; allowed: a whole number'],
    ['a number out of its range', ['batchSize'], '--batch-size: ', '5', "--batch-size can't be 5; allowed: a whole"],
    ['one bad tag of two', ['tags'], '--tags: ', 'a=b, c', '--tags can\'t be "c"; allowed: key=value'],
    [
      'what goes not with the others',
      ['reservedConcurrency'],
      '--reserved-concurrency: ',
      '9',
      'is under --max-concurrency 10',
    ],
  ])('%s is refused where it was typed', (_, names, question, typed, says) => {
    const { code, shown } = ask(
      ['sqs-scaling'],
      [FOLDER, change(...names), [question, `${typed}${ENTER}`], ['for example', CTRL_C]],
    );
    expect({ code, shown: shown.replace(/[\s│]+/g, ' ') }).toEqual({ code: 130, shown: expect.stringContaining(says) });
  });

  test.each([
    ['that makes no name', 'My Orders', 'can\'t be named "My Orders"'],
    ['that is occupied', 'mine', 'the folder mine holds notes.txt already'],
  ])('a folder %s is refused where it was typed, and another one taken', (_, typed, says) => {
    writeText(join(folder(), 'mine', 'notes.txt'), '');
    const another = `${'\u007f'.repeat(typed.length)}orders${ENTER}`;
    const { code, shown } = ask(
      ['sqs-scaling'],
      [['In which folder?', `${typed}${ENTER}`], ['for example', another], KEEP],
    );
    expect({ code, shown: shown.replace(/[\s│]+/g, ' ') }).toEqual({ code: 0, shown: expect.stringContaining(says) });
    expect(entries(folder())).toEqual(['mine', 'orders']);
  });

  test('a folder may have any name where the project is given its own', () => {
    const { code } = ask(['sqs-scaling', '--name', 'orders'], [['In which folder?', `My Orders${ENTER}`], KEEP]);
    expect({ code, made: entries(folder()) }).toEqual({ code: 0, made: ['My Orders'] });
  });

  test.each([
    ['pattern', [], [['Which pattern?', CTRL_C]]],
    ['folder', ['sqs-scaling'], [['In which folder?', CTRL_C]]],
    ['options', ['sqs-scaling'], [FOLDER, ['do you want to change?', CTRL_C]]],
  ] as [string, string[], [string, string][]][])(
    'Ctrl-C at the question for the %s ends with 130 and leaves nothing',
    (_, args, answers) => {
      const { code, shown } = ask(args, answers);
      expect({ code, shown, left: entries(folder()) }).toEqual({
        code: 130,
        shown: expect.stringContaining('Nothing was written.'),
        left: [],
      });
    },
  );
});

describe('in a terminal where lines are only appended', () => {
  const number = (wanted: string): string =>
    String(
      optionsOf(findPattern('sqs-scaling'))
        .filter(({ required }) => !required)
        .findIndex(({ name }) => name === wanted) + 1,
    );
  const askPlainly = (answers: ReadonlyArray<readonly [string, string]>, env: NodeJS.ProcessEnv = {}) => {
    const { code, stdout } = atelierInTerminal(folder(), ['new', ...QUICK], answers, { ACCESSIBLE: '1', ...env });
    return { code, stdout };
  };

  test('questions are numbered, answered by typing, and asked again where an answer is none', () => {
    const place = patterns.findIndex(({ id }) => id === 'sqs-scaling') + 1;
    const { code, stdout } = askPlainly([
      ['Type a number', '99\r'],
      ['no answer to this question', `${place}\r`],
      ['In which folder?', 'My Orders\r'],
      ["can't be named", 'orders\r'],
      ['Type numbers', `${number('batchSize')} ${number('tracing')} ${number('scaling')}\r`],
      ['--batch-size: ', '100\r'],
      ['--scaling: ', '2\r'],
      ['--tracing: ', 'yes\r'],
    ]);
    expect(code).toBe(0);
    expect(options()).toEqual({ name: 'orders', batchSize: 100, scaling: 'provisioned', tracing: true });
    expect(stdout).toContain(`  ${place}  sqs-scaling: A Lambda function scales`);
    expect(stdout).toContain('[ok] orders');
  });

  test('nothing moves the cursor, and no glyph is shown', () => {
    const { stdout } = askPlainly([
      ['Type a number', '\r'],
      ['In which folder?', '\r'],
      ['Type numbers', '\r'],
    ]);
    expect(stdout).not.toMatch(/\u001b|[^\x00-\x7f]/);
  });

  test.each([
    ['Ctrl-C', CTRL_C],
    ['Ctrl-D', '\u0004'],
  ])('%s ends with 130 and leaves nothing', (_, key) => {
    const { code, stdout } = askPlainly([['Type a number', key]]);
    expect({ code, left: entries(folder()) }).toEqual({ code: 130, left: [] });
    expect(stdout).toContain('Nothing was written.');
  });
});

describe('nothing is asked', () => {
  // A question would come before the refusal of the step.
  const refused = ['sqs-scaling', '--step', 'nope'];
  const line = expect.stringMatching(/^error: --step can't be "nope".*\s*$/);

  test('in CI', () => {
    expect(ask(refused, [], { CI: '1' })).toEqual({ code: 2, shown: line });
  });

  test('with --no-input', () => {
    expect(ask([...refused, '--no-input'], [])).toEqual({ code: 2, shown: line });
  });

  test('with --json', () => {
    expect(JSON.parse(ask([...refused, '--json'], []).shown).error.option).toBe('step');
  });

  test('in CI for the pattern, which then is missing', () => {
    const missing = expect.stringContaining('error: no pattern was named');
    expect(ask([], [], { CI: '1' })).toEqual({ code: 2, shown: missing });
  });

  test('without a terminal', () => {
    expect(atelier(folder(), ['new', ...refused, ...QUICK])).toEqual({ code: 2, stdout: '', stderr: line });
  });

  test('where pattern and folder are given', () => {
    expect(ask(['sqs-scaling', 'orders', '--step', 'nope'], [])).toEqual({ code: 2, shown: line });
  });
});
