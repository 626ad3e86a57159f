import type { Assembly, Resource } from './assembly';
import type { Failure, Verdict } from './check';
import { type Excess, rightsOn } from './permissions';

/** A goal that is reached. */
export const reached: Verdict = { passed: true };

/**
 * A goal that is not reached.
 *
 * @param failure what was seen, what is wanted, where, and what to do next
 */
export function failed(failure: Omit<Failure, 'passed'>): Failure {
  return { passed: false, ...failure };
}

/**
 * Reached when a condition holds.
 *
 * @param condition the condition
 * @param failure what to say when it does not hold
 */
export function when(condition: boolean, failure: Omit<Failure, 'passed'>): Verdict {
  return condition ? reached : failed(failure);
}

/**
 * The first verdict that is a failure; later ones are not judged.
 *
 * @param judgements the judgements, in the order in which a learner meets them
 */
export function firstFailure(...judgements: ReadonlyArray<() => Verdict>): Verdict {
  for (const judge of judgements) {
    const verdict = judge();
    if (!verdict.passed) {
      return verdict;
    }
  }
  return reached;
}

/** How much of a value is shown, in characters. */
const SHOWN = 60;

/**
 * What a property holds, in words.
 *
 * @param assembly the assembly
 * @param of the resource that has the property
 * @param path names joined by points, of which the last is said
 */
export function held(assembly: Assembly, of: Resource, path: string): string {
  const value = assembly.property(of, path);
  const [target] = assembly.targets(value, of.stack);
  const shown = target
    ? `the ${target.attribute ?? 'reference (Ref)'} of ${target.resource.name}`
    : assembly.text(value).slice(0, SHOWN);
  return `${path.split('.').at(-1)} of ${of.name} is ${value === undefined ? 'not set' : shown}`;
}

/** A number that a goal asks for. */
export interface NumberWanted {
  /** The resource that has the property. */
  readonly of: Resource;
  /** The property's path. */
  readonly property: string;
  /** What the service uses when the property is not set. @default - nothing: it must be set */
  readonly unset?: number;
  /** The smallest number that reaches the goal. @default - no bound */
  readonly minimum?: number;
  /** The largest number that reaches the goal. @default - no bound */
  readonly maximum?: number;
  /** The unit, `s` for example. @default - none */
  readonly unit?: string;
  /** Why the bounds are what they are, for the line that says what is wanted. @default - no reason given */
  readonly because?: string;
  /** What to do next when the number is too small, or not set. */
  readonly next: string;
  /** What to do next when the number is too large. @default - the same */
  readonly nextIfTooLarge?: string;
  /** What to do next when there is no number at all, not even one that the service uses. @default - the same */
  readonly nextIfUnset?: string;
}

/**
 * Reached when a property is a number within bounds.
 *
 * @param assembly the assembly
 * @param wanted the property and its bounds
 */
export function numberWithin(assembly: Assembly, wanted: NumberWanted): Verdict {
  const { of, property, unset, minimum = -Infinity, maximum = Infinity, because } = wanted;
  const given = assembly.number(of, property);
  const isSet = assembly.property(of, property) !== undefined;
  const value = isSet ? given : unset;
  const unit = wanted.unit ? ` ${wanted.unit}` : '';
  const tooSmall = value === undefined || value < minimum;
  const tooLarge = value === undefined || value > maximum;
  const shownGiven = given === undefined ? 'no plain number' : `${given}${unit}`;
  const shownUnset = unset === undefined ? 'not set' : `not set, which means ${unset}${unit}`;
  const bounds = [
    tooSmall && minimum > -Infinity && `at least ${minimum}${unit}`,
    tooLarge && maximum < Infinity && `at most ${maximum}${unit}`,
  ].filter(Boolean);
  return when(!tooSmall && !tooLarge, {
    seen: `${property} of ${of.name} is ${isSet ? shownGiven : shownUnset}`,
    wanted: `${bounds.join(' and ') || 'a number'}${because ? `: ${because}` : ''}`,
    where: of.where,
    next: isSet && given === undefined ? NO_NUMBER : nextStep(value, wanted),
  });
}

