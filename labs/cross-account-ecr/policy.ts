import { type Assembly, asList, dig, isObject, type Json, type Resource } from '../authoring';
import { placeOf } from './parts';

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
const FUNCTIONS = /^arn:.+:lambda:([^:*?]+):(\d{12}):function:.+$/;

/** What stands for a value that only the deployment knows, the partition or the Region; such a value has colons of its own. */
const LATER = 'its';

const SOURCE = /^aws:sourcearn$/i;

/**
 * What the policy of a repository allows, statement by statement.
 *
 * @param assembly the assembly
 * @param repository the repository
 */
export function grantsIn(assembly: Assembly, repository: Resource): Grant[] {
  const textOf = (value: Json): string => assembly.text(value).replace(/\$\{[^}]*\}/g, LATER);
  return grantsOf(assembly.list(repository, 'RepositoryPolicyText.Statement'), textOf, placeOf(assembly, repository));
}

/**
 * What statements of a policy of a repository allow.
 *
 * @param statements the statements
 * @param textOf what a value of them says
 * @param place where the repository is, as far as that is known
 */
export function grantsOf(
  statements: readonly Json[],
  textOf: (value: Json) => string,
  place: { readonly region?: string },
): Grant[] {
  return statements
    .filter((statement) => dig(statement, 'Effect') === 'Allow')
    .map((statement) => grantOf(statement, textOf, place.region));
}

function grantOf(statement: Json, textOf: (value: Json) => string, region?: string): Grant {
  const textsAt = (...path: string[]): string[] => asList(dig(statement, ...path)).map(textOf);
  const [roots, services] = [textsAt('Principal', 'AWS'), textsAt('Principal', 'Service')];
  const sources = sourcesOf(dig(statement, 'Condition'), textOf);
  const actions = textsAt('Action');
  // What is said of all but some is open to whatever comes.
  const isListed = dig(statement, 'NotPrincipal') === undefined && dig(statement, 'NotAction') === undefined;
  if (isListed && services.length === 0 && roots.length > 0 && roots.every((root) => ROOT.test(root))) {
    return { actions, to: 'accounts', accounts: roots.map((root) => found(ROOT, root)[0]), told: 'accounts' };
  }
  const isLambda = isListed && services.length === 1 && services[0] === LAMBDA && roots.length === 0;
  const isOfPlace = ({ text, isMet }: Source): boolean =>
    isMet && FUNCTIONS.test(text) && [LATER, region ?? found(FUNCTIONS, text)[0]].includes(found(FUNCTIONS, text)[0]);
  if (isLambda && sources.length > 0 && sources.every(isOfPlace)) {
    return { actions, to: 'lambda', accounts: sources.map(({ text }) => found(FUNCTIONS, text)[1]), told: LAMBDA };
  }
  const named = isListed ? [...services, ...roots] : ['all but some'];
  const narrowed = sources.length > 0 ? ` for ${sources[0].text}` : '';
  return {
    actions,
    to: 'else',
    accounts: [],
    told: `${(named.length > 0 ? named : textsAt('Principal')).join(', ')}${narrowed}`,
  };
}

/** The groups of a shape that a text has. */
const found = (shape: RegExp, text: string): string[] => (shape.exec(text) as RegExpExecArray).slice(1);

/** What a condition asks of the ARN that a service acts for. */
interface Source {
  readonly text: string;
  /** Whether that ever holds: an asterisk is one to `StringEquals`, and stands for no function. */
  readonly isMet: boolean;
}

/** What a condition asks of the ARN that a service acts for, whichever operator it is written with. */
function sourcesOf(condition: Json | undefined, textOf: (value: Json) => string): Source[] {
  return Object.entries(isObject(condition) ? condition : {})
    .filter(([operator]) => /^(String|Arn)(Like|Equals)$/.test(operator))
    .flatMap(([operator, keys]) =>
      Object.entries(keys as object)
        .filter(([key]) => SOURCE.test(key))
        .flatMap(([, value]) => asList(value as Json).map(textOf))
        .map((text) => ({ text, isMet: operator !== 'StringEquals' || !/[*?]/.test(text) })),
    );
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
