import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findPattern } from '../../blueprints/catalog';
import { kitRoot } from '../../blueprints/kit';
import { scratchFolder, writeVariants } from '../support/synthesize';

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

test('a loop without end is ended by the next save', async () => {
  const { child, result, ended } = start();
  await result();
  const before = readFileSync(join(folder, STACK), 'utf8');
  edit((text) => `${text}\nfor (;;) {}\n`);
  await new Promise((done) => setTimeout(done, 1500));
  edit(() => before);
  expect(await result()).toMatchObject({ step: 'visibility-timeout', passed: false, error: null });
  child.kill('SIGINT');
  expect(await ended).toBe(0);
}, 60_000);
