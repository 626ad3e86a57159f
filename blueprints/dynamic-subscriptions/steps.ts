import type { Step } from '../pattern';

/** The steps from an empty stack to the finished pattern. Their ids are stored in projects and never change. */
export const steps: readonly Step[] = [
  {
    id: 'topic-and-task',
    title: 'A topic, and tasks that know nothing of it',
    goal: 'A service of a fixed name runs tasks on Fargate, beside a topic that none of them may touch.',
  },
  {
    id: 'start-rule',
    title: 'Hear of every task that starts',
    goal: 'A rule invokes a function for each task of this service that runs, the very first one included.',
  },
  {
    id: 'queue-for-a-task',
    title: 'Give each task a queue of its own',
    goal: 'The function makes a queue that is named after the task, subscribes it to the topic, and writes down what it did.',
  },
  {
    id: 'consumer',
    title: 'Read the queue, and stop in time',
    goal: 'A task finds its queue by its own id, reads it with four rights, and finishes its messages when it is stopped.',
  },
  {
    id: 'stop-rule',
    title: 'Clean up after a task',
    goal: 'A second rule and function remove the queue and the subscription of a task that has stopped.',
  },
  {
    id: 'duplicates-and-order',
    title: 'Bear events that come twice or too late',
    goal: 'A row for each task, with the version of its last event, decides what still counts; the row of a stopped task stays for a day.',
  },
  {
    id: 'failures',
    title: 'Lose no event',
    goal: 'Events that fail are tried again for an hour, then set aside in a queue that an alarm watches.',
  },
  {
    id: 'sweeper',
    title: 'Sweep up what was missed',
    goal: 'A function on a schedule compares tasks, rows and subscriptions, mends the difference, and an alarm tells of it.',
  },
];
