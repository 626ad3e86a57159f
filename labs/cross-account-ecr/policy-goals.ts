import {
  type Assembly,
  firstFailure,
  type Goal,
  type Json,
  mayRead,
  type Resource,
  reads,
  type Verdict,
  when,
} from '../authoring';
import { withParts } from './judging';
import { TYPE } from './parts';
import { accountsIn, type Grant, grantsIn, LAMBDA, PULL } from './policy';

const ROOT = 'arn:aws:iam::444455556666:root';
const SOURCE = 'arn:aws:lambda:us-east-1:444455556666:function:*';
const POLICY = 'RepositoryPolicyText';

/** Policies, for wrong answers. */
const policy = (...statements: Json[]): Json => ({ Statement: statements });
const people = (rest: Record<string, Json> = {}): Json => ({
  Effect: 'Allow',
  Principal: { AWS: ROOT },
  Action: PULL,
  ...rest,
});
const lambda = (source?: string, rest: Record<string, Json> = {}): Json => ({
  Effect: 'Allow',
  Principal: { Service: LAMBDA },
  Action: PULL,
  ...(source ? { Condition: { StringLike: { 'aws:sourceArn': [source] } } } : {}),
  ...rest,
});

/** Reached when statements of a kind allow both actions. */
function allowsPulling(repository: Resource, grants: readonly Grant[], to: Grant['to'], who: string, next: string) {
  const found = grants.filter((grant) => grant.to === to);
  const lacking = PULL.filter((action) => !found.some(({ actions }) => actions.includes(action)));
  return when(lacking.length === 0, {
    seen:
      grants.length === 0
        ? `the policy of ${repository.name} lets nobody in`
        : found.length === 0
          ? `no statement in the policy of ${repository.name} lets ${who}`
          : `the policy of ${repository.name} does not let them do ${lacking.join(', ')}: ${who}`,
    wanted: `a statement that lets ${who}, with ${PULL.join(' and ')}`,
    where: repository.where,
    next,
  });
}

/** The account of the function has to be let in as a whole; who of it, is its own business. */
export const accountsPull: Goal = {
  name: 'The listed accounts may use the image',
  reads: [reads(TYPE.repository, POLICY, policy(people({ Action: 'ecr:BatchGetImage' })), policy(lambda()))],
  judge: withParts(['repository'], ({ repository }, assembly) =>
    allowsPulling(
      repository,
      grantsIn(assembly, repository),
      'accounts',
      'accounts use the image by their roots',
      'add a statement whose principals are the accounts to the policy of the repository',
    ),
  ),
};

/** Whoever pushes is of the registry's account. */
export const noMoreThanPulling: Goal = {
  name: 'They may pull, and no more',
  reads: [
    mayRead(
      TYPE.repository,
      POLICY,
      policy(people({ Action: [...PULL, 'ecr:PutImage'] })),
      policy(people(), people({ Principal: '*' })),
      policy(people(), { Effect: 'Allow', NotPrincipal: { AWS: ROOT }, Action: PULL }),
      policy(people(), people({ Principal: { AWS: ROOT.replace('root', 'user/one') } })),
    ),
  ],
  judge: withParts(['repository'], ({ repository }, assembly) => {
    const grants = grantsIn(assembly, repository);
    const excess = grants.flatMap(({ actions }) => actions).find((action) => !PULL.includes(action));
    const other = grants.find(({ to, told }) => to === 'else' && !told.startsWith(LAMBDA));
    return firstFailure(
      () =>
        when(excess === undefined, {
          seen: `the policy of ${repository.name} allows ${excess} to others`,
          wanted: `${PULL.join(' and ')}, and nothing else: others pull, and never push`,
          where: repository.where,
          next: 'name these two actions in the statement',
        }),
      () =>
        when(other === undefined, {
          seen: `the policy of ${repository.name} lets ${other?.told} pull`,
          wanted: 'accounts one by one',
          where: repository.where,
          next: 'name the accounts as principals, each by its 12 digits or its root',
        }),
    );
  }),
};

