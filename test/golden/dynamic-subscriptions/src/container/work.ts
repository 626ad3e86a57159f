import type { Message } from '@aws-sdk/client-sqs';

/**
 * The effect of one message: here belongs what your system does with it. A message that is delivered again has it again.
 *
 * @param message the message; its body is what was published
 */
export async function work({ MessageId, Body }: Message): Promise<void> {
  console.log(JSON.stringify({ message: 'message handled', id: MessageId, body: Body }));
}