const NO_NUMBER = 'write the number itself, or give the parameter that holds it a default value';

function nextStep(
  value: number | undefined,
  { maximum = Infinity, next, nextIfTooLarge = next, nextIfUnset = next }: NumberWanted,
): string {
  if (value === undefined) {
    return nextIfUnset;
  }
  return value > maximum ? nextIfTooLarge : next;
}

/** What is said of rights that are too wide, by what makes them wide. */
const TOO_WIDE: Readonly<Record<Excess['by'], (excess: Excess, of: string, kind: string) => [string, string]>> = {
  policy: ({ statement }, _, kind) => [
    `has the managed policy ${statement.managedPolicy}, which covers every ${kind}`,
    'drop the managed policy, and grant the few actions that are needed',
  ],
  resources: ({ actions }, of, kind) => [
    `may do ${actions.join(', ')} on more than ${of}`,
    `name the ${kind} as the only resource of that statement`,
  ],
  actions: ({ actions }, of) => [
    `may do ${actions.join(', ')} on ${of}, which is more than it needs`,
    'name each action that is needed, without a wildcard',
  ],
};

/**
 * What to say of rights that are too wide.
 *
 * @param excess what makes them wide
 * @param role the role that has them
 * @param of the resource that they should be about
 * @param kind what that is called, `queue` for example
 * @param actions the actions that are needed
 */
export function tooWide(
  excess: Excess,
  role: Resource,
  of: Resource,
  kind: string,
  actions: readonly string[],
): Omit<Failure, 'passed'> {
  const [seen, next] = TOO_WIDE[excess.by](excess, of.name, kind);
  return {
    seen: `${role.name} ${seen}`,
    wanted: `rights to ${actions.join(', ')} on ${of.name} alone`,
    where: excess.statement.holder.where ?? role.where,
    next,
  };
}

/**
 * That a property names its target by ARN; the reference of a queue, for example, is its URL.
 *
 * @param assembly the assembly
 * @param holder the resource that has the property
 * @param path names joined by points, of which the last is said
 * @param target what the property points at
 */
export function byArn(assembly: Assembly, holder: Resource, path: string, target: Resource): Verdict {
  const targets = assembly.targets(assembly.property(holder, path), holder.stack);
  return when(
    targets.every(({ attribute }) => attribute === 'Arn'),
    {
      seen: `${path.split('.').at(-1)} of ${holder.name} is no ARN, but the URL or the name of ${target.name}`,
      wanted: `the ARN of ${target.name}, its attribute Arn`,
      where: holder.where,
      next: `give ${holder.name} the ARN of ${target.name} there`,
    },
  );
}

/** What a role may do on a resource, and no more. */
export interface RightsWanted {
  readonly role: Resource;
  readonly actions: readonly string[];
  /** Whether one of the actions is enough. @default false */
  readonly any?: boolean;
  /** The resource. */
  readonly on: Resource;
  /** What that is called, `queue` for example. */
  readonly kind: string;
  /** What to do where a right is missing. */
  readonly next: string;
}

/**
 * That a role may do some actions on a resource, and no more there.
 *
 * @param assembly the assembly
 * @param wanted the actions, and who may do them on what
 */
export function mayOnly(assembly: Assembly, { role, actions, any = false, on, kind, next }: RightsWanted): Verdict {
  const { excess, lacking } = rightsOn(assembly, role, actions, on);
  const told = (names: readonly string[]): string => names.join(any ? ' or ' : ', ');
  return firstFailure(
    () => (excess ? failed(tooWide(excess, role, on, kind, actions)) : reached),
    () =>
      when(any ? lacking.length < actions.length : lacking.length === 0, {
        seen: `${role.name} may not do ${told(lacking)} on ${on.name}`,
        wanted: `a role that may do ${told(actions)} on the ${kind}`,
        where: role.where,
        next,
      }),
  );
}
