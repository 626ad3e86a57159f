import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findPattern } from '../../blueprints/catalog';
import { kitVersion } from '../../blueprints/kit';
import { checkOptions } from '../../blueprints/options';
import { lastStep } from '../../blueprints/pattern';
import { render } from '../../blueprints/rendering';
import { generate, readFiles } from '../support/generate';
import { goldenFolder } from '../support/golden';
import { STATE_FILE } from '../support/state';
import { atelier, atelierReading, type Ended, emptyFolder, entries, pathOf, writeText } from './support';

const pattern = findPattern('sqs-scaling');
const QUICK = ['--no-install', '--no-git'];
const create = (cwd: string, ...flags: string[]): Ended =>
  atelier(cwd, ['new', pattern.id, 'orders', ...QUICK, ...flags]);
const reader = (folder: () => string) => (path: string) => readFileSync(join(folder(), 'orders', path), 'utf8');

/** What the golden copy says that a project holds when it is new. */
const goldenFiles = (): string[] =>
  [...readFiles(goldenFolder(pattern)).keys()]
    .filter((path) => path !== STATE_FILE)
    .map((path) => path.replace(/(^|\/)dot\./g, '$1.'))
    .sort();

describe('a project with nothing chosen', () => {
  const folder = emptyFolder();
  const read = reader(folder);
  let ended: Ended;
  beforeAll(() => {
    ended = create(folder(), '--plain');
  });

  test('has exactly the files of the golden copy', () => {
    const made = [...readFiles(join(folder(), 'orders')).keys()].filter((path) => path !== '.atelier/base.json');
    expect(made).toEqual(goldenFiles());
  });

  test('stands alone in the folder where the command was typed', () => {
    expect(entries(folder())).toEqual(['orders']);
  });

  test('is reported in words, and followed by the commands that are next', () => {
    expect(ended).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^\[ok\] orders {2}.*\n\n {2}cd orders\n {2}npm install\n {2}git add --all .*\n {2}npx projen build .*\n {2}npx serverless-atelier lab .*\n$/,
      ),
      stderr: '',
    });
  });

  test('has no repository', () => {
    expect(existsSync(join(folder(), 'orders', '.git'))).toBe(false);
  });

  test('depends on the version of the kit that made it', () => {
    expect(JSON.parse(read('package.json')).dependencies['serverless-atelier']).toBe(kitVersion);
  });
});

describe('a project whose options come as one document', () => {
  const folder = emptyFolder();
  const options = { batchSize: 100, tags: ['team=orders'], memorySize: 1024 };
  const flags = ['new', 'sqs-scaling', 'orders', '--no-install', '--no-git', '--memory-size', '256'];
  const chosen = () => JSON.parse(reader(folder)('.atelier.json')).options;

  afterEach(() => rmSync(join(folder(), 'orders'), { recursive: true }));

  test('in a file has them, but for those that a flag gives', () => {
    writeText(join(folder(), 'options.json'), JSON.stringify(options));
    expect(atelier(folder(), [...flags, '--options', 'options.json']).code).toBe(0);
    expect(chosen()).toEqual({ name: 'orders', ...options, memorySize: 256 });
  });

  test('on standard input has them', () => {
    expect(atelierReading(folder(), [...flags, '--options', '-'], JSON.stringify(options)).code).toBe(0);
    expect(chosen()).toEqual({ name: 'orders', ...options, memorySize: 256 });
  });
});

