import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPattern } from '../../blueprints/catalog';
import { kitRoot } from '../../blueprints/kit';
import { run } from '../support/commands';
import { scratchFolder, writeVariants } from '../support/synthesize';
import { atelier, isAlive, until } from './support';

const pattern = findPattern('sqs-scaling');
const home = join(scratchFolder(), 'class');
const STACK = 'src/sqs-scaling-stack.ts';
const MAIN = 'src/main.ts';

interface Graded {
  readonly learner: string;
  readonly stuck: string | null;
  readonly cause: string | null;
  readonly error: string | null;
  readonly minutes: number | null;
  readonly steps: { step: string; passes: boolean; claimed: boolean; solved: boolean; hints: number }[];
}

const learner = (name: string): string => join(home, name);
const edit = (name: string, path: string, change: (text: string) => string): void =>
  writeFileSync(join(learner(name), path), change(readFileSync(join(learner(name), path), 'utf8')));
const packages = join(scratchFolder(), 'class-packages');
const report = (...args: string[]) => atelier(home, ['lab', 'report', ...args, '--packages', packages]);
const graded = (...args: string[]): Graded[] => JSON.parse(report(...args, '--json').stdout);

/** An installed project of the instructor's: the kit's packages, and the kit. */
beforeAll(() => {
  const modules = join(packages, 'node_modules');
  rmSync(packages, { recursive: true, force: true });
  mkdirSync(modules, { recursive: true });
  for (const entry of readdirSync(join(kitRoot, 'node_modules')).filter((name) => !name.startsWith('.'))) {
    symlinkSync(join(kitRoot, 'node_modules', entry), join(modules, entry), 'junction');
  }
  symlinkSync(kitRoot, join(modules, 'serverless-atelier'), 'junction');
});

/** A class: each learner has come to a step, and says so. */
beforeEach(() => {
  const at = { ann: 'dashboard', bob: 'visibility-timeout', eve: 'queue-and-consumer' };
  writeVariants(
    pattern,
    Object.entries(at).map(([name, step]) => ({ name, step, options: {} })),
    home,
  );
  rmSync(join(home, 'managed'), { recursive: true });
  for (const [name, step] of Object.entries(at)) {
    const provenance = { kit: '0.1.0', pattern: pattern.id, options: { name: 'orders' }, step: 'start' };
    writeFileSync(join(learner(name), '.atelier.json'), JSON.stringify(provenance));
    const done = pattern.steps.slice(0, pattern.steps.findIndex(({ id }) => id === step) + 1);
    const steps = done.map(({ id }, index) => [
      id,
      { passed: `2026-01-01T10:${10 + index}:00.000Z`, hints: index % 2 },
    ]);
    mkdirSync(join(learner(name), '.atelier'), { recursive: true });
    writeFileSync(
      join(learner(name), '.atelier', 'progress.json'),
      JSON.stringify({ steps: Object.fromEntries(steps) }),
    );
  }
});

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
  rmSync(packages, { recursive: true, force: true });
});

test('a class is told who is done, who is stuck where, and for how long they worked', () => {
  const { code, stdout } = report('.', '--plain');
  expect(code).toBe(0);
  expect(stdout).toMatch(/ann +9\/9 /);
  expect(stdout).toMatch(/bob +2\/9 .* dead-letter-queue +A dead-letter queue takes/);
  expect(stdout).toContain('3 learners, 1 done');
  const [ann] = graded(learner('ann'));
  expect(ann).toMatchObject({ learner: 'ann', stuck: null, minutes: 8, error: null });
  expect(ann.steps[1]).toMatchObject({ step: 'visibility-timeout', passes: true, claimed: true, hints: 1 });
}, 60_000);

test('progress that was edited is found, since the checks are run again', () => {
  edit('eve', '.atelier/progress.json', () =>
    JSON.stringify({ steps: { alarms: { passed: '2026-01-01T10:00:00.000Z' } } }),
  );
  const { code, stdout } = report(learner('eve'), '--plain');
  expect(code).toBe(1);
  expect(stdout).toContain('(claims more)');
}, 60_000);

