import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { StagedFolder } from '../../labs/cli/staging';
import { emptyFolders, entries, writeText } from './support';

const folder = emptyFolders();
const stage = (target = 'orders'): StagedFolder => new StagedFolder(join(folder(), target));

/** A process that has ended, so that its id belongs to nobody. */
const deadProcess = (): number => spawnSync(process.execPath, ['--version']).pid;

describe('a staged folder', () => {
  test('becomes the target, with all that it holds', () => {
    const staged = stage();
    writeText(join(staged.path, 'src', 'main.ts'), '');
    staged.publish();
    expect(entries(folder())).toEqual(['orders']);
    expect(entries(join(folder(), 'orders'))).toEqual(['src']);
  });

  test('takes the place of an empty target', () => {
    mkdirSync(join(folder(), 'orders'));
    const staged = stage();
    writeText(join(staged.path, 'README.md'), '');
    staged.publish();
    expect(entries(join(folder(), 'orders'))).toEqual(['README.md']);
  });

  test('does not take the place of a target that somebody has filled meanwhile', () => {
    const staged = stage();
    writeText(join(folder(), 'orders', 'mine.txt'), '');
    expect(() => staged.publish()).toThrow('ENOTEMPTY');
    expect(entries(join(folder(), 'orders'))).toEqual(['mine.txt']);
  });

  test('leaves nothing when it is discarded', () => {
    const staged = stage();
    writeText(join(staged.path, 'README.md'), '');
    staged.discard();
    expect(entries(folder())).toEqual([]);
  });

  test('leaves none of the folders that were made above it when it is discarded', () => {
    stage('team/apps/orders').discard();
    expect(entries(folder())).toEqual([]);
  });

  test('leaves the folders above it that were there when it is discarded', () => {
    mkdirSync(join(folder(), 'team'));
    stage('team/apps/orders').discard();
    expect(entries(folder())).toEqual(['team']);
  });

  test('leaves what somebody else has put into the folders above it when it is discarded', () => {
    const staged = stage('team/apps/orders');
    writeText(join(folder(), 'team', 'mine.txt'), '');
    staged.discard();
    expect(entries(join(folder(), 'team'))).toEqual(['mine.txt']);
  });

  test('leaves the target when it is discarded after it became that', () => {
    const staged = stage('team/orders');
    staged.publish();
    staged.discard();
    expect(entries(join(folder(), 'team'))).toEqual(['orders']);
  });
});

describe('staging', () => {
  test('removes what a dead process has left', () => {
    mkdirSync(join(folder(), `.atelier-new-${deadProcess()}-abcdef`));
    stage().discard();
    expect(entries(folder())).toEqual([]);
  });

  test('leaves alone what a living process is writing', () => {
    const other = stage('other');
    stage().publish();
    other.publish();
    expect(entries(folder())).toEqual(['orders', 'other']);
  });

  test.each(['.atelier-new-ideas', `.atelier-new-${2 ** 22}-and-more`])(
    'leaves alone %s, which is no staged folder',
    (name) => {
      mkdirSync(join(folder(), name));
      stage().discard();
      expect(entries(folder())).toEqual([name]);
    },
  );
});
