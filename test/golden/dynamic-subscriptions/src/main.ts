import { App, type Environment, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { AlarmRules, StageData } from 'serverless-atelier/modules';
import { DynamicSubscriptionsStack } from './dynamic-subscriptions-stack';

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
  const stack = new DynamicSubscriptionsStack(app, `${service}-${name}`, {
    env,
    description: 'Each container of a service has a queue of its own on an SNS topic, and leaves nothing behind.',
    desiredCount: 2,
    cpu: 256,
    memory: 512,
    sweepInterval: 15,
  });
  if (isProduction) {
    StageData.keep(stack);
  } else {
    StageData.destroy(stack);
  }
  AlarmRules.of(stack);
}

Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
