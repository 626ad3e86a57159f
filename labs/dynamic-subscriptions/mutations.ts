import type { Mutation } from '../authoring';

/** Settings of the finished project that its own tests watch. */
export const mutations: readonly Mutation[] = [
  {
    setting: 'which service the rules are about',
    file: 'src/dynamic-subscriptions-stack.ts',
    from: 'group: [`service:',
    to: 'group: [`family:',
  },
  {
    setting: 'the service that waits for the rules',
    file: 'src/dynamic-subscriptions-stack.ts',
    from: 'vpc, startRule, start, stopRule, stop)',
    to: 'vpc, ...[startRule, start, stopRule, stop].slice(4))',
  },
  {
    setting: 'what a late event may not undo',
    file: 'src/functions/task-row.ts',
    from: "'attribute_not_exists(hasStopped)'",
    to: "'attribute_exists(taskId)'",
  },
  {
    setting: 'whom a queue takes messages from',
    file: 'src/functions/subscription.ts',
    from: "{ ArnEquals: { 'aws:SourceArn': required('TOPIC_ARN') } }",
    to: '{}',
  },
];
