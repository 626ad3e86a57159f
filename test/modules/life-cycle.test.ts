import fc from 'fast-check';
import { expiredImages, type StoredImage } from '../../modules';

/** A policy whose rules have the priorities of their order. */
const policyOf = (...selections: object[]): string =>
  JSON.stringify({ rules: selections.map((selection, index) => ({ rulePriority: index + 1, selection })) });

const newest = (countNumber: number) => ({ countType: 'imageCountMoreThan', countNumber });
const any = { tagStatus: 'any' };
const tagged = (...tagPatternList: string[]) => ({ tagStatus: 'tagged', tagPatternList });

const image = (age: number, ...tags: string[]): StoredImage => ({ age, tags });

const ages = (policy: string, images: readonly StoredImage[]): number[] =>
  expiredImages(policy, images).map(({ age }) => age);

test('the newest stay, in whatever order the images are listed', () => {
  expect(ages(policyOf({ ...any, ...newest(2) }), [image(3, 'c'), image(1, 'a'), image(4), image(2, 'b')])).toEqual([
    3, 4,
  ]);
});

test('what is older than some days goes, and what is as old stays', () => {
  const days = { ...any, countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 };
  expect(ages(policyOf(days), [image(14, 'a'), image(15, 'b')])).toEqual([15]);
});

test('untagged images are those without a tag', () => {
  expect(ages(policyOf({ tagStatus: 'untagged', ...newest(0) }), [image(1, 'a'), image(2)])).toEqual([2]);
});

test('an image has to have a tag for each of the patterns, or prefixes', () => {
  const images = [image(1, 'live'), image(2, 'exec-1'), image(3, 'live', 'exec-2')];
  expect(ages(policyOf({ ...tagged('live', 'exec-*'), ...newest(0) }), images)).toEqual([3]);
  expect(ages(policyOf({ tagStatus: 'tagged', tagPrefixList: ['exec-'], ...newest(0) }), images)).toEqual([2, 3]);
});

test('a pattern is no expression, but for its asterisk', () => {
  expect(ages(policyOf({ ...tagged('v1.*'), ...newest(0) }), [image(1, 'v1.2'), image(2, 'v10')])).toEqual([1]);
});

test('an image whose tags fit a rule is out of reach for those behind it, though it counts there', () => {
  const images = [image(1, 'a'), image(2, 'b'), image(9, 'live')];
  expect(ages(policyOf({ ...tagged('live*'), ...newest(10) }, { ...any, ...newest(1) }), images)).toEqual([2]);
});

test('rules apply by their priority, however they are listed', () => {
  const rules = [
    { rulePriority: 2, selection: { ...any, ...newest(0) } },
    { rulePriority: 1, selection: { ...tagged('live'), ...newest(1) } },
  ];
  expect(ages(JSON.stringify({ rules }), [image(9, 'live')])).toEqual([]);
});

test('a rule about pulls, which nobody knows here, may take all that it selects', () => {
  const unpulled = { ...any, countType: 'sinceImagePulled', countUnit: 'days', countNumber: 90 };
  expect(ages(policyOf(unpulled), [image(1, 'a')])).toEqual([1]);
});

test('behind a rule for its tag, one image is never taken, whatever else is in the repository', () => {
  const others = fc.array(fc.record({ age: fc.nat(1000), tags: fc.array(fc.constantFrom('a', 'exec-1', 'b')) }));
  fc.assert(
    fc.property(others, fc.nat(1000), fc.nat(20), (stored, age, kept) => {
      const live = image(age, 'live', 'exec-0');
      const policy = policyOf({ ...tagged('live*'), ...newest(1) }, { ...any, ...newest(kept) });
      expect(expiredImages(policy, [...stored, live])).not.toContain(live);
    }),
  );
});
