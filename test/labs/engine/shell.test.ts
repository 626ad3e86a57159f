import { commandsIn } from '../../../labs/engine/shell';

/** The commands whose failure counts, and those whose failure is forgiven, with a mark. */
const told = (...scripts: string[]): string[] =>
  commandsIn(scripts).map(({ text, isForgiven }) => (isForgiven ? `~ ${text}` : text));

test('each command of a list is one, comments are none', () => {
  expect(told('a 1 && b "x y"', '# c\nd # e')).toEqual(['a 1', 'b "x y"', 'd']);
});

test.each([
  ['a || true', ['~ a', 'true']],
  ['a || :', ['~ a', ':']],
  ['a || exit 0', ['~ a', 'exit 0']],
  ['a || exit 1', ['a', 'exit 1']],
  ['a || { echo no; exit 1; }', ['a', '~ echo no', 'exit 1']],
  ['a || false', ['a', 'false']],
  ['a; b', ['~ a', 'b']],
  ['a\nb', ['~ a', 'b']],
  ['set -e\na\nb', ['~ set -e', 'a', 'b']],
  ['set -euo pipefail; a; b', ['~ set -euo pipefail', 'a', 'b']],
  ['set -e\na && b\nc', ['~ set -e', '~ a', 'b', 'c']],
  ['a && b && c', ['a', 'b', 'c']],
  ['a && b || true', ['~ a', '~ b', 'true']],
  ['a | tee log', ['~ a', 'tee log']],
  ['a &', ['~ a']],
  ['! a', ['~ a']],
  ['if a; then b; fi', ['~ a', 'b']],
  ['if ! a; then exit 1; fi', ['a', 'exit 1']],
  ['if a; then b; else echo no; exit 1; fi', ['a', 'b', '~ echo no', 'exit 1']],
  ['until a; do b; done', ['~ a', 'b']],
  ['a | grep -q ok', ['a', 'grep -q ok']],
  ['set -o pipefail; a | tee log', ['~ set -o pipefail', 'a', 'tee log']],
  ['[ "$(a)" = ok ]', ['a', '[ "$(a)" = ok ]']],
  ['[[ $(a) == ok ]]', ['a']],
  ['a; code=$?; b; exit $code', ['a', '~ b', 'exit $?']],
  ['a \\\n  --flag >/dev/null', ['a --flag']],
  ['(a; b) || true', ['~ a', '~ b', 'true']],
  ['for x in 1 2; do a; done', ['a']],
])('%s', (script, commands) => {
  expect(told(script)).toEqual(commands);
});

test('a substitution is run before the command that takes it; an assignment fails with it, another command does not', () => {
  expect(told('D=$(find it)')).toEqual(['find it']);
  expect(told('take "$(find it)"')).toEqual(['~ find it', 'take "$(find it)"']);
});

test('a command is told with the statement that it is part of, as it is written', () => {
  const statements = commandsIn(['X=1\n(a $X && b) || true\nc']).map(({ statement }) => statement);
  expect(statements).toEqual(['(a $X && b) || true', '(a $X && b) || true', '(a $X && b) || true', 'c']);
});

test('what a substitution prints is known by the variable that it goes to', () => {
  expect(commandsIn(['D=$(find it | first); take $D'])).toEqual([
    { text: 'find it', statement: 'D=$(find it | first)', isForgiven: true, into: 'D' },
    { text: 'first', statement: 'D=$(find it | first)', isForgiven: true, into: 'D' },
    { text: 'take $D', statement: 'take $D', isForgiven: false },
  ]);
});

test('variables that are set to text stand as that text, in later scripts as well', () => {
  expect(told('TAG="exec-$ID"', 'push $TAG $OTHER')).toEqual(['push exec-$ID $OTHER']);
  expect(told('D=$(find)', 'push $D')).toEqual(['find', 'push $D']);
});

test('the body of a function is run by whoever calls it, and what is no script has no commands that fail', () => {
  expect(told('f() { a; }', 'f')).toEqual(['f']);
  expect(() => told('if (((')).not.toThrow();
});
