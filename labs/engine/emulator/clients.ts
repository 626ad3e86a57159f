import { type PinnedPackage, versions } from '../../../blueprints/versions';

/** The clients of AWS that functions find in Lambda's runtime, and that probes ask with. */
export const CLIENTS = (Object.keys(versions) as PinnedPackage[]).filter((name) => name.startsWith('@aws-sdk/'));