test('a table for spreadsheets quotes commas and quotes, and holds no formula', () => {
  edit('bob', MAIN, () => `throw new Error('one, "two"');`);
  atelier(learner('bob'), ['lab', 'handin', '../bob.json', '--name', '=HYPERLINK("http://example.com")']);
  const [header, first] = report(join(home, 'bob.json'), '--csv').stdout.split('\n');
  expect(header).toBe(
    'learner,pattern,step,passes,claimed,solved,hints,passed,minutes,stuck,cause,minutes in all,error',
  );
  expect(first).toBe(
    `"'=HYPERLINK(""http://example.com"")",sqs-scaling,queue-and-consumer,false,true,false,0,` +
      '2026-01-01T10:10:00.000Z,,dead-letter-queue,"one, ""two""",1,"one, ""two"""',
  );
}, 60_000);

test('a table for spreadsheets says where a learner is stuck, why, and for how long they worked', () => {
  const lines = report(learner('bob'), '--csv').stdout.trim().split('\n');
  expect(lines).toHaveLength(1 + pattern.steps.length);
  expect(lines[2]).toMatch(
    /^bob,sqs-scaling,visibility-timeout,true,true,false,1,2026-01-01T10:11:00\.000Z,1,dead-letter-queue,A dead-letter queue .*,1,$/,
  );
}, 60_000);

test.each([
  ['throws', "throw new Error('broken');", 'broken'],
  ['ends its process', 'process.exit(0);', 'the program ended without an app'],
  ['never ends', 'for (;;) {}', 'did not end within'],
  [
    'leaves a child behind',
    "require('node:child_process').spawn('sleep', ['60'], { stdio: 'inherit' }); process.exit(1);",
    'exit code 1',
  ],
  [
    'takes all memory',
    'const all: number[][] = []; for (;;) all.push(new Array(1e6).fill(1));',
    'ended with exit code',
  ],
])(
  'a program that %s stops the report of no other',
  (_, program, error) => {
    edit('bob', MAIN, () => program);
    const [ann, bob] = graded(learner('ann'), learner('bob'));
    expect(bob.error).toContain(error);
    expect(ann.stuck).toBeNull();
  },
  90_000,
);

test("a learner's program sees no variable of the instructor's, and an empty home", () => {
  edit(
    'bob',
    MAIN,
    () =>
      "throw new Error(JSON.stringify([process.env.AWS_SECRET_ACCESS_KEY ?? null, require('node:fs').readdirSync(require('node:os').homedir())]));",
  );
  const { stdout } = atelier(home, ['lab', 'report', learner('bob'), '--packages', packages, '--json'], {
    AWS_SECRET_ACCESS_KEY: 'precious',
  });
  expect(JSON.parse(stdout)[0].error).toBe('[null,[]]');
}, 60_000);

test('a program that does not run claims nothing: its learner is where their progress says', () => {
  edit('bob', MAIN, (text) => `${text}\nconst = 1;\n`);
  expect(report(learner('bob'), '--plain')).toMatchObject({ code: 0, stdout: expect.not.stringContaining('claims') });
  expect(graded(learner('bob'))[0]).toMatchObject({ stuck: 'dead-letter-queue', error: expect.any(String) });
}, 60_000);

test("what a learner's program has started ends with it", async () => {
  const note = join(home, 'pid');
  const child =
    "require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })";
  const trace = `require('node:fs').writeFileSync(${JSON.stringify(note)}, String(left.pid));`;
  edit('bob', MAIN, (text) => `${text}\nconst left = ${child};\nleft.unref();\n${trace}\n`);
  expect(graded(learner('bob'))[0]).toMatchObject({ stuck: 'dead-letter-queue', error: null });
  await until(() => !isAlive(Number(readFileSync(note, 'utf8'))));
}, 60_000);

