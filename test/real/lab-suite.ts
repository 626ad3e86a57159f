import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { lastStep, type Pattern } from '../../blueprints/pattern';
import { type Command, readLab } from '../../labs/engine/lab-text';
import { tryRun } from '../support/commands';
import { isRunHere, type Ran, runLab, shownOutput } from '../support/lab-run';
import { linkShared, lockOnly, sharedFolder } from '../support/shared';
import { labAt } from '../support/sources';

/** What takes ten seconds at each step: it is run at the last step, and at one that each day draws anew. */
const BUILD = 'npx projen build';

/**
 * A learner's whole way through labs, from the packed kit: each command that the text prints, as it is printed, in the printed
 * order, and nothing else. The project that the way ends with is the finished one, and has to notice a setting that is wrong.
 *
 * @param isMine which of the patterns, by their places in the catalogue
 */
export function testLabs(isMine: (index: number) => boolean): void {
  for (const pattern of patterns.filter((_, index) => isMine(index))) {
    describe(`the lab of ${pattern.id}`, () => testLab(pattern));
  }
  // A file of tests without any would fail.
  test('the patterns are shared out', () => {
    expect(patterns.length).toBeGreaterThan(0);
  });
}

function testLab(pattern: Pattern): void {
  const lab = readLab(pattern);
  const day = Math.floor(Date.now() / 86_400_000);
  const built = [pattern.steps[day % pattern.steps.length].id, lastStep(pattern)];
  const skips = ({ line }: Command, step: string): boolean =>
    line === BUILD && !built.includes(step) && !process.env.ATELIER_ALL;
  const all = [...lab.commandsBefore, ...lab.steps.flatMap((step) => step.commands), ...lab.commandsAfter];
  const left = all.filter((command) => !isRunHere(command));
  const places = [['before the steps', undefined] as const, ...lab.steps.map((step) => [step.id, step.id] as const)];
  let project: string;
  let ran: readonly Ran[];

  beforeAll(() => {
    const enter = (folder: string): void => {
      project = folder;
      linkShared(folder);
    };
    ran = runLab(pattern, lab, sharedFolder(pattern.id), lockOnly(), { enter, skips });
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

  test(`has all of its commands run, but ${left.map(({ line, notRun }) => `${line} (${notRun ?? 'deploys'})`).join(', ')}, and builds at ${built.join(' and ')}`, () => {
    const skipped = lab.steps.flatMap(({ id, commands }) => commands.filter((command) => skips(command, id)));
    expect([...ran.map(({ command }) => command), ...skipped, ...left]).toHaveLength(all.length);
    expect(ran.filter(({ command }) => command.line === BUILD).length).toBeGreaterThan(0);
  });

  test('ends with a project that fails its own tests, by an assertion, when a setting is wrong', async () => {
    const { mutations = [] } = (await labAt(pattern)) ?? {};
    const today = process.env.ATELIER_ALL ? mutations : [mutations[day % mutations.length]];
    const outcomes = today.map(({ setting, file, from, to }) => {
      const path = join(project, file);
      const source = readFileSync(path, 'utf8');
      writeFileSync(path, source.replace(from, to));
      const { code, stdout, stderr } = tryRun(project, 'npx', ['jest']);
      writeFileSync(path, source);
      const told = `${stdout}${stderr}`;
      const byAssertion = /^Tests: +[1-9]\d* failed/m.test(told) && !told.includes('Test suite failed to run');
      return { setting, noticed: code !== 0 && byAssertion };
    });
    expect(outcomes).toEqual(today.map(({ setting }) => ({ setting, noticed: true })));
  });
}
