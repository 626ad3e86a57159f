import { findPattern, patterns } from '../../blueprints/catalog';
import { UsageError } from '../../blueprints/errors';
import {
  allowedWords,
  checkOption,
  checkOptions,
  chosenOptions,
  currentOptions,
  flagOf,
  optionsOf,
} from '../../blueprints/options';
import { checkStep, lastStep, type OptionValue, type Pattern, stepIds } from '../../blueprints/pattern';
import { echo } from '../fixtures/echo/blueprints/echo/pattern';

const sqsScaling = findPattern('sqs-scaling');
const check = (given: Record<string, unknown>, pattern: Pattern = sqsScaling) =>
  checkOptions(pattern, { name: 'orders', ...(given as Record<string, OptionValue>) });

/** What a refusal says, in words and in parts. */
function refusal(refuse: () => unknown): UsageError {
  try {
    refuse();
  } catch (error) {
    if (error instanceof UsageError) {
      return error;
    }
  }
  throw new Error('nothing was refused');
}

describe('checkOptions', () => {
  test('completes what is given with the defaults', () => {
    expect(check({ batchSize: 100 })).toEqual({
      name: 'orders',
      tags: [],
      stages: ['dev'],
      ci: 'none',
      pipelineApproval: true,
      batchSize: 100,
      batchingWindow: 1,
      memorySize: 512,
      maxConcurrency: 10,
      reservedConcurrency: undefined,
      maxReceiveCount: 5,
      idempotencyKey: 'messageId',
      scaling: 'on-demand',
      tracing: false,
    });
  });

  test('has a value for every option, also for one that stays unset', () => {
    expect(Object.keys(check({}))).toEqual(optionsOf(sqsScaling).map(({ name }) => name));
  });

  test('refuses an option that there is not, with those that there are', () => {
    expect(refusal(() => check({ frobSize: 1 })).message).toMatch(
      /^unknown option --frob-size; allowed: --name, --tags, /,
    );
  });

  test('refuses a project without a name', () => {
    expect(refusal(() => checkOptions(sqsScaling, {})).message).toMatch(
      /^--name is missing; allowed: .*--name orders$/,
    );
  });

  test.each([
    ['name', 1, "--name can't be 1; allowed: lower-case"],
    [
      'batchSize',
      '50',
      '--batch-size can\'t be "50"; allowed: a whole number from 11 to 10000; for example: --batch-size 100',
    ],
    ['batchSize', 50.5, "--batch-size can't be 50.5; allowed: a whole"],
    ['batchSize', Number.NaN, "--batch-size can't be NaN; allowed: a whole"],
    ['batchSize', Number.POSITIVE_INFINITY, "--batch-size can't be Infinity; allowed: a whole"],
    ['batchSize', true, "--batch-size can't be true; allowed: a whole"],
    ['batchSize', [50], "--batch-size can't be [50]; allowed: a whole"],
    ['tracing', 'yes', '--tracing can\'t be "yes"; allowed: true or false; for example: --tracing'],
    ['scaling', true, "--scaling can't be true; allowed: on-demand, provisioned"],
    ['tags', 'team=orders', '--tags can\'t be "team=orders"; allowed: key=value'],
    ['tags', ['team=orders', 1], '--tags can\'t be ["team=orders",1]; allowed: key=value'],
    ['tags', { team: 'orders' }, '--tags can\'t be {"team":"orders"}; allowed: key=value'],
  ])('refuses %s of another type: %j', (name, given, says) => {
    expect(refusal(() => check({ [name]: given })).message).toContain(says);
  });

  test.each(
    sqsScaling.options.flatMap(({ name, minimum, maximum }) =>
      [minimum, maximum].flatMap((bound) => (bound === undefined ? [] : [[name, bound] as const])),
    ),
  )('accepts %s at its bound %i', (name, bound) => {
    const more = name === 'reservedConcurrency' ? { maxConcurrency: 2 } : {};
    expect(check({ [name]: bound, ...more })[name]).toBe(bound);
  });

  test.each(
    sqsScaling.options.flatMap(({ name, minimum, maximum }) => [
      ...(minimum === undefined ? [] : [[name, minimum - 1] as const]),
      ...(maximum === undefined ? [] : [[name, maximum + 1] as const]),
    ]),
  )('refuses %s of %i, just beyond its bound', (name, given) => {
    expect(refusal(() => check({ [name]: given })).details).toMatchObject({ option: name, given });
  });

  test('refuses a literal that is not among the allowed ones', () => {
    expect(refusal(() => check({ scaling: 'On-Demand' })).message).toContain('allowed: on-demand, provisioned');
  });

  test.each([
    ['upper case', 'Orders'],
    ['a leading digit', '1orders'],
    ['two hyphens in a row', 'my--orders'],
    ['a hyphen at the end', 'orders-'],
    ['a line break', 'orders\n'],
    ['a way out of the folder', '../orders'],
    ['nothing', ''],
    ['101 characters', 'a'.repeat(101)],
  ])('refuses a name with %s', (_, name) => {
    expect(refusal(() => check({ name })).details).toMatchObject({ option: 'name', given: name });
  });

  test('accepts a name of 100 characters', () => {
    expect(check({ name: 'a'.repeat(100) }).name).toHaveLength(100);
  });

  test.each(['team=orders', 'cost center=a=b', 'größe=', '名=値', 'a/b:c.d_e+f-g@h=1'])('accepts the tag %s', (tag) => {
    expect(check({ tags: [tag] }).tags).toEqual([tag]);
  });

  test.each([
    ['no key', '=orders'],
    ['no value sign', 'team'],
    ['a reserved key', 'aws:team=orders'],
    ['a quote', "team='"],
    ['a line break', 'team=a\nb'],
    ['a long key', `${'k'.repeat(129)}=v`],
    ['a long value', `k=${'v'.repeat(257)}`],
  ])('refuses a tag with %s, and names that tag alone', (_, tag) => {
    expect(refusal(() => check({ tags: ['team=orders', tag] })).details).toMatchObject({ option: 'tags', given: tag });
  });

  test('shortens a long value in the line, and keeps it whole in the parts', () => {
    const { message, details } = refusal(() => check({ idempotencyKey: '"'.repeat(10_000) }));
    expect(message.length).toBeLessThan(300);
    expect(details.given).toHaveLength(10_000);
  });

  test('says everything in one line', () => {
    expect(refusal(() => check({ idempotencyKey: 'a\r\nb\u2028c' })).message).not.toMatch(/[\r\n\u2028]/);
  });

  test('is not fooled by a name that every object has', () => {
    expect(refusal(() => check({ constructor: 1 })).message).toContain('unknown option --constructor');
  });
});

