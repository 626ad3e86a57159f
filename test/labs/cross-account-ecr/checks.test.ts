import { checks } from '../../../labs/cross-account-ecr/checks';
import { runCheck } from '../../../labs/engine/check';
import type { Json } from '../../../labs/engine/json';
import { testChecks } from '../check-suite';
import { assemblyOf, type Resources } from '../support';
import { seenAt } from './seen';
import { FUNCTIONS, finished, lambda, PULL, people } from './templates';

testChecks(checks, finished);

/* Answers that no step of the lab shows, and what the checks say of them. */

const app = (statements: readonly Json[], region = 'us-east-1'): Resources => ({
  Store: { Type: 'AWS::ECR::Repository', Properties: { RepositoryPolicyText: { Statement: [...statements] } } },
  Hello: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { ImageUri: `111122223333.dkr.ecr.${region}.amazonaws.com/store@sha256:${'a'.repeat(64)}` },
    },
  },
});

const REGISTRY_PLACE = 'aws://111122223333/us-east-1';
const like = (source: Json): Json => ({ StringLike: { 'aws:sourceArn': source } });

test.each([
  ['ArnLike, and a capital letter', { ArnLike: { 'aws:SourceArn': FUNCTIONS } }],
  ['functions by their names', { ArnEquals: { 'aws:SourceArn': FUNCTIONS.replace('*', 'hello') } }],
  ['functions of any Region', like(FUNCTIONS.replace('us-east-1', '*'))],
  ['functions of Regions that fit', like(FUNCTIONS.replace('us-east-1', 'us-*-?'))],
  [
    'functions and their account',
    { ...(like(FUNCTIONS) as object), StringEquals: { 'aws:SourceAccount': '444455556666' } },
  ],
  ['functions, and encryption', { ...(like(FUNCTIONS) as object), Bool: { 'aws:SecureTransport': 'true' } }],
])('a condition by %s will do', (_, condition) => {
  expect(seenAt('lambda-pulls', app([people, lambda(condition)]), REGISTRY_PLACE)).toEqual([]);
});

