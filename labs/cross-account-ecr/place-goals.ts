import {
  type Assembly,
  asList,
  dig,
  entriesAt,
  failed,
  firstFailure,
  type Goal,
  type Json,
  type Resource,
  reached,
  reads,
  type Verdict,
  when,
} from '../authoring';
import { originOf, repositoriesOf } from './function-goals';
import { withFunctions } from './judging';
import { placeOf, TYPE } from './parts';

/** The rules of a template: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html */
const rulesOf = (assembly: Assembly, { stack }: Resource): Json[] =>
  entriesAt(assembly.stacks.get(stack)?.template, 'Rules')
    .map(([, rule]) => rule)
    .filter((rule) => JSON.stringify(rule).includes('"AWS::Region"'));

const isAll = (values: readonly (boolean | undefined)[]): boolean | undefined =>
  values.includes(false) ? false : values.includes(undefined) ? undefined : true;
const not = (value: boolean | undefined): boolean | undefined => (value === undefined ? undefined : !value);

/** Whether a condition of a rule holds in a Region; undefined where that depends on more. */
function holds(condition: Json | undefined, region: string): boolean | undefined {
  const [[name, value] = ['', []]] = entriesAt(condition);
  const values = asList(value);
  const textOf = (one: Json): string | undefined =>
    dig(one, 'Ref') === 'AWS::Region' ? region : typeof one === 'string' ? one : undefined;
  switch (name) {
    case 'Fn::And':
      return isAll(values.map((one) => holds(one, region)));
    case 'Fn::Or':
      return not(isAll(values.map((one) => not(holds(one, region)))));
    case 'Fn::Not':
      return not(holds(values[0], region));
    case 'Fn::Equals':
    case 'Fn::Contains': {
      const [many, one] = [asList(values[0]).map(textOf), textOf(values[1] ?? null)];
      return one === undefined || many.includes(undefined) ? undefined : many.includes(one);
    }
    default:
      return undefined;
  }
}

/** Whether a rule refuses a Region, and says why. */
const refuses = (rule: Json, region: string): boolean =>
  (dig(rule, 'RuleCondition') === undefined || holds(dig(rule, 'RuleCondition'), region) === true) &&
  asList(dig(rule, 'Assertions')).some((assertion) => holds(dig(assertion, 'Assert'), region) === false);

const isExplained = (rule: Json): boolean =>
  asList(dig(rule, 'Assertions')).every((assertion) => dig(assertion, 'AssertDescription'));

/** The Regions that rules name, and one that none does. */
const regionsIn = (rules: readonly Json[]): string[] => [
  ...(JSON.stringify(rules).match(/(?<=")[a-z]{2}(-[a-z]+)+-\d(?=")/g) ?? []),
  'elsewhere',
];

const image = (region: string): string =>
  `111122223333.dkr.ecr.${region}.amazonaws.com/orders@sha256:${'a'.repeat(64)}`;

/** Registry and function have to be in one Region: https://docs.aws.amazon.com/lambda/latest/dg/images-create.html */
export const regionRefused: Goal = {
  name: 'A function in another Region is refused',
  reads: [reads(TYPE.function, 'Code.ImageUri', image('ap-south-2'), image('af-south-1'))],
  judge: withFunctions(['function'], ({ function: running }, assembly) =>
    firstFailure(
      () => boundTo(assembly, running),
      () => whereRegistryIs(assembly, running),
    ),
  ),
};

/** The Region in the address of an image: that of the function, where the address leaves it open. */
function regionOf(assembly: Assembly, running: Resource): string | undefined {
  const { region } = originOf(assembly, running);
  return region.includes('AWS::Region') ? placeOf(assembly, running).region : region;
}

/** Reached when the image is looked for in the Region of the registry, as far as the app says where that is. */
function whereRegistryIs(assembly: Assembly, running: Resource): Verdict {
  const region = regionOf(assembly, running);
  const regions = repositoriesOf(assembly, running).map((one) => placeOf(assembly, one).region);
  const isThere =
    region === undefined || regions.length === 0 || regions.some((one) => one === undefined || one === region);
  return when(isThere, {
    seen: `the image of ${running.name} is looked for in ${region}, and the registry is deployed to ${regions[0]}`,
    wanted:
      'one Region for the registry, the image and the function: Lambda pulls images only from a registry in its own',
    where: running.where,
    next: 'deploy registry and function to one Region, and name that in the address of the image',
  });
}

/** Reached when a function can't be deployed elsewhere than its image is. */
function boundTo(assembly: Assembly, running: Resource): Verdict {
  const { region } = originOf(assembly, running);
  const { region: own } = placeOf(assembly, running);
  if (region.includes('AWS::Region') || region === own) {
    return reached;
  }
  if (own !== undefined) {
    return failed({
      seen: `${running.name} is deployed to ${own}, and its image is in ${region}`,
      wanted: 'one Region: Lambda pulls images only from a registry in its own',
      where: running.where,
      next: 'deploy the function to the Region of the registry',
    });
  }
  return ruledBy(assembly, running, region);
}

/** Reached when a rule of the template refuses every Region but one, and says why. */
function ruledBy(assembly: Assembly, running: Resource, region: string): Verdict {
  const rules = rulesOf(assembly, running);
  const refusedFrom = (one: string): boolean => rules.some((rule) => refuses(rule, one));
  const isBound = !refusedFrom(region) && regionsIn(rules).every((one) => one === region || refusedFrom(one));
  const shared = {
    wanted: `a rule of the template (Rules) that asserts AWS::Region to be ${region}, or a stack that has this Region`,
    where: running.where,
  };
  return firstFailure(
    () =>
      when(isBound, {
        ...shared,
        seen:
          rules.length === 0
            ? `the stack ${running.stack} can be deployed to any Region, and its image is in ${region}`
            : `the rule of ${running.stack} lets other Regions in than ${region}, where the image is`,
        next: 'add a rule to the stack of the function, with the reason as its description',
      }),
    () =>
      when(rules.every(isExplained), {
        ...shared,
        seen: `the rule of ${running.stack} says no reason (AssertDescription)`,
        next: 'let the assertion have the reason as its description',
      }),
  );
}
