import { type Assembly, asList, dig, entriesAt, isObject, type Json, type Resource } from '../authoring';
import { type Place, placeOf } from './parts';
import { fitsWildcard, textOf } from './texts';

/** What creating a function takes, and what Lambda does: https://docs.aws.amazon.com/lambda/latest/dg/images-create.html */
export const PULL = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

/** The service that pulls. */
export const LAMBDA = 'lambda.amazonaws.com';

/** The account of the registry, where the template leaves it to the deployment which one that is. */
export const OWN = 'its own account';

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
  /** Why it does not let in whom it should, or whom else it does, as the end of a sentence. @default - nothing */
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

/** What a value of a policy says: as it is judged, and as it is told. */
interface Saying {
  readonly text: string;
  readonly told: string;
}

type Reader = (value: Json) => Saying;

/** Roots of accounts, by their 12 digits or by ARN. */
const ROOT = new RegExp(`^(?:arn:.+:iam::)?(\\d{12}|${OWN})(?::root)?$`);

/** A function of one account, in Regions that fit; a layer, or any account, is no such thing. */
const FUNCTIONS = new RegExp(`^arn:.+:lambda:([^:]+):(\\d{12}|${OWN}):function:.+$`);

/** What stands for a value that only the deployment knows, the partition or the Region; such a value has colons of its own. */
const LATER = 'its';

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
  const accounts = roots.map(({ text }) => groups(ROOT, text)[0]);
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

/** One line of a condition: all of its lines have to hold, each for one of its values. */
interface Condition {
  readonly operator: string;
  /** The key, in small letters: IAM ignores case. */
  readonly key: string;
  /** The key as the policy spells it. */
  readonly spelled: string;
  readonly values: readonly Saying[];
}

function conditionsOf(condition: Json | undefined, reader: Reader): Condition[] {
  return entriesAt(condition).flatMap(([operator, keys]) =>
    entriesAt(keys).map(([key, values]) => ({
      operator,
      key: key.toLowerCase(),
      spelled: key,
      values: asList(values).map(reader),
    })),
  );
}

/** Conditions that hold for whoever is meant, so that they take nothing away, by their keys. */
type Harmless = Readonly<Record<string, (condition: Condition, account: string) => boolean>>;

const encrypted = ({ operator, values }: Condition): boolean =>
  operator === 'Bool' && values.every(({ text }) => text.toLowerCase() === 'true');

// Whether an account is of an organization is in no template.
const OF_PEOPLE: Harmless = {
  'aws:securetransport': encrypted,
  'aws:principalaccount': matches,
  'aws:principalorgid': () => true,
};

/** A service that asks has no account of its own, but one that it asks for. */
const OF_SERVICE: Harmless = {
  'aws:securetransport': encrypted,
  'aws:sourceaccount': matches,
  'aws:sourceorgid': () => true,
};

/** Whether a condition names an account: by `StringEquals` or a pattern. */
function matches({ operator, values }: Condition, account: string): boolean {
  return (
    /^String(Like|Equals)$/.test(operator) &&
    values.some(({ text }) => (operator === 'StringLike' ? fitsWildcard(text, account) : text === account))
  );
}

/** Why a condition takes something away from accounts, as the end of a sentence. */
function obstacle(conditions: readonly Condition[], accounts: readonly string[], harmless: Harmless) {
  const found = conditions.find((one) => !accounts.every((account) => harmless[one.key]?.(one, account)));
  return found && `only under the condition ${found.operator} of ${found.spelled}${valuesOf(found)}`;
}

const valuesOf = ({ values }: Condition): string => {
  const told = values.map((one) => one.told).join(', ');
  return told ? ` (${told.slice(0, 60)})` : '';
};

function accountsGrant(
  accounts: readonly string[],
  actions: readonly string[],
  conditions: readonly Condition[],
): Grant {
  const flaw = obstacle(conditions, accounts, OF_PEOPLE);
  return { to: 'accounts', accounts, actions, told: accounts.join(', '), ...(flaw ? { flaw } : {}) };
}

const isSource = ({ key }: Condition): boolean => key === 'aws:sourcearn';

