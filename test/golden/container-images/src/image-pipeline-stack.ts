import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';
import { ImagePipeline } from 'serverless-atelier/pipelines';
import { type SourcedStackProps, sourceOf } from './sources';

/** The pipeline that makes an image of each commit, and deploys nothing. */
export class ImagePipelineStack extends Stack {
  constructor(scope: Construct, id: string, props: SourcedStackProps) {
    super(scope, id, props);

    const { pipeline } = new ImagePipeline(this, 'Image', {
      // Whoever waits for the pipeline knows it by its name.
      pipelineName: this.stackName,
      source: sourceOf(this, props, true),
      // By its name: the registry is another stack's, and knows nothing of who pushes.
      repository: Repository.fromRepositoryName(this, 'Repository', props.repositoryName),
      checks: ['sh image/try.sh'],
    });

    new CfnOutput(this, 'PipelineName', { value: pipeline.pipelineName });
  }
}
