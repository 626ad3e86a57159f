import {
  type Assembly,
  firstFailure,
  type Goal,
  grantsOf,
  type Json,
  mayRead,
  names,
  type Resource,
  reads,
  type Statement,
  type Verdict,
  when,
} from '../authoring';
import { withFunctions, withRegistries } from './judging';
import { placeOf, TYPE } from './parts';
import { PULL } from './policy';
import { nothingElse, OPEN } from './policy-goals';
import { textOf } from './texts';

/** The address of an image, as it stands in a template: account, Region and repository. */
const IMAGE =
  /^(?<account>[^.]+)\.dkr\.ecr\.(?<region>[^.]+(?:\.[^.]+\})?)\.[^/]+\/(?<repository>[^@]+?)(?::[^:@/]+)?(?:@|$)/;

/** Where the image of a function is, as the template names it. */
export interface Origin {
  /** The account; empty where there is none. */
  readonly account: string;
  /** The Region; empty where there is none. */
  readonly region: string;
  /** The name of the repository; empty where there is none. */
  readonly repository: string;
}

/**
 * Where the image of a function is.
 *
 * @param assembly the assembly
 * @param running the function
 */
export function originOf(assembly: Assembly, running: Resource): Origin {
  const { account = '', region = '', repository = '' } = IMAGE.exec(uriOf(assembly, running))?.groups ?? {};
  return { account, region, repository };
}

const uriOf = (assembly: Assembly, running: Resource): string =>
  textOf(assembly, assembly.property(running, 'Code.ImageUri') ?? '');

/**
 * The repositories of the app that may be meant by the name in the address of an image: one whose name only the deployment
 * knows may be any.
 *
 * @param assembly the assembly
 * @param running the function
 */
export function repositoriesOf(assembly: Assembly, running: Resource): Resource[] {
  const { repository: named } = originOf(assembly, running);
  return assembly.ofType(TYPE.repository).filter((one) => {
    const name = assembly.property(one, 'RepositoryName');
    const told = textOf(assembly, name ?? '');
    return name === undefined || told === named || [told, named].some(isOpen);
  });
}

const URI = '111122223333.dkr.ecr.us-east-1.amazonaws.com/orders';
const DIGEST = `sha256:${'a'.repeat(64)}`;

/** What an address ends with that is no digest, in words. */
function endOf(uri: string): string {
  const end = uri.slice(uri.lastIndexOf('/'));
  const [, before, digits] = /^(.*@sha256:)([0-9a-f]{32,})$/i.exec(end) ?? [];
  if (digits === undefined) {
    return end.slice(0, 60);
  }
  const problem = digits.length === 64 ? 'digits with capitals, which a digest has not' : `${digits.length} digits`;
  return `${before} and ${problem}`;
}

/** A tag says what was meant; a digest is what it is. */
export const byDigest: Goal = {
  name: 'The function runs an image by its digest',
  reads: [reads(TYPE.function, 'Code.ImageUri', `${URI}:1.0.0`, `${URI}@sha256:1`)],
  judge: withFunctions(['function'], ({ function: running }, assembly) => {
    const uri = uriOf(assembly, running);
    return when(/@sha256:[0-9a-f]{64}$/.test(uri), {
      seen: `ImageUri of ${running.name} ends with ${endOf(uri)}`,
      wanted: '@sha256: and the 64 digits of a digest as plain text: with a tag, or a parameter, nothing changes',
      where: running.where,
      next: 'name the image by a digest that is known when the app is synthesized',
    });
  }),
};

/** The registry is not where the function is. */
export const ofAnotherAccount: Goal = {
  name: 'The image is in the registry of another account',
  reads: [
    mayRead(
      TYPE.function,
      'Code.ImageUri',
      { 'Fn::Sub': `\${AWS::AccountId}.dkr.ecr.us-east-1.amazonaws.com/orders@${DIGEST}` },
      `orders@${DIGEST}`,
    ),
    mayRead(TYPE.repository, 'RepositoryName', 'payments'),
  ],
  judge: withFunctions(['function'], ({ function: running }, assembly) => {
    const { account } = originOf(assembly, running);
    return firstFailure(
      () =>
        when(/^\d{12}$/.test(account) && account !== placeOf(assembly, running).account, {
          seen: `the image of ${running.name} is looked for ${lookedFor(account)}`,
          wanted: 'the 12 digits of the account of the registry: by default it is the account of the function',
          where: running.where,
          next: 'import the repository by an ARN that has the account and the Region of the registry as text',
        }),
      () => inRegistry(assembly, running),
    );
  }),
};

