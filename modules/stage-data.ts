import { AspectPriority, Aspects, CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { isStateful } from './stateful';

/** Settings that protect the data of a resource beyond its removal policy, by their path among its properties. */
type Protection = (resource: CfnResource) => Readonly<Record<string, unknown>>;

/** Every replica of a global table has its own settings. */
const protectedReplicas: Protection = (table) => {
  const replicas: unknown[] = Stack.of(table).resolve((table as CfnResource & { replicas?: unknown }).replicas) ?? [];
  return Object.fromEntries(
    replicas.flatMap((_, index) => [
      [`Replicas.${index}.DeletionProtectionEnabled`, true],
      [`Replicas.${index}.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled`, true],
    ]),
  );
};

/** What protects data beyond the removal policy, by resource type. */
const PROTECTIONS: Readonly<Record<string, Protection>> = {
  'AWS::Cognito::UserPool': () => ({ DeletionProtection: 'ACTIVE' }),
  'AWS::DocDB::DBCluster': () => ({ DeletionProtection: true }),
  'AWS::DynamoDB::GlobalTable': protectedReplicas,
  'AWS::DynamoDB::Table': () => ({
    DeletionProtectionEnabled: true,
    'PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled': true,
  }),
  'AWS::Logs::LogGroup': () => ({ DeletionProtectionEnabled: true }),
  'AWS::Neptune::DBCluster': () => ({ DeletionProtection: true }),
  'AWS::RDS::DBCluster': () => ({ DeletionProtection: true }),
  'AWS::RDS::DBInstance': () => ({ DeletionProtection: true }),
  'AWS::S3::Bucket': () => ({ 'VersioningConfiguration.Status': 'Enabled' }),
};

/** What lets a resource be deleted that would not go while it holds something, by resource type. */
const EMPTIED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'AWS::ECR::Repository': { EmptyOnDelete: true },
};

/**
 * What becomes of the data of a stage when its stack, or a resource of it, is removed. It creates no resource: it sets
 * deletion policies and protections when the app is synthesized, and wins over what constructs say.
 *
 * @example
 * stage.isProduction ? StageData.keep(stack) : StageData.destroy(stack);
 */
export class StageData {
  /**
   * Keeps the data of a production stage: resources that hold state stay when they leave the template, deletion protection
   * and point-in-time recovery are on where the service has them, buckets are versioned, and the stack can't be deleted
   * before its termination protection is off.
   *
   * @param stack the stage's stack
   */
  static keep(stack: Stack): void {
    stack.terminationProtection = true;
    visitStateful(stack, (resource) => {
      // A resource of a creation that failed holds nothing yet, and would be in the way of the next attempt.
      resource.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
      override(resource, PROTECTIONS[resource.cfnResourceType]?.(resource));
    });
  }

  /**
   * Lets a stage go without a trace: what holds state is deleted with the stack, or with its resource.
   *
   * @param stack the stage's stack
   */
  static destroy(stack: Stack): void {
    visitStateful(stack, (resource) => {
      resource.applyRemovalPolicy(RemovalPolicy.DESTROY);
      override(resource, EMPTIED[resource.cfnResourceType]);
    });
  }

  private constructor() {}
}

function override(resource: CfnResource, properties: Readonly<Record<string, unknown>> = {}): void {
  for (const [path, value] of Object.entries(properties)) {
    resource.addPropertyOverride(path, value);
  }
}

function visitStateful(stack: Stack, change: (resource: CfnResource) => void): void {
  const visit = (node: IConstruct): void => {
    if (CfnResource.isCfnResource(node) && isStateful(node.cfnResourceType)) {
      change(node);
    }
  };
  Aspects.of(stack).add({ visit }, { priority: AspectPriority.MUTATING });
}
