import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { readLab } from '../../labs/engine/lab-text';
import { packKit } from '../support/commands';
import { isRunHere, type Ran, runLab, shownOutput } from '../support/lab-run';
import { type Registry, startRegistry } from '../support/registry';

/*
 * A learner's whole way through each lab, from the published kit: each command that the text prints, as it is printed, in
 * the printed order, and nothing else.
 */

let home: string;
let registry: Registry;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'serverless-atelier-'));
  registry = await startRegistry(join(home, 'registry'), [packKit(home)]);
});

afterAll(() => {
  registry?.stop();
  rmSync(home, { recursive: true, force: true });
});

describe.each(patterns.map((pattern) => [pattern.id, pattern] as const))('the lab of %s', (id, pattern) => {
  const lab = readLab(pattern);
  const commands = [...lab.commandsBefore, ...lab.steps.flatMap((step) => step.commands), ...lab.commandsAfter];
  const left = commands.filter((command) => !isRunHere(command));
  const places = [['before the steps', undefined] as const, ...lab.steps.map((step) => [step.id, step.id] as const)];
  let ran: readonly Ran[];

  beforeAll(() => {
    const folder = join(home, id);
    mkdirSync(folder);
    ran = runLab(pattern, lab, folder, registry.env);
  }, 600_000);

  test.each(places)('has commands that end as it says: %s', (_, step) => {
    const surprises = ran.filter((one) => one.step === step && one.code !== one.command.exit);
    expect(surprises.map(({ command, code, stdout, stderr }) => ({ ...command, code, stdout, stderr }))).toEqual([]);
  });

  test.each(places)('shows what they print: %s', (_, step) => {
    const shown = ran.filter((one) => one.step === step && one.command.output !== undefined);
    expect(shown.map(({ command: { line, output } }) => `${line}\n${output}`)).toEqual(
      shown.map((one) => `${one.command.line}\n${shownOutput(one)}`),
    );
  });

  test(`has all of its commands run, but ${left.map(({ line, notRun }) => `${line} (${notRun ?? 'deploys'})`).join(', ')}`, () => {
    expect([...ran.map(({ command }) => command), ...left]).toHaveLength(commands.length);
  });
});
