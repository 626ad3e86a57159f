/**
 * Constructs and rule sets that generated apps import as `serverless-atelier/modules`.
 */
export { AlarmRules } from './alarm-rules';
export type { HouseRules } from './house-rules';
export { expiredImages, fitsTagPattern, type StoredImage } from './life-cycle';
export { SqsConsumerRules } from './sqs-consumer-rules';
export { StageData } from './stage-data';
export { isStateful } from './stateful';
