import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { projectOf, removeFolders } from '../labs/support';
import { readFiles } from '../support/generate';
import { atelier, atelierInTerminal, emptyFolders, entries, pathOf, startAtelier, until, writeText } from './support';

const folder = emptyFolders();
const ARGS = ['new', 'sqs-scaling', 'orders', '--no-install', '--no-git'];
const folderOf = (target: string): string[] => ARGS.map((arg) => (arg === 'orders' ? target : arg));
const staged = (): string[] => entries(folder()).filter((entry) => entry.startsWith('.atelier-new-'));

const pulse = (): string => join(folder(), 'bin', 'pulse');

/** A script whose own child writes down again and again that it lives, deaf to all but a kill; bounded, should that fail. */
const deaf = (): string => `trap '' INT TERM HUP
(for turn in $(seq 400); do date +%N > '${pulse()}'; sleep 0.05; done) &
wait`;

/** A machine whose installations go on and on. */
const endlessNpm = (): NodeJS.ProcessEnv => ({
  PATH: `${pathOf(join(folder(), 'bin'), { npm: deaf() })}${delimiter}${process.env.PATH}`,
});

/** Starts a creation whose installation goes on and on; resolves when that has begun. */
async function startInstallation() {
  const run = startAtelier(folder(), ['new', 'sqs-scaling', 'team/orders', '--no-git'], endlessNpm());
  await until(() => existsSync(pulse()));
  return run;
}

/** How long a busy machine may take to end what was killed, in milliseconds; what survives writes for twenty seconds. */
const PATIENCE = 5000;

/** Whether what was started goes on writing down that it lives. */
async function isAlive(): Promise<boolean> {
  for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
    const before = readFileSync(pulse(), 'utf8');
    await setTimeout(500);
    if (readFileSync(pulse(), 'utf8') === before) {
      return false;
    }
  }
  return true;
}

describe('a run that is killed', () => {
  test('at any moment leaves no project or a complete one', async () => {
    atelier(folder(), folderOf('whole'));
    const complete = [...readFiles(join(folder(), 'whole')).keys()];
    const killedAfter = async (delay: number): Promise<string[]> => {
      const target = join(folder(), `after-${delay}`);
      const { child, ended } = startAtelier(folder(), folderOf(target));
      await Promise.race([setTimeout(delay), ended]);
      child.kill('SIGKILL');
      await ended;
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

afterAll(removeFolders);

describe('Ctrl-C', () => {
  test('while packages are installed ends with 130 and leaves nothing', async () => {
    const { child, ended } = await startInstallation();
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(entries(folder())).toEqual(['bin']);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'or %s ends the installation too, and all that it has started',
    async (signal) => {
      const { child, ended } = await startInstallation();
      child.kill(signal);
      await ended;
      expect(await isAlive()).toBe(false);
    },
  );

  test('is heard in the terminal, which the installation is out of reach of', async () => {
    const { code } = atelierInTerminal(
      folder(),
      ['new', 'sqs-scaling', 'team/orders', '--no-git'],
      [['1 s', '\u0003']],
      endlessNpm(),
    );
    expect({ code, left: entries(folder()), alive: await isAlive() }).toEqual({
      code: 130,
      left: ['bin'],
      alive: false,
    });
  });

  test('while a lab is checked ends the program, all that it has started, and the check', async () => {
    writeText(join(folder(), 'bin', 'deaf.sh'), deaf());
    const main = `require('node:child_process').spawnSync('sh', [${JSON.stringify(join(folder(), 'bin', 'deaf.sh'))}]);`;
    const project = projectOf(main, {
      '.atelier.json': { kit: '0.1.0', pattern: 'sqs-scaling', options: { name: 'orders' }, step: 'start' },
    });
    const { child, ended } = startAtelier(project, ['lab', 'check']);
    await until(() => existsSync(pulse()));
    child.kill('SIGINT');
    expect({ code: await ended, alive: await isAlive() }).toEqual({ code: 130, alive: false });
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
