import { pattern as dynamicSubscriptions } from './dynamic-subscriptions/pattern';
import { UsageError } from './errors';
import type { Pattern } from './pattern';
import { pattern as sqsScaling } from './sqs-scaling/pattern';

/** The data of every pattern of the kit, in the order in which a catalogue shows them. */
export const patterns: readonly Pattern[] = [sqsScaling, dynamicSubscriptions];

/**
 * The pattern of an id.
 *
 * @param id for example `sqs-scaling`
 * @throws UsageError when there is none
 */
export function findPattern(id: string): Pattern {
  const found = patterns.find((pattern) => pattern.id === id);
  if (!found) {
    throw new UsageError(`there is no pattern ${JSON.stringify(id)}`, {
      option: 'pattern',
      given: id,
      choices: patterns.map((pattern) => pattern.id),
      example: `atelier show ${patterns[0].id}`,
    });
  }
  return found;
}
