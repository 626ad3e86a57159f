export * from './blueprint';
export * from './sqs-scaling';
