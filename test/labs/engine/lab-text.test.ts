import { parseLab } from '../../../labs/engine/lab-text';
import { commandsInText } from '../../suites/lab-text';

const SECTIONS = ['Goal', 'Why', 'Change', 'Run', 'See', 'Hint 1', 'Hint 2', 'Cost', 'For the curious'];
const step = (id: string, sections = SECTIONS): string =>
  [`## 1. The step`, `<!-- step: ${id} -->`, ...sections.map((name) => `### ${name}\n\nText of ${name}.`)].join('\n\n');

test('a command in running text is found', () => {
  expect(commandsInText('Run `npx a b`, then `cd c`, and `lab undo`.\n\n```sh\nnpx d\n```\n')).toEqual([
    'npx a b',
    'cd c',
  ]);
});

describe('a text', () => {
  const text = `# The lab\n\nAt first.\n\n## Head\n\nMore.\n\n${step('one')}\n\n${step('two')}\n\n## Clean up\n\nGone.\n`;

  test('is read with what stands before and after the steps', () => {
    const lab = parseLab(text, 'lab.md');
    expect(lab).toMatchObject({
      title: 'The lab',
      before: 'At first.\n\n## Head\n\nMore.',
      after: '## Clean up\n\nGone.',
    });
    expect(lab.steps.map(({ id, title, why, hints }) => [id, title, why, hints])).toEqual(
      ['one', 'two'].map((id) => [id, 'The step', 'Text of Why.', ['Text of Hint 1.', 'Text of Hint 2.']]),
    );
  });

  test('may have Windows line ends', () => {
    expect(parseLab(text.replaceAll('\n', '\r\n'), 'lab.md')).toEqual(parseLab(text, 'lab.md'));
  });

  test('may hold lines in fenced code that look like headings', () => {
    const fenced = text.replace('Text of Run.', '```sh\n## no heading\n### nor this\n```');
    expect(parseLab(fenced, 'lab.md').steps[0].run).toBe('```sh\n## no heading\n### nor this\n```');
  });

  test('gives goals from a list, over several lines', () => {
    const listed = text.replace('Text of Goal.', '- **A name**: what it\n  means.\n- **Another**: more.');
    expect(parseLab(listed, 'lab.md').steps[0].goals).toEqual([
      { name: 'A name', text: 'what it means.' },
      { name: 'Another', text: 'more.' },
    ]);
  });

  test('gives the commands of each step, and what their marks mean', () => {
    const fences = ['```sh\nnpm test\nnpm start\n```', '```sh exit=1\nnpx a\n```', '```sh deploys\nnpx b\n```'];
    const marked = text
      .replace('Text of Run.', [...fences, '```sh not-run="it needs a phone"\nnpx c\n```'].join('\n\n'))
      .replace('At first.', '```sh\nnpx d\n```')
      .replace('Gone.', '```sh\nnpx e\n```');
    const { steps, commandsBefore, commandsAfter } = parseLab(marked, 'lab.md');
    expect(steps[0].commands).toEqual([
      { line: 'npm test', exit: 0, deploys: false },
      { line: 'npm start', exit: 0, deploys: false },
      { line: 'npx a', exit: 1, deploys: false },
      { line: 'npx b', exit: 0, deploys: true },
      { line: 'npx c', exit: 0, deploys: false, notRun: 'it needs a phone' },
    ]);
    expect([commandsBefore, steps[1].commands, commandsAfter].map((all) => all.map(({ line }) => line))).toEqual([
      ['npx d'],
      [],
      ['npx e'],
    ]);
  });

  test('shows an output of the last command of its name', () => {
    const ran = '```sh\nnpx a\n```';
    const shown = '<!-- output: npx a -->\n\n```text\nhello\n```\n\n<!-- /output -->';
    const outputs = parseLab(
      text.replace('At first.', ran).replaceAll('Text of Run.', ran).replace('Text of See.', shown),
      'lab.md',
    );
    expect(outputs.steps[0].commands).toEqual([{ line: 'npx a', exit: 0, deploys: false, output: 'hello' }]);
    expect(JSON.stringify([outputs.commandsBefore, outputs.steps[1].commands])).not.toContain('hello');
  });

  test.each([
    [
      'a mark of commands that means nothing',
      ['Text of Run.', '```sh later\nnpx a\n```'],
      "commands can't be marked later",
    ],
    ['a command elsewhere than under Run', ['Text of See.', '```sh\nnpx a\n```'], 'one has commands elsewhere'],
    ['an output of no command', ['Text of See.', '<!-- output: npx a -->'], 'npx a has an output, and is not printed'],
  ])('is refused with %s', (_, [from, to], message) => {
    expect(() => parseLab(text.replace(from, to), 'lab.md')).toThrow(message);
  });

  test.each([
    ['without a title', 'Text.', 'lab.md:1: the lab has no title'],
    ['with a section too few', `# L\n\n${step('one', SECTIONS.slice(1))}`, 'lab.md:3: one has the sections Why,'],
    ['with an empty section', `# L\n\n${step('one').replace('Text of Cost.', '')}`, '"Cost" of one is empty'],
    [
      'with a foreign section among the steps',
      `# L\n\n${step('one')}\n\n## Aside\n\n${step('two')}`,
      '"Aside" stands among the steps',
    ],
  ])('is refused %s', (_, markdown, message) => {
    expect(() => parseLab(markdown, 'lab.md')).toThrow(message);
  });
});
