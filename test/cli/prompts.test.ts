import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { atelier, atelierInTerminal, emptyFolders, entries } from './support';

const folder = emptyFolders();
const ENTER = '\r';
const CTRL_C = '\u0003';
const CLEAR = '\u0015';
const PATTERN = ['Which pattern?', ENTER] as const;
const FOLDER = ['In which folder?', `${CLEAR}orders${ENTER}`] as const;
const KEEP = ['Change one of its', ENTER] as const;
const CHANGE = ['Change one of its', 'y'] as const;
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

  test('options are asked for one by one where that is wanted', () => {
    const answers: [string, string][] = [
      ['The tags on every resource', `team=orders, cost=a${ENTER}`],
      ['The most messages', `${CLEAR}100${ENTER}`],
      ['The seconds', ENTER],
      ['The memory', ENTER],
      ['The most invocations', ENTER],
      ['The concurrency', ENTER],
      ['How often', ENTER],
      ['The JMESPath expression', ENTER],
      ['Whether Lambda adds', `${CLEAR}provisioned${ENTER}`],
      ['Whether invocations are traced', `${CLEAR}yes${ENTER}`],
    ];
    expect(ask(['sqs-scaling'], [FOLDER, CHANGE, ...answers]).code).toBe(0);
    expect(options()).toEqual({
      name: 'orders',
      tags: ['team=orders', 'cost=a'],
      batchSize: 100,
      scaling: 'provisioned',
      tracing: true,
    });
  });

  test('what was given as a flag is not asked for', () => {
    const { shown } = ask(['sqs-scaling', '--batch-size', '100'], [FOLDER, KEEP]);
    expect(shown).toContain('Change one of its 9 options?');
    expect(options()).toEqual({ name: 'orders', batchSize: 100 });
  });

  test.each([
    ['a number', 'The most messages', 'many', '--batch-size can\'t be "many"; allowed: a whole number from 11'],
    ['a switch', 'Whether invocations are traced', 'maybe', '--tracing can\'t be "maybe"; allowed: true or false'],
  ])('what is no value for %s is refused where it was typed', (_, question, typed, says) => {
    const questions = [
      'The tags',
      'The most messages',
      'The seconds',
      'The memory',
      'The most invocations',
      'The concurrency',
      'How often',
      'The JMESPath',
      'Whether Lambda',
      'Whether invocations',
    ];
    const before = questions.slice(
      0,
      questions.findIndex((start) => question.startsWith(start)),
    );
    const { code, shown } = ask(
      ['sqs-scaling'],
      [
        FOLDER,
        CHANGE,
        ...before.map((text) => [text, ENTER] as const),
        [question, `${CLEAR}${typed}${ENTER}`],
        ["can't be", CTRL_C],
      ],
    );
    expect({ code, shown: shown.replace(/\s+/g, ' ') }).toEqual({ code: 130, shown: expect.stringContaining(says) });
  });

  test.each([
    ['pattern', [], [['Which pattern?', CTRL_C]]],
    ['folder', ['sqs-scaling'], [['In which folder?', CTRL_C]]],
    ['options', ['sqs-scaling'], [FOLDER, ['Change one of its', CTRL_C]]],
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

  test('a bad folder is refused after the question', () => {
    const { code, shown } = ask(['sqs-scaling'], [['In which folder?', `${CLEAR}My Orders${ENTER}`], KEEP]);
    expect({ code, left: entries(folder()) }).toEqual({ code: 2, left: [] });
    expect(shown).toContain('error: --name can\'t be "My Orders"');
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
