import { join } from 'node:path';
import { Annotations, ArnFormat, Aws, Duration, Stack, Token } from 'aws-cdk-lib';
import type { Artifact } from 'aws-cdk-lib/aws-codepipeline';
import { LambdaInvokeAction } from 'aws-cdk-lib/aws-codepipeline-actions';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcard } from './acknowledge';
import type { LayerSettings, Settings } from './layer-settings';
import { refuse } from './refusal';

/** What a distributor publishes, and where. */
export interface LayerDistributorProps {
  /** The layer's name, the same in every Region. */
  readonly layerName: string;
  /** The Regions that it may publish in. */
  readonly regions: readonly string[];
  /** Who else may use the layer: accounts of twelve digits, or the id of an organization. @default - this account alone */
  readonly shareWith?: readonly string[];
  /** The bucket with the layers to publish. */
  readonly artifacts: IBucket;
  /** A bucket for each Region through which a layer of more than 50 MB is published there. @default - none */
  readonly stagingBuckets?: Readonly<Record<string, string>>;
  /** How long its log is kept. @default - one month */
  readonly logRetention?: RetentionDays;
}

/** https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionConfigurationProperty.html */
const MAX_PARAMETERS = 1000;

/**
 * The function behind the actions that publish a layer, one for each Region. It may publish that one layer in those Regions,
 * and reads what it publishes with the credentials of its job.
 */
export class LayerDistributor extends Construct {
  /** The function. */
  readonly handler: LambdaFunction;

  /**
   * @param scope what the distributor is part of
   * @param id its id there
   * @param props what it publishes
   * @throws Error for a name, a Region, an account or an organization that is none
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: LayerDistributorProps,
  ) {
    super(scope, id);
    checkNames(props);
    warnOfUnknown(this, 'Region', props.regions, RegionInfo.regions);
    const { artifacts, stagingBuckets = {}, logRetention = RetentionDays.ONE_MONTH } = props;
    const logGroup = new LogGroup(this, 'Logs', { retention: logRetention });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    this.handler = new LambdaFunction(this, 'Resource', {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(join(__dirname, 'functions', 'layer-distributor')),
      description: `Publishes the layer ${props.layerName}`,
      role,
      logGroup,
      timeout: Duration.minutes(5),
      // A layer of 250 MB is unpacked in memory, beside its zip.
      memorySize: 1024,
    });
    for (const statement of [...publishing(this, props), ...staging(artifacts, Object.values(stagingBuckets))]) {
      role.addToPolicy(statement);
    }
    artifacts.encryptionKey?.grant(role, 'kms:Decrypt');
    for (const { rule, reason } of ACKNOWLEDGED) {
      acknowledge(this, rule, reason);
    }
    for (const arn of [artifacts.arnForObjects('*'), ...copies(Object.values(stagingBuckets))]) {
      acknowledgeWildcard(this, arn, 'CodePipeline gives artifacts names of its own.');
    }
    for (const arn of versionArns(this, props)) {
      acknowledgeWildcard(this, arn, 'Lambda gives versions of a layer their numbers.');
    }
  }

  /**
   * The action that publishes a layer in a Region; its variables are `LayerVersionArn` and `Version`.
   *
   * @param region the Region
   * @param layer the artifact that is the layer
   * @param version what is told of the version
   */
  action(region: string, layer: Artifact, version: LayerSettings): LambdaInvokeAction {
    warnOfUnknown(this, 'runtime', version.runtimes ?? [], Runtime.ALL);
    const { layerName, shareWith, stagingBuckets = {} } = this.props;
    const settings: Settings = { ...version, region, layerName, shareWith, staging: stagingBuckets[region] };
    const length = JSON.stringify(settings).length;
    if (length > MAX_PARAMETERS) {
      refuse(`what the action for ${region} is told has ${length} characters`, `${MAX_PARAMETERS}`, 'fewer accounts');
    }
    // A stack that could be anywhere does not know its Region yet.
    const name = Token.isUnresolved(region) ? 'own-region' : region;
    return new LambdaInvokeAction({
      actionName: name,
      variablesNamespace: `Layer-${name}`,
      lambda: this.handler,
      inputs: [layer],
      userParameters: settings,
    });
  }
}

