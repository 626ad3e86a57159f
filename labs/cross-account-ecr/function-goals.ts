import {
  type Assembly,
  type Goal,
  grantsOf,
  type Json,
  mayRead,
  names,
  type Resource,
  reads,
  type Statement,
  when,
} from '../authoring';
import { withParts } from './judging';
import { placeOf, TYPE } from './parts';
import { PULL } from './policy';
import { nothingElse, OPEN } from './policy-goals';

/** The address of an image, as it stands in a template. */
const IMAGE = /^(?<account>[^.]+)\.dkr\.ecr\.(?<region>[^.]+(?:\.[^.]+\})?)\./;

/**
 * The account and the Region that the image of a function is in, as the template names them.
 *
 * @param assembly the assembly
 * @param running the function
 */
export function originOf(assembly: Assembly, running: Resource): { readonly account: string; readonly region: string } {
  const uri = assembly.text(assembly.property(running, 'Code.ImageUri'));
  const { account = '', region = '' } = IMAGE.exec(uri)?.groups ?? {};
  return { account, region };
}

const URI = '111122223333.dkr.ecr.us-east-1.amazonaws.com/orders';
const DIGEST = `sha256:${'a'.repeat(64)}`;

/** A tag says what was meant; a digest is what it is. */
export const byDigest: Goal = {
  name: 'The function runs an image by its digest',
  reads: [reads(TYPE.function, 'Code.ImageUri', `${URI}:1.0.0`, `${URI}@sha256:1`)],
  judge: withParts(['function'], ({ function: running }, assembly) => {
    const uri = assembly.text(assembly.property(running, 'Code.ImageUri'));
    return when(/@sha256:[0-9a-f]{64}$/.test(uri), {
      seen: `ImageUri of ${running.name} ends with ${uri.slice(uri.lastIndexOf('/')).slice(0, 60)}`,
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
  ],
  judge: withParts(['function'], ({ function: running }, assembly) => {
    const { account } = originOf(assembly, running);
    const isNamed = /^\d{12}$/.test(account);
    const told = isNamed ? `in the account ${account}` : 'in the account that it is deployed to';
    return when(isNamed && account !== placeOf(assembly, running).account, {
      seen: `the image of ${running.name} is looked for ${account ? told : 'in no registry'}`,
      wanted: 'the 12 digits of the account of the registry: by default it is the account of the function',
      where: running.where,
      next: 'import the repository by its ARN, with account and Region of the registry',
    });
  }),
};

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
  judge: withParts(['function', 'role'], ({ role }, assembly) => {
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
  judge: withParts(['repository'], ({ repository }, assembly) =>
    nothingElse(assembly, repository, 'let the stack of the function import the repository by its ARN'),
  ),
};
