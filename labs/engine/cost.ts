import type { Assembly } from './assembly';
import { dig } from './json';
import { allPrices, type IdlePrice, PRICE_REGION, type Prices } from './prices';

/** What the CDK puts behind the names of constructs to tell logical ids apart. */
const LOGICAL_ID_HASH = /[0-9A-F]{8}$/;

/**
 * What a step adds that bills while idle, as Markdown: no sums, since an account has what is free only once.
 *
 * @param before what the project synthesizes to before the step
 * @param after what it synthesizes to at the step
 * @param prices what is known. @default - what the kit knows
 */
export function costAsMarkdown(before: Assembly, after: Assembly, prices = allPrices()): string {
  const had = idleCosts(before, prices);
  const added = [...idleCosts(after, prices)]
    .map(([price, count]) => [price, count - (had.get(price) ?? 0)] as const)
    .filter(([, count]) => count > 0);
  if (added.length === 0) {
    return 'This step adds nothing that bills while idle.';
  }
  const intro = `While idle, this step adds to the bill, at the prices of ${PRICE_REGION} (the pages say what holds today):`;
  return [intro, added.map(([price, count]) => priceLine(price, count)).join('\n')].join('\n\n');
}

/**
 * What of an assembly bills while idle, as Markdown.
 *
 * @param assembly what the finished project synthesizes to
 * @param prices what is known. @default - what the kit knows
 */
export function idleAsMarkdown(assembly: Assembly, prices = allPrices()): string {
  const costs = [...idleCosts(assembly, prices)].map(([price, count]) => counted(price, count));
  return costs.length === 0
    ? 'Once it is finished and deployed, nothing of it is billed while idle.'
    : `Once it is finished and deployed, this is billed while idle; the steps say how much:\n\n${costs.map((cost) => `- ${cost}`).join('\n')}`;
}

/**
 * What is left of stages when they are destroyed, as Markdown: what their templates keep, and logs that are not theirs.
 *
 * @param assembly what the finished project synthesizes to, with the stages
 * @param stages how the text calls each stage, by the name of its first stack; further ones have more behind that name
 */
export function remainsAsMarkdown(assembly: Assembly, stages: Readonly<Record<string, string>>): string {
  const lines = Object.entries(stages).map(([stack, stage]) => {
    const kept = keptBy(assembly, stack);
    return kept.length === 0
      ? `- Of ${stage} nothing stays.`
      : [`- Of ${stage} these stay:`, ...kept.map((one) => `  - ${one}`)].join('\n');
  });
  return lines.join('\n');
}

/** What of an assembly bills while idle. */
export interface HourlyCost {
  /** The sum in US dollars an hour of what has a size, before what is free in an account. */
  readonly usd: number;
  /** What is billed besides, by use or by what is stored: in words. */
  readonly besides: readonly string[];
}

/** How many hours a month has, as AWS counts them. */
const HOURS = { hour: 1, month: 730 } as const;

/**
 * What something costs by the hour while nothing happens.
 *
 * @param assembly what is deployed
 * @param prices what is known. @default - what the kit knows
 */
export function hourlyCost(assembly: Assembly, prices = allPrices()): HourlyCost {
  const usd = assembly.resources.flatMap((resource) =>
    (prices[resource.type] ?? []).map(({ usd: price, per, count, size }) =>
      size && per ? (Number(price) * (count?.(resource, assembly) ?? 1) * size(resource, assembly)) / HOURS[per] : 0,
    ),
  );
  return {
    usd: usd.reduce((sum, one) => sum + one, 0),
    besides: [...idleCosts(assembly, prices)]
      .filter(([{ size }]) => !size)
      .map(([price, count]) => counted(price, count)),
  };
}

/** How often each price applies. */
function idleCosts(assembly: Assembly, prices: Prices): Map<IdlePrice, number> {
  const costs = new Map<IdlePrice, number>();
  for (const resource of assembly.resources) {
    for (const price of prices[resource.type] ?? []) {
      const count = price.count?.(resource, assembly) ?? 1;
      if (count > 0) {
        costs.set(price, (costs.get(price) ?? 0) + count);
      }
    }
  }
  return costs;
}

function counted({ one, many }: IdlePrice, count: number): string {
  return count === 1 ? one : `${count} ${many}`;
}

function priceLine(price: IdlePrice, count: number): string {
  const free = price.free ? `; ${price.free} are free` : '';
  const unit = [price.unit, ...(price.per ? [price.per] : [])].join(' and ');
  return [
    `- ${counted(price, count)}: $${price.usd} per ${unit}${free}`,
    `  ([${price.service} pricing](${price.page}), ${price.date})`,
  ].join('\n');
}

/** What a stack's template keeps, and the logs that Lambda makes where a function names no log group. */
function keptBy(assembly: Assembly, stage: string): string[] {
  return assembly.resources
    .filter(({ stack }) => stack === stage || stack.startsWith(`${stage}-`))
    .flatMap(({ stack, name, type, logicalId, properties }) => {
      const policy = dig(assembly.stacks.get(stack)?.template, 'Resources', logicalId, 'DeletionPolicy');
      const hasOwnLogs = type === 'AWS::Lambda::Function' && !dig(properties, 'LoggingConfig', 'LogGroup');
      const id = name.replace(LOGICAL_ID_HASH, '');
      return [
        ...((policy ?? 'Delete') === 'Delete' ? [] : [`\`${id}\` (\`${type}\`)`]),
        ...(hasOwnLogs ? [`the logs of \`${id}\``] : []),
      ];
    });
}
