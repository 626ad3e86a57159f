import fc from 'fast-check';
import { hashOf } from '../../../../blueprints/hash';
import { type FileUpdate, planUpdate } from '../../../../labs/engine/update/plan';

const STACK = 'src/stack.ts';
const lines = (...texts: string[]): string => texts.map((text) => `${text}\n`).join('');
const stack = lines('import a', '', 'class Stack {', '  queue', '  consumer', '  alarm', '}', '// end');

interface Versions {
  readonly base?: Record<string, string>;
  readonly own?: Record<string, string>;
  readonly next?: Record<string, string>;
}

const buffers = (files: Record<string, string>): Map<string, Buffer> =>
  new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]));

function plan({ base = {}, own = {}, next = {} }: Versions): FileUpdate[] {
  return planUpdate(
    { base: { files: base }, own: buffers(own), next: new Map(Object.entries(next)) },
    { own: 'yours', next: 'the kit' },
  );
}

const older = { [STACK]: stack };
const newer = { [STACK]: stack.replace('alarm', 'alarm with an action') };

test('nothing happens to a file that is generated as it was, whatever its owner has made of it', () => {
  expect(plan({ base: older, own: { [STACK]: `${stack}// mine\n` }, next: older })).toEqual([]);
  expect(plan({ base: older, own: {}, next: older })).toEqual([]);
});

test('a new file comes', () => {
  const next = { ...older, 'src/new.ts': 'new\n' };
  expect(plan({ base: older, own: older, next })).toEqual([{ path: 'src/new.ts', kind: 'new', content: 'new\n' }]);
});

test('a new file where its owner has one of that name is a conflict, and both stand in it', () => {
  const next = { ...older, 'src/new.ts': 'theirs\n' };
  const [update] = plan({ base: older, own: { ...older, 'src/new.ts': 'mine\n' }, next });
  expect(update).toMatchObject({ path: 'src/new.ts', kind: 'conflict', conflicts: [1] });
  expect(update.content).toMatch(/mine.*theirs/s);
});

test('an untouched file is taken over, in its own line ends', () => {
  expect(plan({ base: older, own: older, next: newer })).toEqual([
    { path: STACK, kind: 'clean', content: newer[STACK] },
  ]);
  const own = { [STACK]: stack.replaceAll('\n', '\r\n') };
  expect(plan({ base: older, own, next: newer })).toEqual([
    { path: STACK, kind: 'clean', content: newer[STACK].replaceAll('\n', '\r\n') },
  ]);
});

test('an edited file is merged', () => {
  const own = { [STACK]: stack.replace('import a', 'import a, mine') };
  expect(plan({ base: older, own, next: newer })).toMatchObject([
    { path: STACK, kind: 'merge', content: newer[STACK].replace('import a', 'import a, mine') },
  ]);
});

test('a file that both have changed in one place is a conflict', () => {
  const own = { [STACK]: stack.replace('alarm', 'alarm of mine') };
  expect(plan({ base: older, own, next: newer })).toMatchObject([{ path: STACK, kind: 'conflict', conflicts: [6] }]);
});

test('a file that has what the kit wants already is left alone', () => {
  expect(plan({ base: older, own: newer, next: newer })).toEqual([]);
});

test('a file that its owner has removed stays away, and that is said when the kit has changed it', () => {
  expect(plan({ base: older, own: {}, next: newer })).toMatchObject([{ path: STACK, kind: 'kept', content: null }]);
});

test('a file that the kit has no more goes, unless its owner has changed it', () => {
  expect(plan({ base: older, own: older })).toEqual([{ path: STACK, kind: 'removed', content: null }]);
  const own = { [STACK]: `${stack}// mine\n` };
  expect(plan({ base: older, own })).toMatchObject([{ path: STACK, kind: 'kept' }]);
  expect(plan({ base: older })).toEqual([]);
});

test('a file that its owner has renamed is found again', () => {
  const own = { 'src/my-stack.ts': `${stack}// mine\n`, 'src/other.ts': 'something else\n' };
  expect(plan({ base: older, own, next: newer })).toMatchObject([
    { path: 'src/my-stack.ts', kind: 'merge', content: `${newer[STACK]}// mine\n` },
  ]);
});

