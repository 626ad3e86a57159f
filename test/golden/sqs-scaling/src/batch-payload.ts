/** What Lambda takes in one invocation. https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html */
const PAYLOAD_BYTES = 6 * 1024 * 1024;

/** The JSON around the body of a message: ids, times and the queue's ARN, measured on a typical event. */
const ENVELOPE_BYTES = 840;

/**
 * How many messages of a size fit in one batch, whatever the batch size allows. At most: quotes and line breaks in a
 * body take more room in JSON.
 *
 * @param bodyBytes the size of each body in bytes
 */
export function messagesPerBatch(bodyBytes: number): number {
  return Math.floor(PAYLOAD_BYTES / (bodyBytes + ENVELOPE_BYTES));
}