describe('the rules of every pattern', () => {
  test.each([
    [{ stages: ['dev', 'dev!'] }, '--stages names dev twice'],
    [{ stages: [] }, '--stages is empty'],
    [{ tags: ['a=1', 'a=2'] }, '--tags has "a" twice'],
    [{ idempotencyKey: '(((' }, 'its brackets do not close'],
    [{ idempotencyKey: 'a)b(' }, 'its brackets do not close'],
    [{ stages: ['d'.repeat(130)] }, 'more than 128 characters'],
    [
      { stages: ['dev', 'prod=123456789012/eu-central-1'], alarmTopic: 'arn:aws:sns:eu-west-1:123456789012:alarms' },
      '--alarm-topic is in eu-west-1, and the stage prod=123456789012/eu-central-1 is not',
    ],
    [
      { stages: ['dev=1/eu-west-1'] },
      `--stages can't be "dev=1/eu-west-1"; allowed: one stage a flag: a name in lower case`,
    ],
    [{ alarmEmail: 'nobody' }, `--alarm-email can't be "nobody"; allowed: a mail address`],
    [{ alarmTopic: 'arn:aws:sns:eu-west-1:123456789012:a.fifo' }, 'allowed: the ARN of a standard SNS topic'],
    [
      { alarmEmail: 'a@example.com', alarmTopic: 'arn:aws:sns:eu-west-1:123456789012:alarms' },
      '--alarm-email and --alarm-topic exclude each other',
    ],
  ])('refuse %j', (given, problem) => {
    expect(refusal(() => check(given)).message).toContain(problem);
  });
});

