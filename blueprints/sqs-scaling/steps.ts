import type { Step } from '../pattern';

/** The steps from an empty stack to the finished pattern. Their ids are stored in projects and never change. */
export const steps: readonly Step[] = [
  {
    id: 'queue-and-consumer',
    title: 'A queue and its consumer',
    goal: 'Lambda polls a queue and hands its messages to a function, which may read that queue and nothing else.',
  },
  {
    id: 'visibility-timeout',
    title: 'Hide a message for as long as it is being handled',
    goal: 'A message stays hidden for six times the timeout of the function, so that no second function starts on it.',
  },
  {
    id: 'dead-letter-queue',
    title: 'Set aside what keeps failing',
    goal: 'A message that was received too often without success moves to a second queue, which keeps it for 14 days.',
  },
  {
    id: 'partial-batch-responses',
    title: 'Return only the messages that failed',
    goal: 'When the third of five messages fails, only the third returns to the queue.',
  },
  {
    id: 'batching',
    title: 'Hand over many messages at once',
    goal: 'An invocation may get more than ten messages, gathered in a window by which the visibility timeout grows.',
  },
  {
    id: 'concurrency',
    title: 'Decide how far it scales',
    goal: 'The function has the memory that it needs, its concurrency has a limit, and a simulation shows the ramp.',
  },
  {
    id: 'idempotency',
    title: 'Survive a second delivery',
    goal: 'A message that is delivered twice has one effect, because a table remembers which messages are done.',
  },
  {
    id: 'alarms',
    title: 'Hear of trouble first',
    goal: 'A topic tells its subscribers when messages wait too long, are set aside, crash the function or are throttled.',
  },
  {
    id: 'dashboard',
    title: 'See it all, and keep it right',
    goal: 'A dashboard shows backlog, age, concurrency and errors; rules refuse settings that lose messages or are not secure.',
  },
];
