import { readDefinition, withRenames } from '../../../../labs/engine/update/definition';

const source = `import { SqsScaling } from 'serverless-atelier';

// The one of our team.
const project = new SqsScaling({
  name: 'orders',
  batchSize: 100, // as measured
  'stages': ['dev', 'prod!'],
  tracing: true,
  maxConcurrency: Number(process.env.MAX),
});

project.addDeps('luxon');
project.synth();
`;

test('options that are written as they are are read, those that a program computes are named', () => {
  expect(readDefinition(source, 'SqsScaling')).toEqual({
    values: { name: 'orders', batchSize: 100, stages: ['dev', 'prod!'], tracing: true },
    computed: ['maxConcurrency'],
  });
});

test('options that stand in a constant are read, too', () => {
  const apart = "const options = { name: 'orders', batchSize: 20 } as const;\nnew SqsScaling(options).synth();\n";
  expect(readDefinition(apart, 'SqsScaling')?.values).toEqual({ name: 'orders', batchSize: 20 });
});

test.each([
  ['of another project type', "new Other({ name: 'orders' }).synth();"],
  ['that can’t be read', 'new SqsScaling({'],
  ['whose options come from elsewhere', "import { options } from './options';\nnew SqsScaling(options).synth();"],
])('a definition %s has no options', (_, text) => {
  expect(readDefinition(text, 'SqsScaling')).toBeUndefined();
});

test('an option gets its new name, and all else stays byte for byte', () => {
  expect(withRenames(source, 'SqsScaling', new Map([['batchSize', 'messages']]))).toBe(
    source.replace('batchSize: 100', 'messages: 100'),
  );
  expect(withRenames(source, 'SqsScaling', new Map([['stages', 'deployments']]))).toBe(
    source.replace("'stages': [", 'deployments: ['),
  );
});

test('an option that is no more goes with its comma', () => {
  expect(withRenames(source, 'SqsScaling', new Map([['tracing', undefined]]))).toBe(
    source.replace('\n  tracing: true,', ''),
  );
});

test('several options change at once', () => {
  const renames = new Map([
    ['batchSize', 'messages'],
    ['tracing', undefined],
    ['maxConcurrency', 'concurrency'],
  ]);
  const now = withRenames(source, 'SqsScaling', renames);
  expect(readDefinition(now, 'SqsScaling')).toEqual({
    values: { name: 'orders', messages: 100, stages: ['dev', 'prod!'] },
    computed: ['concurrency'],
  });
});

test('an option that has both names keeps the value of the new one', () => {
  const both = 'new SqsScaling({ batchSize: 100, messages: 20 }).synth();';
  const now = withRenames(both, 'SqsScaling', new Map([['batchSize', 'messages']]));
  expect(readDefinition(now, 'SqsScaling')?.values).toEqual({ messages: 20 });
});

test('a shorthand keeps its variable', () => {
  const short = 'const batchSize = 100;\nnew SqsScaling({ batchSize }).synth();';
  expect(withRenames(short, 'SqsScaling', new Map([['batchSize', 'messages']]))).toContain('{ messages: batchSize }');
});

test('a word of that name elsewhere is nothing of the option', () => {
  const text = "const batchSize = 1;\nnew SqsScaling({ name: 'batchSize' }).synth();\n";
  expect(withRenames(text, 'SqsScaling', new Map([['batchSize', 'messages']]))).toBe(text);
});
