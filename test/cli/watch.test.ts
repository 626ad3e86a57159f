import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findPattern } from '../../blueprints/catalog';
import { kitRoot } from '../../blueprints/kit';
import { scratchFolder, writeVariants } from '../support/synthesize';
import { isAlive, until } from './support';

const STACK = 'src/sqs-scaling-stack.ts';
const home = join(scratchFolder(), 'watch');
let folder: string;

interface Event {
  readonly event: string;
  readonly step?: string;
  readonly passed?: boolean;
  readonly error?: string | null;
  readonly next?: string | null;
}

/** Watches the project; gives the events one after the other. */
function start(...flags: string[]) {
  const main = join(kitRoot, 'lib', 'cli', 'main.js');
  const child = spawn(process.execPath, [main, 'lab', 'watch', '--json', ...flags], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Event> => JSON.parse((await lines.next()).value as string);
  const result = async (): Promise<Event> => {
    for (;;) {
      const one = await next();
      if (one.event === 'result') {
        return one;
      }
    }
  };
  const ended = new Promise<number | null>((done) => child.on('exit', done));
  return { child, next, result, ended };
}

const edit = (change: (text: string) => string): void =>
  writeFileSync(join(folder, STACK), change(readFileSync(join(folder, STACK), 'utf8')));

beforeEach(() => {
  const pattern = findPattern('sqs-scaling');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  [folder] = writeVariants(pattern, [{ name: 'orders', step: 'queue-and-consumer', options: {} }], home);
  const provenance = { kit: '0.1.0', pattern: pattern.id, options: { name: 'orders' }, step: 'queue-and-consumer' };
  writeFileSync(join(folder, '.atelier.json'), JSON.stringify(provenance));
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

test.each([[[]], [['--poll']]])(
  'each save is judged, with the flags %j, and a step that passes leads to the next',
  async (flags) => {
    const { child, next, result, ended } = start(...flags);
    expect((await next()).event).toBe('watching');
    expect(await result()).toMatchObject({ step: 'visibility-timeout', passed: false });
    edit((text) =>
      text.replace(
        '      enforceSSL: true,',
        '      visibilityTimeout: Duration.seconds(180),\n      enforceSSL: true,',
      ),
    );
    expect(await result()).toMatchObject({ step: 'visibility-timeout', passed: true, next: 'dead-letter-queue' });
    edit((text) => `${text}\nconst = 1;\n`);
    expect(await result()).toMatchObject({
      step: 'dead-letter-queue',
      passed: false,
      error: expect.stringContaining('Expected identifier'),
    });
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  },
  60_000,
);

/** Code that writes down which process it runs in. */
const noted = (file: string): string =>
  `require('node:fs').appendFileSync(${JSON.stringify(join(home, file))}, process.pid + '\\n');`;
const pids = (file: string): number[] => readFileSync(join(home, file), 'utf8').trim().split('\n').map(Number);

test.each([
  ['a loop without end', 'for (;;) {}'],
  ['a connection that stays open', 'setInterval(() => {}, 1000);'],
])(
  '%s is ended by the next save',
  async (name, code) => {
    const { child, result, ended } = start();
    await result();
    const before = readFileSync(join(folder, STACK), 'utf8');
    edit((text) => `${text}\n${noted(name)}\n${code}\n`);
    await until(() => existsSync(join(home, name)));
    edit(() => before);
    expect(await result()).toMatchObject({ step: 'visibility-timeout', passed: false, error: null });
    expect(pids(name).filter(isAlive)).toEqual([]);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  },
  60_000,
);

test('each save has a process of its own, with which all ends that it holds or has started', async () => {
  const { child, result, ended } = start();
  await result();
  const sleeper = "require('node:child_process').spawn('sleep', ['60'], { stdio: 'ignore' })";
  const leak = `const left = ${sleeper};\nleft.unref();\n${noted('all').replace('process.pid', "process.pid + '\\n' + left.pid")}`;
  for (const mark of ['// one', '// two']) {
    edit((text) => `${text.split('\n// ')[0]}\n${mark}\n${leak}\n`);
    expect(await result()).toMatchObject({ passed: false, error: null });
  }
  expect(new Set(pids('all')).size).toBe(4);
  expect(pids('all').filter(isAlive)).toEqual([]);
  child.kill('SIGINT');
  expect(await ended).toBe(0);
}, 60_000);
