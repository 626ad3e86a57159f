import { expiredImages, type StoredImage } from '../../modules/life-cycle';
import type { Assembly, Resource } from './assembly';
import { asList, dig, type Json } from './json';

/** A rule of a life-cycle policy: https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html */
export interface LifeCycleRule {
  readonly priority: number;
  readonly tagStatus?: string;
  /** The patterns of tags; an image has to have a tag for each of them. */
  readonly patterns: readonly string[];
  readonly countType: string;
  readonly countUnit?: string;
  readonly count: number;
  readonly action?: string;
  /** The rule as the policy has it, with plain values. */
  readonly json: Json;
}

const PATH = 'LifecyclePolicy.LifecyclePolicyText.rules';

/**
 * The rules of a repository.
 *
 * @param assembly the assembly
 * @param repository the repository
 */
export const rulesOf = (assembly: Assembly, repository: Resource): LifeCycleRule[] =>
  assembly.list(repository, PATH).map((rule) => ruleFrom(rule, (value) => assembly.resolved(value, repository)));

function ruleFrom(rule: Json, plain: (value: Json | undefined) => Json | undefined): LifeCycleRule {
  const selected = (name: string): Json | undefined => plain(dig(rule, 'selection', name));
  const textAt = (name: string): string | undefined => {
    const value = selected(name);
    return typeof value === 'string' ? value : undefined;
  };
  const textsAt = (name: string): string[] => asList(selected(name)).filter((one) => typeof one === 'string');
  const [priority, count] = [Number(dig(rule, 'rulePriority')), Number(selected('countNumber'))];
  const [tagStatus, countType] = [textAt('tagStatus'), textAt('countType') ?? 'not set'];
  const patterns = [...textsAt('tagPatternList'), ...textsAt('tagPrefixList').map((prefix) => `${prefix}*`)];
  const action = dig(rule, 'action', 'type');
  return {
    priority,
    patterns,
    countType,
    count,
    tagStatus,
    countUnit: textAt('countUnit'),
    action: typeof action === 'string' ? action : undefined,
    json: {
      rulePriority: priority,
      selection: { tagStatus: tagStatus ?? '', tagPatternList: patterns, countType, countNumber: count },
    },
  };
}

/** What Amazon ECR refuses of a rule, beside others of the same policy. */
const PROBLEMS: ReadonlyArray<(rule: LifeCycleRule, others: readonly LifeCycleRule[]) => string | false> = [
  ({ priority }) => !(Number.isInteger(priority) && priority > 0) && 'has no rulePriority of 1 or more',
  ({ priority }, others) =>
    others.some((other) => other.priority === priority) && `has the rulePriority ${priority} of another rule`,
  ({ tagStatus = 'not set' }) =>
    !['tagged', 'untagged', 'any'].includes(tagStatus) &&
    `has the tagStatus ${tagStatus}, and not tagged, untagged or any`,
  ({ tagStatus, patterns }) =>
    tagStatus === 'tagged' &&
    patterns.length === 0 &&
    'selects tagged images, and names no tags by a pattern or a prefix',
  ({ tagStatus, patterns }) =>
    tagStatus !== 'tagged' && patterns.length > 0 && `names tags, and its tagStatus is ${tagStatus}`,
  ({ countType }) =>
    !/^(imageCountMoreThan|sinceImage(Pushed|Pulled|Transitioned))$/.test(countType) &&
    `has the countType ${countType}`,
  ({ countType, countUnit }) =>
    countType.startsWith('since') && countUnit !== 'days' && `counts ${countType} without the countUnit days`,
  ({ count }) => !(Number.isInteger(count) && count > 0) && 'has no countNumber of 1 or more',
  ({ action }) => !['expire', 'transition'].includes(action ?? '') && 'has no action that Amazon ECR knows',
];

/**
 * What Amazon ECR refuses of rules when they are deployed, as the end of a sentence about one of them.
 *
 * @param rules the rules of a policy
 */
export function problemOf(rules: readonly LifeCycleRule[]): string | undefined {
  for (const rule of rules) {
    const others = rules.filter((one) => one !== rule);
    const problem = PROBLEMS.map((problemIn) => problemIn(rule, others)).find(Boolean);
    if (problem) {
      return problem;
    }
  }
  return undefined;
}

/**
 * The rules that delete what they take; others move it to the archive.
 *
 * @param rules the rules of a policy
 */
export const expiring = (rules: readonly LifeCycleRule[]): LifeCycleRule[] =>
  rules.filter(({ action }) => action === 'expire');

/**
 * Whether a rule selects what another one has moved to the archive.
 *
 * @param rule the rule
 */
export const isOfArchive = ({ countType }: LifeCycleRule): boolean => countType === 'sinceImageTransitioned';

/**
 * The images that rules take.
 *
 * @param rules the rules of a policy
 * @param images what the repository holds
 */
export const takenOf = (rules: readonly LifeCycleRule[], images: readonly StoredImage[]): StoredImage[] =>
  expiredImages(JSON.stringify({ rules: rules.map(({ json }) => json) }), images);

/** Patterns of tags that versions have, and not only what passes. */
const VERSIONS = /^(v|ver|version|rel|release|prod|production|stable|commit|sha|git|build)?[-_.]?(\d|\*)/i;

/** Images of one way to give tags. */
export interface Tagging {
  /** A tag of it, for the sentences. */
  readonly example: string;
  /** The images, one for each day from today on back. */
  readonly images: readonly StoredImage[];
}

const imagesOf = (days: number, tagsOf: (number: number) => readonly string[]): Tagging => ({
  example: tagsOf(days)[0],
  images: Array.from({ length: days }, (_, age) => ({ age, tags: tagsOf(days - age) })),
});

/**
 * Images that were pushed daily, tagged as people do it, and as the rules have it: whoever selects `release-*` calls versions
 * so.
 *
 * @param rules the rules of a policy
 * @param days for how many days
 */
export function taggingsFor(rules: readonly LifeCycleRule[], days: number): Tagging[] {
  const named = rules
    .map(({ patterns }) => patterns)
    .filter((patterns) => patterns.length > 0 && patterns.every((one) => one.includes('*') && VERSIONS.test(one)));
  const commit = (number: number): string =>
    number.toString(16).padStart(40, '4f2a9c81d07e53b6a1c4d2e8f9017b35c6a8e240');
  return [
    imagesOf(days, (number) => [`1.0.${number}`]),
    imagesOf(days, (number) => [`v1.0.${number}`]),
    imagesOf(days, (number) => [commit(number)]),
    ...named.map((patterns) => imagesOf(days, (number) => patterns.map((one) => one.replaceAll('*', `1.0.${number}`)))),
  ];
}
