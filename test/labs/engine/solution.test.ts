import { solveFile } from '../../../labs/engine/solution';

const text = (...lines: string[]): string => `${lines.join('\n')}\n`;
const base = text('import { a } from "a";', '', 'const queue = a();', '', 'const end = 1;').replaceAll('"', "'");
const solution = text("import { a, b } from 'a';", '', 'const queue = a({ b });', '', 'const end = 1;');
const solve = (typed: string, formatted = typed) => solveFile(base, { text: typed, formatted }, solution);

test('a file that nobody touched becomes the solution', () => {
  expect(solve(base)).toEqual({ text: solution, lost: [] });
});

test('what the learner wrote elsewhere stays as they typed it', () => {
  const typed = base.replace('const end = 1;', 'const end   =  "one";');
  const { text: solved } = solve(typed, base.replace('const end = 1;', "const end = 'one';"));
  expect(solved).toBe(solution.replace('const end = 1;', 'const end   =  "one";'));
});

test('a line of theirs that gives way is told, with its number in their file', () => {
  const typed = base.replace('const queue = a();', 'const queue = a(); // mine');
  expect(solve(typed)).toEqual({ text: solution, lost: [{ number: 3, text: 'const queue = a(); // mine' }] });
});

test('Windows line ends stay', () => {
  expect(solve(base.replaceAll('\n', '\r\n')).text).toBe(solution.replaceAll('\n', '\r\n'));
});

test('other quotes and another indentation are no difference', () => {
  const typed = base.replaceAll("'", '"').replace('const end', '    const end');
  const { text: solved, lost } = solve(typed, base);
  expect(lost).toEqual([]);
  expect(solved).toBe(solution.replace('const end', '    const end'));
});

test('a statement over several lines stays so where the formatter would write one', () => {
  const typed = base.replace('const end = 1;', 'const end =\n  1\n  ;');
  expect(solve(typed, base).text).toBe(solution.replace('const end = 1;', 'const end =\n  1\n  ;'));
});
