import type { Json } from '../../../labs/engine/json';
import { type Resources, variationsOf } from '../support';
import { seenAt, seenIn, type TestStack } from './seen';
import { finished } from './templates';

/* Apps of several stages, and where their registries and functions are. */

const { Store, ...others } = finished;

/** The stacks of a stage, whose repository is called as it is. */
function stage(name: string, registry: Record<string, Json> = {}, running: Record<string, Json> = {}): TestStack[] {
  const named: Resources = {
    Store: { ...Store, Properties: { ...Store.Properties, RepositoryName: name, ...registry } },
  };
  const Hello = {
    ...others.Hello,
    Properties: { ...others.Hello.Properties, Code: { ImageUri: uriOf(name) }, ...running },
  };
  return [
    { name, resources: named },
    { name: `${name}-function`, environment: 'aws://unknown-account/us-east-1', resources: { ...others, Hello } },
  ];
}

const DIGEST = `sha256:${'a'.repeat(64)}`;
const uriOf = (repository: string, account = '111122223333', region = 'us-east-1'): string =>
  `${account}.dkr.ecr.${region}.amazonaws.com/${repository}@${DIGEST}`;
const everybody = { Effect: 'Allow', Principal: '*', Action: 'ecr:*' };

const STEPS = ['registry', 'accounts-pull', 'lambda-pulls', 'function-by-digest', 'right-place', 'api'];

test.each(STEPS)('%s is reached with two stages', (step) => {
  expect(seenIn(step, ...stage('dev'), ...stage('live'))).toEqual([]);
});

test.each<[string, Record<string, Json>, Record<string, Json>, string]>([
  ['registry', { ImageTagMutability: 'MUTABLE' }, {}, 'in the stack live ImageTagMutability of Store is MUTABLE'],
  ['registry', { LifecyclePolicy: {} }, {}, 'in the stack live LifecyclePolicyText of Store is not set'],
  ['accounts-pull', { RepositoryPolicyText: {} }, {}, 'in the stack live the policy of Store lets nobody in'],
  [
    'lambda-pulls',
    { RepositoryPolicyText: { Statement: [everybody] } },
    {},
    'in the stack live no statement in the policy of Store lets lambda.amazonaws.com, for functions of some accounts, pull',
  ],
  [
    'function-by-digest',
    {},
    { Code: { ImageUri: uriOf('live').replace(`@${DIGEST}`, ':latest') } },
    'in the stack live-function ImageUri of Hello ends with /live:latest',
  ],
  [
    'right-place',
    {},
    { Code: { ImageUri: uriOf('live', '111122223333', 'eu-west-1') } },
    'in the stack live-function Hello is deployed to us-east-1, and its image is in eu-west-1',
  ],
])('%s is not when one of them is wrong, whichever comes first', (step, registry, running, told) => {
  const live = stage('live', registry, running);
  for (const stacks of [
    [...stage('dev'), ...live],
    [...live, ...stage('dev')],
  ]) {
    expect(seenIn(step, ...stacks)).toContain(told);
  }
});

test('a second function of a stack is looked at as well, and needs no API', () => {
  const plus = (uri: string): Resources => ({
    ...finished,
    Other: { ...finished.Hello, Properties: { ...finished.Hello.Properties, Code: { ImageUri: uri } } },
  });
  expect(seenAt('function-by-digest', plus(uriOf('store').replace(`@${DIGEST}`, ':latest')))).toEqual([
    'ImageUri of Other ends with /store:latest',
  ]);
  expect(seenAt('api', plus(uriOf('store')))).toEqual([]);
});

const { changed } = variationsOf(finished);
const seenOf = (ImageUri: Json, environment = ''): (string | null)[] =>
  seenAt('function-by-digest', changed('Hello', { Code: { ImageUri } }), environment);

