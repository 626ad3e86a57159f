import {
  type Assembly,
  firstFailure,
  type Goal,
  held,
  type Json,
  judgeScan,
  judgeTags,
  mayRead,
  movableTags,
  type Resource,
  reads,
  type Verdict,
  when,
} from '../authoring';
import { withRegistries } from './judging';
import { expiring, problemOf, rulesOf, type Tagging, taggingsFor, takenOf } from './life-cycle';
import { TYPE } from './parts';

/** Tags as people and builds give them: versions, and a commit. */
const TAGS = ['1.0.0', 'v1.0.0', '4f2a9c81d07e53b6a1c4d2e8f9017b35c6a8e240'];

/** What versions and commits are called; a tag of two numbers, or of one, is mostly meant to move with the newest. */
const MEANT = [/^(v|release-|version-)?\d+\.\d+\.\d+$/i, /^(commit-|sha-|git-)?[0-9a-f]{7,40}$/i];

/** What an asterisk may stand for in the tag of a version or a commit. */
const FILLINGS = [
  '',
  '0',
  '0.0',
  '0.0.0',
  '.0',
  '.0.0',
  ...Array.from({ length: 40 }, (_, index) => 'a'.repeat(index + 1)),
];

/** Versions and commits that fit the exclusions of a repository, whichever letter they begin with. */
const fittingTags = (patterns: readonly string[]): string[] =>
  patterns
    .filter((pattern) => pattern.includes('*'))
    .flatMap((pattern) => FILLINGS.map((filling) => pattern.replaceAll('*', filling)))
    .filter((tag) => MEANT.some((shape) => shape.test(tag)));

const exclusion = (value: string): Json => ({
  ImageTagMutabilityExclusionFilterType: 'WILDCARD',
  ImageTagMutabilityExclusionFilterValue: value,
});

/** Other accounts rely on what they were told: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html */
export const fixedTags: Goal = {
  name: 'The tag of a version never moves',
  reads: [
    reads(TYPE.repository, 'ImageTagMutability', 'MUTABLE', 'MUTABLE_WITH_EXCLUSION'),
    mayRead(
      TYPE.repository,
      'ImageTagMutabilityExclusionFilters',
      ...['*', '1.*', 'v*', 'release-*', 'd*'].map((pattern) => [exclusion(pattern)]),
    ),
  ],
  judge: withRegistries(['repository'], ({ repository }, assembly) =>
    judgeTags(assembly, repository, [...TAGS, ...fittingTags(movableTags(assembly, repository))], {
      several: 'versions or commits',
      they: 'versions, and of commits',
    }),
  ),
};

/** A weakness is known before another account runs it. */
export const scanned: Goal = {
  name: 'Each image is scanned when it is pushed',
  reads: [reads(TYPE.repository, 'ImageScanningConfiguration.ScanOnPush', false)],
  judge: withRegistries(['repository'], ({ repository }, assembly) => judgeScan(assembly, repository)),
};

/** Six years, in which an image is pushed each day. */
const DAYS = 2000;

/** How many images stay at least: a function of another account may run any of them. */
const NEWEST = 10;

/** A life-cycle policy of one rule, for wrong answers. */
const keeping = (countNumber: number, action = 'expire'): string =>
  JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber },
        action: { type: action },
      },
    ],
  });

/** A registry bills what it stores. */
export const imagesExpire: Goal = {
  name: 'Old images expire',
  reads: [
    reads(
      TYPE.repository,
      'LifecyclePolicy.LifecyclePolicyText',
      JSON.stringify({ rules: [] }),
      keeping(1),
      keeping(100_000),
      keeping(100, 'transition'),
    ),
  ],
  judge: withRegistries(['repository'], ({ repository }, assembly) => judgeExpiry(assembly, repository)),
};

/** Reached when rules take old images and leave new ones. */
function judgeExpiry(assembly: Assembly, repository: Resource): Verdict {
  const rules = rulesOf(assembly, repository);
  const problem = problemOf(rules);
  const taggings = taggingsFor(rules, DAYS);
  const takes = ({ images }: Tagging): number => takenOf(expiring(rules), images).length;
  const hasty = taggings.find((one) => DAYS - takes(one) < NEWEST);
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
      when(
        taggings.some((one) => takes(one) > 0),
        {
          ...shared,
          seen: `the life-cycle rules of ${repository.name} take none of ${DAYS} images, one a day, that have tags like ${told(taggings)}`,
          wanted: 'a life-cycle rule that takes old images: a registry bills all that it stores',
        },
      ),
    () =>
      when(hasty === undefined, {
        ...shared,
        seen: `the life-cycle rules of ${repository.name} leave ${hasty && DAYS - takes(hasty)} of ${DAYS} images, one a day, that have tags like ${hasty && told([hasty])}`,
        wanted: `at least the newest ${NEWEST}: a rule knows nothing of functions in other accounts that run one of them`,
        next: 'keep more images, or keep them for longer',
      }),
  );
}
