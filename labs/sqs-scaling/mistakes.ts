import type { Mistake } from '../authoring';

const STACK = 'src/sqs-scaling-stack.ts';

/** What learners typically get wrong at each step, and what the check says then. */
export const mistakes: readonly Mistake[] = [
  {
    step: 'queue-and-consumer',
    mistake: 'takes the managed policy that many examples name',
    file: STACK,
    from: 'logGroup.grantWrite(role);',
    to: "role.addManagedPolicy({ managedPolicyArn: 'arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole' });",
    seen: 'ConsumerRole has the managed policy AWSLambdaSQSQueueExecutionRole, which covers every queue',
  },
  {
    step: 'visibility-timeout',
    mistake: 'hides a message for one timeout of the function',
    file: STACK,
    from: '6 * timeout.toSeconds()',
    to: 'timeout.toSeconds()',
    seen: 'VisibilityTimeout of Queue is 30 s',
  },
  {
    step: 'dead-letter-queue',
    mistake: 'leaves out how long dead letters are kept',
    file: STACK,
    from: '      retentionPeriod: Duration.days(14),\n',
    to: '',
    seen: 'DeadLetterQueue keeps messages for 4 days, Queue for 4 days',
  },
  {
    step: 'partial-batch-responses',
    mistake: 'changes the handler, and does not tell the event source',
    file: STACK,
    from: '        reportBatchItemFailures: true,\n',
    to: '',
    seen: 'FunctionResponseTypes of Consumer/SqsEventSource is not set',
  },
  {
    step: 'batching',
    mistake: 'forgets that messages are hidden while they are gathered, too',
    file: STACK,
    from: '6 * timeout.toSeconds() + props.batchingWindow',
    to: '6 * timeout.toSeconds()',
    seen: 'VisibilityTimeout of Queue is 180 s',
  },
  {
    step: 'concurrency',
    mistake: 'reserves less concurrency than the event source may use',
    file: STACK,
    from: '      memorySize: props.memorySize,\n',
    to: '      memorySize: props.memorySize,\n      reservedConcurrentExecutions: 5,\n',
    seen: 'ReservedConcurrentExecutions of Consumer is 5',
  },
  {
    step: 'idempotency',
    mistake: 'lets the function read the table, and not write it',
    file: STACK,
    from: "doneMessages.grant(consumer, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem');",
    to: 'doneMessages.grantReadData(consumer);',
    seen: 'ConsumerRole may not do dynamodb:PutItem, dynamodb:UpdateItem, dynamodb:DeleteItem on DoneMessages',
  },
  {
    step: 'alarms',
    mistake: 'counts the messages that are sent to the dead-letter queue, and redriven ones are not sent',
    file: STACK,
    from: 'deadLetterQueue.metricApproximateNumberOfMessagesVisible(everyMinute)',
    to: 'deadLetterQueue.metricNumberOfMessagesSent(everyMinute)',
    seen: 'DeadLetters watches AWS/SQS NumberOfMessagesSent; no alarm watches ApproximateNumberOfMessagesVisible of DeadLetterQueue',
  },
  {
    step: 'dashboard',
    mistake: 'shows the concurrency of all functions of the account',
    file: STACK,
    from: "consumer.metric('ConcurrentExecutions', everyMinute)",
    to: "new Metric({ namespace: 'AWS/Lambda', metricName: 'ConcurrentExecutions' })",
    seen: 'the graph of ConcurrentExecutions is not of Consumer',
  },
];
