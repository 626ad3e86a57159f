import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import fc from 'fast-check';
import { findPattern } from '../../../blueprints/catalog';
import { MOST_ACCOUNTS } from '../../../blueprints/cross-account-ecr/pattern';
import { checkOptions } from '../../../blueprints/options';
import { accountsIn, deployedReading } from '../../../labs/cross-account-ecr/policy';
import { asList, dig, type Json } from '../../../labs/engine/json';
import { CrossAccountEcrStack } from '../../golden/cross-account-ecr/src/cross-account-ecr-stack';

/* What the policy of the registry allows, and whom, as Amazon ECR evaluates it; no emulator does. */

const PULL = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const REGISTRY = { account: '111122223333', region: 'eu-west-1' };

/** The policy that the finished project makes for accounts, with the partition filled in. */
function policyFor(accounts: readonly string[], env = REGISTRY, partition = 'aws'): Json {
  const stack = new CrossAccountEcrStack(new App(), 'images', { env, keptImages: 100, accounts });
  const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::Repository'));
  const filled = (value: Json): Json => {
    const joined = dig(value, 'Fn::Join');
    if (joined !== undefined) {
      return asList((joined as readonly Json[])[1])
        .map((part) => (typeof part === 'string' ? part : partition))
        .join('');
    }
    return Array.isArray(value)
      ? value.map(filled)
      : value && typeof value === 'object'
        ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one as Json)]))
        : value;
  };
  return filled(Properties.RepositoryPolicyText);
}

/** Who asks: an account's own identity, or Lambda for a function; a service that says no source has none. */
interface Asked {
  readonly account?: string;
  readonly service?: string;
  readonly source?: string;
  readonly action: string;
}

const like = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`).test(text);
const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');

/** Whether a policy of this shape allows a request; what it knows no condition for, it refuses. */
function allows(policy: Json, { account, service, source, action }: Asked): boolean {
  return asList(dig(policy, 'Statement')).some((statement) => {
    const roots = asList(dig(statement, 'Principal', 'AWS')).map(String);
    const isNamed =
      roots.some((root) => root.endsWith(`:iam::${account}:root`)) ||
      (service !== undefined && asList(dig(statement, 'Principal', 'Service')).includes(service));
    const condition = dig(statement, 'Condition');
    const patterns = asList(dig(condition, 'StringLike', 'aws:sourceArn')).map(String);
    const isMet = condition === undefined || patterns.some((pattern) => source !== undefined && like(pattern, source));
    return (
      dig(statement, 'Effect') === 'Allow' && isNamed && isMet && asList(dig(statement, 'Action')).includes(action)
    );
  });
}

const B = '444455556666';
const C = '777788889999';
const functionOf = (account: string, region = REGISTRY.region): string =>
  `arn:aws:lambda:${region}:${account}:function:hello`;
const lambda = (source?: string) => ({ service: 'lambda.amazonaws.com', source });

describe.each(PULL)('%s', (action) => {
  test.each([
    ['the account of the list', { account: B }, true],
    ['another account', { account: C }, false],
    ['Lambda for a function of that account', lambda(functionOf(B)), true],
    ['Lambda for a function of another account', lambda(functionOf(C)), false],
    ['Lambda for a function in another Region', lambda(functionOf(B, 'us-east-1')), false],
    ['Lambda for a layer of that account', lambda(`arn:aws:lambda:eu-west-1:${B}:layer:hello`), false],
    ['Lambda for nobody in particular', lambda(), false],
    ['another service for that function', { service: 'ecs.amazonaws.com', source: functionOf(B) }, false],
  ])('%s: %j is let in: %s', (_, asked, isAllowed) => {
    expect(allows(policyFor([B]), { ...asked, action })).toBe(isAllowed);
  });
});

test.each(['ecr:PutImage', 'ecr:InitiateLayerUpload', 'ecr:BatchDeleteImage', 'ecr:SetRepositoryPolicy'])(
  '%s is allowed to nobody',
  (action) => {
    for (const asked of [{ account: B }, lambda(functionOf(B))]) {
      expect(allows(policyFor([B]), { ...asked, action })).toBe(false);
    }
  },
);

test('as it is deployed, the policy is read as two statements for the accounts of the list', () => {
  const { grants, denials } = deployedReading(asList(dig(policyFor([B, C]), 'Statement')), REGISTRY);
  expect([grants.length, denials.length]).toEqual([2, 0]);
  expect(accountsIn(grants, 'accounts')).toEqual([B, C]);
  expect(accountsIn(grants, 'lambda')).toEqual([B, C]);
});

/** Lists of accounts, each once, none of them the registry's. */
const lists = fc.uniqueArray(
  fc.stringMatching(/^\d{12}$/).filter((account) => account !== REGISTRY.account),
  { minLength: 1, maxLength: 8 },
);

test('whatever the list, there are two statements, and each account is in both and nobody else in either', () => {
  fc.assert(
    fc.property(lists, fc.stringMatching(/^\d{12}$/), (accounts, other) => {
      const policy = policyFor(accounts);
      expect(asList(dig(policy, 'Statement'))).toHaveLength(2);
      for (const account of new Set([...accounts, other])) {
        const isListed = accounts.includes(account);
        for (const action of PULL) {
          expect(allows(policy, { account, action })).toBe(isListed);
          expect(allows(policy, { ...lambda(functionOf(account)), action })).toBe(isListed);
        }
      }
    }),
    { numRuns: 30 },
  );
});

describe('the list of the option', () => {
  const many = (count: number): string[] => Array.from({ length: count }, (_, index) => String(200000000000 + index));
  const values = (accounts: string[]) => checkOptions(findPattern('cross-account-ecr'), { name: 'orders', accounts });

  test.each([
    ['aws', 'ap-southeast-1'],
    ['aws-us-gov', 'us-gov-west-1'],
    ['aws-cn', 'cn-northwest-1'],
  ])('of the largest size fits into a policy of 10,240 characters in %s', (partition, region) => {
    const policy = policyFor(many(MOST_ACCOUNTS), { ...REGISTRY, region }, partition);
    expect(JSON.stringify(policy).length).toBeLessThanOrEqual(10_240);
  });

  test('is taken up to that size, by the kit and by the project alike', () => {
    expect(values(many(MOST_ACCOUNTS)).accounts).toHaveLength(MOST_ACCOUNTS);
    expect(() => values(many(MOST_ACCOUNTS + 1))).toThrow(
      '--accounts names 81, and the policy of a repository has 10,240',
    );
    expect(() => policyFor(many(MOST_ACCOUNTS + 1))).toThrow('name 1 to 80, each once');
  });

  test.each([
    [[B, B], `--accounts names ${B} twice`],
    [['111122223333'], '--accounts names 111122223333 alone, which is the account of the registry'],
    [['2222'], '2222'],
    [[B, 'root'], 'root'],
  ])('is refused as %j', (accounts, problem) => {
    expect(() => values(accounts)).toThrow(problem);
  });

  test('may have the account of the registry beside another', () => {
    expect(values(['111122223333', B]).accounts).toEqual(['111122223333', B]);
  });
});
