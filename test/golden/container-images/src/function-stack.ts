import { CfnOutput, Duration, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias, Architecture, DockerImageCode, DockerImageFunction, LoggingFormat } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { digestIn } from './digest';

/** What a deployment of the function decides. */
export interface FunctionStackProps extends StackProps {
  /** The repository of the images. */
  readonly repositoryName: string;
  /** The memory of the function in MB, with which its CPU power grows. */
  readonly memorySize: number;
  /** The name of the pipeline that pushes the image. */
  readonly imagePipelineName: string;
  /** The name of the pipeline that deploys it. */
  readonly deploymentPipelineName: string;
}

/** A function that runs one image; its callers know the alias `live`. */
export class FunctionStack extends Stack {
  constructor(scope: Construct, id: string, props: FunctionStackProps) {
    super(scope, id, props);

    const logGroup = new LogGroup(this, 'FunctionLogs', { retention: RetentionDays.ONE_MONTH });
    // The role that Lambda would make may write every log group of the account; this one only its own.
    const role = new Role(this, 'FunctionRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    const greeting = new DockerImageFunction(this, 'Function', {
      functionName: this.stackName,
      description: 'Greets whoever it is told of',
      code: DockerImageCode.fromEcr(Repository.fromRepositoryName(this, 'Repository', props.repositoryName), {
        // Plain text: CloudFormation publishes another version only where the template itself is another one.
        tagOrDigest: digestIn(this),
      }),
      architecture: Architecture.ARM_64,
      memorySize: props.memorySize,
      timeout: Duration.seconds(10),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
    });
    const live = new Alias(this, 'Live', { aliasName: 'live', version: greeting.currentVersion });

    // Not encrypted with the key aws/sns: CloudWatch may not use it, and alarms would be lost without a word.
    const alarmTopic = new Topic(this, 'AlarmTopic', { enforceSSL: true });
    // A policy of its own replaces the topic's default one, which lets CloudWatch publish.
    alarmTopic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    const limits = {
      FunctionErrors: {
        description: 'The function crashed, timed out or could not be started',
        metric: live.metricErrors(),
        threshold: 1,
      },
      FunctionThrottles: {
        description: 'Invocations were refused for lack of concurrency',
        metric: live.metricThrottles(),
        threshold: 1,
      },
      ImageFailures: {
        description: 'A commit did not become an image',
        metric: failuresOf(props.imagePipelineName),
        threshold: 1,
      },
      DeploymentFailures: {
        description: 'An image was not deployed',
        metric: failuresOf(props.deploymentPipelineName),
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

    Validations.of(greeting).acknowledge(
      {
        id: 'Serverless-LambdaDLQ',
        reason: 'It is called and answers; nobody invokes it asynchronously.',
      },
      {
        id: 'Serverless-LambdaTracing',
        reason: 'Traces cost extra and need a wildcard permission; metrics and logs tell how it does.',
      },
    );

    new CfnOutput(this, 'LiveArn', { value: live.functionArn });
    new CfnOutput(this, 'LogGroupName', { value: logGroup.logGroupName });
    new CfnOutput(this, 'AlarmTopicArn', { value: alarmTopic.topicArn });
  }
}

/** How many executions of a pipeline have failed. */
function failuresOf(pipelineName: string): Metric {
  return new Metric({
    namespace: 'AWS/CodePipeline',
    metricName: 'FailedPipelineExecutions',
    dimensionsMap: { PipelineName: pipelineName },
    statistic: Stats.SUM,
  });
}
