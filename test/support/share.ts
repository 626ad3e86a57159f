import { rmSync } from 'node:fs';
import { installShared, SHARED, SHARED_REGISTRY } from './shared';

/**
 * Installs once what all files of a run share; their processes inherit where it is, and the registry that it came from.
 *
 * @returns what ends it
 */
export default async function share(): Promise<void> {
  const { home, registry } = await installShared();
  Object.assign(process.env, { [SHARED]: home, [SHARED_REGISTRY]: JSON.stringify(registry.env) });
  Object.assign(globalThis, {
    endSharing: () => {
      registry.stop();
      rmSync(home, { recursive: true, force: true });
    },
  });
}
