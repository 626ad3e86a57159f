const DAY = 24 * 60 * 60;

/**
 * For how long a queue keeps messages, in seconds: when nothing is set, and at most.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
export const RETENTION = { standard: 4 * DAY, maximum: 14 * DAY } as const;

const UNITS = { day: DAY, hour: 60 * 60, minute: 60, second: 1 } as const;

/**
 * A period in words: 86400 is `1 day`, 129600 is `36 hours`; the largest unit that leaves no rest.
 *
 * @param seconds the period
 */
export function period(seconds: number): string {
  const [name, length] = Object.entries(UNITS).find(([, unit]) => seconds % unit === 0) ?? ['second', UNITS.second];
  const count = seconds / length;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
