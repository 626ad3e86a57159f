import { type Check, securityRules } from '../authoring';
import { deadLetterAlarm, undelivered, unhandled } from './failure-goals';
import {
  knowsResources,
  makesQueues,
  removesQueues,
  subscribesQueues,
  takesBack,
  unsubscribes,
} from './function-goals';
import { hearsStart, hearsStop, invokesStart, invokesStop, serviceWaits, startScope } from './rule-goals';
import {
  encryptedTopic,
  knowsPrefix,
  namedService,
  noTopicRights,
  nothingComesIn,
  readsQueues,
  timeToStop,
} from './service-goals';
import { listsTasks, mends, scheduled, sweptAlarm } from './sweeper-goals';
import { forgetfulTable, startUpdates, stopUpdates, taskTable, writesRows } from './table-goals';

/** The checks of the lab `dynamic-subscriptions`, in the order of its steps. */
export const checks: readonly Check[] = [
  { step: 'topic-and-task', goals: [encryptedTopic, namedService, noTopicRights, nothingComesIn] },
  { step: 'start-rule', goals: [hearsStart, startScope, invokesStart, serviceWaits] },
  { step: 'queue-for-a-task', goals: [taskTable, makesQueues, subscribesQueues, knowsResources, writesRows] },
  { step: 'consumer', goals: [readsQueues, knowsPrefix, timeToStop] },
  { step: 'stop-rule', goals: [hearsStop, invokesStop, removesQueues, unsubscribes] },
  { step: 'duplicates-and-order', goals: [forgetfulTable, startUpdates, stopUpdates, takesBack] },
  { step: 'failures', goals: [undelivered, unhandled, deadLetterAlarm] },
  { step: 'sweeper', goals: [scheduled, listsTasks, mends, sweptAlarm, securityRules] },
];
