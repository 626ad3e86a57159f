import { asList, entriesAt, fitsWildcard, type Json } from '../authoring';
import type { Place } from './parts';

/** The account of the registry, where the template leaves it to the deployment which one that is. */
export const OWN = 'its own account';

/** What a value of a policy says: as it is judged, and as it is told. */
export interface Saying {
  readonly text: string;
  readonly told: string;
}

/** Reads a value of a policy. */
export type Reader = (value: Json) => Saying;

/** A function of one account, in Regions that fit; a layer, or any account, is no such thing. */
const FUNCTIONS = new RegExp(`^arn:.+:lambda:([^:]+):(\\d{12}|${OWN}):function:.+$`);

/** What stands for a value that only the deployment knows, the partition or the Region; such a value has colons of its own. */
export const LATER = 'its';

/** One line of a condition: all of its lines have to hold, each for one of its values. */
export interface Condition {
  readonly operator: string;
  /** The key, in small letters: IAM ignores case. */
  readonly key: string;
  /** The key as the policy spells it. */
  readonly spelled: string;
  readonly values: readonly Saying[];
}

/**
 * The lines of a condition.
 *
 * @param condition the condition of a statement
 * @param reader reads its values
 */
export function conditionsOf(condition: Json | undefined, reader: Reader): Condition[] {
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

/** Which line of a condition takes something away from accounts, as the end of a sentence. */
function obstacle(conditions: readonly Condition[], accounts: readonly string[], harmless: Harmless) {
  const found = conditions.find((one) => !accounts.every((account) => harmless[one.key]?.(one, account)));
  return found && ` only under the condition ${found.operator} of ${found.spelled}${valuesOf(found)}`;
}

const valuesOf = ({ values }: Condition): string => {
  const told = values.map((one) => one.told).join(', ');
  return told ? ` (${told.slice(0, 60)})` : '';
};

/**
 * Which line of the condition of a statement keeps accounts from what it allows, as the end of a sentence.
 *
 * @param conditions its lines
 * @param accounts the accounts that the statement names
 */
export const obstacleTo = (conditions: readonly Condition[], accounts: readonly string[]): string | undefined =>
  obstacle(conditions, accounts, OF_PEOPLE);

const isSource = ({ key }: Condition): boolean => key === 'aws:sourcearn';

/** For whose functions a condition lets a service pull. */
export interface Source {
  /** The accounts, 12 digits each, or `OWN`; none with a flaw. */
  readonly accounts: readonly string[];
  /** Why it lets in others, or nobody, as the end of a sentence. @default - it does not */
  readonly flaw?: string;
}

/**
 * For whose functions a condition lets a service pull.
 *
 * @param conditions its lines
 * @param place where the repository is, as far as that is known
 */
export function sourceOf(conditions: readonly Condition[], place: Place): Source {
  const sources = conditions.filter(isSource);
  const loose = sourceFlaw(conditions, sources, place);
  if (loose) {
    return { accounts: [], flaw: loose };
  }
  // Lines of a condition hold all at once: what one of them leaves out is out.
  const [first, ...more] = sources.map(({ values }) => values.map(({ text }) => text.replace(FUNCTIONS, '$2')));
  const accounts = first.filter((account) => more.every((one) => one.includes(account)));
  const rest = conditions.filter((one) => !isSource(one));
  const flaw = accounts.length > 0 ? obstacle(rest, accounts, OF_SERVICE) : ' under conditions that never hold at once';
  return flaw ? { accounts: [], flaw } : { accounts };
}

const NOBODYS = ", and no condition says for which account's functions";

/** What is wrong with a line of a condition on the ARN that a service acts for. */
const SOURCE_FLAWS: ReadonlyArray<
  (condition: Condition, text: string, told: string, region?: string) => string | false
> = [
  ({ operator }) =>
    /IfExists$/.test(operator) && `, and its condition ${operator} also holds where there is no aws:sourceArn`,
  ({ operator }) =>
    !/^(String|Arn)(Like|Equals)$/.test(operator) &&
    `, and its condition ${operator} of aws:sourceArn does not name the functions that it is for`,
  ({ operator }, text, told) =>
    operator === 'StringEquals' &&
    /[*?]/.test(text) &&
    ` for nothing: StringEquals takes the asterisk of ${told} as a letter, and no function is called so`,
  (_, text, told) =>
    !FUNCTIONS.test(text) &&
    ` for ${told}, which is not the functions of one account: they are arn:aws:lambda:REGION:ACCOUNT:function:*`,
  (_, text, told, region) =>
    !isOfRegion(text, region) && ` for ${told}, and not for functions in ${region}, where the registry is`,
];

function isOfRegion(text: string, region?: string): boolean {
  const pattern = text.replace(FUNCTIONS, '$1');
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
      ? `, and its condition is on ${other.spelled}${valuesOf(other)}, and not on aws:sourceArn, the function that it pulls for`
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

/**
 * Whether a condition is met by requests without encryption alone.
 *
 * @param conditions its lines
 */
export const isOfInsecure = (conditions: readonly Condition[]): boolean =>
  conditions.some(
    ({ operator, key, values }) =>
      operator === 'Bool' &&
      key === 'aws:securetransport' &&
      values.length > 0 &&
      values.every(({ text }) => text.toLowerCase() === 'false'),
  );