test('a file that the kit has renamed moves with what its owner has made of it', () => {
  const next = { 'src/queue-stack.ts': newer[STACK] };
  expect(plan({ base: older, own: { [STACK]: `${stack}// mine\n` }, next })).toMatchObject([
    { path: 'src/queue-stack.ts', from: STACK, kind: 'merge', content: `${newer[STACK]}// mine\n` },
  ]);
  expect(plan({ base: older, own: older, next: { 'src/queue-stack.ts': stack } })).toMatchObject([
    { path: 'src/queue-stack.ts', from: STACK, kind: 'clean' },
  ]);
});

test("the owner's name for a file wins over the kit's new one", () => {
  const next = { 'src/queue-stack.ts': newer[STACK] };
  expect(plan({ base: older, own: { 'src/mine.ts': stack }, next })).toEqual([
    { path: 'src/mine.ts', kind: 'clean', content: newer[STACK] },
  ]);
});

test('what is copied byte for byte is taken over untouched, and kept changed', () => {
  const [then, now, mine] = [
    [0, 1],
    [0, 2],
    [0, 3],
  ].map((bytes) => Buffer.from(bytes));
  const update = (own: Buffer): FileUpdate[] =>
    planUpdate(
      {
        base: { files: {}, hashes: { 'logo.png': hashOf(then) } },
        own: new Map([['logo.png', own]]),
        next: new Map([['logo.png', now]]),
      },
      { own: 'yours', next: 'the kit' },
    );
  expect(update(then)).toEqual([{ path: 'logo.png', kind: 'clean', content: now }]);
  expect(update(mine)).toMatchObject([{ path: 'logo.png', kind: 'kept' }]);
  expect(update(now)).toEqual([]);
});

describe('over random edits', () => {
  /** A text whose lines are all different, so that each can be followed. */
  const text = fc.integer({ min: 3, max: 40 }).map((count) => Array.from({ length: count }, (_, at) => `line ${at}`));
  /** What somebody does to a line. */
  const edit = fc.record({
    at: fc.nat(39),
    kind: fc.constantFrom('add', 'change', 'remove'),
    text: fc.integer({ min: 0, max: 999 }),
  });
  const edits = fc.array(edit, { maxLength: 8 });
  const apply = (base: readonly string[], by: string, list: readonly { at: number; kind: string; text: number }[]) =>
    base.flatMap((line, at) =>
      list
        .filter((one) => one.at === at)
        .reduce<string[]>(
          (now, { kind, text: mine }) =>
            kind === 'add' ? now.concat(`${by} ${mine}`) : kind === 'change' ? [`${by} ${mine}`] : [],
          [line],
        ),
    );
  const count = (list: readonly string[], line: string): number => list.filter((one) => one === line).length;

  test('no line that an owner has written is lost, none that they removed comes back, and what the kit added is there', () => {
    fc.assert(
      fc.property(text, edits, edits, (base, mine, theirs) => {
        const own = apply(base, 'mine', mine);
        const next = apply(base, 'theirs', theirs);
        const [update] = plan({
          base: { [STACK]: lines(...base) },
          own: { [STACK]: lines(...own) },
          next: { [STACK]: lines(...next) },
        });
        const after = String(update?.content ?? lines(...own)).split('\n');
        for (const line of own.filter((one) => one.startsWith('mine'))) {
          expect(count(after, line)).toBeGreaterThanOrEqual(count(own, line));
        }
        for (const line of next.filter((one) => one.startsWith('theirs'))) {
          expect(count(after, line)).toBeGreaterThanOrEqual(count(next, line));
        }
        if (update?.kind !== 'conflict') {
          for (const line of base.filter((one) => !own.includes(one) || !next.includes(one))) {
            expect(after).not.toContain(line);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a second update finds nothing to do, unless a conflict is open', () => {
    fc.assert(
      fc.property(text, edits, edits, (base, mine, theirs) => {
        const next = { [STACK]: lines(...apply(base, 'theirs', theirs)) };
        const own = { [STACK]: lines(...apply(base, 'mine', mine)) };
        const [update] = plan({ base: { [STACK]: lines(...base) }, own, next });
        const after = { [STACK]: String(update?.content ?? own[STACK]) };
        expect(plan({ base: next, own: after, next })).toEqual([]);
      }),
    );
  });
});
