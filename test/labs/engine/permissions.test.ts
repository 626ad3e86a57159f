import type { Assembly, Resource } from '../../../labs/engine/assembly';
import { awsManagedPolicies, covers, names, statementsOf } from '../../../labs/engine/permissions';
import { assemblyOf, attribute, ref } from '../support';

const statement = { Effect: 'Allow', Action: 'sqs:ReceiveMessage', Resource: attribute('Queue') };
const document = { Statement: [statement] };
const role = { Type: 'AWS::IAM::Role' };

function roleOf(assembly: Assembly): Resource {
  return assembly.ofType('AWS::IAM::Role')[0];
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
  expect(covers(assembly, found[0], assembly.ofType('AWS::SQS::Queue')[0])).toBe(true);
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

test('names the policies that AWS manages', () => {
  const arn = {
    'Fn::Join': ['', ['arn:', ref('AWS::Partition'), ':iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole']],
  };
  const assembly = assemblyOf({ Role: { ...role, Properties: { ManagedPolicyArns: [arn] } } } as never);
  expect(awsManagedPolicies(assembly, roleOf(assembly))).toEqual(['AWSLambdaSQSQueueExecutionRole']);
});

test.each([[null], ['text'], [[null]], [{ PolicyDocument: null }], [{ PolicyDocument: { Statement: [null, 1] } }]])(
  'reads odd policies (%j) without an exception',
  (policies) => {
    const assembly = assemblyOf({ Role: { ...role, Properties: { Policies: policies as never } } });
    expect(() => statementsOf(assembly, roleOf(assembly))).not.toThrow();
  },
);
