import type { Lab } from '../authoring';
import { checks } from './checks';
import { mistakes } from './mistakes';
import { mutations } from './mutations';

/** The lab of `multi-region-layers`. */
export const lab: Lab = { checks, mistakes, mutations, probes: () => import('./probes') };
