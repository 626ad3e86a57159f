import { App, type Environment, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { AlarmRules, StageData } from 'serverless-atelier/modules';
import { ContainerImagesStack } from './container-images-stack';
import { DeploymentStack } from './deployment-stack';
import { FunctionStack } from './function-stack';
import { ImagePipelineStack } from './image-pipeline-stack';

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
  const stack = new ContainerImagesStack(app, `${service}-${name}`, {
    env,
    description: 'One pipeline builds the image of a function, and its success starts another that deploys it.',
    keptImages: 50,
  });
  const { stackName } = stack;
  const shared = {
    env,
    repositoryName: stackName,
  };
  const source = {
    sources: service,
  };
  const stacks = [
    stack,
    new ImagePipelineStack(app, `${stackName}-image`, {
      ...shared,
      ...source,
      description: 'Builds the image of a function, tries it and pushes it.',
    }),
    new DeploymentStack(app, `${stackName}-deployment`, {
      ...shared,
      ...source,
      description: 'Deploys the image that the other pipeline has pushed.',
      imagePipelineName: `${stackName}-image`,
      functionStackName: `${stackName}-function`,
    }),
  ];
  const running = {
    ...shared,
    description: 'Runs one image, by its digest.',
    memorySize: 512,
    imagePipelineName: `${stackName}-image`,
    deploymentPipelineName: `${stackName}-deployment`,
  };
  stacks.push(new FunctionStack(app, `${stackName}-function`, running));
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
