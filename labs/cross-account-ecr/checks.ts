import { type Check, securityRules } from '../authoring';
import { logged, routed, signed } from './api-goals';
import { byDigest, ofAnotherAccount, policyStays, withoutRights } from './function-goals';
import { regionRefused } from './place-goals';
import { accountsPull, lambdaPulls, nobodyElse, noMoreThanPulling, sameAccounts } from './policy-goals';
import { fixedTags, imagesExpire, scanned } from './registry-goals';
import { apiAlarm, errorAlarm } from './watch-goals';

/** The checks of the lab `cross-account-ecr`, in the order of its steps. */
export const checks: readonly Check[] = [
  { step: 'registry', goals: [fixedTags, scanned, imagesExpire] },
  { step: 'accounts-pull', goals: [accountsPull, noMoreThanPulling] },
  { step: 'lambda-pulls', goals: [lambdaPulls, sameAccounts, nobodyElse] },
  { step: 'function-by-digest', goals: [byDigest, ofAnotherAccount, withoutRights, policyStays] },
  { step: 'right-place', goals: [regionRefused] },
  { step: 'api', goals: [routed, signed, logged] },
  { step: 'alarms', goals: [errorAlarm, apiAlarm, securityRules] },
];
