import { App, type Environment, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { AlarmRules, StageData } from 'serverless-atelier/modules';
import { CrossAccountEcrStack } from './cross-account-ecr-stack';
import { FunctionStack } from './function-stack';

/** The accounts whose functions may use the image. */
const accounts = ['444455556666'];

/** Where the registry is, of stages that do not say so themselves. */
const registry = { account: '111122223333', region: 'us-east-1' };

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
  const stack = new CrossAccountEcrStack(app, `${service}-${name}`, {
    env,
    description: 'A function runs an image that the registry of another account holds, and only listed accounts may.',
    keptImages: 100,
    accounts,
  });
  const stacks = [
    stack,
    new FunctionStack(app, `${stack.stackName}-function`, {
      // No account: it is deployed to each of the list, with credentials of that account.
      env: env && { region: env.region },
      description: 'Runs an image of the registry, by its digest.',
      registry: { ...registry, ...env, repositoryName: stack.stackName },
      imageDigest: 'sha256:<hash>',
      memorySize: 512,
    }),
  ];
  for (const one of stacks) {
    if (isProduction) {
      StageData.keep(one);
    } else {
      StageData.destroy(one);
    }
    AlarmRules.of(one);
  }
}

Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