describe('the rules of a pipeline', () => {
  const arn = 'arn:aws:codeconnections:eu-west-1:123456789012:connection/0f6bb0a4-2c5e-4d0c-9a55-2f1c3f7f4d11';
  const ci = 'codepipeline';

  test.each([
    [{ ci }, '--ci codepipeline needs --pipeline-source; allowed: owner/name of a repository behind a connection, '],
    [{ ci, pipelineSource: 'acme/orders' }, '--pipeline-source acme/orders needs --pipeline-connection; allowed: '],
    [
      { ci, pipelineSource: 'orders', pipelineConnection: arn },
      '--pipeline-connection is for a repository with an owner, and --pipeline-source is orders; allowed: owner/name; ',
    ],
    [{ pipelineSource: 'orders' }, '--pipeline-source is for --ci codepipeline, and --ci is none; allowed: '],
    [{ ci: 'github', pipelineApproval: false }, '--pipeline-approval is for --ci codepipeline, and --ci is github; '],
    [
      { ci, pipelineSource: 'orders', stages: ['prod=123456789012/eu-west-1'] },
      'the stage prod=123456789012/eu-west-1 needs --pipeline-env; allowed: <account of 12 digits>/<Region>; ',
    ],
    [{ ci, pipelineSource: 'orders', stages: ['d'] }, 'a pipeline delivers no stage that is called d; allowed: '],
    [{ ci, pipelineSource: 'orders', stages: ['pipeline'] }, 'a pipeline delivers no stage that is called pipeline; '],
    [{ ci, pipelineSource: 'acme//orders' }, '--pipeline-source can\'t be "acme//orders"; allowed: owner/name '],
    [{ ci, pipelineSource: 's3://sources/app.tar' }, '--pipeline-source can\'t be "s3://sources/app.tar"; allowed: '],
    [{ ci, pipelineSource: 'orders@-main' }, '--pipeline-source can\'t be "orders@-main"; allowed: '],
    [{ ci, pipelineSource: 'orders', pipelineEnv: 'eu-west-1' }, '--pipeline-env can\'t be "eu-west-1"; allowed: '],
  ])('refuse %j in one line, with an example', (given, problem) => {
    const { message } = refusal(() => check(given));
    expect(message).toContain(problem);
    expect(message).toMatch(/; for example: --[^\n]+$/);
  });

  test.each([
    { pipelineSource: 'orders' },
    { pipelineSource: 'orders@release/2.0', pipelineApproval: false },
    { pipelineSource: 'acme/team/orders@trunk', pipelineConnection: arn },
    { pipelineSource: 's3://my-sources/orders/app.zip' },
    {
      pipelineSource: 'orders',
      pipelineEnv: '111111111111/eu-west-1',
      stages: ['dev', 'prod=222222222222/us-gov-west-1'],
    },
  ])('accept %j', (given) => {
    expect(check({ ci, ...given })).toMatchObject(given);
  });
});

describe('a rule over several options', () => {
  test('refuses a reserved concurrency under the maximum, the default one included', () => {
    expect(refusal(() => check({ reservedConcurrency: 9 })).message).toMatch(
      /^--reserved-concurrency 9 is under --max-concurrency 10, .*; allowed: .*; for example: --reserved-concurrency 10$/,
    );
  });

  test('names the option that was given wrongly, and its value', () => {
    const { details } = refusal(() => check({ reservedConcurrency: 9 }));
    expect(details).toMatchObject({ option: 'reservedConcurrency', given: 9 });
  });

  test('accepts a reserved concurrency that equals the maximum', () => {
    expect(check({ reservedConcurrency: 10 }).reservedConcurrency).toBe(10);
  });

  test('is asked only for values that are sound one by one', () => {
    const rules = [() => ({ problem: 'the rule was asked', option: 'name', allowed: 'none', example: 'none' })];
    expect(refusal(() => check({ batchSize: 1 }, { ...sqsScaling, rules })).message).toContain(
      "--batch-size can't be 1",
    );
  });
});

