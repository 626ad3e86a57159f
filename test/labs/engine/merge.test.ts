import fc from 'fast-check';
import { merge } from '../../../labs/engine/merge';

const base = ['a', 'b', 'c', 'd', 'e'];

/** The merged lines, and those that gave way. */
function merged(learner: readonly string[], solution: readonly string[]) {
  const { pieces, lost } = merge(base, learner, solution);
  const lines = pieces.flatMap(({ of, start, count }) =>
    (of === 'learner' ? learner : solution).slice(start, start + count),
  );
  return { lines, lost: lost.map((number) => learner[number]) };
}

test.each([
  [
    'an edit elsewhere',
    ['a', 'b', 'c', 'd', 'mine'],
    ['a', 'theirs', 'c', 'd', 'e'],
    ['a', 'theirs', 'c', 'd', 'mine'],
    [],
  ],
  [
    'a line right before',
    ['a', 'mine', 'b', 'c', 'd', 'e'],
    ['a', 'theirs', 'c', 'd', 'e'],
    ['a', 'mine', 'theirs', 'c', 'd', 'e'],
    [],
  ],
  [
    'a line right behind',
    ['a', 'b', 'mine', 'c', 'd', 'e'],
    ['a', 'theirs', 'c', 'd', 'e'],
    ['a', 'theirs', 'mine', 'c', 'd', 'e'],
    [],
  ],
  [
    'the same line',
    ['a', 'mine', 'c', 'd', 'e'],
    ['a', 'theirs', 'c', 'd', 'e'],
    ['a', 'theirs', 'c', 'd', 'e'],
    ['mine'],
  ],
  ['the same edit', ['a', 'x', 'c', 'd', 'e'], ['a', 'x', 'c', 'd', 'e'], ['a', 'x', 'c', 'd', 'e'], []],
  [
    'a line in the midst',
    ['a', 'b', 'mine', 'c', 'd', 'e'],
    ['a', 'x', 'y', 'd', 'e'],
    ['a', 'x', 'y', 'd', 'e'],
    ['mine'],
  ],
  [
    'an insertion at the same place',
    ['a', 'mine', ...base.slice(1)],
    ['a', 'x', ...base.slice(1)],
    ['a', 'x', ...base.slice(1)],
    ['mine'],
  ],
  ['a deletion', ['a', 'c', 'd', 'e'], ['a', 'b', 'c', 'd', 'e', 'f'], ['a', 'c', 'd', 'e', 'f'], []],
  ['nothing at all', base, ['x', ...base], ['x', ...base], []],
  ['everything', ['z'], ['a', 'b', 'theirs', 'd', 'e'], ['a', 'b', 'theirs', 'd', 'e'], ['z']],
])('of a learner who changed %s, the lines are merged, and the solution wins', (_, learner, solution, lines, lost) => {
  expect(merged(learner, solution)).toEqual({ lines, lost });
});

test.each([
  [0, ['1', '2', 'mine', '4', '5', 'theirs', '7', '8', 'mine too', '10'], []],
  [2, ['1', '2', 'mine', '4', '5', 'theirs', '7', '8', 'mine too', '10'], []],
  [3, ['1', '2', '3', '4', '5', 'theirs', '7', '8', '9', '10'], ['mine', 'mine too']],
])('with a context of %d lines the solution wins around its own', (context, lines, given) => {
  const numbers = Array.from({ length: 10 }, (_, index) => String(index + 1));
  const learner = numbers.map((line) => ({ 3: 'mine', 9: 'mine too' })[line] ?? line);
  const solution = numbers.map((line) => (line === '6' ? 'theirs' : line));
  const { pieces, lost } = merge(numbers, learner, solution, context);
  const made = pieces.flatMap(({ of, start, count }) =>
    (of === 'learner' ? learner : solution).slice(start, start + count),
  );
  expect([made, lost.map((number) => learner[number])]).toEqual([lines, given]);
});

const someLines = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 12 });

test('without edits of the learner the solution is made, without a solution nothing changes', () => {
  fc.assert(
    fc.property(someLines, someLines, (one, other) => {
      const made = (pieces: ReturnType<typeof merge>['pieces'], learner: string[], solution: string[]) =>
        pieces.flatMap(({ of, start, count }) => (of === 'learner' ? learner : solution).slice(start, start + count));
      expect(made(merge(one, one, other).pieces, one, other)).toEqual(other);
      expect(made(merge(one, other, one).pieces, other, one)).toEqual(other);
    }),
  );
});

test('every line that the solution adds is there, whatever the learner did', () => {
  fc.assert(
    fc.property(someLines, someLines, (one, learner) => {
      const solution = [...one.slice(0, 3), 'SOLUTION 1', 'SOLUTION 2', ...one.slice(3)];
      const { pieces } = merge(one, learner, solution);
      const lines = pieces.flatMap(({ of, start, count }) =>
        (of === 'learner' ? learner : solution).slice(start, start + count),
      );
      expect(lines).toEqual(expect.arrayContaining(['SOLUTION 1', 'SOLUTION 2']));
    }),
  );
});
