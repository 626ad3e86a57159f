import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { KIT, kitRoot, kitVersion } from '../../blueprints/kit';
import { versions } from '../../blueprints/versions';
import { type Ended, packKit, run, tryRun } from '../support/commands';
import { type Registry, startRegistry } from '../support/registry';

/*
 * What people do once the kit is published: create a project by its name, and, with a project of an older kit and older
 * versions of packages, upgrade to this one by the project's own task.
 */

const projen = join(kitRoot, 'node_modules', 'projen', 'bin', 'projen');
/** Releases that came before those of this kit. */
const OLDER: Readonly<Record<string, string>> = { projen: '0.103.24', tsx: '4.23.14', 'aws-cdk-lib': '2.275.0' };
const olderKit = '0.0.9';
const newerKit = '9.0.0';
const FLAG = '@aws-cdk/aws-iam:minimizePolicies';
let home: string;
let project: string;
let registry: Registry;
let tarball: string;
let upgraded: Ended;

const read = (path: string) => JSON.parse(readFileSync(join(project, path), 'utf8'));
const git = (...args: string[]): string => run(project, 'git', args);

/** Edits of files of the kit, by their paths in it. */
type Edits = Readonly<Record<string, (text: string) => string>>;

/** Another release of the packed kit: the same, but for its version and some of its files. */
function packRelease(tarball: string, version: string, edits: Edits): string {
  run(home, 'tar', ['-xzf', tarball]);
  const folder = join(home, 'package');
  const withVersion: Edits = { 'package.json': (text) => JSON.stringify({ ...JSON.parse(text), version }) };
  for (const [path, edit] of [...Object.entries(withVersion), ...Object.entries(edits)]) {
    const text = readFileSync(join(folder, path), 'utf8');
    const edited = edit(text);
    if (edited === text) {
      throw new Error(`nothing in ${path} is different in ${version}`);
    }
    writeFileSync(join(folder, path), edited);
  }
  run(folder, 'npm', ['pack', '--silent', '--pack-destination', home]);
  rmSync(folder, { recursive: true });
  return join(home, `${KIT}-${version}.tgz`);
}

const STACK = 'src/sqs-scaling-stack.ts';
const TEMPLATES = 'lib/blueprints/sqs-scaling/template.json';
const COMMENT = '// What an older kit said.\n';

/** The kit as it was: older packages, a description and a comment that are no more. */
const older: Edits = {
  'package.json': (text) => {
    const manifest = JSON.parse(text);
    return JSON.stringify({ ...manifest, peerDependencies: { ...manifest.peerDependencies, projen: OLDER.projen } });
  },
  'lib/blueprints/versions.js': (text) =>
    Object.entries(OLDER).reduce(
      (edited, [name, version]) => edited.replace(new RegExp(`('?${name}'?): '[^']*'`), `$1: '${version}'`),
      text,
    ),
  [TEMPLATES]: templates({
    [`${STACK}.hbs`]: (text) => text.replace('Handles the messages', 'Takes the messages'),
    'src/functions/consumer.ts.hbs': (text) => COMMENT + text,
  }),
};

/** The kit as it may be one day: an option has another name, and one is no more. */
const newer: Edits = {
  'lib/blueprints/sqs-scaling/pattern.js': (text) =>
    text
      .replace("name: 'batchSize'", "name: 'messagesPerBatch', formerly: ['batchSize']")
      .replace(/\{\s*name: 'tracing',[^}]*\},/, '')
      .replace(/(\n *)steps: /, "$1retired: [{ name: 'tracing', version: '9.0.0', advice: 'trace' }],$1steps: "),
  'lib/blueprints/project-types.d.ts': (text) =>
    text.replace('batchSize?', 'messagesPerBatch?').replace('readonly tracing?: boolean;', ''),
  [TEMPLATES]: templates({
    'src/_stack-props.hbs': (text) => text.replace('{{ts batchSize}}', '{{ts messagesPerBatch}}'),
    [`${STACK}.hbs`]: withoutTracing,
    'test/sqs-scaling-stack.test.ts.hbs': withoutTracing,
  }),
};

/** Edits of templates, by their paths in the file that holds all of them. */
function templates(edits: Edits): (text: string) => string {
  return (text) => {
    const packed: Record<string, string> = JSON.parse(text);
    const edited = Object.entries(edits).map(([path, edit]) => [path, edit(packed[path])]);
    return JSON.stringify({ ...packed, ...Object.fromEntries(edited) });
  };
}

/** A template as it is where the option is not set. */
function withoutTracing(text: string): string {
  return text.replace(
    /\{\{#if tracing\}\}\n.*?(?:\{\{else\}\}\n(.*?))?\{\{\/if\}\}\n/gs,
    (_, otherwise = '') => otherwise,
  );
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'serverless-atelier-'));
  tarball = packKit(home);
  registry = await startRegistry(join(home, 'registry'), [packRelease(tarball, olderKit, older), tarball]);
  project = join(home, 'orders');
  mkdirSync(project);
  const { env } = registry;
  const options = ['--batch-size', '100', '--tracing'];
  run(project, process.execPath, [projen, 'new', '--from', `${KIT}@${olderKit}`, 'sqs-scaling', ...options], env);
  const cdkJson = read('cdk.json');
  delete cdkJson.context[FLAG];
  writeFileSync(join(project, 'cdk.json'), `${JSON.stringify(cdkJson, undefined, 2)}\n`);
  git('commit', '--all', '--quiet', '--message', 'A project of an older kit');
  upgraded = tryRun(project, 'npx', ['projen', 'upgrade'], env);
}, 300_000);

