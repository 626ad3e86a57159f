import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readFiles } from '../support/generate';
import { atelier, emptyFolders, NOBODY, writeText } from './support';

const folder = emptyFolders();
const project = () => join(folder(), 'orders');
const git = (...args: string[]) =>
  spawnSync('git', ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.com', ...args], { cwd: project() });
const eject = (...flags: string[]) => atelier(project(), ['eject', ...flags]);

/** That a run was refused in one line, and has changed nothing. */
function expectRefusal(says: string): void {
  const before = readFiles(project());
  const { code, stdout, stderr } = eject();
  expect({ code, stdout, lines: stderr.split('\n').length }).toEqual({ code: 2, stdout: '', lines: 2 });
  expect(stderr).toContain(says);
  expect(stderr).toContain('; for example: ');
  expect(readFiles(project())).toEqual(before);
}

beforeEach(() => {
  atelier(folder(), ['new', 'sqs-scaling', 'orders', '--no-install', '--no-git'], NOBODY);
});

function commit(): void {
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'all');
}

test('a project that git does not know is refused', () => {
  expectRefusal('git knows nothing of it');
});

test('a project with changes that are not committed is refused', () => {
  commit();
  writeText(join(project(), 'notes.txt'), 'mine');
  expectRefusal('the project has changes that are not committed');
});

test('a project that has a folder where the modules would go is refused', () => {
  writeText(join(project(), 'src', 'modules', 'index.ts'), 'export {};');
  commit();
  expectRefusal('src/modules is there already');
});

test('a folder without a project is refused', () => {
  const { code, stderr } = atelier(folder(), ['eject']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('holds no generated project') });
});

test('where projen is not installed, the way back is told', () => {
  commit();
  const { code, stderr } = atelier(project(), ['eject'], { npm_config_offline: 'true' });
  expect(code).toBe(4);
  expect(stderr).toContain('git reset --hard && git clean -fd brings the project back');
  git('reset', '--hard', '--quiet');
  git('clean', '-fdq');
  expect([...readFiles(project()).keys()].some((path) => path.startsWith('src/modules'))).toBe(false);
});
