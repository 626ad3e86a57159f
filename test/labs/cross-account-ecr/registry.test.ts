import type { Json } from '../../../labs/engine/json';
import { variationsOf } from '../support';
import { seenAt } from './seen';
import { finished } from './templates';

/* What a registry keeps, and for how long, in answers that no step of the lab shows. */

const { changed } = variationsOf(finished);

const excluding = (...patterns: string[]) =>
  changed('Store', {
    ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
    ImageTagMutabilityExclusionFilters: patterns.map((pattern) => ({
      ImageTagMutabilityExclusionFilterType: 'WILDCARD',
      ImageTagMutabilityExclusionFilterValue: pattern,
    })),
  });

const commits = [...'0123456789abcdef'].map((digit) => `${digit}*`);

test.each(['*', '1.*', 'v*', 'v1.*', '*.*.*', 'release-*', 'commit-*', 'sha-*', 'feed*', ...commits])(
  'the exclusion %s fits versions or commits',
  (pattern) => {
    expect(seenAt('registry', excluding('latest', pattern))).toEqual([
      `the tags of Store that fit ${pattern} can be moved, and those of versions or commits are among them`,
    ]);
  },
);

test.each(['latest', 'live', 'dev*', 'pr-*', '*-SNAPSHOT', '1', 'v1'])('the exclusion %s fits neither', (pattern) => {
  expect(seenAt('registry', excluding(pattern))).toEqual([]);
});

/** A rule of a life-cycle policy, which keeps 50 images of all unless told otherwise. */
const rule = (selection: Record<string, Json> = {}, rest: Record<string, Json> = {}): Json => ({
  rulePriority: 1,
  selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 50, ...selection },
  action: { type: 'expire' },
  ...rest,
});
const tagged = (lists: Record<string, Json>, rest: Record<string, Json> = {}): Json =>
  rule({ tagStatus: 'tagged', ...lists }, rest);
const ofAge = (countNumber: number, rest: Record<string, Json> = { countUnit: 'days' }): Json =>
  rule({ countType: 'sinceImagePushed', countNumber, ...rest });

const seenOf = (...rules: Json[]): (string | null)[] =>
  seenAt('registry', changed('Store', { LifecyclePolicy: { LifecyclePolicyText: JSON.stringify({ rules }) } }));

test.each<[string, Json[]]>([
  ['by their number', [rule()]],
  ['by ten', [rule({ countNumber: 10 })]],
  ['by a number that is text', [rule({ countNumber: '50' })]],
  ['by their age', [ofAge(365)]],
  ['versions with a letter', [tagged({ tagPatternList: ['v*'] })]],
  ['by a prefix', [tagged({ tagPrefixList: ['release-'] })]],
  ['by two patterns', [tagged({ tagPatternList: ['1.*', 'commit-*'] })]],
  [
    'what passes quickly, beside others',
    [tagged({ tagPrefixList: ['pr-'], countNumber: 1 }), rule({}, { rulePriority: 2 })],
  ],
  [
    'what passes by another name, beside others',
    [tagged({ tagPrefixList: ['staging-'], countNumber: 1 }), rule({}, { rulePriority: 2 })],
  ],
  [
    'from the archive, too',
    [
      rule({}, { action: { type: 'transition', targetStorageClass: 'archive' } }),
      ofAge(700),
      rule({}, { rulePriority: 3 }),
    ].map((one, index) => ({ ...(one as object), rulePriority: index + 1 })),
  ],
])('images expire %s', (_, rules) => {
  expect(seenOf(...rules)).toEqual([]);
});

const LEAVE = 'the life-cycle rules of Store leave';

test.each<[string, Json[], string]>([
  ['without rules', [], 'LifecyclePolicyText of Store is {"rules":[]}'],
  [
    'one that is kept',
    [rule({ countNumber: 1 })],
    `${LEAVE} 1 of 2000 images, one a day, that have tags like 1.0.2000`,
  ],
  ['a day', [ofAge(1)], `${LEAVE} 2 of 2000 images, one a day, that have tags like 1.0.2000`],
  [
    'one with a letter',
    [tagged({ tagPrefixList: ['v'], countNumber: 1 })],
    `${LEAVE} 1 of 2000 images, one a day, that have tags like v1.0.2000`,
  ],
  [
    'what passes quickly',
    [tagged({ tagPatternList: ['pr-*'] })],
    'the life-cycle rules of Store take none of 2000 images, one a day, that have tags like 1.0.2000, or v1.0.2000, or',
  ],
  ['one tag', [tagged({ tagPatternList: ['latest'] })], 'the life-cycle rules of Store take none of'],
  ['without tags', [rule({ tagStatus: 'untagged' })], 'the life-cycle rules of Store take none of'],
  ['none', [rule({ countNumber: 0 })], 'a life-cycle rule of Store has no countNumber of 1 or more'],
  ['without a unit', [ofAge(365, {})], 'a life-cycle rule of Store counts sinceImagePushed without the countUnit days'],
  ['tagged somehow', [tagged({})], 'a life-cycle rule of Store selects tagged images, and names no tags'],
  [
    'any, by tags',
    [rule({ tagPatternList: ['v*'] })],
    'a life-cycle rule of Store names tags, and its tagStatus is any',
  ],
  [
    'two of one priority',
    [rule(), rule({ tagStatus: 'untagged' })],
    'a life-cycle rule of Store has the rulePriority 1 of another rule',
  ],
  ['without priority', [rule({}, { rulePriority: 0 })], 'a life-cycle rule of Store has no rulePriority of 1 or more'],
  ['of another status', [rule({ tagStatus: 'old' })], 'a life-cycle rule of Store has the tagStatus old'],
  ['of another count', [rule({ countType: 'oldest' })], 'a life-cycle rule of Store has the countType oldest'],
  ['of another action', [rule({}, { action: { type: 'delete' } })], 'a life-cycle rule of Store has no action'],
  [
    'to the archive',
    [rule({}, { action: { type: 'transition' } })],
    'the life-cycle rules of Store move images to the archive',
  ],
])('a life-cycle policy is refused: %s', (_, rules, told) => {
  expect(seenOf(...rules)).toEqual([expect.stringContaining(told)]);
});

test('a number that only the deployment knows is none', () => {
  const parts = JSON.stringify({ rules: [rule({ countNumber: 7 })] }).split('7');
  const LifecyclePolicyText = { 'Fn::Join': ['', [parts[0], { Ref: 'Kept' }, parts[1]]] };
  expect(seenAt('registry', changed('Store', { LifecyclePolicy: { LifecyclePolicyText } }))).toEqual([
    'a life-cycle rule of Store has no countNumber of 1 or more',
  ]);
});
