import { CfnOutput, Names, Stack, type StackProps } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { CfnConnection } from 'aws-cdk-lib/aws-codeconnections';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { LayerPipeline, PipelineSource } from 'serverless-atelier/pipelines';

/** What a deployment of the stack decides. */
export interface MultiRegionLayersStackProps extends StackProps {
  /** The name of the layer, which stands behind that of the stack. */
  readonly layerName: string;
  /** Where the connection leads: GitHub, GitLab or Bitbucket. */
  readonly provider: string;
  /** The repository behind the connection, as owner/name. */
  readonly repository: string;
  /** The branch that the layer is built from. */
  readonly branch: string;
  /** The runtimes that the layer is for, as Lambda names them. */
  readonly runtimes: readonly string[];
  /** The Regions that the layer is published in. */
  readonly regions: readonly string[];
  /** Who else may use the layer: accounts, or an organization by its id. */
  readonly shareWith: readonly string[];
}

/** A layer that a pipeline builds, and publishes in many Regions. */
export class MultiRegionLayersStack extends Stack {
  constructor(scope: Construct, id: string, props: MultiRegionLayersStackProps) {
    super(scope, id, props);

    // Somebody has to complete it in the console, once: until then the pipeline fails at its source.
    const connection = new CfnConnection(this, 'Connection', {
      connectionName: Names.uniqueResourceName(this, { maxLength: 32 }),
      providerType: props.provider,
    });
    const source = PipelineSource.connection(connection.attrConnectionArn, {
      repository: props.repository,
      branch: props.branch,
      filter: { branches: [props.branch], paths: ['layer/**'] },
    });

    // The stages of this app would take turns at a layer of one name.
    const layerName = `${this.stackName}-${props.layerName}`;
    const { pipeline, artifacts, distributor } = new LayerPipeline(this, 'Layer', {
      source,
      layerName,
      directory: 'layer',
      runtimes: props.runtimes,
      regions: props.regions,
      checks: ['node layer/check.js'],
      shareWith: props.shareWith,
    });

    // Not encrypted with the key aws/sns: CloudWatch may not use it, and alarms would be lost without a word.
    const alarmTopic = new Topic(this, 'AlarmTopic', { enforceSSL: true });
    // A policy of its own replaces the topic's default one, which lets CloudWatch publish.
    alarmTopic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    const failures = new Metric({
      namespace: 'AWS/CodePipeline',
      metricName: 'FailedPipelineExecutions',
      dimensionsMap: { PipelineName: pipeline.pipelineName },
      statistic: Stats.SUM,
    });
    const limits = {
      PipelineFailures: {
        description: 'An execution of the pipeline failed',
        metric: failures,
        threshold: 1,
      },
      DistributorErrors: {
        description: 'The function that publishes the layer crashed or timed out',
        metric: distributor.handler.metricErrors(),
        threshold: 1,
      },
    };
    for (const [name, { description, ...limit }] of Object.entries(limits)) {
      const alarm = new Alarm(this, name, {
        ...limit,
        alarmDescription: `${description} (README.md, ${name})`,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: 1,
        // Where nothing happens no metric is sent, and all is well.
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(new SnsAction(alarmTopic));
    }

    new CfnOutput(this, 'LayerName', { value: layerName });
    new CfnOutput(this, 'Regions', { value: props.regions.join(' ') });
    new CfnOutput(this, 'PipelineName', { value: pipeline.pipelineName });
    new CfnOutput(this, 'ArtifactsName', { value: artifacts.bucketName });
    new CfnOutput(this, 'DistributorName', { value: distributor.handler.functionName });
    new CfnOutput(this, 'DistributorLogGroup', { value: distributor.handler.logGroup.logGroupName });
    new CfnOutput(this, 'ConnectionArn', { value: connection.attrConnectionArn });
    new CfnOutput(this, 'AlarmTopicArn', { value: alarmTopic.topicArn });
  }
}
