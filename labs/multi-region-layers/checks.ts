import { type Check, securityRules } from '../authoring';
import { crashAlarm, failureAlarm } from './alarm-goals';
import {
  architecture,
  artifactIsLayer,
  functionPublishes,
  lockFile,
  pipelineBuilds,
  tried,
  triedAsFunction,
  triedInEarnest,
} from './build-goals';
import {
  atOnce,
  manyRegions,
  publishRight,
  regionRights,
  retried,
  runtimesTold,
  sharedByName,
  shareRight,
} from './publish-goals';
import { queued, startedByLayer, startedByPush } from './start-goals';

/** The checks of the lab `multi-region-layers`, in the order of its steps. */
export const checks: readonly Check[] = [
  { step: 'layer-build', goals: [pipelineBuilds, lockFile, artifactIsLayer, functionPublishes, publishRight] },
  { step: 'compatibility', goals: [runtimesTold, architecture] },
  { step: 'regions', goals: [manyRegions, atOnce, retried, regionRights] },
  { step: 'checks', goals: [tried, triedAsFunction, triedInEarnest] },
  { step: 'sharing', goals: [sharedByName, shareRight] },
  { step: 'filter', goals: [startedByPush, startedByLayer, queued] },
  { step: 'alarms', goals: [failureAlarm, crashAlarm, securityRules] },
];