test('a function of the account of the registry may be beside others', () => {
  const own = { 'Fn::Sub': `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:*` };
  const root = { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root` };
  const both = { ...people, Principal: { AWS: ['444455556666', root] } };
  expect(seenAt('lambda-pulls', app([both, lambda(like([FUNCTIONS, own]))]))).toEqual([]);
});

test.each([
  ['any account', like(FUNCTIONS.replace('444455556666', '*')), 'is not the functions of one account'],
  ['a layer', like('arn:aws:lambda:us-east-1:444455556666:layer:hello'), 'is not the functions of one account'],
  ['a slash', like(FUNCTIONS.replace('function:', 'function/')), 'is not the functions of one account'],
  ['anything', like('*'), 'pull for *, which is not the functions of one account'],
  ['functions of another Region', like(FUNCTIONS.replace('us-east-1', 'eu-*')), 'not for functions in us-east-1'],
  ['a literal asterisk', { StringEquals: { 'aws:sourceArn': FUNCTIONS } }, 'StringEquals takes the asterisk of'],
  ['the contrary', { StringNotLike: { 'aws:sourceArn': FUNCTIONS } }, 'its condition StringNotLike of aws:sourceArn'],
  ['what may be missing', { StringLikeIfExists: { 'aws:sourceArn': FUNCTIONS } }, 'where there is no aws:sourceArn'],
  [
    'the account alone',
    { StringEquals: { 'aws:SourceAccount': '444455556666' } },
    'on aws:SourceAccount (444455556666), and not',
  ],
  ['nothing', {}, "no condition says for which account's functions"],
  [
    'functions, of another account',
    { ...(like(FUNCTIONS) as object), StringEquals: { 'aws:SourceAccount': '777788889999' } },
    'only under the condition StringEquals of aws:SourceAccount (777788889999)',
  ],
  [
    'functions, without encryption',
    { ...(like(FUNCTIONS) as object), Bool: { 'aws:SecureTransport': 'false' } },
    'only under the condition Bool of aws:SecureTransport (false)',
  ],
  [
    'functions of two accounts at once',
    { ...(like(FUNCTIONS) as object), ArnLike: { 'aws:SourceArn': FUNCTIONS.replace('444455556666', '777788889999') } },
    'under conditions that never hold at once',
  ],
])('a condition on %s is refused by what it says', (_, condition, told) => {
  const [seen] = seenAt('lambda-pulls', app([people, lambda(condition)]), REGISTRY_PLACE);
  expect(seen).toContain('a statement in the policy of Store lets lambda.amazonaws.com pull');
  expect(seen).toContain(told);
});

test('one statement for both is told from two', () => {
  const merged = { ...people, Principal: { AWS: '444455556666', Service: 'lambda.amazonaws.com' } };
  expect(seenAt('accounts-pull', app([merged]))).toEqual([]);
  const [check] = checks.filter(({ step }) => step === 'lambda-pulls');
  const [{ seen, next }] = runCheck(check, assemblyOf(app([merged]))).results;
  expect(seen).toContain(
    'a statement in the policy of Store lets 444455556666 and lambda.amazonaws.com pull, and no condition',
  );
  expect(next).toContain('the CDK merges statements that differ in nothing but whom they let in');
});

const denial = (principal: Json, rest: Record<string, Json> = {}): Json => ({
  Effect: 'Deny',
  Principal: principal,
  Action: 'ecr:*',
  ...rest,
});

test.each([
  ['everybody', denial('*', { Action: 'ecr:BatchGetImage' }), 'denies ecr:BatchGetImage to *'],
  ['the account', denial({ AWS: 'arn:aws:iam::444455556666:root' }), 'denies ecr:* to arn:aws:iam::444455556666:root'],
  ['all but some', { Effect: 'Deny', NotPrincipal: { AWS: '1' }, Action: 'ecr:*' }, 'denies ecr:* to all but some'],
  [
    'all but some actions',
    { Effect: 'Deny', Principal: '*', NotAction: 'ecr:Put*' },
    'denies all actions but some to *',
  ],
])('what is denied to %s, no other statement allows', (_, statement, told) => {
  expect(seenAt('accounts-pull', app([people, statement]))).toEqual([`a statement in the policy of Store ${told}`]);
});

test('a denial is a third statement, unless it is of requests without encryption or of pushing', () => {
  const statements = [people, lambda(like(FUNCTIONS))];
  const seenWith = (statement: Json) => seenAt('lambda-pulls', app([...statements, statement]));
  expect(seenWith(denial({ AWS: '777788889999' }))).toEqual([
    'Store has a statement more in its policy, which denies ecr:* to 777788889999',
  ]);
  expect(seenWith(denial({ Service: 'lambda.amazonaws.com' }))).toHaveLength(2);
  expect(seenWith(denial('*', { Condition: { Bool: { 'aws:SecureTransport': 'false' } } }))).toEqual([]);
  expect(seenWith(denial('*', { Action: 'ecr:PutImage' }))).toEqual([]);
  expect(seenWith({ Effect: 'Deny', Principal: '*', NotAction: PULL })).toEqual([]);
});

test.each([
  [
    'another account',
    { StringEquals: { 'aws:PrincipalAccount': '999999999999' } },
    'StringEquals of aws:PrincipalAccount (999999999999)',
  ],
  ['an address', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, 'IpAddress of aws:SourceIp (10.0.0.0/8)'],
  ['a second factor', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }, 'Bool of aws:MultiFactorAuthPresent (true)'],
  ['a function', like(FUNCTIONS), 'StringLike of aws:sourceArn'],
])('a condition on %s takes something away from the account', (_, Condition, told) => {
  const [seen] = seenAt('accounts-pull', app([{ ...people, Condition }]));
  expect(seen).toContain(`the policy of Store lets 444455556666 pull only under the condition ${told}`);
});

test.each([
  ['the account itself', { StringEquals: { 'aws:PrincipalAccount': ['444455556666'] } }],
  ['accounts that fit', { StringLike: { 'aws:PrincipalAccount': '4444*' } }],
  ['its organization', { StringEquals: { 'aws:PrincipalOrgID': 'o-abcdefghij' } }],
])('a condition on %s takes nothing away', (_, Condition) => {
  expect(seenAt('accounts-pull', app([{ ...people, Condition }]))).toEqual([]);
});

test('actions are told without regard to case', () => {
  const resources = app([{ ...people, Action: ['ecr:batchgetimage', 'ECR:GetDownloadUrlForLayer'] }]);
  expect(seenAt('accounts-pull', resources)).toEqual([]);
});

test.each([
  ['ecr:*', 'ecr:*'],
  ['what pushes', ['ecr:PutImage', 'ecr:UploadLayerPart']],
])('%s is more than pulling', (_, more) => {
  const Action = [...PULL, ...[more].flat()];
  expect(seenAt('accounts-pull', app([{ ...people, Action }]))).toEqual([
    `the policy of Store allows ${[more].flat().join(', ')} to others`,
  ]);
});

test('an account that lacks an action is named, whatever others have', () => {
  const other = { ...people, Principal: { AWS: '777788889999' }, Action: 'ecr:BatchGetImage' };
  expect(seenAt('accounts-pull', app([people, other]))).toEqual([
    'the policy of Store lets 777788889999 in, and does not allow ecr:GetDownloadUrlForLayer',
  ]);
});

test.each([
  ['by its digits', '111122223333', REGISTRY_PLACE, '111122223333'],
  ['as the lab has it', '111122223333', '', '111122223333'],
  ['by reference', { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root` }, '', 'its own account'],
])('the account of the registry alone is none to let in: %s', (_, AWS, environment, told) => {
  expect(seenAt('accounts-pull', app([{ ...people, Principal: { AWS } }]), environment)).toEqual([
    `the policy of Store lets in the account of the registry (${told}), and no other`,
  ]);
});

