import { patterns } from '../../blueprints/catalog';
import type { Command, LabText } from '../../labs/engine/lab-text';
import { inEmptyFolder } from './commands';
import { runLab, withOutputs } from './lab-run';

const command = (line: string, more: Partial<Command> = {}): Command => ({ line, exit: 0, deploys: false, ...more });

const lab = (commandsBefore: readonly Command[], commandsAfter: readonly Command[] = []): LabText => {
  return { title: 'A lab', before: '', commandsBefore, steps: [], after: '', commandsAfter };
};

const run = (text: LabText) => inEmptyFolder((home) => runLab(patterns[0], text, home, {}));

test('commands are run in the printed order, in the folder that the reader is in', () => {
  const name = 'node -p "require(\'path\').basename(process.cwd())"';
  const ran = run(lab([command('mkdir orders'), command('cd orders'), command(name)], [command('node -p 1')]));
  expect(ran.map(({ command: { line }, code, stdout }) => [line, code, stdout.trim()])).toEqual([
    ['mkdir orders', 0, ''],
    ['cd orders', 0, ''],
    [name, 0, 'orders'],
    ['node -p 1', 0, '1'],
  ]);
});

test('what deploys, and what no test can run, is left out', () => {
  const left = [command('node -p 1', { deploys: true }), command('node -p 2', { notRun: 'it needs a phone' })];
  expect(run(lab([...left, command('node -p 3')])).map(({ stdout }) => stdout.trim())).toEqual(['3']);
});

test('an output is written behind the last command of its line in the same step', () => {
  const ended = { code: 0, stderr: '' };
  const ran = [
    { command: command('npx a'), ...ended, stdout: 'before\n' },
    { command: command('npx a'), ...ended, stdout: 'first\n', step: 'one' },
    { command: command('npx a'), ...ended, stdout: 'last\n', step: 'one' },
  ];
  const text = '<!-- output: npx a -->\n\n<!-- step: one -->\n\n<!-- output: npx a -->\n\n<!-- output: npx b -->\n';
  const shown = (output: string) => `<!-- output: npx a -->\n\n\`\`\`text\n${output}\n\`\`\`\n\n<!-- /output -->`;
  expect(withOutputs(text, ran)).toBe(
    `${shown('before')}\n\n<!-- step: one -->\n\n${shown('last')}\n\n<!-- output: npx b -->\n`,
  );
});
