import { App, type Environment, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { AlarmRules, StageData } from 'serverless-atelier/modules';
import { MultiRegionLayersStack } from './multi-region-layers-stack';

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
  const stack = new MultiRegionLayersStack(app, `${service}-${name}`, {
    env,
    description: 'A pipeline builds a Lambda layer from its lock file, and publishes it in many Regions at once.',
    layerName: 'packages',
    provider: 'GitHub',
    repository: 'example/layers',
    branch: 'main',
    runtimes: ['nodejs22.x', 'nodejs24.x'],
    regions: ['eu-central-1', 'us-east-1'],
    shareWith: ['o-exampleorgid'],
  });
  if (isProduction) {
    StageData.keep(stack);
  } else {
    StageData.destroy(stack);
  }
  AlarmRules.of(stack);
}

Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
