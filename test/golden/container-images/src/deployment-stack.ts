import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';
import { ImageDeployment } from 'serverless-atelier/pipelines';
import { type SourcedStackProps, sourceOf } from './sources';

/** What is deployed, and after whose success. */
export interface DeploymentStackProps extends SourcedStackProps {
  /** The name of the pipeline that pushes the image. */
  readonly imagePipelineName: string;
  /** The name of the stack with the function. */
  readonly functionStackName: string;
}

/** The pipeline that deploys the image of each execution of the other one that has succeeded. */
export class DeploymentStack extends Stack {
  constructor(scope: Construct, id: string, props: DeploymentStackProps) {
    super(scope, id, props);

    const { pipeline } = new ImageDeployment(this, 'Deployment', {
      pipelineName: this.stackName,
      // The app of the function's stack; a push to it has started the other pipeline.
      source: sourceOf(this, props, false),
      imagePipelineName: props.imagePipelineName,
      repository: Repository.fromRepositoryName(this, 'Repository', props.repositoryName),
      stackName: props.functionStackName,
      liveTag: 'live',
    });

    new CfnOutput(this, 'PipelineName', { value: pipeline.pipelineName });
  }
}
