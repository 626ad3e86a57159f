import { Annotations, RemovalPolicy, Resource, Stack, Stage } from 'aws-cdk-lib';
import type { PipelineProps } from 'aws-cdk-lib/aws-codepipeline';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { ArtifactBucket, type ArtifactBucketProps } from './artifact-bucket';
import type { DeliveryStage } from './delivery';

/**
 * The buckets of a pipeline, which takes either one or some by their Regions.
 *
 * @param own the bucket in its own Region
 * @param replicas those in other Regions, by Region
 */
export function bucketsOf(own: ArtifactBucket, replicas: Readonly<Record<string, ArtifactBucket>>): PipelineProps {
  const isAlone = Object.keys(replicas).length === 0;
  return isAlone
    ? { artifactBucket: own }
    : { crossRegionReplicationBuckets: { ...replicas, [Stack.of(own).region]: own } };
}

/**
 * The key of the artifacts: across accounts there always is one, which the roles there may use by its own policy.
 *
 * @param scope what the pipeline is part of
 * @param stages the stages
 * @param given the key that was given. @default - one is made where it is needed
 */
export function keyOf(scope: Construct, stages: readonly DeliveryStage[], given?: IKey): IKey | undefined {
  if (!isAcrossAccounts(scope, stages)) {
    return given;
  }
  if (given && !Resource.isOwnedResource(given)) {
    Annotations.of(scope).addWarningV2(
      'serverless-atelier:pipeline-key-of-another-app',
      'The key of artifacts is not part of this app: its policy has to let the accounts of all stages decrypt with it.',
    );
  }
  return given ?? newKey(scope, 'Key');
}

function newKey(scope: Construct, id: string): Key {
  return new Key(scope, id, {
    description: 'Artifacts of a pipeline that delivers to other accounts',
    enableKeyRotation: true,
  });
}

/**
 * A bucket for artifacts in each other Region of a stage, in a stack of its own: actions read those of their Region.
 *
 * @param scope what the pipeline is part of
 * @param stages the stages
 * @param own how the pipeline's own bucket keeps artifacts
 */
export function replicasOf(
  scope: Construct,
  stages: readonly DeliveryStage[],
  own: ArtifactBucketProps,
): Record<string, ArtifactBucket> {
  const { account, region: home, stackName, tags } = Stack.of(scope);
  const regions = new Set(stages.map(({ env }) => env?.region ?? home).filter((region) => region !== home));
  return Object.fromEntries(
    [...regions].map((region) => {
      const stack = new Stack(Stage.of(scope) as Stage, `${stackName}-${region}`, {
        env: { account, region },
        description: `The artifacts of ${stackName} in ${region}`,
        tags: tags.tagValues(),
      });
      // A key has no name that another Region could know before it is made; its alias has one.
      const key = own.encryptionKey && newKey(stack, 'Key');
      const encryptionKey = key?.addAlias(`alias/${stack.stackName}`);
      const artifacts = new ArtifactBucket(stack, 'Artifacts', { ...own, encryptionKey });
      // They hold copies, and one that stayed would be in the way of the next of its name.
      key?.applyRemovalPolicy(RemovalPolicy.DESTROY);
      artifacts.applyRemovalPolicy(RemovalPolicy.DESTROY);
      return [region, artifacts];
    }),
  );
}

function isAcrossAccounts(scope: Construct, stages: readonly DeliveryStage[]): boolean {
  return stages.some(({ env }) => env && env.account !== Stack.of(scope).account);
}
