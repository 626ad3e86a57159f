import type { Step } from '../pattern';

/** The steps of the lab `cross-account-ecr`. */
export const steps: readonly Step[] = [
  {
    id: 'registry',
    title: 'One registry for many accounts',
    goal: 'Keep images under tags that never move, look each through for weaknesses, and let old ones expire.',
  },
  {
    id: 'accounts-pull',
    title: 'The accounts that may use the image',
    goal: 'Let each account of a list create and update functions from the image, and nobody else.',
  },
  {
    id: 'lambda-pulls',
    title: 'Lambda pulls again, long after',
    goal: 'Let Lambda pull the image for the functions of these accounts whenever it needs it again.',
  },
  {
    id: 'function-by-digest',
    title: 'A function in another account',
    goal: 'Run an image of the registry by its digest, and leave the policy of the registry as it is.',
  },
  {
    id: 'right-place',
    title: 'The Region of the registry, and no other',
    goal: 'Refuse a function in another Region than the registry, and say why.',
  },
  {
    id: 'api',
    title: 'An API before the function',
    goal: 'Answer GET /hello to callers who sign their requests, and log each call.',
  },
  {
    id: 'alarms',
    title: 'Alarms, and the rules',
    goal: 'Be told when the function fails or its image can no longer be pulled, and break no rule of security.',
  },
];
