import { type Assembly, asList, dig, fitsWildcard, isObject, type Json, type Resource } from '../authoring';
import {
  type Condition,
  conditionsOf,
  isOfInsecure,
  LATER,
  OWN,
  obstacleTo,
  type Reader,
  type Saying,
  sourceOf,
} from './conditions';
import { type Place, placeOf } from './parts';
import { textOf } from './texts';

/** What creating a function takes, and what Lambda does: https://docs.aws.amazon.com/lambda/latest/dg/images-create.html */
export const PULL = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

/** The service that pulls. */
export const LAMBDA = 'lambda.amazonaws.com';

/** What a statement allows principals of one kind. */
export interface Grant {
  /** `accounts` by their roots, the service `lambda`, or anybody `else`. */
  readonly to: 'accounts' | 'lambda' | 'else';
  /** The accounts that are meant, 12 digits each, or `OWN`. */
  readonly accounts: readonly string[];
  /** The actions that are allowed. */
  readonly actions: readonly string[];
  /** Whom it names, for the sentences. */
  readonly told: string;
  /** Why it does not let in whom it should, or whom else it does: the end of a sentence, with its comma. @default - nothing */
  readonly flaw?: string;
  /** Whom the same statement lets in beside them, for the sentences. @default - nobody */
  readonly beside?: string;
}

/** What a statement denies, however much others allow. */
export interface Denial {
  /** Whom it names, for the sentences. */
  readonly told: string;
  /** What it denies, for the sentences. */
  readonly what: string;
  /** Whom it concerns of those who should pull: accounts, the service, or everybody by an asterisk. */
  readonly concerns: readonly string[];
}

/** What the statements of a policy say. */
export interface Reading {
  /** What they allow. */
  readonly grants: readonly Grant[];
  /** What of pulling they deny. */
  readonly denials: readonly Denial[];
}

/** Roots of accounts, by their 12 digits or by ARN. */
const ROOT = new RegExp(`^(?:arn:.+:iam::)?(\\d{12}|${OWN})(?::root)?$`);

/**
 * What the policy of a repository says.
 *
 * @param assembly the assembly
 * @param repository the repository
 */
export function readingOf(assembly: Assembly, repository: Resource): Reading {
  return read(assembly, repository, 'RepositoryPolicyText.Statement');
}

/**
 * What the policies of whole registries say: https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html
 *
 * @param assembly the assembly
 */
export function registryReadings(
  assembly: Assembly,
): { readonly policy: Resource; readonly grants: readonly Grant[] }[] {
  return assembly
    .ofType('AWS::ECR::RegistryPolicy')
    .map((policy) => ({ policy, grants: read(assembly, policy, 'PolicyText.Statement').grants }));
}

function read(assembly: Assembly, holder: Resource, path: string): Reading {
  const place = placeOf(assembly, holder);
  const reader = (value: Json): Saying => {
    const resolved = assembly.resolved(value, holder) ?? value;
    const told = textOf(assembly, resolved);
    const text = told.replaceAll(`\${AWS::AccountId}`, place.account ?? OWN).replace(/\$\{[^}]*\}/g, LATER);
    return { text, told };
  };
  return readingFrom(assembly.list(holder, path), reader, place);
}

/**
 * What statements of a policy that is deployed say.
 *
 * @param statements the statements
 * @param place where the repository is, as far as that is known
 */
export function deployedReading(statements: readonly Json[], place: Place): Reading {
  return readingFrom(statements, (value) => ({ text: String(value), told: String(value) }), place);
}

function readingFrom(statements: readonly Json[], reader: Reader, place: Place): Reading {
  const allowing = statements.filter((statement) => dig(statement, 'Effect') === 'Allow');
  const denying = statements.filter((statement) => dig(statement, 'Effect') === 'Deny');
  return {
    grants: allowing.flatMap((statement) => grantsFrom(statement, reader, place)),
    denials: denying.flatMap((statement) => denialFrom(statement, reader) ?? []),
  };
}