describe('a project in a repository that holds a README and a license', () => {
  const folder = emptyFolder();
  const read = reader(folder);
  const git = (...args: string[]) => spawnSync('git', args, { cwd: join(folder(), 'orders'), encoding: 'utf8' }).stdout;

  beforeAll(() => {
    writeText(join(folder(), 'orders', 'README.md'), '# Ours\n');
    writeText(join(folder(), 'orders', 'LICENSE'), 'ours');
    git('init', '--quiet');
    const { code, stderr } = atelier(join(folder(), 'orders'), ['new', 'sqs-scaling', '.', '--no-install']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('keeps both, and says below what it says of itself', () => {
    expect(read('README.md')).toMatch(/^# Ours\n\n# orders\n/);
    expect(read('LICENSE')).toBe('ours');
    expect(read('src/main.ts')).toContain('SqsScalingStack');
  });

  test('commits nothing there', () => {
    expect(git('rev-list', '--all', '--count').trim()).toBe('0');
  });
});

describe('a project with options at a step', () => {
  const folder = emptyFolder();
  const read = reader(folder);
  const step = 'alarms';
  const chosen = {
    name: 'payments',
    tags: ['team=orders', 'cost center=a=b'],
    batchSize: 100,
    idempotencyKey: 'powertools_json(body).orderId',
    scaling: 'provisioned',
  };
  let ended: Ended;
  beforeAll(() => {
    const flags = [
      ...['--name', 'payments', '--tags', 'team=orders', '--tags', 'cost center=a=b', '--batch-size', '100'],
      ...['--idempotency-key', 'powertools_json(body).orderId', '--scaling', 'provisioned', '--memory-size', '512'],
    ];
    ended = create(folder(), ...flags, '--step', step, '--json');
  });

  test('is the same, byte for byte, as one that its project type generates', () => {
    const other = join(folder(), 'typed');
    generate(pattern, other, { ...chosen, step });
    expect(Object.fromEntries(readFiles(join(folder(), 'orders')))).toEqual(Object.fromEntries(readFiles(other)));
  });

  test('has its name in package.json', () => {
    expect(JSON.parse(read('package.json')).name).toBe('payments');
  });

  test('has the values in src/main.ts as literals', () => {
    expect(read('src/main.ts')).toContain("const service = 'payments';\n");
    expect(read('src/main.ts')).toContain("  tags: { team: 'orders', 'cost center': 'a=b' },\n");
    expect(read('src/main.ts')).toContain('  batchSize: 100,\n');
    expect(read('src/main.ts')).toContain("  idempotencyKey: 'powertools_json(body).orderId',\n");
  });

  test('has the values in .projenrc.ts where they differ from the defaults', () => {
    expect(read('.projenrc.ts')).toContain(`new SqsScaling({
  name: 'payments',
  tags: ['team=orders', 'cost center=a=b'],
  batchSize: 100,
  idempotencyKey: 'powertools_json(body).orderId',
  scaling: 'provisioned',
});`);
  });

  test('has the sources of that step', () => {
    const rendered = [...render(pattern, checkOptions(pattern, chosen), step)].filter(([path]) => /^src\//.test(path));
    const sources = [...readFiles(join(folder(), 'orders'))].filter(([path]) => /^src\//.test(path));
    expect(Object.fromEntries(sources)).toEqual(Object.fromEntries(rendered));
  });

  test('says in .atelier.json where it came from', () => {
    const provenance = { kit: kitVersion, pattern: pattern.id, options: chosen, step };
    expect(JSON.parse(read('.atelier.json'))).toEqual(provenance);
  });

  test('keeps the last render in .atelier/base.json for a later update', () => {
    const rendered = render(pattern, checkOptions(pattern, chosen), step);
    const base = { kit: kitVersion, files: Object.fromEntries(rendered) };
    expect(JSON.parse(read('.atelier/base.json'))).toEqual(base);
  });

  test('is one JSON document for machines', () => {
    expect(JSON.parse(ended.stdout)).toEqual({
      pattern: pattern.id,
      folder: 'orders',
      step,
      options: chosen,
      files: [...readFiles(join(folder(), 'orders')).keys()],
      installed: false,
      committed: false,
    });
  });
});

describe('a dry run', () => {
  const folder = emptyFolder();
  let ended: Ended;
  beforeAll(() => {
    ended = atelier(folder(), [
      'new',
      '--batch-size',
      '100',
      pattern.id,
      'team/orders',
      '--step',
      'start',
      '--dry-run',
    ]);
  });

  test('prints the files as a tree', () => {
    expect(ended.stdout).toMatch(/^team\/orders would hold$/m);
    expect(ended.stdout).toMatch(/^ {2}src\/\n {4}main\.ts\n {4}sqs-scaling-stack\.ts\n {2}test\/\n/m);
  });

  test('writes nothing, not even the folders above', () => {
    expect(entries(folder())).toEqual([]);
  });

  test('does not touch the folder above', () => {
    writeText(join(folder(), 'locked', 'file'), '');
    const watched = statSync(join(folder(), 'locked')).mtimeMs;
    expect(atelier(join(folder(), 'locked'), ['new', pattern.id, 'orders', '--dry-run']).code).toBe(0);
    expect(statSync(join(folder(), 'locked')).mtimeMs).toBe(watched);
    rmSync(join(folder(), 'locked'), { recursive: true });
  });

  test('has the JSON of a real run', () => {
    const { files, ...rest } = JSON.parse(create(folder(), '--dry-run', '--json').stdout);
    expect(files.filter((path: string) => path !== '.atelier/base.json')).toEqual(goldenFiles());
    expect(rest).toEqual({
      pattern: pattern.id,
      folder: 'orders',
      step: lastStep(pattern),
      options: { name: 'orders' },
      installed: false,
      committed: false,
    });
  });
});

describe('--kit', () => {
  const folder = emptyFolder();
  const read = reader(folder);
  const dependency = (): string => JSON.parse(read('package.json')).dependencies['serverless-atelier'];

  test('names a tarball from where the command was typed, which is copied into the project', () => {
    writeText(join(folder(), 'kits', 'kit.tgz'), 'packed');
    create(folder(), '--kit', 'file:kits/kit.tgz');
    expect(dependency()).toBe(`file:vendor/serverless-atelier-${kitVersion}.tgz`);
    expect(read(`vendor/serverless-atelier-${kitVersion}.tgz`)).toBe('packed');
  });

  test.each([
    ['./kit.tgz', (path: string) => path],
    ['kit.tgz', (path: string) => path],
    ['/<folder>/kit.tgz', (_: string, cwd: string) => join(cwd, 'kit.tgz')],
  ])('takes the bare path %s of a tarball', (typed, inFolder) => {
    const cwd = join(folder(), typed.replace(/\W/g, '-'));
    writeText(join(cwd, 'kit.tgz'), 'packed');
    expect(create(cwd, '--kit', inFolder(typed, cwd)).code).toBe(0);
    const vendored = join(cwd, 'orders', 'vendor', `serverless-atelier-${kitVersion}.tgz`);
    expect(readFileSync(vendored, 'utf8')).toBe('packed');
  });

  test.each(['0.1.0', '^0.1.0', '>=0.1 <1', 'latest'])('takes %s of the registry', (spec) => {
    const cwd = join(folder(), spec.replace(/\W/g, '-'));
    mkdirSync(cwd);
    expect(create(cwd, '--kit', spec).code).toBe(0);
    const manifest = JSON.parse(readFileSync(join(cwd, 'orders', 'package.json'), 'utf8'));
    expect(manifest.dependencies['serverless-atelier']).toBe(spec);
  });
});

describe('a switch', () => {
  const folder = emptyFolder();
  const chosen = (...flags: string[]) => JSON.parse(create(folder(), '--dry-run', '--json', ...flags).stdout).options;

  test.each([['--tracing'], ['--tracing=true'], ['--tracing', 'true'], ['--no-tracing', '--tracing']])(
    'is on with %s %s',
    (...flags) => {
      expect(chosen(...flags)).toEqual({ name: 'orders', tracing: true });
    },
  );

  test.each([['--no-tracing'], ['--tracing=false'], ['--tracing', 'false'], ['--tracing', '--no-tracing']])(
    'is off with %s %s',
    (...flags) => {
      expect(chosen(...flags)).toEqual({ name: 'orders' });
    },
  );
});

describe('the folder where the command is typed', () => {
  const folder = emptyFolder();
  let before: number;
  beforeAll(() => {
    before = statSync(folder()).ino;
    atelier(folder(), ['new', pattern.id, '.', '--name', 'orders', ...QUICK]);
  });

  test('holds the project, and is still the same folder', () => {
    const made = [...readFiles(folder()).keys()].filter((path) => path !== '.atelier/base.json');
    expect(made).toEqual(goldenFiles());
    expect(statSync(folder()).ino).toBe(before);
  });
});

describe('a folder whose name is none for a project', () => {
  const folder = emptyFolder();

  test('holds a project of another name', () => {
    expect(atelier(folder(), ['new', pattern.id, 'My Orders', '--name', 'orders', ...QUICK]).code).toBe(0);
    expect(entries(folder())).toEqual(['My Orders']);
  });
});

describe('an installation', () => {
  const folder = emptyFolder();
  let ended: Ended;
  beforeAll(() => {
    const PATH = pathOf(join(folder(), 'bin'), { npm: 'echo "$@" > npm.txt' });
    ended = atelier(folder(), ['new', pattern.id, 'orders', '--no-git', '--plain'], { PATH });
  });

  test('is npm install in the new project', () => {
    expect(reader(folder)('npm.txt')).toMatch(/^install /);
  });

  test('is said to go on, without a terminal in one line', () => {
    expect(ended.stdout).toMatch(/^\[now\] Installing packages\n\[ok\] Installing packages {2}\d+ s\n/);
  });

  test('is not among what is left to do', () => {
    expect(ended.stdout).not.toContain('  npm install\n');
  });
});

describe('an installation that fails', () => {
  const folder = emptyFolder();
  const install = (name: string, ...flags: string[]) =>
    atelier(folder(), ['new', pattern.id, name, '--no-git', ...flags], { PATH: join(folder(), 'bin') });
  let ended: Ended;
  beforeAll(() => {
    pathOf(join(folder(), 'bin'), { npm: 'echo no network >&2; exit 1' });
    ended = install('orders');
  });

  test('ends with 4 and says why', () => {
    expect(ended).toMatchObject({ code: 4, stderr: 'no network\n' });
  });

  test('leaves the project and says how to install it', () => {
    expect(existsSync(join(folder(), 'orders', '.atelier.json'))).toBe(true);
    expect(ended.stdout).toContain('  npm install\n');
  });

  test('is part of the JSON', () => {
    const { code, stdout } = install('again', '--json');
    expect({ code, installed: JSON.parse(stdout).installed }).toEqual({ code: 4, installed: false });
  });
});