test('scripts and .projenrc.ts of a learner are never run', () => {
  const trace = join(home, 'trace');
  edit('bob', '.projenrc.ts', () => `require('node:fs').writeFileSync(${JSON.stringify(trace)}, 'run');`);
  edit('bob', 'package.json', () =>
    JSON.stringify({ scripts: { preinstall: `touch ${trace}`, test: `touch ${trace}` } }),
  );
  graded(learner('bob'));
  expect(() => readFileSync(trace)).toThrow('ENOENT');
}, 60_000);

test('what is handed in is one small file, which is judged as the folder is', () => {
  const { code } = atelier(learner('bob'), ['lab', 'handin', '../bob.json', '--name', 'Bob, "the builder"']);
  expect(code).toBe(0);
  expect(readFileSync(join(home, 'bob.json')).length).toBeLessThan(60_000);
  const [one] = graded(join(home, 'bob.json'));
  const [same] = graded(learner('bob'));
  expect(one).toEqual({ ...same, learner: 'Bob, "the builder"' });
}, 60_000);

test('a hand-in that is cut off, and a folder without a project, are told and stop the report of no other', () => {
  const file = join(home, 'cut.handin.json');
  atelier(learner('bob'), ['lab', 'handin', '../cut.handin.json']);
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 500));
  rmSync(join(learner('eve'), '.atelier.json'));
  const byName = new Map(graded('.').map((one) => [one.learner, one]));
  expect([...byName.keys()].sort()).toEqual(['ann', 'bob', 'cut', 'eve']);
  expect(byName.get('ann')).toMatchObject({ stuck: null, error: null });
  expect(byName.get('cut')?.error).toBe("cut.handin.json can't be read: it is damaged, or not whole");
  expect(byName.get('eve')?.error).toBe('there is no .atelier.json');
}, 60_000);

test('a repository is fetched and judged', () => {
  const git = (...args: string[]) => run(learner('eve'), 'git', args);
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'all');
  const [one] = graded(`file://${learner('eve')}/.git`);
  expect(one).toMatchObject({ stuck: 'visibility-timeout', error: null });
}, 60_000);

test('a repository that is gone stops the report of no other', () => {
  const [gone, ann] = graded(`file://${join(home, 'gone')}/.git`, learner('ann'));
  expect([gone.error, ann.stuck]).toEqual([expect.stringContaining("can't be fetched"), null]);
}, 60_000);

test('a source with spaces in its name is handed in, a link to a file elsewhere is not', () => {
  writeFileSync(join(learner('ann'), 'src', 'my own names.ts'), 'export const mine = 1;');
  symlinkSync('/etc/hostname', join(learner('ann'), 'src', 'linked.ts'));
  atelier(learner('ann'), ['lab', 'handin', '../ann.json']);
  const { files } = JSON.parse(readFileSync(join(home, 'ann.json'), 'utf8'));
  expect(Object.keys(files)).toContain('src/my own names.ts');
  expect(Object.keys(files)).not.toContain('src/linked.ts');
  expect(graded(join(home, 'ann.json'))[0].stuck).toBeNull();
}, 60_000);

test('what is none of that is refused in one line', () => {
  writeFileSync(join(home, 'notes.json'), '{}');
  expect(report('nowhere')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('nowhere is not there; allowed:'),
  });
  expect(report('notes.json')).toMatchObject({ code: 2, stderr: expect.stringContaining('notes.json is no hand-in') });
});

test('a folder without packages to judge with is refused', () => {
  const { code, stderr } = atelier(home, ['lab', 'report', learner('ann')]);
  expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringContaining('has no packages to judge with') });
});

test('the file of a hand-in leads to nothing outside of its project', () => {
  const text = JSON.stringify({
    atelier: 'hand-in',
    learner: 'mallory',
    files: { '../evil.ts': 'x', 'src/../../evil.ts': 'x', [STACK]: 1 },
  });
  writeFileSync(join(home, 'mallory.json'), text);
  expect(graded(join(home, 'mallory.json'))[0].error).toContain('there is no .atelier.json');
  expect(() => readFileSync(join(home, 'evil.ts'))).toThrow('ENOENT');
});
