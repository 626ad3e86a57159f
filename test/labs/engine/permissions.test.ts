import type { Assembly, Resource } from '../../../labs/engine/assembly';
import type { Json, JsonObject } from '../../../labs/engine/json';
import { names, rightsOn, statementsOf } from '../../../labs/engine/permissions';
import { assemblyOf, attribute, ref } from '../support';

const statement = { Effect: 'Allow', Action: 'sqs:ReceiveMessage', Resource: attribute('Queue') };
const document = { Statement: [statement] };
const role = { Type: 'AWS::IAM::Role' };

function roleOf(assembly: Assembly): Resource {
  return assembly.ofType('AWS::IAM::Role')[0];
}

function queueOf(assembly: Assembly): Resource {
  return assembly.ofType('AWS::SQS::Queue')[0];
}

test.each([
  ['an inline policy', { Role: { ...role, Properties: { Policies: [{ PolicyDocument: document }] } } }],
  [
    'a policy',
    { Role: role, P: { Type: 'AWS::IAM::Policy', Properties: { PolicyDocument: document, Roles: [ref('Role')] } } },
  ],
  [
    'a role policy',
    {
      Role: role,
      P: { Type: 'AWS::IAM::RolePolicy', Properties: { PolicyDocument: document, RoleName: ref('Role') } },
    },
  ],
  [
    'a managed policy that names the role',
    {
      Role: role,
      P: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: document, Roles: [ref('Role')] } },
    },
  ],
  [
    'a managed policy that the role names',
    {
      Role: { ...role, Properties: { ManagedPolicyArns: [ref('P')] } },
      P: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: document } },
    },
  ],
])('finds a statement in %s', (_, resources) => {
  const assembly = assemblyOf({ Queue: { Type: 'AWS::SQS::Queue' }, ...resources } as never);
  const found = statementsOf(assembly, roleOf(assembly));
  expect(found).toMatchObject([{ effect: 'Allow', actions: ['sqs:ReceiveMessage'] }]);
  expect(rightsOn(assembly, roleOf(assembly), ['sqs:ReceiveMessage'], queueOf(assembly))).toEqual({ lacking: [] });
});

test("leaves out another role's policies", () => {
  const policy = { Type: 'AWS::IAM::Policy', Properties: { PolicyDocument: document, Roles: [ref('Other')] } };
  const assembly = assemblyOf({ Role: role, Other: role, P: policy });
  expect(statementsOf(assembly, roleOf(assembly))).toEqual([]);
});

test.each([['sqs:ReceiveMessage'], ['SQS:receivemessage'], ['sqs:Receive*'], ['sqs:?eceiveMessage'], ['sqs:*'], ['*']])(
  '%s names sqs:ReceiveMessage',
  (action) => {
    expect(
      names({ effect: 'Allow', actions: [action], resources: [], holder: {} as never }, 'sqs:ReceiveMessage'),
    ).toBe(true);
  },
);

test.each([['sqs:SendMessage'], ['sqs:ReceiveMessages'], ['sqs.ReceiveMessage'], ['']])(
  '%j does not name sqs:ReceiveMessage',
  (action) => {
    expect(
      names({ effect: 'Allow', actions: [action], resources: [], holder: {} as never }, 'sqs:ReceiveMessage'),
    ).toBe(false);
  },
);

test('a statement by NotAction and NotResource is read as one about everything', () => {
  const wide = { Statement: { Effect: 'Allow', NotAction: 'iam:*', NotResource: attribute('Queue') } };
  const assembly = assemblyOf({ Role: { ...role, Properties: { Policies: [{ PolicyDocument: wide }] } } });
  expect(statementsOf(assembly, roleOf(assembly))).toMatchObject([{ actions: ['*'], resources: ['*'] }]);
});

