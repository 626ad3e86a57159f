import type { TroubleSight } from '../../../pipelines/operations';

/**
 * What AWS answers in the end.
 *
 * @param persisting asks until there is an answer
 * @param tell is told each time that it waits
 */
export async function answerOf<T>(
  persisting: AsyncGenerator<TroubleSight, T>,
  tell: (sight: TroubleSight) => void,
): Promise<T> {
  for (;;) {
    const { done, value } = await persisting.next();
    if (done) {
      return value;
    }
    tell(value);
  }
}
