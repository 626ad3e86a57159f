import { checks } from '../../../labs/cross-account-ecr/checks';
import { runCheck } from '../../../labs/engine/check';
import type { Json } from '../../../labs/engine/json';
import { assemblyOf, type Resources } from '../support';

/* Answers that no step of the lab shows, and what the checks say of them. */

const PULL = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const people = { Effect: 'Allow', Principal: { AWS: '444455556666' }, Action: PULL };
const lambda = (condition: Json) => ({
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: PULL,
  Condition: condition,
});
const functions = 'arn:aws:lambda:us-east-1:444455556666:function:*';

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
  ['ArnLike, and a capital letter', { ArnLike: { 'aws:SourceArn': functions } }],
  ['functions by their names', { ArnEquals: { 'aws:SourceArn': functions.replace('*', 'hello') } }],
])('a condition by %s will do', (_, condition) => {
  expect(seenAt('lambda-pulls', app([people, lambda(condition)]))).toEqual([]);
});

test.each([
  ['any account', functions.replace('444455556666', '*')],
  ['a layer', 'arn:aws:lambda:us-east-1:444455556666:layer:hello'],
  ['anything', '*'],
])('a condition on %s is none', (_, source) => {
  const [seen] = seenAt('lambda-pulls', app([people, lambda({ StringLike: { 'aws:sourceArn': source } })]));
  expect(seen).toContain(`lets lambda.amazonaws.com for ${source} pull`);
});

const rule = (region: string): Json => ({
  Place: { Assertions: [{ Assert: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, region] }, AssertDescription: 'There.' }] },
});

test.each([
  ['a stack of that Region', 'aws://unknown-account/us-east-1', {}],
  ['a rule of the template', 'aws://unknown-account/unknown-region', rule('us-east-1')],
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
  [
    'aws://unknown-account/unknown-region',
    {},
    'the stack orders can be deployed to any Region, and its image is in us-east-1',
  ],
])('in %s with the rules %j it is refused by what was seen', (environment, rules, seen) => {
  expect(seenAt('right-place', app([people]), environment, rules)).toEqual([seen]);
});
