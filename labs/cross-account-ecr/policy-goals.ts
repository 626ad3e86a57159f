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
import { OWN } from './conditions';
import { withRegistries } from './judging';
import { placeOf, TYPE } from './parts';
import {
  accountsIn,
  allows,
  type Denial,
  excessIn,
  type Grant,
  LAMBDA,
  PULL,
  type Reading,
  readingOf,
  registryReadings,
} from './policy';

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

/** Whom a goal wants to be let in, in words. */
interface Wanted {
  readonly to: Grant['to'];
  readonly who: string;
  readonly next: string;
}

/** Reached when statements of a kind allow each of those they name both actions, and nothing denies them. */
function letsPull(repository: Resource, { grants, denials }: Reading, { to, who, next }: Wanted): Verdict {
  const named = grants.filter((grant) => grant.to === to);
  const shared = {
    wanted: `a statement that lets ${who} do ${PULL.join(' and ')}`,
    where: repository.where,
  };
  return firstFailure(
    () =>
      when(named.length > 0, {
        ...shared,
        seen:
          grants.length === 0
            ? `the policy of ${repository.name} lets nobody in`
            : `no statement in the policy of ${repository.name} lets ${who} pull`,
        next,
      }),
    ...accountsOf(named).map((account) => () => letsEach(repository, named, account, { ...shared, next })),
    () => notDenied(repository, denials, to === 'lambda' ? [LAMBDA] : accountsOf(named)),
  );
}

const accountsOf = (grants: readonly Grant[]): string[] => [...new Set(grants.flatMap(({ accounts }) => accounts))];

/** Reached when an account has both actions of statements that hold. */
function letsEach(
  repository: Resource,
  named: readonly Grant[],
  account: string,
  shared: { readonly wanted: string; readonly where?: string; readonly next: string },
): Verdict {
  const meant = named.filter(({ accounts }) => accounts.includes(account));
  const flawed = meant.find(({ flaw }) => flaw);
  const sound = meant.filter(({ flaw }) => !flaw);
  const lacking = PULL.filter((action) => !sound.some(({ actions }) => allows(actions, action)));
  const whom = meant[0].to === 'lambda' ? `${LAMBDA} for ${account}` : account;
  return when(
    lacking.length === 0,
    flawed
      ? {
          seen: `the policy of ${repository.name} lets ${whom} pull${flawed.flaw}`,
          wanted: 'accounts as they are: who of them pulls, and from where, is for their own policies to say',
          where: repository.where,
          next: 'take that condition from the statement',
        }
      : {
          ...shared,
          seen: `the policy of ${repository.name} lets ${whom} in, and does not allow ${lacking.join(', ')}`,
        },
  );
}

function notDenied(repository: Resource, denials: readonly Denial[], who: readonly string[]): Verdict {
  const found = denials.find(({ concerns }) => concerns.some((one) => one === '*' || who.includes(one)));
  return when(found === undefined, {
    seen: `a statement in the policy of ${repository.name} denies ${found?.what} to ${found?.told}`,
    wanted: 'no such statement: what one denies, no other can allow',
    where: repository.where,
    next: 'take that statement out of the policy',
  });
}

/** The account of the registry in the text of the lab, of a stack that does not say its own. */
const REGISTRY_ACCOUNT = '111122223333';

/** Whoever is of the registry's account is let in by a policy of that account. */
function notAlone(assembly: Assembly, repository: Resource, { grants }: Reading): Verdict {
  const own = placeOf(assembly, repository).account ?? REGISTRY_ACCOUNT;
  const accounts = accountsIn(grants, 'accounts');
  return when(accounts.length === 0 || accounts.some((account) => account !== own && account !== OWN), {
    seen: `the policy of ${repository.name} lets in the account of the registry (${accounts.join(', ')}), and no other`,
    wanted: 'another account, whose functions run the image: its own needs no such statement',
    where: repository.where,
    next: 'name the accounts of the functions in the statement',
  });
}

/** The account of the function has to be let in as a whole; who of it, is its own business. */
export const accountsPull: Goal = {
  name: 'The listed accounts may use the image',
  reads: [
    reads(
      TYPE.repository,
      POLICY,
      policy(people({ Action: 'ecr:BatchGetImage' })),
      policy(lambda()),
      policy(people({ Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } })),
      policy(people({ Principal: { AWS: ROOT.replace('444455556666', REGISTRY_ACCOUNT) } })),
      policy(people(), people({ Effect: 'Deny', Principal: '*', Action: 'ecr:Batch*' })),
    ),
  ],
  judge: withRegistries(['repository'], ({ repository }, assembly) => {
    const reading = readingOf(assembly, repository);
    return firstFailure(
      () =>
        letsPull(repository, reading, {
          to: 'accounts',
          who: 'the roots of accounts',
          next: 'add a statement whose principals are the accounts to the policy of the repository',
        }),
      () => notAlone(assembly, repository, reading),
    );
  }),
};

