import { type Assembly, asList, dig, type Json, type Resource } from '../authoring';

/** What creating a function takes, and what Lambda does: https://docs.aws.amazon.com/lambda/latest/dg/images-create.html */
export const PULL = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

/** The service that pulls. */
export const LAMBDA = 'lambda.amazonaws.com';

/** Whom a statement lets in. */
export interface Grant {
  /** `accounts` by their roots, `lambda` for the functions of some, or anybody `else`. */
  readonly to: 'accounts' | 'lambda' | 'else';
  /** The accounts that are meant, 12 digits each. */
  readonly accounts: readonly string[];
  /** The actions that are allowed. */
  readonly actions: readonly string[];
  /** Whom it names, for the sentences. */
  readonly told: string;
}

const ROOT = /^(?:arn:.+:iam::)?(\d{12})(?::root)?$/;

/** A function of one account, in one Region or as the template says; a layer, or any account, is no such thing. */
const FUNCTIONS = /^arn:.+:lambda:[^:*?]+:(\d{12}):function:.+$/;

const SOURCE = /^aws:sourcearn$/i;

/**
 * What the policy of a repository allows, statement by statement.
 *
 * @param assembly the assembly
 * @param repository the repository
 */
export function grantsIn(assembly: Assembly, repository: Resource): Grant[] {
  return assembly
    .list(repository, 'RepositoryPolicyText.Statement')
    .filter((statement) => dig(statement, 'Effect') === 'Allow')
    .map((statement) => grantOf(assembly, statement));
}

function grantOf(assembly: Assembly, statement: Json): Grant {
  const textsAt = (value: Json | undefined): string[] => asList(value).map((one) => assembly.text(one));
  // What only the deployment knows, the partition and the Region, has colons of its own.
  const arnsAt = (value: Json | undefined): string[] => textsAt(value).map((one) => one.replace(/\$\{[^}]*\}/g, 'its'));
  const principal = dig(statement, 'Principal');
  const roots = arnsAt(dig(principal, 'AWS'));
  const services = textsAt(dig(principal, 'Service'));
  const sources = sourcesOf(dig(statement, 'Condition')).flatMap(arnsAt);
  const shared = { actions: textsAt(dig(statement, 'Action')) };
  if (services.length === 0 && roots.length > 0 && roots.every((root) => ROOT.test(root))) {
    return { ...shared, to: 'accounts', accounts: roots.map((root) => digitsIn(ROOT, root)), told: 'accounts' };
  }
  const isLambda = services.length === 1 && services[0] === LAMBDA && roots.length === 0;
  if (isLambda && sources.length > 0 && sources.every((source) => FUNCTIONS.test(source))) {
    return { ...shared, to: 'lambda', accounts: sources.map((source) => digitsIn(FUNCTIONS, source)), told: LAMBDA };
  }
  const named = [...services, ...roots];
  const narrowed = sources.length > 0 ? ` for ${sources[0]}` : '';
  return {
    ...shared,
    to: 'else',
    accounts: [],
    told: `${named.length > 0 ? named.join(', ') : assembly.text(principal)}${narrowed}`,
  };
}

const digitsIn = (shape: RegExp, text: string): string => (shape.exec(text) as RegExpExecArray)[1];

/** What a condition asks of the ARN that a service acts for, whichever operator it is written with. */
function sourcesOf(condition: Json | undefined): Json[] {
  const tests = condition && typeof condition === 'object' ? Object.entries(condition) : [];
  return tests
    .filter(([operator]) => /^(String|Arn)(Like|Equals)$/.test(operator))
    .flatMap(([, keys]) => Object.entries(keys as object))
    .filter(([key]) => SOURCE.test(key))
    .map(([, value]) => value as Json);
}

/**
 * The accounts that the policy of a repository lets in, by either kind of statement.
 *
 * @param grants what it allows
 * @param to the kind
 */
export function accountsIn(grants: readonly Grant[], to: Grant['to']): string[] {
  return [...new Set(grants.filter((one) => one.to === to).flatMap(({ accounts }) => accounts))].sort();
}
