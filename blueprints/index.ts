export * from './blueprint';
export * from './dynamic-subscriptions';
export * from './sqs-scaling';
