// The patterns of this package, a line for each.
export { pattern as containerImages } from './container-images/pattern';
export { pattern as crossAccountEcr } from './cross-account-ecr/pattern';
export { pattern as dynamicSubscriptions } from './dynamic-subscriptions/pattern';
export { pattern as multiRegionLayers } from './multi-region-layers/pattern';
export { pattern as sqsScaling } from './sqs-scaling/pattern';