test('what only the deployment knows is told by its name', () => {
  const AWS = { 'Fn::Join': ['', ['arn:aws:iam::', { 'Fn::ImportValue': 'teams' }, ':root']] };
  expect(seenAt('accounts-pull', app([people, { ...people, Principal: { AWS } }]))).toEqual([
    `the policy of Store lets arn:aws:iam::\${Fn::ImportValue teams}:root pull`,
  ]);
});

test('the policy of the whole registry opens no door beside', () => {
  const whole = (statement: Json): Resources => ({
    ...app([people]),
    Whole: { Type: 'AWS::ECR::RegistryPolicy', Properties: { PolicyText: { Statement: [statement] } } },
  });
  const everybody = { Effect: 'Allow', Principal: '*', Action: 'ecr:*', Resource: '*' };
  const copies = { ...people, Action: ['ecr:ReplicateImage', 'ecr:CreateRepository'] };
  expect(seenAt('accounts-pull', whole(everybody))).toEqual([
    'Whole, the policy of the whole registry, allows ecr:* to others',
  ]);
  expect(seenAt('accounts-pull', whole(copies))).toEqual([]);
});

test.each([
  ['all but some', { ...people, Principal: undefined, NotPrincipal: { AWS: '444455556666' } }],
  ['all but some', { ...people, Action: undefined, NotAction: ['ecr:PutImage'] }],
  ['arn:aws:iam::777788889999:user/one', { ...people, Principal: { AWS: 'arn:aws:iam::777788889999:user/one' } }],
])('%s may not pull as well', (told, statement) => {
  expect(seenAt('accounts-pull', app([people, JSON.parse(JSON.stringify(statement))]))).toEqual([
    `the policy of Store lets ${told} pull`,
  ]);
});

test.each([
  ['AdministratorAccess', ['*']],
  ['AmazonEC2ContainerRegistryPullOnly', PULL],
])('a role with %s has rights to registries', (name, actions) => {
  const { Hello, ...rest } = app([people, lambda({ StringLike: { 'aws:sourceArn': FUNCTIONS } })]);
  const resources: Resources = {
    ...rest,
    Hello: { ...Hello, Properties: { ...Hello.Properties, Role: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
    Role: { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns: [`arn:aws:iam::aws:policy/${name}`] } },
  };
  expect(seenAt('function-by-digest', resources)).toEqual([`Role may do ${actions.join(', ')}, by ${name}`]);
});

const ruleThat = (assert: Json, rest: Record<string, Json> = { AssertDescription: 'There.' }): Json => ({
  Place: { Assertions: [{ Assert: assert, ...rest }] },
});
const isIn = (region: string): Json => ({ 'Fn::Equals': [{ Ref: 'AWS::Region' }, region] });
const rule = (region: string): Json => ruleThat(isIn(region));

/** What lets another Region in, or the right one not. */
const WRONG: readonly Json[] = [
  { 'Fn::Not': [isIn('us-east-1')] },
  { 'Fn::Or': [isIn('us-east-1'), isIn('eu-west-1')] },
  { 'Fn::Contains': [['us-east-1', 'eu-west-1'], { Ref: 'AWS::Region' }] },
];

test.each([
  ['a stack of that Region', 'aws://unknown-account/us-east-1', {}],
  ['a rule of the template', 'aws://unknown-account/unknown-region', rule('us-east-1')],
  [
    'a list of one Region',
    'aws://unknown-account/unknown-region',
    ruleThat({ 'Fn::Contains': [['us-east-1'], { Ref: 'AWS::Region' }] }),
  ],
  [
    'a rule beside other conditions',
    'aws://unknown-account/unknown-region',
    ruleThat({ 'Fn::And': [isIn('us-east-1'), { 'Fn::Equals': [{ Ref: 'AWS::AccountId' }, '444455556666'] }] }),
  ],
])('%s keeps the function in the Region of its image', (_, environment, rules) => {
  expect(seenAt('right-place', app([people]), environment, rules)).toEqual([]);
});

test.each([
  [
    'aws://unknown-account/eu-west-1',
    rule('us-east-1'),
    'Hello is deployed to eu-west-1, and its image is in us-east-1',
  ],
  [
    'aws://unknown-account/unknown-region',
    rule('eu-west-1'),
    'the rule of orders lets other Regions in than us-east-1, where the image is',
  ],
  ...WRONG.map((assert): [string, Json, string] => [
    'aws://unknown-account/unknown-region',
    ruleThat(assert),
    'the rule of orders lets other Regions in than us-east-1, where the image is',
  ]),
  [
    'aws://unknown-account/unknown-region',
    ruleThat(isIn('us-east-1'), {}),
    'the rule of orders says no reason (AssertDescription)',
  ],
  [
    'aws://unknown-account/unknown-region',
    {},
    'the stack orders can be deployed to any Region, and its image is in us-east-1',
  ],
])('in %s with the rules %j it is refused by what was seen', (environment, rules, seen) => {
  expect(seenAt('right-place', app([people]), environment, rules)).toEqual([seen]);
});
