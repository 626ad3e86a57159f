import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KIT, kitRoot } from '../../blueprints/kit';
import { versions } from '../../blueprints/versions';
import { type Ended, pack, packKit, run, tryRun } from '../support/commands';
import { readFiles } from '../support/generate';
import { type Registry, startRegistry } from '../support/registry';

/*
 * A company's private patterns: a package of its own that depends on the published kit. It is written, compiled, tested and
 * published as its owners would, and used as the kit's own patterns are.
 */

const NAME = '@acme/patterns';
const PATTERN = 'queue-relay';
const FROM = ['--from', NAME];
/** The rules of the same company's platform team. */
const HOUSE = ['--house', '@acme/house@^1.0.0'];
const FIXTURES = join(kitRoot, 'test', 'fixtures');

let home: string;
let registry: Registry;
let root: string;
let tarball: string;
let created: Ended;

const folder = (name: string): string => {
  mkdirSync(join(home, name), { recursive: true });
  return join(home, name);
};

/** Runs `atelier` as it is published. */
const atelier = (cwd: string, ...args: string[]): Ended =>
  tryRun(cwd, 'npx', ['--yes', KIT, ...args], { ...registry.env, XDG_CACHE_HOME: join(home, 'xdg') });

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'serverless-atelier-'));
  const house = pack(join(FIXTURES, 'acme-house'), home);
  registry = await startRegistry(join(home, 'registry'), [packKit(home), house], [KIT, NAME, '@acme/house']);
  root = join(home, 'patterns');
  cpSync(join(FIXTURES, 'acme-patterns'), root, { recursive: true });
  run(root, 'npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], registry.env);
});

afterAll(() => {
  registry?.stop();
  rmSync(home, { recursive: true, force: true });
});

test('its manifest names the versions that the kit was tested with', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const pinned = Object.entries(devDependencies).filter(([name]) => Object.hasOwn(versions, name));
  expect(pinned.length).toBeGreaterThan(10);
  expect(Object.fromEntries(pinned)).toEqual(
    Object.fromEntries(pinned.map(([name]) => [name, versions[name as keyof typeof versions]])),
  );
});

test('all of it that is computed is written by the kit', () => {
  run(root, 'npm', ['run', 'golden']);
  expect(readdirSync(join(root, 'test', 'golden'))).toEqual([PATTERN]);
});

test('it is compiled, and passes the tests that the kit gives it', () => {
  run(root, 'npm', ['run', 'compile']);
  const { code, stderr } = tryRun(root, 'npm', ['test']);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  expect(stderr).toMatch(/^Tests: +1\d\d passed/m);
});

test('it is published', () => {
  tarball = pack(root, home);
  registry.publish(tarball);
});

describe('its patterns', () => {
  test('are shown to nobody who has not agreed that its code runs', () => {
    const { code, stderr } = atelier(folder('empty'), 'list', ...FROM);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('its code would run') });
  });

  test('are listed, and it is said whose code runs', () => {
    const { code, stdout, stderr } = atelier(folder('empty'), 'list', '--json', ...FROM, '--yes');
    expect({ code, ids: JSON.parse(stdout).map(({ id }: { id: string }) => id) }).toEqual({ code: 0, ids: [PATTERN] });
    expect(stderr).toContain(`code of ${NAME} 1.0.0 runs`);
  });

  test('are shown', () => {
    const { code, stdout } = atelier(folder('empty'), 'show', PATTERN, '--json', ...FROM, '--yes');
    expect({ code, steps: JSON.parse(stdout).steps.length }).toEqual({ code: 0, steps: 3 });
  });

  test('are not mixed with those of the kit', () => {
    const { code, stderr } = atelier(folder('empty'), 'show', 'sqs-scaling', ...FROM, '--yes');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('there is no pattern "sqs-scaling"; allowed: queue-relay'),
    });
  });

  test.each(['../patterns', 'https://acme.example/patterns', '', '@acme/patterns@'])(
    'are of no package that is called %j',
    (name) => {
      const { code, stderr } = atelier(folder('empty'), 'list', `--from=${name}`, '--yes');
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("--from can't be") });
    },
  );
});

