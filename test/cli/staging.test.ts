import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Staging, stage, stageElsewhere } from '../../labs/cli/staging';
import { emptyFolders, entries, writeText } from './support';

const folder = emptyFolders();
const orders = (...path: string[]): string => join(folder(), 'orders', ...path);
const begin = (target = 'orders'): Staging => stage(join(folder(), target));

const HERE = hostname().replace(/\W/g, '_');

/** A process that has ended, so that its id belongs to nobody. */
const deadProcess = (): number => spawnSync(process.execPath, ['--version']).pid;

/** The name of a staged folder that a dead process has left. */
const left = (host = HERE, mark = 'new'): string => `.atelier-${mark}-${host}-${deadProcess()}-abcdef`;

describe('a new folder', () => {
  test('is there at once, with all that was staged', () => {
    const staged = begin();
    writeText(join(staged.path, 'src', 'main.ts'), '');
    staged.publish();
    expect(entries(folder())).toEqual(['orders']);
    expect(entries(orders())).toEqual(['src']);
  });

  test('is staged as deep as it will be, so that relative paths mean the same', () => {
    expect(join(begin('team/orders').path, '..')).toBe(join(folder(), 'team'));
  });

  test('is not written over what somebody has put there meanwhile', () => {
    const staged = begin();
    writeText(orders('mine.txt'), '');
    expect(() => staged.publish()).toThrow('the folder orders holds mine.txt already');
    expect(entries(orders())).toEqual(['mine.txt']);
  });
});

describe('an empty folder', () => {
  beforeEach(() => mkdirSync(orders()));

  /** Stages a project of two entries, and publishes it. */
  const fill = (): void => {
    const staged = begin();
    writeText(join(staged.path, 'README.md'), 'new');
    writeText(join(staged.path, 'src', 'main.ts'), 'new');
    staged.publish();
  };

  test('is filled, with nothing else in it or beside it', () => {
    fill();
    expect(entries(folder())).toEqual(['orders']);
    expect(entries(orders())).toEqual(['README.md', 'src']);
  });

  test('stays the folder that somebody may be working in', () => {
    const before = statSync(orders()).ino;
    fill();
    expect(statSync(orders()).ino).toBe(before);
  });

  test('keeps its mode', () => {
    chmodSync(orders(), 0o750);
    fill();
    expect(statSync(orders()).mode & 0o777).toBe(0o750);
  });

  test('stays behind its link', () => {
    renameSync(orders(), join(folder(), 'elsewhere'));
    symlinkSync('elsewhere', orders());
    fill();
    expect(lstatSync(orders()).isSymbolicLink()).toBe(true);
    expect(entries(join(folder(), 'elsewhere'))).toEqual(['README.md', 'src']);
  });

  test('needs nothing of the folder above it', () => {
    begin();
    expect(entries(folder())).toEqual(['orders']);
  });

  test('stays empty', () => {
    const staged = begin();
    writeText(join(staged.path, 'README.md'), 'new');
    staged.discard();
    expect(entries(orders())).toEqual([]);
  });

  test('keeps what somebody has put there meanwhile, and nothing is added', () => {
    const staged = begin();
    writeText(join(staged.path, 'README.md'), 'new');
    writeText(orders('README.md'), 'mine');
    expect(() => staged.publish()).toThrow('the folder orders holds README.md already');
    staged.discard();
    expect(entries(orders())).toEqual(['README.md']);
    expect(readFileSync(orders('README.md'), 'utf8')).toBe('mine');
  });

  test('is refused while another run is at work in it', () => {
    begin();
    expect(() => begin()).toThrow('the folder orders holds .atelier-new-');
  });

  test('in which a run was killed is empty to the next one', () => {
    writeText(orders(left(), 'README.md'), 'half');
    fill();
    expect(entries(orders())).toEqual(['README.md', 'src']);
  });

  describe('in which a run was killed while it moved its project there', () => {
    beforeEach(() => {
      const moving = orders(left(HERE, 'moving'));
      writeText(join(moving, 'src', 'main.ts'), 'half');
      writeText(join(moving, 'test', 'main.test.ts'), 'half');
      writeText(join(moving, 'package.json'), 'half');
      renameSync(join(moving, 'test'), orders('test'));
      renameSync(join(moving, 'package.json'), orders('package.json'));
    });

    test('is empty to the next one', () => {
      fill();
      expect(entries(orders())).toEqual(['README.md', 'src']);
    });

    test.each([
      ['a file that was moved and then written', 'package.json'],
      ['a file that was put there since', 'notes.txt'],
      ['a folder into which a file was put since', 'test/notes.txt'],
    ])('keeps %s', (_, path) => {
      spawnSync('sleep', ['0.05']); // the clock of a file system ticks some hundred times a second
      writeFileSync(orders(path), 'mine');
      expect(() => begin()).toThrow(`the folder orders holds ${path.split('/')[0]} already`);
      expect(readFileSync(orders(path), 'utf8')).toBe('mine');
    });
  });
});

