import { readFileSync } from 'node:fs';
import { KIT } from '../../blueprints/kit';
import { type Pattern, packageOf } from '../../blueprints/pattern';
import { labFile } from '../../labs/engine/lab-file';
import { type LabText, readLab } from '../../labs/engine/lab-text';
import { FILLED, fillMarks, marksIn, tokensOf } from '../../labs/engine/marks';
import { labAt } from '../support/sources';

/**
 * What the text of a lab has to say, and how.
 *
 * @param pattern the pattern
 */
export function testLabText(pattern: Pattern): void {
  const { id } = pattern;
  const lab = (): LabText => readLab(pattern);

  test('has a text for each step, in order, under its title', () => {
    expect(lab().steps.map((one) => [one.id, one.title])).toEqual(pattern.steps.map((one) => [one.id, one.title]));
  });

  test('names the goals as the checks do', async () => {
    const checks = (await labAt(pattern))?.checks ?? [];
    const told = Object.fromEntries(lab().steps.map((one) => [one.id, one.goals.map(({ name }) => name)]));
    const judged = Object.fromEntries(checks.map((check) => [check.step, check.goals.map(({ name }) => name)]));
    expect(told).toEqual(judged);
  });

  test('says what each goal means', () => {
    const mute = lab().steps.flatMap(({ goals }) => goals.filter(({ text }) => text.length < 20));
    expect(mute).toEqual([]);
  });

  test('has a place for all that is computed or captured', () => {
    const marks = marksIn(tokensOf(readFileSync(labFile(pattern), 'utf8'))).filter(({ isEnd }) => !isEnd);
    const stepsWith = (wanted: string) => marks.filter(({ name }) => name === wanted).map(({ step }) => step);
    const ids = pattern.steps.map((one) => one.id);
    expect(stepsWith(FILLED.change)).toEqual(ids);
    expect(stepsWith(FILLED.cost)).toEqual(ids);
    expect(stepsWith(FILLED.output)).toEqual(expect.arrayContaining(ids));
    expect([stepsWith(FILLED.idle), stepsWith(FILLED.remains)]).toEqual([[undefined], [ids.at(-1)]]);
  });

  test('holds no other code of the project: only commands are fenced', () => {
    const typed = fillMarks(readFileSync(labFile(pattern), 'utf8'), ({ name }) => (name === 'step' ? undefined : ''));
    const fences = typed.match(/^```\w+$/gm);
    expect([...new Set(fences)]).toEqual(['```sh']);
  });

  test('has two hints in each step, and never the line to paste', () => {
    expect(lab().steps.filter(({ hints }) => hints.length !== 2 || hints.some((text) => text.includes('```')))).toEqual(
      [],
    );
  });

  test("says at the top what the pattern's data says, what is needed, and what it costs", () => {
    const rows = [...lab().before.matchAll(/^\| ([A-Z][\w ]+) \| (.+) \|$/gm)].map(([, name, value]) => [name, value]);
    expect(lab().title).toBe(pattern.title);
    expect(rows).toEqual([
      ['Level', pattern.level],
      ['Time', `${pattern.minutes} minutes`],
      ['Services', pattern.services.join(', ')],
      ['You need', expect.any(String)],
      ['You should know', expect.any(String)],
      ['What it costs', expect.any(String)],
    ]);
  });

  test('ends with deploying, the clean-up and what to read next', () => {
    expect(lab().after.match(/^## .+$/gm)).toEqual(['## Deploy it', '## Clean up', '## What to read next']);
    expect(lab().after).toMatch(/^- \[.+\]/m);
  });

  test('begins with creating the project, and ends with removing what was deployed', () => {
    const [create, enter] = lab().commandsBefore.map(({ line }) => line);
    const { name } = packageOf(pattern);
    const from = name === KIT ? '' : ` --from ${name} --yes`;
    expect([create, enter]).toEqual([`npx --yes serverless-atelier new ${id} orders --step start${from}`, 'cd orders']);
    // A pattern may have stacks that no emulator takes; its first one has the name of the stage.
    const tested = lab().commandsAfter.filter(({ notRun }) => notRun === undefined);
    expect(tested.map(({ line, deploys }) => [line, deploys])).toEqual([
      ['npx cdk bootstrap', true],
      ['npx projen deploy orders-dev', true],
      ['npx projen destroy orders-dev', true],
    ]);
  });

  test.each(pattern.steps.map((one) => one.id))(
    'builds and checks in %s before anything else, and shows what the check says',
    (step) => {
      const [build, check] = lab().steps.find((one) => one.id === step)?.commands ?? [];
      expect([build?.line, check?.line]).toEqual(['npx projen build', 'npx serverless-atelier lab check']);
      expect(check?.output).toContain('✓');
    },
  );

  test('names a reason for each command that no test runs', () => {
    const commands = [...lab().commandsBefore, ...lab().steps.flatMap((one) => one.commands), ...lab().commandsAfter];
    expect(commands.filter(({ notRun }) => notRun !== undefined && notRun.length < 10)).toEqual([]);
  });

  test('prints no command in running text, where nothing would run it', () => {
    expect(commandsInText(readFileSync(labFile(pattern), 'utf8'))).toEqual([]);
  });
}

/**
 * What is marked as code in running text and begins as a command does.
 *
 * @param markdown the text
 */
export function commandsInText(markdown: string): string[] {
  return tokensOf(fillMarks(markdown, ({ name }) => (name === 'step' ? undefined : '')))
    .flatMap(({ children }) => children ?? [])
    .filter(({ type, content }) => type === 'code_inline' && /^(aws|cd|git|node|npm|npx|sam|tsx) /.test(content))
    .map(({ content }) => content);
}
