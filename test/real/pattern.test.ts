import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { KIT, kitRoot } from '../../blueprints/kit';
import { flagOf } from '../../blueprints/options';
import { lastStep, type Pattern } from '../../blueprints/pattern';
import { run, tryRun } from '../support/commands';
import { readFiles } from '../support/generate';
import { addLayerPipeline } from '../support/layer-project';
import { drawn, sharedTarball } from '../support/shared';

const projen = join(kitRoot, 'node_modules', 'projen', 'bin', 'projen');
let home: string;
let tarball: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'serverless-atelier-'));
  tarball = sharedTarball();
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

const TESTER = ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.com'];

const folder = (name: string): string => {
  mkdirSync(join(home, name), { recursive: true });
  return join(home, name);
};

/** As in a terminal: where CI is set, projen installs by `npm ci`, which a new project has no lock file for. */
const projenNew = (pattern: Pattern, cwd: string, ...flags: string[]) =>
  tryRun(cwd, process.execPath, [projen, 'new', '--from', `${KIT}@file:${tarball}`, pattern.id, ...flags], { CI: '' });

/**
 * All files byte for byte, but of the lock file what it locks: npm's own marks (`dev`, `extraneous`) depend on whether the
 * kit was installed before the rest, as projen does it, or with it.
 */
function comparable(files: Map<string, string>): Record<string, unknown> {
  const { packages } = JSON.parse(files.get('package-lock.json') ?? '{}') as { packages: Record<string, Locked> };
  const locked = Object.entries(packages)
    .filter(([, { extraneous }]) => !extraneous)
    .map(([path, { version, resolved, integrity }]) => [path, version, resolved, integrity]);
  return Object.fromEntries([...files, ['package-lock.json', locked]]);
}

/** An asset of a stack: its template, or code. */
interface Asset {
  readonly source: { readonly path: string };
}

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly extraneous?: boolean;
}