/** What the policy of a registry is for: copies of other registries, and images of others that are fetched when asked for. */
const REPLICATION = ['ecr:ReplicateImage', 'ecr:CreateRepository', 'ecr:BatchImportUpstreamImage'];

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
  judge: withRegistries(['repository'], ({ repository }, assembly) =>
    firstFailure(
      () => onlyPulling(`the policy of ${repository.name}`, repository, readingOf(assembly, repository).grants),
      ...registryReadings(assembly).map(
        ({ policy: whole, grants }) =>
          () =>
            onlyPulling(`${whole.name}, the policy of the whole registry,`, whole, grants, REPLICATION),
      ),
    ),
  ),
};

/** Reached when statements let accounts pull, and do nothing else. */
function onlyPulling(
  told: string,
  { where }: Resource,
  grants: readonly Grant[],
  further?: readonly string[],
): Verdict {
  const excess = excessIn(grants, further);
  const other = grants.find(({ to }) => to === 'else');
  return firstFailure(
    () =>
      when(excess.length === 0, {
        seen: `${told} allows ${excess.join(', ')} to others`,
        wanted: `${PULL.join(' and ')}, and nothing else: others pull, and never push`,
        where,
        next: 'name these two actions in the statement',
      }),
    () =>
      when(other === undefined, {
        seen: `${told} lets ${other?.told} pull`,
        wanted: 'accounts one by one',
        where,
        next: 'name the accounts as principals, each by its 12 digits or its root',
      }),
  );
}

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
      policy(people(), lambda(undefined, { Condition: { StringEquals: { 'aws:SourceAccount': '444455556666' } } })),
      policy(people(), lambda(SOURCE), lambda(SOURCE, { Effect: 'Deny' })),
    ),
  ],
  judge: withRegistries(['repository'], ({ repository }, assembly) => {
    const reading = readingOf(assembly, repository);
    return firstFailure(
      () =>
        notLoose(
          repository,
          reading.grants.find(({ to, flaw }) => to === 'lambda' && flaw),
        ),
      () =>
        letsPull(repository, reading, {
          to: 'lambda',
          who: `${LAMBDA}, for functions of some accounts,`,
          next: 'add a statement for the service to the policy, with a condition on aws:sourceArn',
        }),
    );
  }),
};

function notLoose(repository: Resource, loose?: Grant): Verdict {
  const whom = loose?.beside ? `${loose.beside} and ${LAMBDA}` : LAMBDA;
  return when(loose === undefined, {
    seen: `a statement in the policy of ${repository.name} lets ${whom} pull${loose?.flaw}`,
    wanted:
      'a condition StringLike on aws:sourceArn with the functions of each account in the Region of the registry, arn:aws:lambda:…:function:*',
    where: repository.where,
    next: loose?.beside
      ? 'give Lambda a statement of its own: the CDK merges statements that differ in nothing but whom they let in, and a condition, or a sid, keeps them apart'
      : 'let the condition of the statement name the functions of the accounts',
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
  judge: withRegistries(['repository'], ({ repository }, assembly) => {
    const { grants } = readingOf(assembly, repository);
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

/** What the policy should have, for the sentences. */
const TWO = 'two: one for the accounts, and one for Lambda under a condition';

/** Reached when the policy has nothing but the two statements. */
export function nothingElse(assembly: Assembly, repository: Resource, next: string): Verdict {
  const { grants, denials } = readingOf(assembly, repository);
  const other = grants.find(({ to, flaw }) => to === 'else' || flaw !== undefined);
  const kinds = new Set(grants.map(({ to }) => to));
  const shared = { wanted: TWO, where: repository.where };
  return firstFailure(
    () =>
      when(other === undefined, {
        ...shared,
        seen: `${repository.name} has a statement more in its policy, which lets ${other?.told} in`,
        next,
      }),
    () =>
      when(denials.length === 0, {
        ...shared,
        seen: `${repository.name} has a statement more in its policy, which denies ${denials[0]?.what} to ${denials[0]?.told}`,
        next,
      }),
    () =>
      when(kinds.size === 2, {
        ...shared,
        seen: `the policy of ${repository.name} has ${grants.length === 0 ? 'no statement' : `statements for ${[...kinds].join()} alone`}`,
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
  judge: withRegistries(['repository'], ({ repository }, assembly) =>
    nothingElse(assembly, repository, 'take that statement out of the policy'),
  ),
};