describe.each(patterns.map((pattern) => [pattern.id, pattern] as const))('the options of %s', (_, pattern) => {
  test.each(optionsOf(pattern).map((spec) => [spec.name, spec] as const))(
    '%s accepts its own example',
    (_name, spec) => {
      expect(checkOption(spec, spec.example)).toEqual(spec.example);
    },
  );

  test('may all be left out but the name', () => {
    expect(chosenOptions(pattern, check({}, pattern))).toEqual({ name: 'orders' });
  });

  test('have names of their own', () => {
    const names = [...optionsOf(pattern).map(({ name }) => name), 'step', 'kit', 'app', 'devDeps', 'outdir'];
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('chosenOptions', () => {
  test('keeps what differs from the defaults, in the order of the options', () => {
    const values = check({ tracing: true, batchSize: 100, memorySize: 512, tags: ['team=orders'] });
    expect(Object.entries(chosenOptions(sqsScaling, values))).toEqual([
      ['name', 'orders'],
      ['tags', ['team=orders']],
      ['batchSize', 100],
      ['tracing', true],
    ]);
  });
});

test('a flag is the name of its option in kebab-case', () => {
  expect(['name', 'batchSize', 'maxReceiveCount'].map(flagOf)).toEqual([
    '--name',
    '--batch-size',
    '--max-receive-count',
  ]);
});

test.each([
  ['text', 'any text'],
  ['list', 'any texts'],
])('what is allowed for %s, which takes anything, is %s', (name, words) => {
  const spec = optionsOf(echo).find((option) => option.name === name);
  expect(spec && allowedWords(spec)).toBe(words);
});

describe('findPattern', () => {
  test.each(patterns.map((pattern) => [pattern.id, pattern] as const))('finds %s', (id, pattern) => {
    expect(findPattern(id)).toBe(pattern);
  });

  test.each(['', 'SQS-Scaling', 'sqs-scaling ', '__proto__'])('refuses %j, with what there is', (id) => {
    expect(refusal(() => findPattern(id)).details).toMatchObject({
      option: 'pattern',
      given: id,
      allowed: patterns.map((pattern) => pattern.id).join(', '),
    });
  });

  test('finds each of the patterns by an id of its own', () => {
    expect(new Set(patterns.map(({ id }) => id)).size).toBe(patterns.length);
  });
});

describe('currentOptions', () => {
  const later: Pattern = {
    ...sqsScaling,
    options: sqsScaling.options
      .filter(({ name }) => name !== 'tracing')
      .map((option) => (option.name === 'batchSize' ? { ...option, formerly: ['batch', 'size'] } : option)),
    retired: [{ name: 'tracing', version: '9.0.0', advice: 'trace in the stack' }],
  };

  test('gives the values of an earlier version the names of now, whichever they had, and leaves out what is no more', () => {
    expect(currentOptions(later, { name: 'orders', batch: 20, tracing: true })).toEqual({
      name: 'orders',
      batchSize: 20,
    });
    expect(currentOptions(later, { size: 30 })).toEqual({ batchSize: 30 });
  });

  test('lets the name of now win over one of then', () => {
    expect(currentOptions(later, { batchSize: 40, batch: 20 })).toEqual({ batchSize: 40 });
    expect(currentOptions(later, { batch: 20, batchSize: 40 })).toEqual({ batchSize: 40 });
  });

  test('keeps what no version has ever known, to be refused', () => {
    expect(currentOptions(later, { bath: 20 })).toEqual({ bath: 20 });
  });
});

describe('checkStep', () => {
  test('takes the last step where none is asked for', () => {
    expect(checkStep(sqsScaling, undefined)).toBe(lastStep(sqsScaling));
  });

  test('accepts every step, start too', () => {
    expect(stepIds(sqsScaling).map((step) => checkStep(sqsScaling, step))).toEqual(stepIds(sqsScaling));
  });

  test('refuses another one, with all that there are', () => {
    expect(refusal(() => checkStep(sqsScaling, '')).details).toMatchObject({
      option: 'step',
      allowed: stepIds(sqsScaling).join(', '),
    });
  });
});
