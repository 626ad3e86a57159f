import type { StackProps } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import type { Construct } from 'constructs';
import { PipelineSource } from 'serverless-atelier/pipelines';

/** Where the sources are, and the images. */
export interface SourcedStackProps extends StackProps {
  /** The repository of the sources, in CodeCommit. */
  readonly sources: string;
  /** The repository of the images. */
  readonly repositoryName: string;
}

/**
 * The branch `main` of the sources.
 *
 * @param scope the stack of the pipeline
 * @param props where they are
 * @param triggerOnPush whether a push starts the pipeline
 */
export function sourceOf(scope: Construct, { sources }: SourcedStackProps, triggerOnPush: boolean): PipelineSource {
  return PipelineSource.codeCommit(Repository.fromRepositoryName(scope, 'Sources', sources), 'main', triggerOnPush);
}
