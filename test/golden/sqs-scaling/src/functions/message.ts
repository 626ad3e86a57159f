/** What a producer sends, as JSON. */
export interface Message {
  /** What the message is about. */
  readonly subject: string;
}

/**
 * Reads the body of a message.
 *
 * @param body the text that was sent
 * @throws Error when it is not the JSON of a message
 */
export function parseMessage(body: string): Message {
  const message = JSON.parse(body);
  if (typeof message?.subject !== 'string') {
    throw new Error('the message has no subject');
  }
  return message;
}
