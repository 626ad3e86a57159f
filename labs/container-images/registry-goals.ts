import {
  type Assembly,
  asList,
  dig,
  entriesAt,
  firstFailure,
  fitsWildcard,
  type Goal,
  type Json,
  judgeScan,
  judgeTags,
  mayRead,
  reads,
  when,
} from '../authoring';
import { withParts } from './judging';
import { TYPE } from './parts';

const COMMIT = '4f2a9c81d07e53b6a1c4d2e8f9017b35c6a8e240';

/** Tags as the pipeline gives them: a commit, an execution, and commits that begin with each digit there is. */
export const FIXED_TAGS = [
  COMMIT,
  'exec-0f6bb0a4-2c5e-4d0c-9a55-2f1c3f7f4d11',
  ...Array.from('0123456789abcdef', (digit) => `${digit}${COMMIT.slice(1)}`),
];

const filter = (value: string): Json => ({
  ImageTagMutabilityExclusionFilterType: 'WILDCARD',
  ImageTagMutabilityExclusionFilterValue: value,
});

/** Whoever has deployed a tag knows what runs only as long as it stays where it is. */
export const fixedTags: Goal = {
  name: 'The tag of a commit never moves',
  reads: [
    reads(TYPE.repository, 'ImageTagMutability', 'MUTABLE', 'MUTABLE_WITH_EXCLUSION'),
    mayRead(TYPE.repository, 'ImageTagMutabilityExclusionFilters', [filter('*')], [filter('exec-*')]),
  ],
  judge: withParts(['repository'], ({ repository }, assembly) =>
    judgeTags(assembly, repository, FIXED_TAGS, {
      several: 'commits or executions',
      they: 'commits, and of executions (exec-)',
    }),
  ),
};

/** A weakness is known before anybody runs it. */
export const scanned: Goal = {
  name: 'Each image is scanned when it is pushed',
  reads: [reads(TYPE.repository, 'ImageScanningConfiguration.ScanOnPush', false)],
  judge: withParts(['repository'], ({ repository }, assembly) => judgeScan(assembly, repository)),
};

/** What Lambda does when it takes an image: https://docs.aws.amazon.com/lambda/latest/dg/images-create.html */
const PULL = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

const LAMBDA = 'lambda.amazonaws.com';

const openTo = (Principal: Json, more: object = {}): Json => ({
  Statement: [{ Effect: 'Allow', Principal, Action: PULL, ...more }],
});

/**
 * Lambda may pull, for this account.
 *
 * @param name the goal's name
 * @param next what to do when it may do so for any
 */
export const pulling = (name: string, next: string): Goal => ({
  name,
  reads: [
    reads(
      TYPE.repository,
      'RepositoryPolicyText',
      openTo('*'),
      openTo({ Service: LAMBDA }),
      openTo({ AWS: '*' }),
      openTo({ Service: LAMBDA }, { Condition: {} }),
      openTo({ Service: LAMBDA }, { Condition: { StringLike: { 'aws:SourceAccount': '*' } } }),
      openTo({ Service: LAMBDA }, { Condition: { StringNotEquals: { 'aws:SourceAccount': '111122223333' } } }),
      openTo({ Service: LAMBDA }, { Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:*:*:function:*' } } }),
    ),
  ],
  judge: withParts(['repository'], ({ repository }, assembly) => {
    const allowing = assembly
      .list(repository, 'RepositoryPolicyText.Statement')
      .filter((statement) => dig(statement, 'Effect') === 'Allow');
    const open = allowing.find((statement) => isWide(statement) && !isBound(assembly, statement));
    const allowed = allowing.filter((statement) => servicesIn(statement).includes(LAMBDA));
    const may = (action: string) => (statement: Json) =>
      actionsIn(statement).some((one) => fitsWildcard(one, action.toLowerCase()));
    const lacking = PULL.filter((action) => !allowed.some(may(action)));
    const further = allowed.flatMap(actionsIn).find((action) => !PULL.some((one) => one.toLowerCase() === action));
    return firstFailure(
      () =>
        when(open === undefined, {
          seen: `a statement in the policy of ${repository.name} lets ${principalOf(open)} in ${
            dig(open, 'Condition') === undefined
              ? 'without a condition'
              : 'by a condition that fits other accounts, too'
          }`,
          wanted:
            'a condition on the account (aws:SourceAccount) or the functions (aws:SourceArn) that an image is pulled for',
          where: repository.where,
          next,
        }),
      () =>
        when(lacking.length === 0, {
          seen: `the policy of ${repository.name} does not let ${LAMBDA} do ${lacking.join(', ')}`,
          wanted: `a statement that lets Lambda do ${PULL.join(', ')}`,
          where: repository.where,
          next: 'add a statement for Lambda to the policy of the repository',
        }),
      () =>
        when(further === undefined, {
          seen: `the policy of ${repository.name} lets ${LAMBDA} do ${further}`,
          wanted: `${PULL.join(' and ')}, and nothing else`,
          where: repository.where,
          next: 'name the two actions of a pull, and no pattern',
        }),
    );
  }),
});

function servicesIn(statement: Json): Json[] {
  return [...asList(dig(statement, 'Principal', 'Service'))];
}

/** A service acts for whoever calls it, and an asterisk is everybody. */
function isWide(statement: Json): boolean {
  const everybody = [dig(statement, 'Principal'), ...asList(dig(statement, 'Principal', 'AWS'))].includes('*');
  return everybody || servicesIn(statement).length > 0;
}

/** The actions of a statement in small letters: IAM reads them so. */
function actionsIn(statement: Json): string[] {
  return asList(dig(statement, 'Action')).map((action) => String(action).toLowerCase());
}

/** What compares a key with values, and holds only where the key is there. */
const COMPARES = /^(String(Equals|Like|EqualsIgnoreCase)|Arn(Equals|Like))$/;

/** Whether a condition of a statement holds for one account alone. */
function isBound(assembly: Assembly, statement: Json): boolean {
  return entriesAt(dig(statement, 'Condition'))
    .filter(([operator]) => COMPARES.test(operator))
    .flatMap(([, keys]) => entriesAt(keys))
    .some(([key, values]) => {
      const accountIn = {
        'aws:sourceaccount': (text: string) => text,
        'aws:sourcearn': (text: string) => text.split(':')[4],
      }[key.toLowerCase()];
      return (
        accountIn !== undefined && asList(values).every((value) => ACCOUNT.test(accountIn(assembly.text(value)) ?? ''))
      );
    });
}

/** One account: its number, or that which the stack is in. */
const ACCOUNT = /^(\d{12}|\$\{AWS::AccountId\})$/;

function principalOf(statement?: Json): string {
  const [service] = statement === undefined ? [] : servicesIn(statement);
  return service === undefined ? 'everybody' : String(service);
}

/** The registry, when it is made. */
export const lambdaPulls = pulling(
  'Lambda pulls, for this account alone',
  'name the account, and its functions, in a condition of that statement',
);

/** The registry, once a function is there. */
export const policyStays = pulling(
  'The function leaves the policy of the registry as it is',
  'let the stack of the function import the repository by its name',
);
