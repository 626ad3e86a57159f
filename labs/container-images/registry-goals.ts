import {
  type Assembly,
  asList,
  dig,
  firstFailure,
  fitsTagPattern,
  type Goal,
  held,
  type Json,
  mayRead,
  type Resource,
  reads,
  when,
} from '../authoring';
import { withParts } from './judging';
import { TYPE } from './parts';

/** Tags as the pipeline gives them: a commit, and an execution. */
export const FIXED_TAGS = ['4f2a9c81d07e53b6a1c4d2e8f9017b35c6a8e240', 'exec-0f6bb0a4-2c5e-4d0c-9a55-2f1c3f7f4d11'];

/**
 * The patterns of tags that can be moved though all others can't.
 *
 * @param assembly the assembly
 * @param repository the registry
 */
export function movable(assembly: Assembly, repository: Resource): string[] {
  return assembly
    .list(repository, 'ImageTagMutabilityExclusionFilters')
    .map((filter) => assembly.text(dig(filter, 'ImageTagMutabilityExclusionFilterValue')));
}

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
  judge: withParts(['repository'], ({ repository }, assembly) => {
    const open = movable(assembly, repository).find((pattern) =>
      FIXED_TAGS.some((tag) => fitsTagPattern(pattern, tag)),
    );
    return firstFailure(
      () =>
        when(/^IMMUTABLE/.test(assembly.text(assembly.property(repository, 'ImageTagMutability'))), {
          seen: held(assembly, repository, 'ImageTagMutability'),
          wanted: 'IMMUTABLE, or IMMUTABLE_WITH_EXCLUSION: by default each push may move a tag to another image',
          where: repository.where,
          next: 'make the tags of the repository immutable',
        }),
      () =>
        when(open === undefined, {
          seen: `the tags of ${repository.name} that fit ${open} can be moved, and those of commits or executions are among them`,
          wanted: 'tags of commits, and of executions (exec-), that stay on their image',
          where: repository.where,
          next: 'let the exclusion name only tags that have to move',
        }),
    );
  }),
};

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html */
export const scanned: Goal = {
  name: 'Each image is scanned when it is pushed',
  reads: [reads(TYPE.repository, 'ImageScanningConfiguration.ScanOnPush', false)],
  judge: withParts(['repository'], ({ repository }, assembly) =>
    when(
      String(assembly.property(repository, 'ImageScanningConfiguration.ScanOnPush')) === 'true' ||
        assembly.ofType('AWS::ECR::RegistryScanningConfiguration').length > 0,
      {
        seen: held(assembly, repository, 'ImageScanningConfiguration.ScanOnPush'),
        wanted: 'true, or a scanning configuration of the whole registry',
        where: repository.where,
        next: 'let the repository scan what is pushed',
      },
    ),
  ),
};

/** What Lambda does when it takes an image: https://docs.aws.amazon.com/lambda/latest/dg/images-create.html */
const PULL = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

const LAMBDA = 'lambda.amazonaws.com';

const openTo = (Principal: Json): Json => ({ Statement: [{ Effect: 'Allow', Principal, Action: PULL }] });

/**
 * Lambda may pull, for this account.
 *
 * @param name the goal's name
 * @param next what to do when it may do so for any
 */
export const pulling = (name: string, next: string): Goal => ({
  name,
  reads: [
    reads(TYPE.repository, 'RepositoryPolicyText', openTo('*'), openTo({ Service: LAMBDA }), openTo({ AWS: '*' })),
  ],
  judge: withParts(['repository'], ({ repository }, assembly) => {
    const allowing = assembly
      .list(repository, 'RepositoryPolicyText.Statement')
      .filter((statement) => dig(statement, 'Effect') === 'Allow');
    const open = allowing.find((statement) => isWide(statement) && dig(statement, 'Condition') === undefined);
    const allowed = allowing.filter((statement) => servicesIn(statement).includes(LAMBDA));
    const lacking = PULL.filter((action) => !allowed.some((one) => asList(dig(one, 'Action')).includes(action)));
    return firstFailure(
      () =>
        when(open === undefined, {
          seen: `a statement in the policy of ${repository.name} lets ${principalOf(open)} in without a condition`,
          wanted: 'a condition on the account, or on the functions, that an image is pulled for',
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