test('a project is created by npx where nothing is installed, and builds though no script of a package may run', () => {
  const env = { ...registry.env, npm_config_ignore_scripts: 'true' };
  run(home, 'npx', ['--yes', KIT, 'new', patterns[0].id, 'payments'], env);
  const made = join(home, 'payments');
  run(made, 'npx', ['projen', 'build'], env);
  expect(run(made, 'git', ['status', '--porcelain'])).toBe('');
  expect(JSON.parse(readFileSync(join(made, 'package.json'), 'utf8')).dependencies[KIT]).toBe(kitVersion);
});

test('a project is created by projen new from the name of the kit alone', () => {
  const made = join(home, 'shipping');
  mkdirSync(made);
  run(made, process.execPath, [projen, 'new', '--from', KIT, patterns[0].id, '--no-post', '--no-git'], registry.env);
  expect(JSON.parse(readFileSync(join(made, 'package.json'), 'utf8')).dependencies[KIT]).toBe(kitVersion);
});

afterAll(() => {
  registry?.stop();
  rmSync(home, { recursive: true, force: true });
});

test('begins with the older versions', () => {
  const before = JSON.parse(git('show', 'HEAD:package.json'));
  expect({ ...before.dependencies, ...before.devDependencies }).toMatchObject({ ...OLDER, [KIT]: olderKit });
});

test('ends with this kit and the versions that it was tested with, the library of the CDK and its command line among them', () => {
  const { dependencies, devDependencies } = read('package.json');
  const { [KIT]: kit, ...others }: Record<string, string> = { ...dependencies, ...devDependencies };
  expect(kit).toBe(kitVersion);
  expect(others).toEqual(Object.fromEntries(Object.keys(others).map((name) => [name, versions[name as never]])));
  expect(read('node_modules/aws-cdk-lib/package.json').version).toBe(versions['aws-cdk-lib']);
});

test('ends with a build that passes, and a lock file that fits', () => {
  const { code, stderr } = upgraded;
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  expect(stderr).toMatch(/^Tests: +\d+ passed/m);
  run(project, 'npm', ['ci', '--dry-run'], registry.env);
});

test('changes no source, and no feature flag', () => {
  expect(git('status', '--porcelain').trim().split(/\n */)).toEqual([
    'M .projen/deps.json',
    'M package-lock.json',
    'M package.json',
  ]);
  expect(Object.keys(read('cdk.json').context)).not.toContain(FLAG);
});

describe('two versions later, with work of its owner in it,', () => {
  const atelier = (...args: string[]): Ended => tryRun(project, 'npx', [KIT, ...args], registry.env);
  const text = (path: string): string => readFileSync(join(project, path), 'utf8');
  const edit = (path: string, change: (before: string) => string): void =>
    writeFileSync(join(project, path), change(text(path)));
  const files = (document: Ended): string[] =>
    JSON.parse(document.stdout).files.map(({ path, kind }: { path: string; kind: string }) => `${kind} ${path}`);

  beforeAll(() => {
    edit(STACK, (before) => before.replace('export class', '// Our own.\nexport class'));
    edit('.projenrc.ts', (before) => before.replace('batchSize: 100', 'batchSize: 200'));
    edit('src/functions/consumer.ts', (before) => before.replace(COMMENT, '// What we say.\n'));
    git('commit', '--all', '--quiet', '--message', 'Our work');
    registry.publish(packRelease(tarball, newerKit, newer));
    upgraded = tryRun(project, 'npx', ['projen', 'upgrade'], registry.env);
    git('commit', '--all', '--quiet', '--message', 'The newer kit');
  }, 300_000);

  test('it builds with the newer kit: options of .projenrc.ts have their new names, one is gone, the values stay', () => {
    expect({ code: upgraded.code, stderr: upgraded.code === 0 ? '' : upgraded.stderr }).toEqual({
      code: 0,
      stderr: '',
    });
    expect(text('.projenrc.ts')).toContain('messagesPerBatch: 200');
    expect(text('.projenrc.ts')).not.toMatch(/batchSize|tracing/);
    expect(text(STACK)).toContain('Takes the messages');
  });

  test('a dry run shows what an update does to each file, and ends with 3', () => {
    const shown = atelier('update', '--dry-run', '--json');
    expect(shown.code).toBe(3);
    expect(JSON.parse(shown.stdout)).toMatchObject({ from: olderKit, to: newerKit, resources: [], unknown: null });
    expect(files(shown)).toEqual(
      expect.arrayContaining(['conflict src/functions/consumer.ts', `merge ${STACK}`, 'clean src/main.ts']),
    );
    expect(git('status', '--porcelain')).toBe('');
  });

  test('an update merges, marks a conflict, and once that is resolved all builds and nothing is left to update', () => {
    expect(atelier('update').code).toBe(1);
    expect(text(STACK)).toMatch(/\/\/ Our own\.\nexport class.*Handles the messages/s);
    expect(text('src/main.ts')).toContain('batchSize: 200');
    expect(JSON.parse(text('.atelier.json'))).toMatchObject({
      kit: newerKit,
      options: { name: 'orders', messagesPerBatch: 200 },
    });
    edit('src/functions/consumer.ts', (before) => before.replace(/^(<{7}|={7}|>{7}).*\n/gm, ''));
    run(project, 'npx', ['projen', 'build'], registry.env);
    expect(atelier('update', '--dry-run').code).toBe(0);
  });

  test('undo brings back every byte', () => {
    expect(atelier('lab', 'undo').code).toBe(0);
    expect(git('status', '--porcelain')).toBe('');
  });
});
