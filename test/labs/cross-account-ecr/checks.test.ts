import { checks } from '../../../labs/cross-account-ecr/checks';
import { runCheck } from '../../../labs/engine/check';
import type { Json } from '../../../labs/engine/json';
import { testChecks } from '../check-suite';
import { assemblyOf, type Resources } from '../support';
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

/** What the goals of a step see that are not reached. */
function seenAt(step: string, resources: Resources, environment = '', rules: Json = {}): (string | null)[] {
  const [check] = checks.filter((one) => one.step === step);
  const template = { Resources: resources as unknown as Json, Rules: rules };
  const assembly = assemblyOf(resources, { stacks: [{ name: 'orders', environment, template }] });
  return runCheck(check, assembly).results.flatMap(({ passed, seen }) => (passed ? [] : [seen ?? null]));
}

test.each([
  ['ArnLike, and a capital letter', { ArnLike: { 'aws:SourceArn': FUNCTIONS } }],
  ['functions by their names', { ArnEquals: { 'aws:SourceArn': FUNCTIONS.replace('*', 'hello') } }],
])('a condition by %s will do', (_, condition) => {
  expect(seenAt('lambda-pulls', app([people, lambda(condition)]))).toEqual([]);
});

test.each([
  ['any account', FUNCTIONS.replace('444455556666', '*')],
  ['a layer', 'arn:aws:lambda:us-east-1:444455556666:layer:hello'],
  ['anything', '*'],
  ['functions of another Region', FUNCTIONS.replace('us-east-1', 'eu-west-1')],
])('a condition on %s is none', (_, source) => {
  const resources = app([people, lambda({ StringLike: { 'aws:sourceArn': source } })]);
  const [seen] = seenAt('lambda-pulls', resources, 'aws://111122223333/us-east-1');
  expect(seen).toContain(`lets lambda.amazonaws.com for ${source} pull`);
});

test('an asterisk is no pattern to StringEquals', () => {
  const [seen] = seenAt('lambda-pulls', app([people, lambda({ StringEquals: { 'aws:sourceArn': FUNCTIONS } })]));
  expect(seen).toContain(`lets lambda.amazonaws.com for ${FUNCTIONS} pull, and no condition`);
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

test('each route to the function has to be signed, and be the one', () => {
  const route = (key: string, type: string, integration: string) => ({
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: { Ref: 'Api' },
      RouteKey: key,
      AuthorizationType: type,
      Target: { 'Fn::Join': ['', ['integrations/', { Ref: integration }]] },
    },
  });
  const integration = {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: { ApiId: { Ref: 'Api' }, IntegrationUri: { 'Fn::GetAtt': ['Hello', 'Arn'] } },
  };
  const seen = seenAt('api', {
    ...app([people]),
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: {} },
    Signed: integration,
    Open: integration,
    Get: route('GET /hello', 'AWS_IAM', 'Signed'),
    Any: route('$default', 'NONE', 'Open'),
  });
  expect(seen).toEqual(expect.arrayContaining(['RouteKey of Any is $default', 'AuthorizationType of Any is NONE']));
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
