import { fitsTagPattern } from '../../modules/life-cycle';
import type { Assembly, Resource } from './assembly';
import type { Verdict } from './check';
import { asList, dig } from './json';
import { expiring, isOfArchive, problemOf, rulesOf, type Tagging, taggingsFor, takenOf } from './life-cycle-rules';
import { firstFailure, held, when } from './verdicts';

/**
 * The patterns of tags that can be moved though all others can't.
 *
 * @param assembly the assembly
 * @param repository the repository
 */
export function movableTags(assembly: Assembly, repository: Resource): string[] {
  return assembly
    .list(repository, 'ImageTagMutabilityExclusionFilters')
    .map((filter) => assembly.text(dig(filter, 'ImageTagMutabilityExclusionFilterValue')));
}

/**
 * Reached when tags stay on their image: `ImageTagMutability` is immutable, and no exclusion fits them.
 *
 * @param assembly the assembly
 * @param repository the repository
 * @param tags tags that may not move
 * @param told what they are, for the sentences
 */
export function judgeTags(
  assembly: Assembly,
  repository: Resource,
  tags: readonly string[],
  { several, they }: { readonly several: string; readonly they: string },
): Verdict {
  const open = movableTags(assembly, repository).find((pattern) => tags.some((tag) => fitsTagPattern(pattern, tag)));
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
        seen: `the tags of ${repository.name} that fit ${open} can be moved, and those of ${several} are among them`,
        wanted: `tags of ${they}, that stay on their image`,
        where: repository.where,
        next: 'let the exclusion name only tags that have to move',
      }),
  );
}

/**
 * Reached when each push is scanned: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html
 *
 * @param assembly the assembly
 * @param repository the repository
 */
export function judgeScan(assembly: Assembly, repository: Resource): Verdict {
  const [registry] = assembly.ofType('AWS::ECR::RegistryScanningConfiguration');
  return when(
    String(assembly.property(repository, 'ImageScanningConfiguration.ScanOnPush')) === 'true' ||
      isScannedByRegistry(assembly, repository),
    {
      seen: registry
        ? `no rule of ${registry.name} scans what is pushed to ${repository.name}`
        : held(assembly, repository, 'ImageScanningConfiguration.ScanOnPush'),
      wanted: 'true, or a rule of the whole registry that scans at each push, with a filter that the repository fits',
      where: repository.where,
      next: 'let the repository scan what is pushed',
    },
  );
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html */
function isScannedByRegistry(assembly: Assembly, repository: Resource): boolean {
  const name = assembly.text(assembly.property(repository, 'RepositoryName') ?? '');
  return (
    assembly
      .ofType('AWS::ECR::RegistryScanningConfiguration')
      .flatMap((registry) => assembly.list(registry, 'Rules'))
      .filter((rule) => ['SCAN_ON_PUSH', 'CONTINUOUS_SCAN'].includes(String(dig(rule, 'ScanFrequency'))))
      .flatMap((rule) => asList(dig(rule, 'RepositoryFilters')))
      .map((filter) => assembly.text(dig(filter, 'Filter') ?? ''))
      // A filter without an asterisk fits every name that it is part of.
      .some((filter) => fitsTagPattern(filter.includes('*') ? filter : `*${filter}*`, name))
  );
}

/** Which images have to stay. */
export interface Staying {
  /** How many of the newest, at least. */
  readonly newest: number;
  /** Why, as the end of a sentence. */
  readonly because: string;
  /** The images of the repository. @default - such as people tag by versions and commits, and as the rules have it */
  readonly tagging?: Tagging;
}

/** Six years, in which an image is pushed each day. */
const DAYS = 2000;

/**
 * Reached when life-cycle rules take old images and leave new ones.
 *
 * @param assembly the assembly
 * @param repository the repository
 * @param staying which images have to stay
 */
export function judgeExpiry(assembly: Assembly, repository: Resource, { newest, because, tagging }: Staying): Verdict {
  const rules = rulesOf(assembly, repository);
  const problem = problemOf(rules);
  const taggings = tagging ? [tagging] : taggingsFor(rules, DAYS);
  // What is archived is out of use already: when it expires there is no matter here.
  const [archived, direct] = [true, false].map((is) => expiring(rules).filter((rule) => isOfArchive(rule) === is));
  const takes = ({ images }: Tagging): number => takenOf(direct, images).length;
  const left = (one: Tagging): number => one.images.length - takes(one);
  const hasty = taggings.find((one) => left(one) < newest);
  const shared = { where: repository.where, next: 'let images expire by their number or their age' };
  const told = (some: readonly Tagging[]): string => some.map(({ example }) => example).join(', or ');
  return firstFailure(
    () =>
      when(rules.length > 0, {
        ...shared,
        seen: held(assembly, repository, 'LifecyclePolicy.LifecyclePolicyText'),
        wanted: 'a life-cycle rule that takes old images: a registry bills all that it stores',
      }),
    () =>
      when(problem === undefined, {
        ...shared,
        seen: `a life-cycle rule of ${repository.name} ${problem}`,
        wanted: 'rules that Amazon ECR takes: it refuses the whole policy for one of them',
        next: 'mend that rule, or let the repository class write it',
      }),
    () =>
      when(expiring(rules).length > 0, {
        ...shared,
        seen: `the life-cycle rules of ${repository.name} move images to the archive, and none lets any expire`,
        wanted: 'a rule whose action is to expire: the archive is billed as well',
      }),
    () =>
      when(archived.length > 0 || taggings.some((one) => takes(one) > 0), {
        ...shared,
        seen: `the life-cycle rules of ${repository.name} take none of ${taggings[0].images.length} images, one a day, that have tags like ${told(taggings)}`,
        wanted: 'a life-cycle rule that takes old images: a registry bills all that it stores',
      }),
    () =>
      when(hasty === undefined, {
        ...shared,
        seen: `the life-cycle rules of ${repository.name} leave ${hasty && left(hasty)} of ${hasty?.images.length} images, one a day, that have tags like ${hasty && told([hasty])}`,
        wanted: `at least the newest ${newest}: ${because}`,
        next: 'keep more images, or keep them for longer',
      }),
  );
}
