import { Aws, CfnOutput, CfnRule, Duration, Fn, Stack, type StackProps, Token, Validations } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, DockerImageCode, DockerImageFunction, LoggingFormat } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { HelloApi } from './hello-api';

/** Where the image is. */
export interface Registry {
  /** The account of the registry, 12 digits. */
  readonly account: string;
  /** Its Region. */
  readonly region: string;
  /** The name of the repository. */
  readonly repositoryName: string;
}

/** What a deployment of the function decides. */
export interface FunctionStackProps extends StackProps {
  /** Where the image is. */
  readonly registry: Registry;
  /** The digest of the image: `sha256:` and 64 hexadecimal digits. */
  readonly imageDigest: string;
  /** The memory of the function in MB, with which its CPU power grows. */
  readonly memorySize: number;
}

/** A function that runs an image of another account, in any of the accounts that may. */
export class FunctionStack extends Stack {
  constructor(scope: Construct, id: string, props: FunctionStackProps) {
    super(scope, id, props);
    const { registry, imageDigest } = props;
    if (!/^sha256:[0-9a-f]{64}$/.test(imageDigest)) {
      const wanted = 'sha256: and its 64 hexadecimal digits';
      throw new Error(`imageDigest can't be ${JSON.stringify(imageDigest)}; write ${wanted}`);
    }
    refuseElsewhere(this, registry);

    const logGroup = new LogGroup(this, 'FunctionLogs', { retention: RetentionDays.ONE_MONTH });
    // The role that Lambda would make may write every log group of the account; this one only its own. It pulls nothing:
    // that is done by Lambda, and by whoever deploys.
    const role = new Role(this, 'FunctionRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    const hello = new DockerImageFunction(this, 'Function', {
      description: 'Greets whoever calls',
      // By its ARN: a repository that is known as an object would let Lambda pull for everybody's functions.
      code: DockerImageCode.fromEcr(
        Repository.fromRepositoryAttributes(this, 'Repository', {
          repositoryName: registry.repositoryName,
          repositoryArn: this.formatArn({
            service: 'ecr',
            account: registry.account,
            region: registry.region,
            resource: 'repository',
            resourceName: registry.repositoryName,
          }),
        }),
        { tagOrDigest: imageDigest },
      ),
      architecture: Architecture.ARM_64,
      memorySize: props.memorySize,
      timeout: Duration.seconds(10),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
    });
    const { api, url } = new HelloApi(this, 'Api', hello);

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
        description: 'The function crashed or timed out',
        metric: hello.metricErrors(),
        threshold: 1,
      },
      ApiServerErrors: {
        description: 'The API got no answer from the function',
        metric: api.metricServerError({ statistic: 'Sum' }),
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

    Validations.of(hello).acknowledge(
      {
        id: 'Serverless-LambdaDLQ',
        reason: 'It is called and answers; nobody invokes it asynchronously.',
      },
      {
        id: 'Serverless-LambdaTracing',
        reason: 'Traces cost extra and need a wildcard permission; metrics and logs tell how it does.',
      },
    );

    new CfnOutput(this, 'FunctionName', { value: hello.functionName });
    new CfnOutput(this, 'LogGroupName', { value: logGroup.logGroupName });
    new CfnOutput(this, 'HelloUrl', { value: url });
    new CfnOutput(this, 'AlarmTopicArn', { value: alarmTopic.topicArn });
  }
}

/** Refuses other Regions: when the app is synthesized, and where that does not know the Region, when it is deployed. */
function refuseElsewhere(stack: Stack, { region }: Registry): void {
  const reason = `Lambda pulls images only from a registry in its own Region, which is ${region}`;
  if (Token.isUnresolved(stack.region)) {
    new CfnRule(stack, 'RegionOfRegistry', {
      assertions: [{ assert: Fn.conditionEquals(Aws.REGION, region), assertDescription: reason }],
    });
  } else if (stack.region !== region) {
    throw new Error(`${stack.stackName} can't be in ${stack.region}: ${reason}`);
  }
}
