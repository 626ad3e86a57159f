import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { runChild } from '../../../labs/engine/child';
import { isAlive, until } from '../../cli/support';

const node = (program: string, timeout?: number) => runChild(process.execPath, ['-e', program], { timeout });

test('gives the exit code and both outputs of a command', async () => {
  const ending = await node("console.log('out'); console.error('err'); process.exitCode = 3;");
  expect(ending).toEqual({ code: 3, timedOut: false, stdout: 'out\n', stderr: 'err\n' });
});

test('ends a command whose time is over, though its own child holds its outputs open', async () => {
  const sleeper = "require('node:child_process').spawn('sleep', ['30'], { stdio: 'inherit', detached: true }).unref();";
  const ending = await node(`${sleeper} for (;;);`, 300);
  expect(ending).toMatchObject({ code: null, timedOut: true });
}, 10_000);

test('ends with a command whose time is over all that it has started', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'child-test-'));
  const survived = join(folder, 'survived');
  const late = `setTimeout(() => require('node:fs').writeFileSync(${JSON.stringify(survived)}, ''), 1500)`;
  const parent = `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(late)}])`;
  expect(await node(parent, 700)).toMatchObject({ code: null, timedOut: true });
  await setTimeout(2000);
  expect(existsSync(survived)).toBe(false);
  rmSync(folder, { recursive: true });
}, 10_000);

test('hears no signals when no command runs', async () => {
  await node('');
  expect(process.listenerCount('SIGINT')).toBe(0);
});

test('does not wait for what a command leaves behind', async () => {
  const sleeper = "require('node:child_process').spawn('sleep', ['30'], { stdio: 'inherit', detached: true }).unref();";
  expect(await node(sleeper)).toMatchObject({ code: 0, timedOut: false });
}, 10_000);

test('ends with a command what it leaves behind, where that is wanted', async () => {
  const started = "require('node:child_process').spawn('sleep', ['30'], { stdio: 'ignore' })";
  const { stdout } = await runChild(
    process.execPath,
    ['-e', `const { pid } = ${started}; console.log(pid); process.exit();`],
    {
      leavesNothing: true,
    },
  );
  await until(() => !isAlive(Number(stdout)));
  expect(Number(stdout)).toBeGreaterThan(1);
});

test('says why a command could not be started', async () => {
  expect(await runChild('no-such-command', [])).toMatchObject({ code: null, stderr: 'spawn no-such-command ENOENT' });
});

test('keeps the CDK quiet', async () => {
  const { stdout } = await node('console.log(process.env.CDK_DISABLE_CLI_TELEMETRY, process.env.CDK_NOTICES)');
  expect(stdout).toBe('true false\n');
});
