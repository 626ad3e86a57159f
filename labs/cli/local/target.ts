import { UsageError } from '../../../blueprints/errors';
import { runningEmulator } from '../../engine/emulator/emulator';

/** Where something is deployed or looked at, besides AWS. */
export interface Target {
  /** The endpoint of an emulator. */
  readonly endpoint: string;
  /** Whether it is the emulator that the kit has started. */
  readonly isOwn: boolean;
}

/**
 * The emulator that is meant: the one that is named, by a flag or by `AWS_ENDPOINT_URL`, or else the kit's own.
 *
 * @param named the endpoint that is named. @default - `AWS_ENDPOINT_URL`
 * @returns undefined when none is named, and the kit's own does not run
 */
export async function localTarget(named = process.env.AWS_ENDPOINT_URL): Promise<Target | undefined> {
  if (named) {
    return { endpoint: named, isOwn: false };
  }
  const own = await runningEmulator();
  return own && { endpoint: own.endpoint, isOwn: true };
}

/** The error of a command that needs an emulator where none runs. */
export function noEmulator(): UsageError {
  return new UsageError('no emulator runs', {
    option: 'endpoint',
    allowed: "the kit's own, or another one by AWS_ENDPOINT_URL",
    example: 'atelier local start',
  });
}