/** An address as the CDK makes it of a repository that is imported by an ARN. */
const takenFrom = (arn: Json): Json => {
  const part = (index: number): Json => ({ 'Fn::Select': [index, { 'Fn::Split': [':', arn] }] });
  return { 'Fn::Join': ['', [part(4), '.dkr.ecr.', part(3), '.', { Ref: 'AWS::URLSuffix' }, `/store@${DIGEST}`]] };
};

test.each<[string, Json]>([
  ['a plain ARN', 'arn:aws:ecr:us-east-1:111122223333:repository/store'],
  [
    'an ARN of any partition',
    { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ecr:us-east-1:111122223333:repository/store']] },
  ],
])('an address that is taken from %s names account and Region', (_, arn) => {
  expect(seenOf(takenFrom(arn))).toEqual([]);
  expect(seenAt('right-place', changed('Hello', { Code: { ImageUri: takenFrom(arn) } }))).toEqual([
    'the stack orders can be deployed to any Region, and its image is in us-east-1',
  ]);
});

test.each<[string, Json, string]>([
  ['that is not known', takenFrom({ 'Fn::ImportValue': 'arn' }), 'in an account that only the deployment knows'],
  [
    'of the function',
    { 'Fn::Sub': `\${AWS::AccountId}.dkr.ecr.us-east-1.amazonaws.com/store@${DIGEST}` },
    'in the account that it is deployed to',
  ],
  ['of nobody', `public.ecr.aws/lambda/nodejs@${DIGEST}`, 'in no registry of Amazon ECR'],
])('an address of an account %s is told so', (_, uri, told) => {
  expect(seenOf(uri)).toEqual([`the image of Hello is looked for ${told}`]);
});

test.each([
  ['63', 'a'.repeat(63), '@sha256: and 63 digits'],
  ['capital', 'A'.repeat(64), '@sha256: and digits with capitals, which a digest has not'],
  ['no', 'latest', '@sha256:latest'],
])('%s digits are told from a digest', (_, digits, told) => {
  const [seen] = seenOf(uriOf('store').replace(DIGEST, `sha256:${digits}`));
  expect(seen).toBe(`ImageUri of Hello ends with /store${told}`);
});

test('the repository is one of the app', () => {
  expect(seenOf(uriOf('payments'))).toEqual([
    'the image of Hello is in the repository payments, which the app does not have',
  ]);
  const { RepositoryName: _, ...rest } = Store.Properties as Record<string, Json>;
  const unnamed: Resources = { ...others, Store: { ...Store, Properties: rest } };
  expect(seenAt('function-by-digest', unnamed)).toEqual([]);
});

/** The finished app with its registry in a stack of its own. */
const apart = (environment: string, uri: string, place = 'aws://unknown-account/us-east-1'): TestStack[] => [
  { name: 'registry', environment, resources: { Store } },
  {
    name: 'function',
    environment: place,
    resources: {
      ...others,
      Hello: { ...others.Hello, Properties: { ...others.Hello.Properties, Code: { ImageUri: uri } } },
    },
  },
];

test('the account is that of the registry, where its stack has one', () => {
  const place = 'aws://111122223333/us-east-1';
  expect(seenIn('function-by-digest', ...apart(place, uriOf('store')))).toEqual([]);
  expect(seenIn('function-by-digest', ...apart(place, uriOf('store', '999999999999')))).toEqual([
    'the image of Hello is looked for in the account 999999999999, and store is in 111122223333',
  ]);
});

test('the Region is that of the registry, where its stack has one', () => {
  const told = 'the image of Hello is looked for in us-east-1, and the registry is deployed to eu-west-1';
  const open = uriOf('store').replace('us-east-1', `\${AWS::Region}`);
  expect(seenIn('right-place', ...apart('aws://unknown-account/us-east-1', uriOf('store')))).toEqual([]);
  expect(seenIn('right-place', ...apart('aws://unknown-account/eu-west-1', uriOf('store')))).toEqual([told]);
  expect(seenIn('right-place', ...apart('aws://unknown-account/eu-west-1', open))).toEqual([told]);
});
