import { type Check, securityRules } from '../authoring';
import {
  consumerSubscribed,
  leastPrivilege,
  queueExists,
  receives,
  redrive,
  retention,
  visibility,
} from './queue-goals';
import {
  batchSize,
  concurrencyLimit,
  memory,
  partialResponses,
  reservedFits,
  visibilityWithWindow,
  window,
} from './scaling-goals';
import { forgetfulTable, tableName, tableRights } from './table-goals';
import { ageAlarm, consumerGraphs, deadLetterAlarm, queueGraphs } from './watch-goals';

/** The checks of the lab `sqs-scaling`, in the order of its steps. */
export const checks: readonly Check[] = [
  { step: 'queue-and-consumer', goals: [queueExists, consumerSubscribed, leastPrivilege] },
  { step: 'visibility-timeout', goals: [visibility] },
  { step: 'dead-letter-queue', goals: [redrive, receives, retention] },
  { step: 'partial-batch-responses', goals: [partialResponses] },
  { step: 'batching', goals: [batchSize, window, visibilityWithWindow] },
  { step: 'concurrency', goals: [concurrencyLimit, reservedFits, memory] },
  { step: 'idempotency', goals: [forgetfulTable, tableRights, tableName] },
  { step: 'alarms', goals: [ageAlarm, deadLetterAlarm] },
  { step: 'dashboard', goals: [queueGraphs, consumerGraphs, securityRules] },
];