/** Whether a part of a text is left to the deployment. */
const isOpen = (text: string): boolean => text.includes('$');

/** Where an address looks for an image, in words. */
function lookedFor(account: string): string {
  if (/^\d{12}$/.test(account)) {
    return `in the account ${account}, which the function is deployed to`;
  }
  if (!isOpen(account)) {
    return 'in no registry of Amazon ECR';
  }
  return account === `\${AWS::AccountId}`
    ? 'in the account that it is deployed to'
    : 'in an account that only the deployment knows';
}

/** Reached when the image is in a registry of the app, as far as the app says where that is. */
function inRegistry(assembly: Assembly, running: Resource): Verdict {
  const { account, repository } = originOf(assembly, running);
  const named = repositoriesOf(assembly, running);
  const accounts = named.map((one) => placeOf(assembly, one).account);
  return firstFailure(
    () =>
      when(named.length > 0 || assembly.ofType(TYPE.repository).length === 0, {
        seen: `the image of ${running.name} is in the repository ${repository}, which the app does not have`,
        wanted: `a registry of the app: ${namesIn(assembly)}`,
        where: running.where,
        next: 'give the function the name of the repository that holds its image',
      }),
    () =>
      when(named.length === 0 || accounts.some((one) => one === undefined || one === account), {
        seen: `the image of ${running.name} is looked for in the account ${account}, and ${repository} is in ${accounts[0]}`,
        wanted: `the account of the registry, ${accounts[0]}`,
        where: running.where,
        next: 'let the function look for the image in the account of the registry',
      }),
  );
}

const namesIn = (assembly: Assembly): string =>
  assembly
    .ofType(TYPE.repository)
    .map((one) => textOf(assembly, assembly.property(one, 'RepositoryName') ?? ''))
    .join(', ');

const policyFor = (action: string): Json => [
  { PolicyName: 'pull', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] } },
];
const managed = (name: string): Json => [`arn:aws:iam::aws:policy/${name}`];

/** Whether a statement is about registries: by the service, or by an asterisk that reaches so far. */
const isOfRegistries = (statement: Statement): boolean =>
  statement.actions.some((action) => /^ecr:/i.test(action)) || PULL.some((action) => names(statement, action));

/** The image is pulled by Lambda, and not by the function. */
export const withoutRights: Goal = {
  name: 'The role of the function has no rights to registries',
  reads: [
    mayRead(TYPE.role, 'Policies', ...['ecr:BatchGetImage', 'e*'].map(policyFor)),
    mayRead(
      TYPE.role,
      'ManagedPolicyArns',
      ...['AdministratorAccess', 'AmazonEC2ContainerRegistryPullOnly'].map(managed),
    ),
  ],
  judge: withFunctions(['function', 'role'], ({ role }, assembly) => {
    const found = grantsOf(assembly, role).find(isOfRegistries);
    return when(found === undefined, {
      seen: `${role.name} may do ${found?.actions.join(', ')}${found?.managedPolicy ? `, by ${found.managedPolicy}` : ''}`,
      wanted: 'no right to a registry: Lambda pulls the image, and whoever deploys has asked for it',
      where: role.where,
      next: 'take that right from the role of the function',
    });
  }),
};

/** The CDK adds a statement for every function that is made of a repository it knows as an object. */
export const policyStays: Goal = {
  name: 'The function leaves the policy of the registry as it is',
  reads: [reads(TYPE.repository, 'RepositoryPolicyText', ...OPEN)],
  judge: withRegistries(['repository'], ({ repository }, assembly) =>
    nothingElse(assembly, repository, 'let the stack of the function import the repository by its ARN'),
  ),
};
