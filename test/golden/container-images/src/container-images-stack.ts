import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { ImageTagMutabilityExclusionFilter, Repository, TagMutability, TagStatus } from 'aws-cdk-lib/aws-ecr';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** What a deployment of the registry decides. */
export interface ContainerImagesStackProps extends StackProps {
  /** How many images are kept, beside the one that runs. */
  readonly keptImages: number;
}

/** The registry of a function's images, which the other stacks know by its name alone. */
export class ContainerImagesStack extends Stack {
  constructor(scope: Construct, id: string, props: ContainerImagesStackProps) {
    super(scope, id, props);

    const repository = new Repository(this, 'Repository', {
      repositoryName: this.stackName,
      imageScanOnPush: true,
      // The deployment moves two tags to what runs; every other tag stays on its image for good.
      imageTagMutability: TagMutability.IMMUTABLE_WITH_EXCLUSION,
      imageTagMutabilityExclusionFilters: [ImageTagMutabilityExclusionFilter.wildcard('live*')],
      lifecycleRules: [
        {
          // An image that the tags of a rule fit is out of reach for all rules behind it, and 1,000 there never are.
          rulePriority: 1,
          description: 'What runs stays',
          tagPatternList: ['live*'],
          maxImageCount: 1000,
        },
        {
          rulePriority: 2,
          description: 'Of all others, the newest stay',
          tagStatus: TagStatus.ANY,
          maxImageCount: props.keptImages,
        },
      ],
    });
    // Whoever makes a function from an image would add this for every function there is, in any account.
    repository.addToResourcePolicy(
      new PolicyStatement({
        sid: 'FunctionsOfThisAccountPull',
        principals: [new ServicePrincipal('lambda.amazonaws.com')],
        actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        conditions: {
          StringEquals: { 'aws:SourceAccount': this.account },
          ArnLike: { 'aws:SourceArn': this.formatArn({ service: 'lambda', resource: 'function:*' }) },
        },
      }),
    );

    new CfnOutput(this, 'RepositoryUri', { value: repository.repositoryUri });
  }
}
