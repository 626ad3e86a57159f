import { tmpdir } from 'node:os';
import { findPattern, patterns } from '../../blueprints/catalog';
import { flagOf, optionsOf } from '../../blueprints/options';
import { invalidPaths } from './schema';
import { atelier, atelierInTerminal } from './support';

const say = (...args: string[]) => atelier(tmpdir(), args);
const pattern = findPattern('sqs-scaling');

describe('list', () => {
  test('names each pattern with its level, its minutes and what it gives', () => {
    const { stdout } = say('list');
    for (const { id, level, minutes, summary } of patterns) {
      expect(stdout).toMatch(new RegExp(`^  ${id} +${level} +${minutes} min +${summary}$`, 'm'));
    }
  });

  test('as JSON is an array of the patterns', () => {
    const expected = patterns.map(({ id, title, summary, services, level, minutes }) => ({
      id,
      title,
      summary,
      services,
      level,
      minutes,
    }));
    expect(JSON.parse(say('list', '--json').stdout)).toEqual(expected);
  });
});

describe('show', () => {
  const options = () => JSON.parse(say('show', pattern.id, '--json').stdout).options;

  test('tells what the pattern is, with the services that it uses', () => {
    const { stdout } = say('show', pattern.id);
    expect(stdout).toContain(`${pattern.title}\n${pattern.summary}\n\n${pattern.services.join(', ')}\n`);
  });

  test('numbers the steps and tells what each is for', () => {
    const { stdout } = say('show', pattern.id);
    pattern.steps.forEach(({ id, goal }, index) => {
      expect(stdout).toMatch(new RegExp(`^  ${index + 1} +${id} +${goal}$`, 'm'));
    });
  });

  test('tells for each flag what it decides', () => {
    const { stdout } = say('show', pattern.id);
    for (const { name, summary } of optionsOf(pattern)) {
      expect(stdout.replace(/ +/g, ' ')).toContain(` ${flagOf(name)} ${summary}\n`);
    }
  });

  test('tells the range and the default of a number', () => {
    expect(say('show', pattern.id).stdout).toContain('a whole number from 11 to 10000; default 50\n');
  });

  test('as JSON has all that list has', () => {
    expect(JSON.parse(say('show', pattern.id, '--json').stdout)).toMatchObject(
      JSON.parse(say('list', '--json').stdout)[patterns.indexOf(pattern)],
    );
  });

  test('as JSON has the steps in order', () => {
    const steps = pattern.steps.map(({ id, title, goal }) => ({ id, title, goal }));
    expect(JSON.parse(say('show', pattern.id, '--json').stdout).steps).toEqual(steps);
  });

  test('as JSON has a schema with every option', () => {
    expect(Object.keys(options().properties)).toEqual(optionsOf(pattern).map(({ name }) => name));
  });

  test('has a schema that accepts the examples of all options together', () => {
    const example = Object.fromEntries(optionsOf(pattern).map((spec) => [spec.name, spec.example]));
    expect(invalidPaths(options(), example)).toEqual([]);
  });

  test('has a schema that requires the name alone', () => {
    expect(invalidPaths(options(), {})).toEqual(['$.name']);
    expect(invalidPaths(options(), { name: 'orders' })).toEqual([]);
  });

  test.each([
    ['an option that there is not', { frob: 1 }, '$.frob'],
    ['a number under its range', { batchSize: 10 }, '$.batchSize'],
    ['a number over its range', { batchSize: 10_001 }, '$.batchSize'],
    ['a fraction', { batchSize: 50.5 }, '$.batchSize'],
    ['a text where a number belongs', { batchSize: '50' }, '$.batchSize'],
    ['a literal that is not allowed', { scaling: 'sometimes' }, '$.scaling'],
    ['a text that does not look as it must', { name: 'Orders' }, '$.name'],
    ['a part of a list that does not look as it must', { tags: ['team=a', 'team'] }, '$.tags.1'],
  ])('has a schema that refuses %s', (_, given, path) => {
    expect(invalidPaths(options(), { name: 'orders', ...given })).toEqual([path]);
  });
});

describe('colour', () => {
  const ESCAPE = '\u001b[';

  test('is used in a terminal', () => {
    expect(atelierInTerminal(tmpdir(), ['list']).stdout).toContain(ESCAPE);
  });

  test('is left out where there is no terminal', () => {
    expect(say('show', pattern.id).stdout).not.toContain(ESCAPE);
  });

  test('is left out with NO_COLOR', () => {
    expect(atelierInTerminal(tmpdir(), ['list'], [], { NO_COLOR: '1' }).stdout).not.toContain(ESCAPE);
  });

  test('is left out with --plain', () => {
    expect(atelierInTerminal(tmpdir(), ['list', '--plain']).stdout).not.toContain(ESCAPE);
  });
});

test('the help names every command', () => {
  const { code, stdout } = say('--help');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ {2}list .*^ {2}show .*^ {2}doctor .*^ {2}new .*^ {2}lab /ms);
});

test('the help of new has the flags of the pattern that is named', () => {
  const { stdout } = say('new', pattern.id, '--help');
  expect(stdout.slice(stdout.indexOf(`Options of ${pattern.id}:`))).toContain('--batch-size <number>');
});

test('the help of new without a pattern says where the flags of one are listed', () => {
  expect(say('new', '--help').stdout).toContain('atelier show <pattern> lists them');
});

test('the version is that of the package', () => {
  expect(say('--version').stdout).toBe(`${jest.requireActual('../../package.json').version}\n`);
});
