import { type Goal, type Json, judgeExpiry, judgeScan, judgeTags, mayRead, reads } from '../authoring';
import { withParts } from './judging';
import { TYPE } from './parts';

/** Tags as people and builds give them: a version, and a commit. */
const TAGS = ['1.0.0', '4f2a9c81d07e53b6a1c4d2e8f9017b35c6a8e240'];

const exclusion = (value: string): Json => ({
  ImageTagMutabilityExclusionFilterType: 'WILDCARD',
  ImageTagMutabilityExclusionFilterValue: value,
});

/** Other accounts rely on what they were told: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html */
export const fixedTags: Goal = {
  name: 'The tag of a version never moves',
  reads: [
    reads(TYPE.repository, 'ImageTagMutability', 'MUTABLE', 'MUTABLE_WITH_EXCLUSION'),
    mayRead(TYPE.repository, 'ImageTagMutabilityExclusionFilters', [exclusion('*')], [exclusion('1.*')]),
  ],
  judge: withParts(['repository'], ({ repository }, assembly) =>
    judgeTags(assembly, repository, TAGS, { several: 'versions or commits', they: 'versions, and of commits' }),
  ),
};

/** A weakness is known before another account runs it. */
export const scanned: Goal = {
  name: 'Each image is scanned when it is pushed',
  reads: [reads(TYPE.repository, 'ImageScanningConfiguration.ScanOnPush', false)],
  judge: withParts(['repository'], ({ repository }, assembly) => judgeScan(assembly, repository)),
};

/** Images of six years, one a day. */
const STORED = Array.from({ length: 2000 }, (_, age) => ({ age, tags: [`1.0.${2000 - age}`] }));

/** A registry bills what it stores. */
export const imagesExpire: Goal = {
  name: 'Old images expire',
  reads: [reads(TYPE.repository, 'LifecyclePolicy.LifecyclePolicyText', JSON.stringify({ rules: [] }))],
  judge: withParts(['repository'], ({ repository }, assembly) => judgeExpiry(assembly, repository, STORED)),
};
