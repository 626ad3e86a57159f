import type { Lab } from '../authoring';
import { checks } from './checks';
import { mistakes } from './mistakes';
import { mutations } from './mutations';
import { standIns } from './stand-ins';

/** The lab of `container-images`. */
export const lab: Lab = { checks, mistakes, mutations, standIns, probes: () => import('./probes') };
