import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { SqsScalingStack } from './sqs-scaling-stack';

const service = 'orders';

export const app = new App();

new SqsScalingStack(app, `${service}-dev`, {
  description: 'A Lambda function scales with an SQS queue, within limits, and loses no message on the way.',
  maxReceiveCount: 5,
  batchSize: 50,
  batchingWindow: 1,
  memorySize: 512,
  maxConcurrency: 10,
  idempotencyKey: 'messageId',
});

Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