describe.each(drawn(1).map((pattern) => [pattern.id, pattern] as const))('%s', (id, pattern) => {
  const project = (): string => join(home, id, 'orders');

  test('is created by projen new from the package', () => {
    const { code, stderr } = projenNew(pattern, folder(`${id}/orders`));
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(existsSync(join(project(), 'node_modules', 'aws-cdk-lib'))).toBe(true);
    expect(run(project(), 'git', ['status', '--porcelain'])).toBe('');
  });

  test('builds as it is: it type-checks, passes its own tests and is synthesized with its code bundled', () => {
    run(project(), 'npx', ['projen', 'build']);
    const assembly = join(project(), 'cdk.out');
    const files = readdirSync(assembly).filter((file) => file.endsWith('.assets.json'));
    const assets = files.flatMap((file) =>
      Object.values<Asset>(JSON.parse(readFileSync(join(assembly, file), 'utf8')).files),
    );
    expect(assets.length).toBeGreaterThan(0);
    expect(assets.filter(({ source }) => !existsSync(join(assembly, source.path)))).toEqual([]);
    expect(run(project(), 'git', ['status', '--porcelain'])).toBe('');
  });

  test('is not changed by a second npx projen', () => {
    run(project(), 'npx', ['projen']);
    expect(run(project(), 'git', ['status', '--porcelain'])).toBe('');
  });

  test('can be installed by npm ci from its lock file, which holds no address of a registry', () => {
    run(project(), 'npm', ['ci', '--dry-run']);
    const lock = readFiles(project()).get('package-lock.json') as string;
    expect([...lock.matchAll(/"resolved": "(?!file:)(?!https:\/\/registry\.npmjs\.org\/)[^"]*"/g)]).toEqual([]);
  });

  test('is the same, byte for byte, when atelier new creates it', () => {
    const npx = ['--yes', `--package=${tarball}`, 'atelier', 'new', id, 'orders', '--no-git'];
    run(folder(`${id}-2`), 'npx', npx);
    const other = readFiles(join(home, `${id}-2`, 'orders'));
    expect(comparable(other)).toEqual(comparable(readFiles(project())));
    run(join(home, `${id}-2`, 'orders'), 'npm', ['ci', '--dry-run']);
  });

  test('refuses a wrong option in projen new with one line, and writes nothing of the project', () => {
    const number = pattern.options.find(({ type }) => type === 'number');
    const cwd = folder(`${id}-wrong`);
    const { code, stderr } = projenNew(pattern, cwd, ...(number ? [flagOf(number.name), '0'] : ['--step', 'nope']));
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/error: --[a-z-]+ can't be .*; allowed: .*; for example: /);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(readdirSync(cwd).filter((entry) => !/^(node_modules|package(-lock)?\.json)$/.test(entry))).toEqual([]);
  });

  test('is the same, and its files unchanged by npx projen, in a clone that would have Windows line ends', () => {
    const clone = join(home, id, 'clone');
    run(home, 'git', ['-c', 'core.autocrlf=true', 'clone', '--quiet', project(), clone]);
    symlinkSync(join(project(), 'node_modules'), join(clone, 'node_modules'), 'junction');
    expect(comparable(readFiles(clone))).toEqual(comparable(readFiles(project())));
    run(clone, 'npx', ['projen'], { PROJEN_DISABLE_POST: 'true' });
    expect(run(clone, 'git', ['-c', 'core.autocrlf=true', 'status', '--porcelain', '--untracked-files=no'])).toBe('');
  });

  test('passes the check of its last step, run as a learner runs it', () => {
    expect(run(project(), 'npx', ['atelier', 'lab', 'check', lastStep(pattern)])).toContain('✓');
    expect(JSON.parse(run(project(), 'npx', ['atelier', 'lab', 'check', lastStep(pattern), '--json'])).passed).toBe(
      true,
    );
  });

  test('leaves projen and the kit when it is ejected, and then builds, tests and synthesizes the same', () => {
    const template = (): string[] =>
      ['orders-dev', 'layers'].map((stack) =>
        readFileSync(join(project(), 'cdk.out', `${stack}.template.json`), 'utf8'),
      );
    addLayerPipeline(project());
    run(project(), 'git', ['add', '--all']);
    run(project(), 'git', [...TESTER, 'commit', '--quiet', '--message', 'a pipeline']);
    run(project(), 'npx', ['projen', 'synth']);
    const before = template();
    run(project(), 'npx', ['atelier', 'eject']);
    rmSync(join(project(), 'cdk.out'), { recursive: true });
    run(project(), 'npm', ['run', 'build']);
    expect(template()).toEqual(before);
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(project(), 'package.json'), 'utf8'));
    expect(Object.keys({ ...dependencies, ...devDependencies })).not.toEqual(expect.arrayContaining([KIT, 'projen']));
    expect(readdirSync(project()).filter((entry) => /atelier|projenrc|vendor/.test(entry))).toEqual([]);
    run(project(), 'npm', ['ci', '--dry-run']);
  });
});

/** The sources of a room of the kit, those of its functions apart. */
const tsIn = (room: string): string[] =>
  readdirSync(join(kitRoot, room))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${room}/${file}`);

/** How many bytes of the tarball the kit itself may have, and each pattern: its templates, its text and its checks. */
const [CODE, PATTERN] = [850_000, 100_000];

test('the package holds compiled code, templates, labs and the manifest, and no pattern makes it heavy', () => {
  const cwd = folder('unpacked');
  run(cwd, 'tar', ['-xzf', tarball]);
  const files = [...readFiles(join(cwd, 'package')).keys()];
  expect(files.filter((path) => /^test\//.test(path) || (/\.ts$/.test(path) && !path.endsWith('.d.ts')))).toEqual(
    // What eject copies.
    [...tsIn('modules'), ...tsIn('pipelines')],
  );
  expect(files.filter((path) => path.endsWith('lab.md')).map(dirname)).toEqual(
    patterns.map(({ id }) => `labs/${id}`).sort(),
  );
  expect(files).toEqual(expect.arrayContaining(['.jsii', 'LICENSE', 'README.md', 'lib/cli/main.js']));
  const readme = readFileSync(join(cwd, 'package', 'README.md'), 'utf8');
  const linked = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path);
  expect(linked.length).toBeGreaterThan(5);
  expect(files).toEqual(expect.arrayContaining(linked));
  const [{ size }] = JSON.parse(run(kitRoot, 'npm', ['pack', '--dry-run', '--json']));
  expect(size).toBeLessThan(CODE + patterns.length * PATTERN);
});
