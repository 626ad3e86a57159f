import { type Check, securityRules } from '../authoring';
import { failedTryEnds, onePlatform, pushes, pushesThere, taggedByExecution, tried } from './build-goals';
import {
  deploysDigest,
  goesBack,
  imagesExpire,
  marked,
  marksMove,
  runningStays,
  startedBySuccess,
  toldExecution,
} from './deployment-goals';
import { aliased, byDigest, deploymentAlarm, errorAlarm, imageAlarm, throttleAlarm, versioned } from './function-goals';
import { fixedTags, lambdaPulls, policyStays, scanned } from './registry-goals';

/** The checks of the lab `container-images`, in the order of its steps. */
export const checks: readonly Check[] = [
  { step: 'registry', goals: [fixedTags, scanned, lambdaPulls] },
  { step: 'build-and-push', goals: [pushes, onePlatform, taggedByExecution, pushesThere] },
  { step: 'try-before-push', goals: [tried, failedTryEnds] },
  { step: 'function-by-digest', goals: [byDigest, versioned, aliased, policyStays] },
  { step: 'deployment-pipeline', goals: [startedBySuccess, toldExecution, deploysDigest, goesBack] },
  { step: 'what-runs-stays', goals: [imagesExpire, runningStays, marked, marksMove] },
  { step: 'alarms', goals: [errorAlarm, throttleAlarm, imageAlarm, deploymentAlarm, securityRules] },
];
