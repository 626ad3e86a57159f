import { hasConflict, mergeTexts } from '../../../../labs/engine/update/three-way';

const sides = { own: 'yours', next: 'the kit' };
const base = 'one\ntwo\nthree\nfour\nfive\n';

test('changes of both sides in different places are merged', () => {
  const merged = mergeTexts(base, 'ONE\ntwo\nthree\nfour\nfive\n', 'one\ntwo\nthree\nfour\nFIVE\n', sides);
  expect(merged).toEqual({
    text: 'ONE\ntwo\nthree\nfour\nFIVE\n',
    resolved: 'ONE\ntwo\nthree\nfour\nFIVE\n',
    conflicts: [],
  });
});

test('the same change of both sides is no conflict', () => {
  const changed = 'one\ntwo\n3\nfour\nfive\n';
  expect(mergeTexts(base, changed, changed, sides)).toMatchObject({ text: changed, conflicts: [] });
});

test('different changes of the same line both stand in the file, and its number is told', () => {
  const merged = mergeTexts(base, 'one\ntwo\nmine\nfour\nfive\n', 'one\ntwo\ntheirs\nfour\nfive\n', sides);
  expect(merged.text).toBe('one\ntwo\n<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> the kit\nfour\nfive\n');
  expect(merged.resolved).toBe('one\ntwo\ntheirs\nfour\nfive\n');
  expect(merged.conflicts).toEqual([3]);
  expect(hasConflict(merged.text)).toBe(true);
  expect(hasConflict(merged.resolved)).toBe(false);
});

test("Windows line ends are no change, and are the owner's to keep", () => {
  const own = base.replaceAll('\n', '\r\n');
  expect(mergeTexts(base, own, 'one\ntwo\nthree\nfour\n5\n', sides).text).toBe('one\r\ntwo\r\nthree\r\nfour\r\n5\r\n');
});

test('a line of equals signs, as Markdown has under headings, is no conflict', () => {
  expect(hasConflict('Title\n=======\n')).toBe(false);
});
