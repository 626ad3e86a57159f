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
const FLAG = '@aws-cdk/aws-iam:minimizePolicies';
let home: string;
let project: string;
let registry: Registry;
let upgraded: Ended;

const read = (path: string) => JSON.parse(readFileSync(join(project, path), 'utf8'));
const git = (...args: string[]): string => run(project, 'git', args);

/** The packed kit made older: its version, the versions that it pins, and the projen that it needs. */
function packOlderKit(tarball: string): string {
  run(home, 'tar', ['-xzf', tarball]);
  const folder = join(home, 'package');
  const rewrite = (path: string, edit: (text: string) => string): void => {
    writeFileSync(join(folder, path), edit(readFileSync(join(folder, path), 'utf8')));
  };
  rewrite('package.json', (text) => {
    const manifest = JSON.parse(text);
    const peerDependencies = { ...manifest.peerDependencies, projen: OLDER.projen };
    return JSON.stringify({ ...manifest, version: olderKit, peerDependencies });
  });
  rewrite('lib/blueprints/versions.js', (text) =>
    Object.entries(OLDER).reduce(
      (edited, [name, version]) => edited.replace(new RegExp(`('?${name}'?): '[^']*'`), `$1: '${version}'`),
      text,
    ),
  );
  run(folder, 'npm', ['pack', '--silent', '--pack-destination', home]);
  return join(home, `${KIT}-${olderKit}.tgz`);
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'serverless-atelier-'));
  const tarball = packKit(home);
  registry = await startRegistry(join(home, 'registry'), [packOlderKit(tarball), tarball]);
  project = join(home, 'orders');
  mkdirSync(project);
  const { env } = registry;
  run(project, process.execPath, [projen, 'new', '--from', `${KIT}@${olderKit}`, patterns[0].id], env);
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