function lambdaGrant(
  actions: readonly string[],
  conditions: readonly Condition[],
  place: Place,
  beside: string,
): Grant {
  const sources = conditions.filter(isSource);
  const flaw = sourceFlaw(conditions, sources, place);
  // Lines of a condition hold all at once: what one of them leaves out is out.
  const [first = [], ...more] = sources.map(({ values }) => values.flatMap(({ text }) => accountOf(text)));
  const accounts = flaw ? [] : first.filter((account) => more.every((one) => one.includes(account)));
  const rest = conditions.filter((one) => !isSource(one));
  const unmet = accounts.length > 0 ? obstacle(rest, accounts, OF_SERVICE) : 'under conditions that never hold at once';
  const end = flaw ?? unmet;
  return {
    to: 'lambda',
    accounts,
    actions,
    told: LAMBDA,
    ...(end ? { flaw: end } : {}),
    ...(beside ? { beside } : {}),
  };
}

const accountOf = (text: string): string[] => FUNCTIONS.exec(text)?.slice(2) ?? [];

const NOBODYS = "and no condition says for which account's functions";

/** What is wrong with a line of a condition on the ARN that a service acts for. */
const SOURCE_FLAWS: ReadonlyArray<
  (condition: Condition, text: string, told: string, region?: string) => string | false
> = [
  ({ operator }) =>
    /IfExists$/.test(operator) && `and its condition ${operator} also holds where there is no aws:sourceArn`,
  ({ operator }) =>
    !/^(String|Arn)(Like|Equals)$/.test(operator) &&
    `and its condition ${operator} of aws:sourceArn does not name the functions that it is for`,
  ({ operator }, text, told) =>
    operator === 'StringEquals' &&
    /[*?]/.test(text) &&
    `for nothing: StringEquals takes the asterisk of ${told} as a letter, and no function is called so`,
  (_, text, told) =>
    !FUNCTIONS.test(text) &&
    `for ${told}, which is not the functions of one account: they are arn:aws:lambda:REGION:ACCOUNT:function:*`,
  (_, text, told, region) =>
    !isOfRegion(text, region) && `for ${told}, and not for functions in ${region}, where the registry is`,
];

function isOfRegion(text: string, region?: string): boolean {
  const [pattern] = groups(FUNCTIONS, text);
  return pattern === LATER || region === undefined || fitsWildcard(pattern, region);
}

function sourceFlaw(
  conditions: readonly Condition[],
  sources: readonly Condition[],
  { region }: Place,
): string | undefined {
  if (sources.length === 0) {
    const [other] = conditions;
    return other
      ? `and its condition is on ${other.spelled}${valuesOf(other)}, and not on aws:sourceArn, the function that it pulls for`
      : NOBODYS;
  }
  const flaws = sources.flatMap((source) => source.values.map((value) => valueFlaw(source, value, region)));
  return flaws.find(Boolean) ?? (sources.some(({ values }) => values.length === 0) ? NOBODYS : undefined);
}

function valueFlaw(source: Condition, { text, told }: Saying, region?: string): string | undefined {
  for (const flawOf of SOURCE_FLAWS) {
    const flaw = flawOf(source, text, told, region);
    if (flaw) {
      return flaw;
    }
  }
  return undefined;
}

/** What a statement denies of pulling; that whoever asks without encryption is refused, harms nobody. */
function denialFrom(statement: Json, reader: Reader): Denial | undefined {
  const at = (...path: string[]): Saying[] => asList(dig(statement, ...path)).map(reader);
  const [but, actions] = [at('NotAction'), at('Action')];
  const isPulling =
    but.length > 0 ||
    PULL.some((action) =>
      allows(
        actions.map(({ text }) => text),
        action,
      ),
    );
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

const isOfInsecure = (conditions: readonly Condition[]): boolean =>
  conditions.some(
    ({ operator, key, values }) =>
      operator === 'Bool' &&
      key === 'aws:securetransport' &&
      values.length > 0 &&
      values.every(({ text }) => text.toLowerCase() === 'false'),
  );

/** The groups of a shape that a text has. */
const groups = (shape: RegExp, text: string): string[] => (shape.exec(text) as RegExpExecArray).slice(1);

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
