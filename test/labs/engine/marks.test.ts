import { fillMarks, marksIn, tokensOf } from '../../../labs/engine/marks';

const only = (wanted: string, content: string) => (mark: { name: string }) =>
  mark.name === wanted ? content : undefined;

test('what is between marks is replaced, and the rest stays as it is', () => {
  const text = 'A.\n\n<!-- cost -->\n\nold\n\n<!-- /cost -->\n\nB  \n\n* C.\n';
  expect(fillMarks(text, only('cost', 'new'))).toBe(text.replace('old', 'new'));
  expect(fillMarks(text, only('change', 'new'))).toBe(text);
});

test('a place may be marked by its beginning alone, before another of the same name', () => {
  const filled = fillMarks('<!-- cost -->\n\nA.\n\n<!-- cost -->\n', only('cost', 'new'));
  expect(filled).toBe('<!-- cost -->\n\nnew\n\n<!-- /cost -->\n\nA.\n\n<!-- cost -->\n\nnew\n\n<!-- /cost -->\n');
});

test('a second filling changes nothing', () => {
  const once = fillMarks('<!-- cost -->\n', only('cost', '```text\n<!-- cost -->\n```'));
  expect(fillMarks(once, only('cost', '```text\n<!-- cost -->\n```'))).toBe(once);
});

test('a mark has its argument, and the step that it stands in', () => {
  const marks = marksIn(tokensOf('<!-- idle -->\n\n<!-- step: one -->\n\n<!-- output: npx a --b -->\n'));
  expect(marks.map(({ name, argument, step }) => [name, argument, step])).toEqual([
    ['idle', undefined, undefined],
    ['step', 'one', 'one'],
    ['output', 'npx a --b', 'one'],
  ]);
});
