import { type Goal, type Json, judgeExpiry, judgeScan, judgeTags, mayRead, movableTags, reads } from '../authoring';
import { withRegistries } from './judging';
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
  judge: withRegistries(['repository'], ({ repository }, assembly) =>
    judgeExpiry(assembly, repository, { newest: 10, because: 'functions in other accounts may run one of them' }),
  ),
};
