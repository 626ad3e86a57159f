import { messagesPerBatch } from '../src/batch-payload';

test.each([
  [256 * 1024, 23],
  [1024 * 1024, 5],
])('of messages of %d bytes, %d fit in one batch', (bytes, messages) => {
  expect(messagesPerBatch(bytes)).toBe(messages);
});