/** A statement that names principals of several kinds is as good as one for each. */
function grantsFrom(statement: Json, reader: Reader, place: Place): Grant[] {
  const at = (...path: string[]): Saying[] => asList(dig(statement, ...path)).map(reader);
  const actions = at('Action').map(({ told }) => told);
  // What is said of all but some is open to whatever comes.
  if (dig(statement, 'NotPrincipal') !== undefined || dig(statement, 'NotAction') !== undefined) {
    return [{ to: 'else', accounts: [], actions, told: 'all but some' }];
  }
  const [principals, services] = [at('Principal', 'AWS'), at('Principal', 'Service')];
  const roots = principals.filter(({ text }) => ROOT.test(text));
  const accounts = roots.map(({ text }) => text.replace(ROOT, '$1'));
  const isLambda = services.some(({ text }) => text === LAMBDA);
  const others = [...principals, ...services].filter((one) => !roots.includes(one) && one.text !== LAMBDA);
  const conditions = conditionsOf(dig(statement, 'Condition'), reader);
  const anybody = principals.length + services.length === 0 ? at('Principal').map(({ told }) => told) : [];
  const named = [...others.map(({ told }) => told), ...anybody];
  return [
    ...(roots.length > 0 ? [accountsGrant(accounts, actions, conditions)] : []),
    ...(isLambda ? [lambdaGrant(actions, conditions, place, accounts.join(', '))] : []),
    ...(named.length > 0 || roots.length + services.length === 0
      ? [{ to: 'else' as const, accounts: [], actions, told: named.join(', ') || 'nobody in particular' }]
      : []),
  ];
}

function accountsGrant(
  accounts: readonly string[],
  actions: readonly string[],
  conditions: readonly Condition[],
): Grant {
  const flaw = obstacleTo(conditions, accounts);
  return { to: 'accounts', accounts, actions, told: accounts.join(', '), ...(flaw ? { flaw } : {}) };
}

function lambdaGrant(
  actions: readonly string[],
  conditions: readonly Condition[],
  place: Place,
  beside: string,
): Grant {
  const { accounts, flaw } = sourceOf(conditions, place);
  return {
    to: 'lambda',
    accounts,
    actions,
    told: LAMBDA,
    ...(flaw ? { flaw } : {}),
    ...(beside ? { beside } : {}),
  };
}

/** What a statement denies of pulling; that whoever asks without encryption is refused, harms nobody. */
function denialFrom(statement: Json, reader: Reader): Denial | undefined {
  const at = (...path: string[]): Saying[] => asList(dig(statement, ...path)).map(reader);
  const [but, actions] = [at('NotAction'), at('Action')];
  const texts = (but.length > 0 ? but : actions).map(({ text }) => text);
  const isPulling = PULL.some((action) => allows(texts, action) !== but.length > 0);
  if (!isPulling || isOfInsecure(conditionsOf(dig(statement, 'Condition'), reader))) {
    return undefined;
  }
  const principal = dig(statement, 'Principal');
  const named = isObject(principal) ? [...at('Principal', 'AWS'), ...at('Principal', 'Service')] : at('Principal');
  const isOpen = dig(statement, 'NotPrincipal') !== undefined;
  return {
    told: isOpen ? 'all but some' : named.map(({ told }) => told).join(', '),
    what: but.length > 0 ? 'all actions but some' : actions.map(({ told }) => told).join(', '),
    concerns: isOpen ? ['*'] : named.map(({ text }) => ROOT.exec(text)?.[1] ?? text),
  };
}

/**
 * Whether actions of a statement have an action among them; IAM ignores case, and knows asterisks.
 *
 * @param actions the actions, as the policy spells them
 * @param action for example `ecr:BatchGetImage`
 */
export function allows(actions: readonly string[], action: string): boolean {
  return actions.some((pattern) => fitsWildcard(pattern.toLowerCase(), action.toLowerCase()));
}

/**
 * The actions that go beyond pulling, as the policy spells them.
 *
 * @param grants what the policy allows
 * @param further actions that are fine as well
 */
export function excessIn(grants: readonly Grant[], further: readonly string[] = []): string[] {
  const known = [...PULL, ...further].map((action) => action.toLowerCase());
  const actions = grants.flatMap((grant) => grant.actions);
  return [...new Set(actions)].filter((action) => !known.includes(action.toLowerCase()));
}

/**
 * The accounts that the policy of a repository lets in, by either kind of statement.
 *
 * @param grants what it allows
 * @param to the kind
 */
export function accountsIn(grants: readonly Grant[], to: Grant['to']): string[] {
  const found = grants.filter((one) => one.to === to && one.flaw === undefined);
  return [...new Set(found.flatMap(({ accounts }) => accounts))].sort();
}
