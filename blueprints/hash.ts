import { createHash } from 'node:crypto';

/**
 * The hash of a file, or of a text.
 *
 * @param content what it holds
 * @returns SHA-256, in hexadecimal
 */
export function hashOf(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}