describe('the rights of a role on a resource', () => {
  const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage'];
  const allow = (Action: Json, Resource: Json): Json => ({ Effect: 'Allow', Action, Resource });
  const rightsOf = (properties: JsonObject) => {
    const resources = { Queue: { Type: 'AWS::SQS::Queue' }, Role: { ...role, Properties: properties } };
    const assembly = assemblyOf(resources);
    return rightsOn(assembly, roleOf(assembly), actions, queueOf(assembly));
  };
  const rightsBy = (...Statement: Json[]) => rightsOf({ Policies: [{ PolicyDocument: { Statement } }] });

  test('lack what no statement allows on it', () => {
    const rights = rightsBy(
      allow('sqs:ReceiveMessage', attribute('Queue')),
      allow('sqs:DeleteMessage', 'arn:aws:sqs:::x'),
    );
    expect(rights).toEqual({ lacking: ['sqs:DeleteMessage'] });
  });

  test('are not given by a statement that denies, or that names its URL', () => {
    const rights = rightsBy({ Effect: 'Deny', Action: actions, Resource: '*' }, allow(actions, ref('Queue')));
    expect(rights).toEqual({ lacking: actions });
  });

  test.each([
    ['AWSLambdaSQSQueueExecutionRole', actions],
    ['AmazonSQSFullAccess', ['sqs:*']],
    ['AdministratorAccess', ['*']],
  ])('are given, and more, by the policy %s that AWS manages', (name, meant) => {
    const arn = { 'Fn::Join': ['', ['arn:', ref('AWS::Partition'), `:iam::aws:policy/service-role/${name}`]] };
    expect(rightsOf({ ManagedPolicyArns: [arn] })).toMatchObject({
      lacking: [],
      excess: { by: 'policy', actions: meant, statement: { managedPolicy: name } },
    });
  });

  test.each(['AWSLambdaBasicExecutionRole', 'AmazonSQSReadOnlyAccess', 'toString'])(
    'are not given by the policy %s that AWS manages',
    (name) => {
      expect(rightsOf({ ManagedPolicyArns: [`arn:aws:iam::aws:policy/${name}`] })).toEqual({ lacking: actions });
    },
  );

  test.each<[string, Json]>([
    ['of everything', '*'],
    ['of all queues', 'arn:aws:sqs:*:*:*'],
    ['of a joined ARN', { 'Fn::Join': [':', ['arn:aws:sqs', ref('AWS::Region'), ref('AWS::AccountId'), 'orders-*']] }],
  ])('are given, and more, by a pattern %s among resources', (_, resource) => {
    expect(rightsBy(allow(actions, resource))).toMatchObject({ lacking: [], excess: { by: 'resources', actions } });
  });

  test('are given on a topic by its reference, which is its ARN', () => {
    const statements = { Statement: [{ Effect: 'Allow', Action: 'sns:Subscribe', Resource: ref('Topic') }] };
    const assembly = assemblyOf({
      Topic: { Type: 'AWS::SNS::Topic' },
      Role: { ...role, Properties: { Policies: [{ PolicyDocument: statements }] } },
    });
    const [topic] = assembly.ofType('AWS::SNS::Topic');
    expect(rightsOn(assembly, roleOf(assembly), ['sns:Subscribe'], topic)).toEqual({ lacking: [] });
  });

  test('have nothing to do with a pattern of another service', () => {
    const resources = [attribute('Queue'), 'arn:aws:s3:::bucket/*'];
    expect(rightsBy(allow([...actions, 's3:GetObject'], resources))).toEqual({ lacking: [] });
  });

  test('are given, and more, by a pattern among actions', () => {
    expect(rightsBy(allow(['sqs:DeleteMessage', 'sqs:Receive*'], attribute('Queue')))).toMatchObject({
      lacking: [],
      excess: { by: 'actions', actions: ['sqs:Receive*'] },
    });
  });
});

test.each([[null], ['text'], [[null]], [{ PolicyDocument: null }], [{ PolicyDocument: { Statement: [null, 1] } }]])(
  'reads odd policies (%j) without an exception',
  (policies) => {
    const assembly = assemblyOf({ Role: { ...role, Properties: { Policies: policies as never } } });
    expect(() => statementsOf(assembly, roleOf(assembly))).not.toThrow();
  },
);
