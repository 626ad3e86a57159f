import type { Construct } from 'constructs';

/** Of no image: an app that is told of none can be synthesized and tested, and Lambda refuses to deploy it. */
const NO_IMAGE = `sha256:${'0'.repeat(64)}`;

/**
 * The digest of the image that is to run, from the context `imageDigest`.
 *
 * @param scope a construct of the app
 * @throws Error when what the context has is no digest
 */
export function digestIn(scope: Construct): string {
  const digest = scope.node.tryGetContext('imageDigest') ?? NO_IMAGE;
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new Error(`imageDigest can't be ${JSON.stringify(digest)}; write sha256: and its 64 hexadecimal digits`);
  }
  return digest;
}