/** A function that was idle for long is started from the registry again. */
export const lambdaPulls: Goal = {
  name: 'Lambda may pull for functions of these accounts',
  reads: [
    reads(
      TYPE.repository,
      POLICY,
      policy(people(), lambda()),
      policy(people(), lambda('arn:aws:lambda:us-east-1:444455556666:layer:*')),
      policy(people(), lambda(SOURCE, { Action: 'ecr:BatchGetImage' })),
      policy(people(), lambda(undefined, { Condition: { StringEquals: { 'aws:sourceArn': SOURCE } } })),
    ),
  ],
  judge: withParts(['repository'], ({ repository }, assembly) => {
    const grants = grantsIn(assembly, repository);
    const loose = grants.find(({ to, told }) => to === 'else' && told.startsWith(LAMBDA));
    return firstFailure(
      () => notLoose(repository, loose),
      () =>
        allowsPulling(
          repository,
          grants,
          'lambda',
          `${LAMBDA} pull for functions of some accounts`,
          'add a statement for the service to the policy, with a condition on aws:sourceArn',
        ),
    );
  }),
};

function notLoose(repository: Resource, loose?: Grant): Verdict {
  return when(loose === undefined, {
    seen: `a statement in the policy of ${repository.name} lets ${loose?.told} pull, and no condition says for which account's functions`,
    wanted:
      'a condition StringLike on aws:sourceArn with the functions of each account in the Region of the registry, arn:aws:lambda:…:function:*',
    where: repository.where,
    next: 'let the condition of the statement name the functions of the accounts',
  });
}

/** An account in one list alone works today and stops some day, or never works. */
export const sameAccounts: Goal = {
  name: 'Both statements name the same accounts',
  reads: [
    mayRead(
      TYPE.repository,
      POLICY,
      policy(people(), lambda(SOURCE.replace('444455556666', '777788889999'))),
      policy(people({ Principal: { AWS: [ROOT, ROOT.replace('444455556666', '777788889999')] } }), lambda(SOURCE)),
    ),
  ],
  judge: withParts(['repository'], ({ repository }, assembly) => {
    const grants = grantsIn(assembly, repository);
    const [accounts, lambdas] = [accountsIn(grants, 'accounts'), accountsIn(grants, 'lambda')];
    return when(accounts.join() === lambdas.join(), {
      seen: `the policy of ${repository.name} lets ${listed(accounts)} use the image, and Lambda pull for ${listed(lambdas)}`,
      wanted: 'the same accounts in both statements',
      where: repository.where,
      next: 'make both statements of one list',
    });
  }),
};

const listed = (accounts: readonly string[]): string => (accounts.length > 0 ? accounts.join(', ') : 'no account');

/** Reached when the policy has nothing but the two statements. */
export function nothingElse(assembly: Assembly, repository: Resource, next: string): Verdict {
  const grants = grantsIn(assembly, repository);
  const other = grants.find(({ to }) => to === 'else');
  const kinds = new Set(grants.map(({ to }) => to));
  return firstFailure(
    () =>
      when(other === undefined, {
        seen: `${repository.name} has a statement more in its policy, which lets ${other?.told} in`,
        wanted: 'two: one for the accounts, and one for Lambda under a condition',
        where: repository.where,
        next,
      }),
    () =>
      when(kinds.size === 2, {
        seen: `the policy of ${repository.name} has ${grants.length === 0 ? 'no statement' : `statements for ${[...kinds].join()} alone`}`,
        wanted: 'two: one for the accounts, and one for Lambda under a condition',
        where: repository.where,
        next: 'add the statement that is missing',
      }),
  );
}

/** The open statement and the everybody, as wrong answers. */
export const OPEN = [
  policy(people(), lambda(SOURCE), lambda()),
  policy(people(), lambda(SOURCE), people({ Principal: { AWS: 'arn:aws:iam::444444444444:role/builder' } })),
];

/** Each further statement is a door that nobody looks after. */
export const nobodyElse: Goal = {
  name: 'The policy lets nobody else in',
  reads: [reads(TYPE.repository, POLICY, ...OPEN)],
  judge: withParts(['repository'], ({ repository }, assembly) =>
    nothingElse(assembly, repository, 'take that statement out of the policy'),
  ),
};
