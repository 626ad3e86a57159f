import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AttributeType, Table, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { isStateful, StageData } from '../../modules';

const key = { partitionKey: { name: 'id', type: AttributeType.STRING } };

/** A stack with a resource of each kind, whose constructs say something about what becomes of them, or nothing. */
function template(decide: (stack: Stack) => void): Template {
  const stack = new Stack(new App({ analyticsReporting: false }), 'orders-prod', { env: { region: 'eu-west-1' } });
  new Queue(stack, 'Queue');
  new Topic(stack, 'Topic');
  new Table(stack, 'Table', { ...key, removalPolicy: RemovalPolicy.DESTROY });
  new TableV2(stack, 'GlobalTable', { ...key, replicas: [{ region: 'eu-central-1' }] });
  new LogGroup(stack, 'Logs', { removalPolicy: RemovalPolicy.DESTROY });
  new Bucket(stack, 'Bucket', { removalPolicy: RemovalPolicy.RETAIN });
  new Repository(stack, 'Repository');
  decide(stack);
  return Template.fromStack(stack);
}

/** The removal policies of a template, each once. */
function policies(made: Template): unknown[] {
  const resources = Object.values(made.toJSON().Resources as Record<string, Record<string, unknown>>);
  return [
    ...new Set(resources.flatMap(({ DeletionPolicy, UpdateReplacePolicy }) => [DeletionPolicy, UpdateReplacePolicy])),
  ];
}

describe('data that is kept', () => {
  const kept = template((stack) => StageData.keep(stack));

  test('stays when its resource or the stack is removed, whatever its construct says', () => {
    expect(policies(kept)).toEqual(['RetainExceptOnCreate', 'Retain']);
  });

  test('is protected from deletion, and can be brought back to an earlier point in time', () => {
    const settings = {
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    };
    kept.hasResourceProperties('AWS::DynamoDB::Table', settings);
    const [table] = Object.values(kept.findResources('AWS::DynamoDB::GlobalTable'));
    expect(table.Properties.Replicas).toEqual([expect.objectContaining(settings), expect.objectContaining(settings)]);
    kept.hasResourceProperties('AWS::Logs::LogGroup', { DeletionProtectionEnabled: true });
    kept.hasResourceProperties('AWS::S3::Bucket', { VersioningConfiguration: { Status: 'Enabled' } });
  });

  test('is in a stack that is protected itself', () => {
    const stack = new Stack(new App({ analyticsReporting: false }), 'stack');
    StageData.keep(stack);
    expect(stack.terminationProtection).toBe(true);
  });
});

test('a registry is deleted with all of its images where data is destroyed, and only there', () => {
  const emptied = (decide: (stack: Stack) => void): unknown => {
    const [{ Properties = {} }] = Object.values(template(decide).findResources('AWS::ECR::Repository'));
    return Properties.EmptyOnDelete;
  };
  expect(emptied((stack) => StageData.destroy(stack))).toBe(true);
  expect(emptied((stack) => StageData.keep(stack))).toBeUndefined();
});

test('data that is destroyed goes with its resource, whatever its construct says', () => {
  const destroyed = template((stack) => StageData.destroy(stack));
  expect(policies(destroyed)).toEqual(['Delete']);
  destroyed.resourcePropertiesCountIs('AWS::DynamoDB::Table', { DeletionProtectionEnabled: true }, 0);
});

test('every type that the service specification calls stateful is known', () => {
  const containers = ['AWS::CloudFormation::Stack', 'AWS::Organizations::Account'];
  const stateful = loadAwsServiceSpecSync()
    .all('resource')
    .filter((resource) => resource.isStateful)
    .map((resource) => resource.cloudFormationType);
  expect(stateful.length).toBeGreaterThan(20);
  expect(stateful.filter((type) => !containers.includes(type) && !isStateful(type))).toEqual([]);
});
