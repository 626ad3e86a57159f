import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readFiles } from '../support/generate';
import { atelier, emptyFolders, entries, pathOf, startAtelier, until } from './support';

const folder = emptyFolders();
const ARGS = ['new', 'sqs-scaling', 'orders', '--no-install', '--no-git'];
const folderOf = (target: string): string[] => ARGS.map((arg) => (arg === 'orders' ? target : arg));
const staged = (): string[] => entries(folder()).filter((entry) => entry.startsWith('.atelier-new-'));

/** Starts a creation whose installation goes on and on; resolves when that has begun. */
async function startInstallation() {
  const bin = join(folder(), 'bin');
  const note = (name: string): string => join(bin, name);
  // Without the bound it would outlive a run that forgets it.
  const npm = `trap "echo > '${note('ended')}'; exit 1" TERM
echo > '${note('started')}'
for turn in $(seq 400); do sleep 0.05; done`;
  pathOf(bin, { npm, seq: true, sleep: true });
  const run = startAtelier(folder(), ['new', 'sqs-scaling', 'team/orders', '--no-git'], { PATH: bin });
  await until(() => existsSync(note('started')));
  return { ...run, note };
}

describe('a run that is killed', () => {
  test('at any moment leaves no project or a complete one', async () => {
    atelier(folder(), folderOf('whole'));
    const complete = [...readFiles(join(folder(), 'whole')).keys()];
    const killedAfter = async (delay: number): Promise<string[]> => {
      const target = join(folder(), `after-${delay}`);
      const { child, ended } = startAtelier(folder(), folderOf(target));
      const timer = setTimeout(() => child.kill('SIGKILL'), delay);
      await ended;
      clearTimeout(timer);
      return existsSync(target) ? [...readFiles(target).keys()] : complete;
    };
    for (let delay = 50; delay < 600; delay += 150) {
      const delays = [0, 75].map((later) => delay + later + Math.floor(Math.random() * 75));
      expect(await Promise.all(delays.map(killedAfter))).toEqual([complete, complete]);
    }
  }, 60_000);

  test('while it writes leaves a hidden folder, which the next run removes', async () => {
    const { child, ended } = startAtelier(folder(), ARGS);
    await until(() => staged().length > 0);
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    expect({ hidden: staged().length, all: entries(folder()).length }).toEqual({ hidden: 1, all: 1 });
    atelier(folder(), ARGS);
    expect(entries(folder())).toEqual(['orders']);
  });
});

describe('Ctrl-C', () => {
  test('while packages are installed ends with 130 and leaves nothing', async () => {
    const { child, ended } = await startInstallation();
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(entries(folder())).toEqual(['bin']);
  });

  test('as SIGTERM ends the installation too', async () => {
    const { child, note } = await startInstallation();
    child.kill('SIGTERM');
    await until(() => existsSync(note('ended')));
    expect(existsSync(note('ended'))).toBe(true);
  });

  test('while files are written ends with 130 and leaves nothing', async () => {
    const { child, ended } = startAtelier(folder(), ARGS);
    await until(() => staged().length > 0);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(entries(folder())).toEqual([]);
  });
});

test('two runs for one folder end with one project, and one that was refused', async () => {
  const ends = await Promise.all([startAtelier(folder(), ARGS).ended, startAtelier(folder(), ARGS).ended]);
  expect(ends.filter((code) => code === 0)).toHaveLength(1);
  expect(entries(folder())).toEqual(['orders']);
  expect(readFiles(join(folder(), 'orders')).has('.atelier.json')).toBe(true);
});
