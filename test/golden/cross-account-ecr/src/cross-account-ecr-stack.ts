import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Repository, TagMutability, TagStatus } from 'aws-cdk-lib/aws-ecr';
import { AccountPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { checkAccounts } from './accounts';

/** What a deployment of the registry decides. */
export interface CrossAccountEcrStackProps extends StackProps {
  /** How many images are kept. */
  readonly keptImages: number;
  /** The accounts whose functions may use the image, 12 digits each. */
  readonly accounts: readonly string[];
}

/** What creating a function takes, and what Lambda does when it pulls. */
const PULL = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

/** The registry of an image that functions of other accounts run. */
export class CrossAccountEcrStack extends Stack {
  constructor(scope: Construct, id: string, props: CrossAccountEcrStackProps) {
    super(scope, id, props);
    checkAccounts(props.accounts, this.account);

    const repository = new Repository(this, 'Repository', {
      repositoryName: this.stackName,
      imageScanOnPush: true,
      imageTagMutability: TagMutability.IMMUTABLE,
      lifecycleRules: [{ description: 'The newest stay', tagStatus: TagStatus.ANY, maxImageCount: props.keptImages }],
    });
    // Each account says by its own policies who of its people and pipelines makes use of this.
    repository.addToResourcePolicy(
      new PolicyStatement({
        sid: 'CrossAccountPermission',
        principals: props.accounts.map((account) => new AccountPrincipal(account)),
        actions: PULL,
      }),
    );
    // Lambda pulls again when a function was idle for long, and then nobody of that account is there to ask for it.
    repository.addToResourcePolicy(
      new PolicyStatement({
        sid: 'LambdaECRImageCrossAccountRetrievalPolicy',
        principals: [new ServicePrincipal('lambda.amazonaws.com')],
        actions: PULL,
        conditions: {
          StringLike: {
            'aws:sourceArn': props.accounts.map((account) =>
              this.formatArn({ service: 'lambda', account, resource: 'function:*' }),
            ),
          },
        },
      }),
    );

    new CfnOutput(this, 'RepositoryUri', { value: repository.repositoryUri });
    new CfnOutput(this, 'RepositoryArn', { value: repository.repositoryArn });
  }
}
