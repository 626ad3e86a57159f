import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kitRoot } from '../../blueprints/kit';
import { tryRun } from '../support/commands';
import { linkPackage, scratchFolder } from '../support/synthesize';

/* The loop of an author, on a copy of the fixture: one save after the other, and what is said of each. */

const home = join(scratchFolder(), 'develop');
const root = join(home, 'patterns');
const STACK = 'blueprints/queue-relay/template/src/queue-relay-stack.ts.hbs';
const program = ['--import', 'tsx', join(kitRoot, 'test', 'support', 'write.ts'), 'dev'];
let loop: ChildProcess;
let said = '';

/** Saves a file of the package with something else in a place of it, and returns what is said then. */
async function save(path: string, from: string, to: string, until: RegExp): Promise<string> {
  const file = join(root, path);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  said = '';
  writeFileSync(file, text.replace(from, to));
  return heard(until);
}

/** What was said until something was, or for as long as anybody would wait. */
async function heard(until: RegExp): Promise<string> {
  for (let tries = 0; tries < 300 && !until.test(said); tries += 1) {
    await sleep(100);
  }
  return said;
}

/** The end of a round. */
const END = /^\d+\.\d s$/m;

beforeAll(async () => {
  rmSync(home, { recursive: true, force: true });
  cpSync(join(kitRoot, 'test', 'fixtures', 'acme-patterns'), root, { recursive: true });
  linkPackage(kitRoot, home);
  loop = spawn(process.execPath, [...program, 'queue-relay', 'relay'], { cwd: root });
  for (const output of [loop.stdout, loop.stderr]) {
    output?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  await heard(END);
}, 60_000);

afterAll(async () => {
  if (loop.exitCode === null && loop.kill('SIGINT')) {
    await once(loop, 'exit');
  }
});

test('the check of the step is shown at first', () => {
  expect(said).toContain('✓ The first queue invokes the relay');
});

test('a save shows what changed in the project, and the check again', async () => {
  const told = await save(STACK, 'memorySize: 256,', 'memorySize: 512,', END);
  expect(told).toContain('src/queue-relay-stack.ts\n');
  expect(told).toMatch(/^-\s+memorySize: 256,\n\+\s+memorySize: 512,$/m);
  expect(told).toContain('✓ Only messages that failed return');
}, 60_000);

test('an error in types is told at the line of its template', async () => {
  const told = await save(STACK, 'memorySize: 512,', "memorySize: 'much',", END);
  const line =
    readFileSync(join(root, STACK), 'utf8')
      .split('\n')
      .findIndex((text) => text.includes("'much'")) + 1;
  expect(told).toContain(`✗ ${STACK}:${line}  Type 'string' is not assignable to type 'number'.`);
}, 60_000);

test('an error in a template is one line, and the loop goes on', async () => {
  const told = await save(STACK, "memorySize: 'much',", 'memorySize: {{ts much}},', /✗ .*\n/);
  expect(told).toMatch(new RegExp(`^✗ ${STACK.replaceAll('.', '\\.')}:\\d+: "much" is no option of queue-relay$`, 'm'));
  expect(await save(STACK, '{{ts much}}', '256', END)).toContain('✓ Only messages that failed return');
}, 60_000);

test('a goal that is lost is explained', async () => {
  const told = await save(STACK, ', { reportBatchItemFailures: true }', '', END);
  expect(told).toContain('✗ Only messages that failed return');
  expect(told).toMatch(/seen {4}FunctionResponseTypes of .* is not set/);
}, 60_000);

test('data and checks are read again, too', async () => {
  const told = await save('labs/queue-relay/checks.ts', 'Only messages that failed return', 'Bad ones return', END);
  expect(told).toContain('✗ Bad ones return');
}, 60_000);

test.each([
  [['nope'], 'there is no pattern "nope"; allowed: queue-relay'],
  [['queue-relay', 'nope'], 'the step can\'t be "nope"; allowed: start, two-queues, relay, set-aside'],
])('wrong use is one line: %j', (args, message) => {
  const { code, stderr } = tryRun(root, process.execPath, [...program, ...args]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(`error: ${message}`) });
});

test('Ctrl-C ends it', async () => {
  loop.kill('SIGINT');
  const [code] = await once(loop, 'exit');
  expect(code).toBe(0);
});
