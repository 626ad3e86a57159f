/** One setting of a finished project made wrong, in code that still compiles. */
export interface Mutation {
  /** The setting, as the name of a test has it. */
  readonly setting: string;
  /** The file that holds it, by its path in the project. */
  readonly file: string;
  /** What stands there, exactly once. */
  readonly from: string;
  /** What is put in its place. */
  readonly to: string;
}

/** By pattern id: settings that the tests of its finished project watch, three at least. */
export const mutations: Readonly<Record<string, readonly Mutation[]>> = {
  'sqs-scaling': [
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
      to: 'Duration.days(4)',
    },
    {
      setting: 'what an alarm makes of missing data',
      file: 'src/sqs-scaling-stack.ts',
      from: 'TreatMissingData.NOT_BREACHING',
      to: 'TreatMissingData.BREACHING',
    },
  ],
};
