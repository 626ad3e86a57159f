import { Logger } from '@aws-lambda-powertools/logger';
import type { Message } from './message';

const logger = new Logger();

/**
 * The effect of one message: here belongs what your system does with it.
 *
 * @param message the message
 */
export async function work(message: Message): Promise<void> {
  logger.info('message handled', { subject: message.subject });
}
