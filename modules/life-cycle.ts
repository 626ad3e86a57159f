/** An image of a repository, as life-cycle policies see it. */
export interface StoredImage {
  /** Its tags; none of an image that lost all of them. */
  readonly tags: readonly string[];
  /** How many days ago it was pushed. */
  readonly age: number;
}

/** A rule of a life-cycle policy: https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html */
interface LifeCycleRule {
  readonly rulePriority: number;
  readonly selection: {
    readonly tagStatus: 'tagged' | 'untagged' | 'any';
    /** An image is meant that has a tag for each of them, not for one of them. */
    readonly tagPrefixList?: readonly string[];
    readonly tagPatternList?: readonly string[];
    readonly countType: string;
    readonly countNumber: number | string;
  };
}

/**
 * The images that a life-cycle policy of Amazon ECR takes. Rules apply by their priority, and an image whose tags fit a rule is
 * never taken by one behind it, whether the first takes it or not. As nobody knows here when an image was pulled last, a rule
 * that asks for that takes all that it selects.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
 *
 * @param policy the policy, JSON
 * @param images the images of the repository
 * @returns those that expire, or move to the archive, where they can't be pulled
 * @throws Error when the policy is no JSON with rules
 */
export function expiredImages<I extends StoredImage>(policy: string, images: readonly I[]): I[] {
  const rules = (JSON.parse(policy).rules as LifeCycleRule[]).sort((a, b) => a.rulePriority - b.rulePriority);
  const expired: I[] = [];
  const reserved = new Set<I>();
  for (const { selection } of rules) {
    const selected = images.filter((image) => isSelected(image, selection));
    expired.push(...taken(selected, selection).filter((image) => !reserved.has(image)));
    for (const image of selected) {
      reserved.add(image);
    }
  }
  return expired;
}

/**
 * Whether a tag fits a pattern as Amazon ECR has them, in life-cycle rules and in exclusions of immutable tags.
 *
 * @param pattern text in which each asterisk stands for any text
 * @param tag the tag
 */
export function fitsTagPattern(pattern: string, tag: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(tag);
}

function isSelected({ tags }: StoredImage, selection: LifeCycleRule['selection']): boolean {
  const { tagStatus, tagPrefixList = [], tagPatternList = [] } = selection;
  if (tagStatus !== 'tagged') {
    return tagStatus === 'any' || tags.length === 0;
  }
  const patterns = [...tagPatternList, ...tagPrefixList.map((prefix) => `${prefix}*`)];
  return tags.length > 0 && patterns.every((pattern) => tags.some((tag) => fitsTagPattern(pattern, tag)));
}

/** What a rule takes of the images that it selects, were there no other rule. */
function taken<I extends StoredImage>(
  selected: readonly I[],
  { countType, countNumber }: LifeCycleRule['selection'],
): I[] {
  const limit = Number(countNumber);
  const byAge = [...selected].sort((a, b) => a.age - b.age);
  if (countType === 'imageCountMoreThan') {
    return byAge.slice(limit);
  }
  return countType === 'sinceImagePushed' ? byAge.filter(({ age }) => age > limit) : byAge;
}
