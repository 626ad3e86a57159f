import type { Mutation } from '../authoring';

/** Settings of the finished project that its own tests watch. */
export const mutations: readonly Mutation[] = [
  {
    setting: 'the report of which messages failed',
    file: 'src/sqs-scaling-stack.ts',
    from: 'reportBatchItemFailures: true',
    to: 'reportBatchItemFailures: false',
  },
  {
    setting: 'how long dead letters are kept',
    file: 'src/sqs-scaling-stack.ts',
    from: 'Duration.days(14)',
    to: 'Duration.days(10)',
  },
  {
    setting: 'what an alarm makes of missing data',
    file: 'src/sqs-scaling-stack.ts',
    from: 'TreatMissingData.NOT_BREACHING',
    to: 'TreatMissingData.BREACHING',
  },
];