/** Findings that do not fit the function. */
const ACKNOWLEDGED = [
  { rule: 'AwsSolutions-IAM5[Resource::*]', reason: 'Results of jobs are reported without naming a resource.' },
  { rule: 'Serverless-LambdaDLQ', reason: 'The pipeline waits for the result, and its action fails without one.' },
  { rule: 'Serverless-LambdaTracing', reason: 'The history of the pipeline has the duration of each action.' },
];

/** Publishing, and sharing where somebody shares, each version of that one layer in those Regions. */
function publishing(scope: Construct, props: LayerDistributorProps): PolicyStatement[] {
  const publish = new PolicyStatement({
    actions: ['lambda:ListLayerVersions', 'lambda:PublishLayerVersion'],
    resources: layerArns(scope, props.regions, props.layerName),
  });
  const share = new PolicyStatement({
    actions: ['lambda:AddLayerVersionPermission'],
    resources: versionArns(scope, props),
  });
  return props.shareWith?.length ? [publish, share] : [publish];
}

function versionArns(scope: Construct, { regions, layerName }: LayerDistributorProps): string[] {
  return layerArns(scope, regions, `${layerName}:*`);
}

function layerArns(scope: Construct, regions: readonly string[], resourceName: string): string[] {
  const layer = { service: 'lambda', resource: 'layer', resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME };
  return regions.map((region) => Stack.of(scope).formatArn({ ...layer, region }));
}

/** A large layer is published from a bucket, which whoever publishes has to be able to read; a copy is put there before. */
function staging(artifacts: IBucket, buckets: readonly string[]): PolicyStatement[] {
  const read = new PolicyStatement({ actions: ['s3:GetObject'], resources: [artifacts.arnForObjects('*')] });
  const copy = new PolicyStatement({
    actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
    resources: copies(buckets),
  });
  return buckets.length > 0 ? [read, copy] : [read];
}

/** Where copies are put. */
function copies(buckets: readonly string[]): string[] {
  return buckets.map((name) => `arn:${Aws.PARTITION}:s3:::${name}/layers/*`);
}

/** What each name of a distributor looks like, and an example. */
const NAMES = {
  // https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html
  name: { regex: /^[\w-]{1,140}$/, allowed: 'letters, digits, _ and -, at most 140', example: "layerName: 'tools'" },
  Region: { regex: /^[a-z]{2}(-[a-z]+)+-\d$/, allowed: 'the id of a Region', example: "regions: ['eu-west-1']" },
  // An asterisk would be everybody: https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html
  user: {
    regex: /^(\d{12}|o-[a-z0-9]{10,32})$/,
    allowed: 'an account of 12 digits, or the id of an organization',
    example: "shareWith: ['111122223333']",
  },
} as const;

function checkNames({ layerName, regions, shareWith = [], stagingBuckets = {} }: LayerDistributorProps): void {
  const given = { name: [layerName], Region: [...regions, ...Object.keys(stagingBuckets)], user: shareWith };
  for (const [kind, { regex, allowed, example }] of Object.entries(NAMES)) {
    const isWrong = (name: unknown): boolean => typeof name !== 'string' || !regex.test(name);
    const wrong = given[kind as keyof typeof NAMES].find((name) => !Token.isUnresolved(name) && isWrong(name));
    if (wrong !== undefined) {
      refuse(`the ${kind} of the layer can't be ${JSON.stringify(wrong)}`, allowed, example);
    }
  }
}

/** AWS may have more of them since; it is likelier that one is misspelt. */
function warnOfUnknown(
  scope: Construct,
  kind: string,
  names: readonly string[],
  known: readonly { name: string }[],
): void {
  for (const unknown of names.filter((name) => !Token.isUnresolved(name) && !known.some((one) => one.name === name))) {
    Annotations.of(scope).addWarningV2(
      `serverless-atelier:layer-unknown-${kind.toLowerCase()}`,
      `${unknown} is no ${kind} that this version of the CDK knows: is it misspelt?`,
    );
  }
}
