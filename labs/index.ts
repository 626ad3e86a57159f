import type { Labs } from './engine/lab';

/** The labs of this package's patterns, a line for each. */
export const labs: Labs = {
  'container-images': () => import('./container-images'),
  'cross-account-ecr': () => import('./cross-account-ecr'),
  'dynamic-subscriptions': () => import('./dynamic-subscriptions'),
  'multi-region-layers': () => import('./multi-region-layers'),
  'sqs-scaling': () => import('./sqs-scaling'),
};
