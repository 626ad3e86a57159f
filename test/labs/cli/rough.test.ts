import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPattern } from '../../../blueprints/catalog';
import { kitRoot } from '../../../blueprints/kit';
import { check } from '../../../labs/cli/commands/lab';
import { goTo, solve, undo } from '../../../labs/cli/commands/moving';
import { startAtelier, until } from '../../cli/support';
import { readFiles } from '../../support/generate';
import { scratchFolder, writeVariants } from '../../support/synthesize';

/*
 * The lab where a learner's machine and project are not as one would wish.
 */

const pattern = findPattern('sqs-scaling');
const home = join(scratchFolder(), 'rough');
const STACK = 'src/sqs-scaling-stack.ts';
const MAIN = 'src/main.ts';
const PATH = process.env.PATH;

let cwd: string;

const read = (path: string): string => readFileSync(join(cwd, path), 'utf8');
const change = (path: string, edit: (text: string) => string): void => writeFileSync(join(cwd, path), edit(read(path)));
/** All that the learner has, but for what the lab keeps for itself. */
const theirs = () => [...readFiles(cwd)].filter(([path]) => !path.startsWith('.atelier/snapshots/'));
const printed = (): string =>
  jest
    .mocked(process.stdout.write)
    .mock.calls.map(([text]) => text)
    .join('');

/** Solves the open step, undoes that, and says what is not then as it was. */
async function solvedAndBack(): Promise<{ code: number; reach: string; different: unknown[] }> {
  const before = theirs();
  jest.mocked(process.stdout.write).mockClear();
  const code = await solve(undefined, { cwd, json: true });
  const { reach } = JSON.parse(printed());
  await undo({ cwd });
  const after = new Map(theirs());
  const different = before.filter(([path, text]) => after.get(path) !== text).map(([path]) => path);
  return { code, reach, different };
}

beforeEach(() => {
  [cwd] = writeVariants(pattern, [{ name: 'orders', step: 'visibility-timeout', options: {} }], home);
  const provenance = { kit: '0.1.0', pattern: pattern.id, options: { name: 'orders' }, step: 'visibility-timeout' };
  writeFileSync(join(cwd, '.atelier.json'), JSON.stringify(provenance));
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});

afterEach(() => {
  process.env.PATH = PATH;
  jest.restoreAllMocks();
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('a step is solved and undone where no program is found, git neither, and all lines end as on Windows', async () => {
  process.env.PATH = '';
  for (const path of [STACK, MAIN, 'src/functions/consumer.ts', 'README.md']) {
    change(path, (text) => text.replaceAll('\n', '\r\n'));
  }
  expect(await solvedAndBack()).toEqual({ code: 0, reach: 'merged', different: [] });
}, 30_000);

test('a property that is misspelt, which runs and does nothing, is told with its line', async () => {
  await goTo('visibility-timeout', { cwd, json: true });
  // The packages of these projects are the kit's own.
  change('tsconfig.json', (text) => text.replace('./node_modules/@types', join(kitRoot, 'node_modules', '@types')));
  change(STACK, (text) =>
    text.replace('      enforceSSL: true,', '      visiblityTimeout: Duration.minutes(3),\n      enforceSSL: true,'),
  );
  const line =
    read(STACK)
      .split('\n')
      .findIndex((one) => one.includes('visiblityTimeout')) + 1;
  jest.mocked(process.stdout.write).mockClear();
  expect(await check(undefined, { cwd, plain: true })).toBe(1);
  expect(printed()).toContain('    seen    VisibilityTimeout of Queue is not set, which means 30 s');
  expect(printed()).toContain(
    `\nThe compiler has an error, which may be why:\n  ${STACK}:${line}: Object literal may only`,
  );
}, 30_000);

test('a step is solved where the stack was deleted, and undone', async () => {
  rmSync(join(cwd, STACK));
  expect(await solvedAndBack()).toEqual({ code: 0, reach: 'merged', different: [] });
  expect(existsSync(join(cwd, STACK))).toBe(false);
}, 30_000);

test('a step is solved where the stack has another name, which stays', async () => {
  renameSync(join(cwd, STACK), join(cwd, 'src/stack.ts'));
  change(MAIN, (text) => text.replace("'./sqs-scaling-stack'", "'./stack'"));
  const own = read('src/stack.ts');
  expect(await solvedAndBack()).toMatchObject({ code: 0, different: [] });
  expect([read('src/stack.ts'), existsSync(join(cwd, STACK))]).toEqual([own, false]);
}, 30_000);

test('every byte is brought back of a project whose solving was killed while it wrote', async () => {
  const before = theirs();
  const { child, ended } = startAtelier(cwd, ['lab', 'solve']);
  const own = read(STACK);
  await until(() => read(STACK) !== own);
  child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
  await undo({ cwd });
  expect(theirs()).toEqual(before);
}, 30_000);

test('nothing of git is touched in a tree with changes that are staged, open and new', async () => {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd, encoding: 'utf8' });
  writeFileSync(join(cwd, '.gitignore'), 'node_modules\ncdk.out\n.atelier/snapshots\n');
  git('init', '--quiet');
  git('add', '.');
  git('-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', 'commit', '--quiet', '--message', 'all');
  change(MAIN, (text) => `${text}// staged\n`);
  git('add', MAIN);
  change(MAIN, (text) => `${text}// open\n`);
  writeFileSync(join(cwd, 'src/new.ts'), 'export const mine = 1;\n');
  const state = (): string[] => [git('status', '--porcelain'), git('diff'), git('diff', '--cached'), git('log')];
  const before = state();
  expect(await solvedAndBack()).toMatchObject({ code: 0, reach: 'merged', different: [] });
  expect(state()).toEqual(before);
}, 30_000);
