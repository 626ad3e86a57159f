import { Assembly } from '../../../labs/engine/assembly';
import type { Json } from '../../../labs/engine/json';
import { assemblyOf, attribute, ref, resourcesOf } from '../support';

/** What Fn::Sub replaces; kept apart, for it looks like a forgotten template string. */
const placeholder = (name: string): string => `\${${name}}`;

const queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'orders-queue', VisibilityTimeout: 30 } };
const holder = (value: unknown) => ({ Type: 'Test::Holder', Properties: { Value: value as never } });

function targetOf(value: unknown): string | undefined {
  const assembly = assemblyOf({ Queue: queue, Other: { Type: 'AWS::SQS::Queue' }, Holder: holder(value) });
  return assembly.resourceAt(assembly.ofType('Test::Holder')[0], 'Value')?.logicalId;
}

describe('a value points at a resource', () => {
  test.each([
    ['by Ref', ref('Queue')],
    ['by Fn::GetAtt with a list', attribute('Queue')],
    ['by Fn::GetAtt with a text', { 'Fn::GetAtt': 'Queue.Arn' }],
    ['by Fn::Sub', { 'Fn::Sub': placeholder('Queue.Arn') }],
    ['by Fn::Sub with a map', { 'Fn::Sub': [`${placeholder('It')}/*`, { It: attribute('Queue') }] }],
    ['by Fn::Join among texts', { 'Fn::Join': ['', ['arn:', ref('AWS::Partition'), ':sqs:', ref('Queue')]] }],
    ['by its physical name', 'orders-queue'],
    ['by its physical name in an ARN', 'arn:aws:sqs:eu-west-1:123456789012:orders-queue'],
    [
      'by its physical name in a joined ARN',
      { 'Fn::Join': ['', ['arn:', ref('AWS::Partition'), ':sqs:x:y:orders-queue']] },
    ],
  ])('%s', (_, value) => {
    expect(targetOf(value)).toBe('Queue');
  });

  test('through a parameter of a nested stack, and an output of it back', () => {
    const parent = {
      Queue: queue,
      Nested: { Type: 'AWS::CloudFormation::Stack', Properties: { Parameters: { P: attribute('Queue') } } },
    };
    const child = { Holder: holder(ref('P')), Topic: { Type: 'AWS::SNS::Topic' } };
    const back = { Back: holder(attribute('Nested', 'Outputs.T')) };
    const assembly = new Assembly({
      stacks: [
        { name: 'orders', environment: '', template: {} },
        { name: 'orders/Nested', environment: '', template: { Outputs: { T: { Value: ref('Topic') } } } },
      ],
      resources: [...resourcesOf({ ...parent, ...back } as never), ...resourcesOf(child, 'orders/Nested')],
    });
    const [inner, outer] = ['Holder', 'Back'].map((id) => assembly.resources.find(({ logicalId }) => logicalId === id));
    expect(assembly.resourceAt(inner as never, 'Value')?.logicalId).toBe('Queue');
    expect(assembly.resourceAt(outer as never, 'Value')?.logicalId).toBe('Topic');
  });

  test('through an import from another stack', () => {
    const assembly = new Assembly({
      stacks: [
        {
          name: 'a',
          environment: '',
          template: { Outputs: { O: { Value: attribute('Queue'), Export: { Name: 'a:queue' } } } },
        },
        { name: 'b', environment: '', template: {} },
      ],
      resources: [
        ...resourcesOf({ Queue: queue }, 'a'),
        ...resourcesOf({ Holder: holder({ 'Fn::ImportValue': 'a:queue' }) }, 'b'),
      ],
    });
    expect(assembly.resourceAt(assembly.ofType('Test::Holder')[0], 'Value')?.logicalId).toBe('Queue');
  });
});

test.each([
  ['a reference', ref('Queue'), undefined],
  ['an attribute', attribute('Queue', 'QueueName'), 'QueueName'],
  ['a physical name', 'orders-queue', 'QueueName'],
  ['an ARN as text', 'arn:aws:sqs:eu-west-1:123456789012:orders-queue', 'Arn'],
  [
    'an ARN that is put together',
    { 'Fn::Join': ['', ['arn:', ref('AWS::Partition'), ':sqs:x:y:', attribute('Queue', 'QueueName')]] },
    'Arn',
  ],
])('%s tells which attribute of the resource it is', (_, value, expected) => {
  const assembly = assemblyOf({ Queue: queue });
  expect(assembly.targets(value, 'orders')).toMatchObject([{ resource: { logicalId: 'Queue' } }]);
  expect(assembly.targets(value, 'orders')[0].attribute).toBe(expected);
});

