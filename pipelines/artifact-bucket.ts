import { Duration, PhysicalName } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge';

/** How long artifacts are kept: an execution can be tried again, and gone back to, as long as its artifacts are there. */
const KEPT = Duration.days(180);

/** How a bucket keeps artifacts. */
export interface ArtifactBucketProps {
  /** The key that artifacts are encrypted with. @default - the keys of Amazon S3 */
  readonly encryptionKey?: IKey;
  /** How long artifacts are kept. @default - 180 days */
  readonly artifactRetention?: Duration;
}

/** After how long an upload that nobody has ended is given up. */
const ABANDONED = Duration.days(7);

/** What CodePipeline asks of a bucket: https://docs.aws.amazon.com/codepipeline/latest/userguide/security-iam.html */
const LOOK = ['s3:GetBucketAcl', 's3:GetBucketLocation', 's3:GetBucketVersioning'];
const READ = ['s3:GetObject', 's3:GetObjectVersion'];
const WRITE = ['s3:PutObject'];

/**
 * A bucket for the artifacts of pipelines: encrypted, closed to the public, asked over TLS alone; what it holds expires after
 * half a year. Its grants name each action; those of any other bucket have wildcards.
 */
export class ArtifactBucket extends Bucket {
  /**
   * @param scope what the bucket is part of
   * @param id its id there
   * @param props how it keeps artifacts
   */
  constructor(scope: Construct, id: string, { encryptionKey, artifactRetention = KEPT }: ArtifactBucketProps = {}) {
    super(scope, id, {
      // It has a name of its own only where a stack in another Region has to know it.
      bucketName: PhysicalName.GENERATE_IF_NEEDED,
      encryption: encryptionKey ? BucketEncryption.KMS : BucketEncryption.S3_MANAGED,
      encryptionKey,
      bucketKeyEnabled: encryptionKey && true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [
        {
          expiration: artifactRetention,
          noncurrentVersionExpiration: artifactRetention,
          abortIncompleteMultipartUploadAfter: ABANDONED,
        },
      ],
    });
    acknowledge(this, 'AwsSolutions-S1', 'Only pipelines read and write artifacts, and their history says when.');
  }

  /** @inheritDoc */
  grantRead(identity: IGrantable): Grant {
    return this.grantArtifacts(identity, READ);
  }

  /** @inheritDoc */
  grantWrite(identity: IGrantable): Grant {
    return this.grantArtifacts(identity, WRITE);
  }

  /** @inheritDoc */
  grantReadWrite(identity: IGrantable): Grant {
    return this.grantArtifacts(identity, [...READ, ...WRITE]);
  }

  private grantArtifacts(grantee: IGrantable, actions: string[]): Grant {
    this.encryptionKey?.grant(grantee, 'kms:Decrypt', 'kms:GenerateDataKey');
    const given = { grantee, resource: this };
    Grant.addToPrincipalOrResource({ ...given, actions: LOOK, resourceArns: [this.bucketArn] });
    return Grant.addToPrincipalOrResource({ ...given, actions, resourceArns: [this.arnForObjects('*')] });
  }
}
