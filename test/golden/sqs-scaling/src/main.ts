import { App, type Environment, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { AlarmRules, StageData } from 'serverless-atelier/modules';
import { SqsScalingStack } from './sqs-scaling-stack';

const service = 'orders';

/** How the service is deployed. */
interface Stage {
  /** Whether its data is protected and kept; any other stage goes without a trace. */
  readonly isProduction: boolean;
  /** The account and Region; without them, those of the AWS profile. */
  readonly env?: Environment;
}

const stages: Record<string, Stage> = {
  dev: { isProduction: false },
};

export const app = new App();

for (const [name, { isProduction, env }] of Object.entries(stages)) {
  const stack = new SqsScalingStack(app, `${service}-${name}`, {
    env,
    description: 'A Lambda function scales with an SQS queue, within limits, and loses no message on the way.',
    maxReceiveCount: 5,
    batchSize: 50,
    batchingWindow: 1,
    memorySize: 512,
    maxConcurrency: 10,
    idempotencyKey: 'messageId',
  });
  if (isProduction) {
    StageData.keep(stack);
  } else {
    StageData.destroy(stack);
  }
  AlarmRules.of(stack);
}

Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