describe('a folder with a repository', () => {
  beforeEach(() => {
    for (const [path, text] of Object.entries({
      '.git/HEAD': 'ref',
      'README.md': 'mine',
      LICENSE: 'mine',
      '.gitignore': 'x',
    })) {
      writeText(orders(path), text);
    }
  });

  test('lends what it holds to the project, which then takes its place', () => {
    const staged = stage(orders());
    expect(readFileSync(join(staged.path, 'README.md'), 'utf8')).toBe('mine');
    expect(existsSync(join(staged.path, '.git'))).toBe(false);
    writeText(join(staged.path, 'README.md'), 'mine, and more');
    writeText(join(staged.path, 'src', 'main.ts'), 'new');
    staged.publish();
    staged.discard();
    expect(entries(orders())).toEqual(['.git', '.gitignore', 'LICENSE', 'README.md', 'src']);
    expect(readFileSync(orders('README.md'), 'utf8')).toBe('mine, and more');
  });

  test('keeps what its owner has written meanwhile, and nothing is added', () => {
    const staged = stage(orders());
    spawnSync('sleep', ['0.05']); // the clock of a file system ticks some hundred times a second
    writeFileSync(orders('README.md'), 'mine, later');
    expect(() => staged.publish()).toThrow('the folder orders holds README.md already');
    staged.discard();
    expect(entries(orders())).toEqual(['.git', '.gitignore', 'LICENSE', 'README.md']);
    expect(readFileSync(orders('README.md'), 'utf8')).toBe('mine, later');
  });

  test('keeps all of it when a run was killed while it moved its project there', () => {
    writeText(join(orders(left(HERE, 'moving')), 'README.md'), 'half');
    stage(orders()).discard();
    expect(entries(orders())).toEqual(['.git', '.gitignore', 'LICENSE', 'README.md']);
    expect(readFileSync(orders('README.md'), 'utf8')).toBe('mine');
  });
});

describe('staging elsewhere', () => {
  test('writes nothing near the target', () => {
    const staged = stageElsewhere(orders());
    expect({ near: entries(folder()), there: existsSync(staged.path) }).toEqual({ near: [], there: true });
    staged.discard();
    expect(existsSync(staged.path)).toBe(false);
  });

  test('removes nothing there, not even what a killed run has left', () => {
    const leftover = left();
    writeText(orders(leftover, 'README.md'), 'half');
    stageElsewhere(orders()).discard();
    expect(entries(orders())).toEqual([leftover]);
  });

  test('refuses an occupied folder', () => {
    writeText(orders('mine.txt'), '');
    expect(() => stageElsewhere(orders())).toThrow('the folder orders holds mine.txt already');
  });
});

test('a link to nothing is refused, and stays', () => {
  symlinkSync('nowhere', orders());
  expect(() => begin()).toThrow('orders is a link to nothing');
  expect(lstatSync(orders()).isSymbolicLink()).toBe(true);
});

describe('a staged folder that is discarded', () => {
  test('leaves nothing', () => {
    const staged = begin();
    writeText(join(staged.path, 'README.md'), '');
    staged.discard();
    expect(entries(folder())).toEqual([]);
  });

  test('leaves none of the folders that were made above it', () => {
    begin('team/apps/orders').discard();
    expect(entries(folder())).toEqual([]);
  });

  test('leaves the folders above it that were there', () => {
    mkdirSync(join(folder(), 'team'));
    begin('team/apps/orders').discard();
    expect(entries(folder())).toEqual(['team']);
  });

  test('leaves what somebody else has put into the folders above it', () => {
    const staged = begin('team/apps/orders');
    writeText(join(folder(), 'team', 'mine.txt'), '');
    staged.discard();
    expect(entries(join(folder(), 'team'))).toEqual(['mine.txt']);
  });

  test('leaves the target that it has become', () => {
    const staged = begin('team/orders');
    staged.publish();
    staged.discard();
    expect(entries(join(folder(), 'team'))).toEqual(['orders']);
  });
});

describe('staging', () => {
  test('removes what a dead process has left', () => {
    mkdirSync(join(folder(), left()));
    begin().discard();
    expect(entries(folder())).toEqual([]);
  });

  test('leaves alone what a living process is writing', () => {
    const other = begin('other');
    begin().publish();
    other.publish();
    expect(entries(folder())).toEqual(['orders', 'other']);
  });

  test('leaves alone what another machine may be writing, whose processes it does not know', () => {
    const name = left('another');
    mkdirSync(join(folder(), name));
    begin().discard();
    expect(entries(folder())).toEqual([name]);
  });

  test('removes what another machine has left for more than a day', () => {
    const name = join(folder(), left('another'));
    mkdirSync(name);
    const longAgo = Date.now() / 1000 - 25 * 60 * 60;
    utimesSync(name, longAgo, longAgo);
    begin().discard();
    expect(entries(folder())).toEqual([]);
  });

  test.each(['.atelier-new-ideas', `.atelier-new-${HERE}-${2 ** 22}-and-more`])(
    'leaves alone %s, which is no staged folder',
    (name) => {
      mkdirSync(join(folder(), name));
      begin().discard();
      expect(entries(folder())).toEqual([name]);
    },
  );
});