describe('a project of its pattern', () => {
  const project = (): string => folder('by-projen/orders');

  beforeAll(() => {
    created = tryRun(project(), 'npx', ['--yes', 'projen', 'new', '--from', NAME, PATTERN, ...HOUSE], registry.env);
  });

  test('is created by projen new', () => {
    expect({ ...created, stdout: '' }).toMatchObject({ code: 0 });
    expect(run(project(), 'git', ['status', '--porcelain'])).toBe('');
  });

  test('is the same when atelier new creates it', () => {
    const other = folder('by-atelier');
    const flags = ['--yes', '--no-install', '--no-git'];
    expect(atelier(other, 'new', PATTERN, 'orders', ...FROM, ...HOUSE, ...flags)).toMatchObject({ code: 0 });
    const { 'package-lock.json': _, ...theirs } = Object.fromEntries(readFiles(project()));
    expect(Object.fromEntries(readFiles(join(other, 'orders')))).toEqual(theirs);
  });

  test('says in .projenrc.ts and .atelier.json where it came from', () => {
    const text = (path: string): string => readFileSync(join(project(), path), 'utf8');
    expect(text('.projenrc.ts')).toContain(`import { QueueRelay } from '${NAME}';`);
    expect(JSON.parse(text('.atelier.json'))).toMatchObject({
      package: { name: NAME, version: '1.0.0' },
      pattern: PATTERN,
    });
  });

  test('builds, and is not changed by it', () => {
    run(project(), 'npx', ['projen', 'build'], registry.env);
    expect(run(project(), 'git', ['status', '--porcelain'])).toBe('');
  });

  test('has the rules of the house', () => {
    const template = readFileSync(join(project(), 'cdk.out', 'orders-dev.template.json'), 'utf8');
    expect(template).toContain('acme-boundary');
    expect(template).toContain('cost-centre');
  });

  test('has its lab', () => {
    expect(run(project(), 'npx', ['atelier', 'lab', 'check', 'set-aside'])).toContain('✓');
    expect(run(project(), 'npx', ['atelier', 'lab', 'diff', 'relay'])).toContain('relay.ts');
    expect(run(project(), 'npx', ['atelier', 'lab', 'hint', 'relay'])).toContain('event source');
  });

  test('has nothing to update', () => {
    expect(tryRun(project(), 'npx', ['atelier', 'update', '--dry-run'])).toMatchObject({ code: 0 });
  });

  test('is judged by an instructor who has named the package', () => {
    const handIn = join(home, 'ada.atelier-handin.json');
    run(project(), 'npx', ['atelier', 'lab', 'handin', handIn, '--name', 'ada', ...FROM]);
    const report = (...flags: string[]) =>
      JSON.parse(run(project(), 'npx', ['atelier', 'lab', 'report', handIn, '--json', ...flags]))[0];
    expect(report()).toMatchObject({ learner: 'ada', error: expect.stringContaining(`report with --from ${NAME}`) });
    expect(report(...FROM)).toMatchObject({ learner: 'ada', stuck: null, error: null });
  });

  test('keeps a copy of the package where that was a tarball', () => {
    const other = folder('by-tarball');
    const flags = ['--from', tarball, '--yes', '--no-install', '--no-git'];
    expect(atelier(other, 'new', PATTERN, 'orders', ...flags)).toMatchObject({ code: 0 });
    expect(readFileSync(join(other, 'orders', '.projenrc.ts'), 'utf8')).toContain(
      `devDeps: ['${NAME}@file:vendor/acme-patterns-1.0.0.tgz']`,
    );
    expect(readdirSync(join(other, 'orders', 'vendor'))).toContain('acme-patterns-1.0.0.tgz');
  });
});
