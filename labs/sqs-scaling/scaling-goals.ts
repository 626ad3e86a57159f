import { type Assembly, type Goal, mayRead, numberWithin, type Resource, reached, reads, when } from '../authoring';
import { TYPE, withParts } from './judging';
import { visibilityGoal } from './queue-goals';

/** How many invocations run at once when polling starts: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const FIRST_INVOCATIONS = 5;

/** Only what failed returns. */
export const partialResponses: Goal = {
  name: 'Lambda accepts partial batch responses',
  reads: [reads(TYPE.mapping, 'FunctionResponseTypes', [], ['BatchItemFailures'])],
  judge: withParts(['mapping'], ({ mapping }, assembly) => {
    const types = assembly.list(mapping, 'FunctionResponseTypes').map((type) => assembly.text(type));
    return when(types.includes('ReportBatchItemFailures'), {
      seen: `FunctionResponseTypes of ${mapping.name} is ${types.length ? types.join(', ') : 'not set'}`,
      wanted: 'ReportBatchItemFailures among the response types, so that only failed messages return',
      where: mapping.where,
      next: 'tell the event source that the consumer reports the items that failed',
    });
  }),
};

/** One invocation gets many messages. */
export const batchSize: Goal = {
  name: 'A batch holds more than ten messages',
  reads: [reads(TYPE.mapping, 'BatchSize', 10, 10_001)],
  judge: withParts(['mapping'], ({ mapping }, assembly) =>
    numberWithin(assembly, {
      of: mapping,
      property: 'BatchSize',
      unset: 10,
      minimum: 11,
      maximum: 10_000,
      because: 'ten is what a batch holds without any setting',
      next: 'raise the batch size of the event source',
      nextIfTooLarge: 'lower the batch size of the event source to 10000 or less, which is the most that Lambda takes',
    }),
  ),
};

/** Lambda gathers messages before it invokes. */
export const window: Goal = {
  name: 'A batching window gives the batch time to fill',
  reads: [reads(TYPE.mapping, 'MaximumBatchingWindowInSeconds', 0, 301)],
  judge: withParts(['mapping'], ({ mapping }, assembly) =>
    numberWithin(assembly, {
      of: mapping,
      property: 'MaximumBatchingWindowInSeconds',
      unset: 0,
      minimum: 1,
      maximum: 300,
      unit: 's',
      because: 'Lambda refuses a batch size over 10 without a window',
      next: 'give the event source a batching window of whole seconds',
      nextIfTooLarge: 'shorten the batching window to 300 seconds or less, which is the most that Lambda takes',
    }),
  ),
};

/** Messages are hidden while they are gathered, too. */
export const visibilityWithWindow = visibilityGoal(
  'The visibility timeout covers the window as well',
  "add the batching window to the queue's visibility timeout",
  [window.name],
);

/** What stands behind the consumer is spared. */
export const concurrencyLimit: Goal = {
  name: 'The event source limits how many batches run at once',
  reads: [reads(TYPE.mapping, 'ScalingConfig.MaximumConcurrency', 1, 1001)],
  judge: withParts(['mapping'], ({ mapping }, assembly) => {
    return assembly.property(mapping, 'ProvisionedPollerConfig') !== undefined
      ? numberWithin(assembly, {
          of: mapping,
          property: 'ProvisionedPollerConfig.MaximumPollers',
          unset: POLLERS,
          minimum: 2,
          maximum: 10_000,
          because: 'each poller runs up to ten invocations at once',
          next: 'let the event source have 2 pollers or more at most, up to 10,000',
        })
      : numberWithin(assembly, {
          of: mapping,
          property: 'ScalingConfig.MaximumConcurrency',
          minimum: 2,
          maximum: 1000,
          because: 'what stands behind the consumer can take only so much',
          next: 'raise the maximum concurrency of the event source to 2 or more, which is the least that Lambda takes',
          nextIfTooLarge:
            'lower the maximum concurrency of the event source to 1000 or less, which is the most that Lambda takes',
          nextIfUnset: 'give the event source a maximum concurrency',
        });
  }),
};

/** The most pollers of provisioned mode by default: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const POLLERS = 200;

/** The most invocations that an event source runs at once, ten for each provisioned poller. */
function mostInvocations(assembly: Assembly, mapping: Resource): number | undefined {
  return assembly.property(mapping, 'ProvisionedPollerConfig') === undefined
    ? assembly.number(mapping, 'ScalingConfig.MaximumConcurrency')
    : 10 * (assembly.number(mapping, 'ProvisionedPollerConfig.MaximumPollers') ?? POLLERS);
}

/** The function itself throttles nothing that the event source lets through. */
export const reservedFits: Goal = {
  name: 'Reserved concurrency, where it is set, covers that limit',
  reads: [mayRead(TYPE.function, 'ReservedConcurrentExecutions', 1, 4)],
  dependsOn: [concurrencyLimit.name],
  judge: withParts(['mapping', 'consumer'], ({ mapping, consumer }, assembly) => {
    const limit = mostInvocations(assembly, mapping) ?? 0;
    const minimum = Math.max(FIRST_INVOCATIONS, limit);
    const isSet = assembly.property(consumer, 'ReservedConcurrentExecutions') !== undefined;
    return isSet
      ? numberWithin(assembly, {
          of: consumer,
          property: 'ReservedConcurrentExecutions',
          minimum,
          because:
            limit < FIRST_INVOCATIONS
              ? 'polling starts with five invocations at once, and a message that is throttled counts as received'
              : 'the event source invokes as often as that at once, and a message that is throttled counts as received',
          next: `raise the reserved concurrency to ${minimum} or more, or leave it out`,
        })
      : reached;
  }),
};

/** The consumer has CPU power. */
export const memory: Goal = {
  name: 'The consumer has more than the default memory',
  reads: [reads(TYPE.function, 'MemorySize', 128, 10_241)],
  judge: withParts(['consumer'], ({ consumer }, assembly) =>
    numberWithin(assembly, {
      of: consumer,
      property: 'MemorySize',
      unset: 128,
      minimum: 129,
      maximum: 10_240,
      unit: 'MB',
      because: 'CPU power grows with memory, and a faster consumer needs less concurrency',
      next: 'raise the memory of the function',
      nextIfTooLarge: 'lower the memory of the function to 10240 MB or less, which is the most that Lambda takes',
    }),
  ),
};
