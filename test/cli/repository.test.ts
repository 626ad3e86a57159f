import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { atelier, type Ended, emptyFolder, NOBODY, pathOf } from './support';

const folder = emptyFolder();
const project = (name: string): string => join(folder(), name, 'orders');
const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
const create = (name: string, env: NodeJS.ProcessEnv = {}): Ended =>
  atelier(folder(), ['new', 'sqs-scaling', `${name}/orders`, '--no-install', '--json'], env);

describe('a new project', () => {
  let ended: Ended;
  beforeAll(() => {
    ended = create('fresh');
  });

  test('is one commit on main', () => {
    expect(git(project('fresh'), 'log', '--format=%D: %s')).toBe(
      'HEAD -> main: chore: project created with serverless-atelier',
    );
  });

  test('is committed with all that it needs', () => {
    expect(git(project('fresh'), 'status', '--porcelain')).toBe('');
  });

  test('keeps where it came from under version control', () => {
    const tracked = git(project('fresh'), 'ls-files', '.atelier.json', '.atelier').split('\n');
    expect(tracked).toEqual(['.atelier.json', '.atelier/base.json']);
  });

  test('is said to be committed', () => {
    expect(JSON.parse(ended.stdout).committed).toBe(true);
  });
});

describe('a new project inside a repository', () => {
  let ended: Ended;
  beforeAll(() => {
    git(folder(), 'init', '--quiet', 'inside');
    ended = create('inside');
  });

  test('has no repository of its own', () => {
    expect(existsSync(join(project('inside'), '.git'))).toBe(false);
  });

  test('is left to its owner to commit', () => {
    expect(git(join(folder(), 'inside'), 'status', '--porcelain')).toBe('?? orders/');
  });

  test('is not said to be committed', () => {
    expect({ code: ended.code, committed: JSON.parse(ended.stdout).committed }).toEqual({ code: 0, committed: false });
  });
});

describe.each([
  [
    'without git',
    () => ({ PATH: pathOf(join(folder(), 'bin'), {}) }),
    /^git init failed, so nothing was committed: .*$/m,
  ],
  ['without a name to commit with', () => NOBODY, /^git commit failed, so nothing was committed: .*(identity|email)/im],
] as const)('a new project %s', (name, env, says) => {
  let ended: Ended;
  const cwd = (): string => join(folder(), name.replaceAll(' ', '-'));
  beforeAll(() => {
    ended = atelier(folder(), ['new', 'sqs-scaling', join(cwd(), 'orders'), '--no-install'], env());
  });

  test('is created', () => {
    expect(ended.code).toBe(0);
    expect(existsSync(join(cwd(), 'orders', '.atelier.json'))).toBe(true);
  });

  test('is said not to be committed, and why', () => {
    expect(ended.stdout).toMatch(says);
  });
});