describe('a value points at nothing', () => {
  test.each([
    ['when it is the output of an unknown stack', { 'Fn::GetStackOutput': { StackName: 'other', OutputName: 'O' } }],
    ['when it is an odd output of a stack', { 'Fn::GetStackOutput': null }],
    ['when nothing is there', undefined],
    ['when it names an unknown logical id', ref('Nobody')],
    ['when it names a pseudo parameter', ref('AWS::Region')],
    ['when it points at several resources', [ref('Queue'), ref('Other')]],
    ['when it is a plain text', 'somebody-else'],
    ['when it is an odd Fn::GetAtt', { 'Fn::GetAtt': [] }],
    ['when it is an odd Fn::Join', { 'Fn::Join': [] }],
    ['when it is an odd Fn::Sub', { 'Fn::Sub': null }],
    ['when it is null', null],
  ])('%s', (_, value) => {
    expect(targetOf(value)).toBeUndefined();
  });

  test('when parameters refer to each other in a circle', () => {
    const template = { Parameters: { A: { Default: ref('B') }, B: { Default: ref('A') } } };
    const assembly = assemblyOf(
      { Holder: holder(ref('A')) },
      { stacks: [{ name: 'orders', environment: '', template }] },
    );
    expect(assembly.resourceAt(assembly.resources[0], 'Value')).toBeUndefined();
  });
});

describe('a number', () => {
  const numberOf = (value: unknown, template = {}) => {
    const assembly = assemblyOf({ Holder: holder(value) }, { stacks: [{ name: 'orders', environment: '', template }] });
    return assembly.number(assembly.resources[0], 'Value');
  };

  test('may be written as text', () => {
    expect(numberOf('181')).toBe(181);
  });

  test("is a parameter's default", () => {
    expect(numberOf(ref('P'), { Parameters: { P: { Default: 181 } } })).toBe(181);
  });

  test.each([[''], ['soon'], [ref('P')], [true], [[1]], [{}]])('is absent for %j', (value) => {
    expect(numberOf(value)).toBeUndefined();
  });
});

test('a property that is a JSON document as text is read as the document', () => {
  const assembly = assemblyOf({ Holder: holder('{"maxReceiveCount":5}') });
  expect(assembly.number(assembly.resources[0], 'Value.maxReceiveCount')).toBe(5);
});

describe('a JSON document that is joined from text', () => {
  const documentOf = (...parts: Json[]) => {
    const template = { Parameters: { Five: { Default: 5 } } };
    const stacks = [{ name: 'orders', environment: '', template }];
    const assembly = assemblyOf({ Queue: queue, Holder: holder({ 'Fn::Join': ['', parts] }) }, { stacks });
    const [, of] = assembly.resources;
    return { assembly, of };
  };

  test('keeps the references where they were', () => {
    const { assembly, of } = documentOf('{"a":{"at":"', attribute('Queue'), '","sub":"', ref('Queue'), '/x"}}');
    expect(assembly.property(of, 'Value.a.at')).toEqual(attribute('Queue'));
    expect(assembly.property(of, 'Value.a.sub')).toEqual({ 'Fn::Join': ['', [ref('Queue'), '/x']] });
    expect(assembly.resourceAt(of, 'Value.a.sub')?.logicalId).toBe('Queue');
  });

  test('may have a number from a parameter, and joined text inside', () => {
    const { assembly, of } = documentOf(
      '{"text":"say \\"',
      { 'Fn::Join': ['-', ['a', 'b']] },
      '\\"","five":',
      ref('Five'),
      '}',
    );
    expect(assembly.number(of, 'Value.five')).toBe(5);
    expect(assembly.property(of, 'Value.text')).toBe('say "a-b"');
  });

  test('is no document when it is no JSON', () => {
    const { assembly, of } = documentOf('{"a":', ref('Queue'));
    expect(assembly.property(of, 'Value.a')).toBeUndefined();
  });
});

test('a joined text shows its references by logical id', () => {
  const joined = { 'Fn::Join': ['', ['{"queue":"', attribute('Queue', 'QueueName'), '"}']] };
  expect(assemblyOf({}).text(joined)).toBe(`{"queue":"${placeholder('Queue.QueueName')}"}`);
});
