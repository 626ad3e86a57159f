import type { Assembly, Resource } from './assembly';
import { asList, dig } from './json';

/** The Region that the prices are of, as the pricing pages call it and by its code. */
export const PRICE_REGION = 'US East (N. Virginia), us-east-1';

/** What something costs while nothing happens. */
export interface IdlePrice {
  /** What it is, of one resource and of several. */
  readonly one: string;
  readonly many: string;
  /** The price in US dollars, as the page has it. */
  readonly usd: string;
  /** What that price is for: an alarm, a GB. */
  readonly unit: string;
  /** How long it is for. @default - as often as it happens */
  readonly per?: 'hour' | 'month';
  /** What of it is free in each account. @default - nothing */
  readonly free?: string;
  /** The service, as AWS spells it. */
  readonly service: string;
  /** Where AWS publishes the price. */
  readonly page: string;
  /** The month in which the price was looked up, on the page or in what others quote of it. */
  readonly date: string;
  /** How many of it a resource of the type is; 0 where it has no such cost. @default - one */
  readonly count?: (resource: Resource, assembly: Assembly) => number;
  /** How many units each of them is. @default - nobody knows that before it runs, as with what is stored */
  readonly size?: (resource: Resource, assembly: Assembly) => number;
}

const CLOUDWATCH = {
  service: 'Amazon CloudWatch',
  page: 'https://aws.amazon.com/cloudwatch/pricing/',
  date: 'November 2026',
} as const;

const DYNAMODB = {
  service: 'Amazon DynamoDB',
  page: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  date: 'November 2026',
} as const;

const FARGATE = {
  service: 'AWS Fargate',
  page: 'https://aws.amazon.com/fargate/pricing/',
  date: 'November 2026',
} as const;

/** How many tasks a service of ECS runs. */
const tasks = ({ properties }: Resource): number => Number(properties.DesiredCount ?? 1);

const tasksOn =
  (architecture: 'ARM64' | 'X86_64') =>
  (service: Resource, assembly: Assembly): number => {
    const platform = assembly.resourceAt(service, 'TaskDefinition')?.properties.RuntimePlatform;
    return (dig(platform, 'CpuArchitecture') ?? 'X86_64') === architecture ? tasks(service) : 0;
  };

/** A size of the task definition of a service, in 1,024ths as templates have it: of a vCPU, or of a GB. */
const taskSize =
  (property: 'Cpu' | 'Memory') =>
  (service: Resource, assembly: Assembly): number =>
    Number(assembly.resourceAt(service, 'TaskDefinition')?.properties[property]) / 1024;

/** What tasks of Fargate cost, on Linux. */
const fargate = (architecture: 'ARM64' | 'X86_64', cpu: string, memory: string): IdlePrice[] => [
  {
    one: 'the CPU of a task of Fargate',
    many: 'tasks of Fargate, for their CPU',
    usd: cpu,
    unit: 'vCPU',
    per: 'hour',
    count: tasksOn(architecture),
    size: taskSize('Cpu'),
    ...FARGATE,
  },
  {
    one: 'the memory of a task of Fargate',
    many: 'tasks of Fargate, for their memory',
    usd: memory,
    unit: 'GB',
    per: 'hour',
    count: tasksOn(architecture),
    size: taskSize('Memory'),
    ...FARGATE,
  },
];

/** What bills while idle, by resource type; what is billed by use alone has no price here. */
export const IDLE_PRICES: Readonly<Record<string, readonly IdlePrice[]>> = {
  'AWS::CloudWatch::Alarm': [
    {
      one: 'an alarm',
      many: 'alarms',
      usd: '0.10',
      unit: 'alarm',
      per: 'month',
      size: () => 1,
      free: 'the first 10 alarms',
      ...CLOUDWATCH,
    },
  ],
  'AWS::CloudWatch::Dashboard': [
    {
      one: 'a dashboard',
      many: 'dashboards',
      usd: '3.00',
      unit: 'dashboard',
      per: 'month',
      size: () => 1,
      free: 'the first 3 dashboards',
      ...CLOUDWATCH,
    },
  ],
  'AWS::DynamoDB::GlobalTable': [
    {
      one: 'what a table stores',
      many: 'tables, for what they store',
      usd: '0.25',
      unit: 'GB',
      per: 'month',
      free: 'the first 25 GB',
      ...DYNAMODB,
    },
    {
      one: 'the point-in-time recovery of a table',
      many: 'tables with point-in-time recovery, for what they store',
      usd: '0.20',
      unit: 'GB',
      per: 'month',
      ...DYNAMODB,
      count: ({ properties }) =>
        asList(properties.Replicas).filter(
          (replica) => dig(replica, 'PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled') === true,
        ).length,
    },
  ],
  'AWS::EC2::VPCEndpoint': [
    {
      one: 'an interface endpoint in a zone',
      many: 'interface endpoints, one in each zone',
      usd: '0.01',
      unit: 'endpoint, zone',
      per: 'hour',
      service: 'AWS PrivateLink',
      page: 'https://aws.amazon.com/privatelink/pricing/',
      date: 'November 2026',
      count: ({ properties }) => (properties.VpcEndpointType === 'Interface' ? asList(properties.SubnetIds).length : 0),
      size: () => 1,
    },
  ],
  'AWS::ECS::Cluster': [
    {
      one: 'the metrics of a cluster with Container Insights',
      many: 'clusters with Container Insights, for their metrics',
      usd: '0.30',
      unit: 'metric',
      per: 'month',
      free: 'the first 10 metrics',
      ...CLOUDWATCH,
      count: ({ properties }) =>
        asList(properties.ClusterSettings).filter((setting) => dig(setting, 'Value') !== 'disabled').length,
    },
  ],
  'AWS::ECS::Service': [
    ...fargate('ARM64', '0.03238', '0.00356'),
    ...fargate('X86_64', '0.04048', '0.004445'),
    {
      one: 'the public address of a task',
      many: 'public addresses of tasks',
      usd: '0.005',
      unit: 'address',
      per: 'hour',
      service: 'Amazon VPC',
      page: 'https://aws.amazon.com/vpc/pricing/',
      date: 'November 2026',
      count: (service) =>
        dig(service.properties, 'NetworkConfiguration', 'AwsvpcConfiguration', 'AssignPublicIp') === 'ENABLED'
          ? tasks(service)
          : 0,
      size: () => 1,
    },
  ],
  'AWS::KMS::Key': [
    {
      one: 'a key',
      many: 'keys',
      usd: '1.00',
      unit: 'key',
      per: 'month',
      size: () => 1,
      service: 'AWS KMS',
      page: 'https://aws.amazon.com/kms/pricing/',
      date: 'November 2026',
    },
  ],
  'AWS::ECR::Repository': [
    {
      one: 'what a registry stores',
      many: 'registries, for what they store',
      usd: '0.10',
      unit: 'GB',
      per: 'month',
      service: 'Amazon ECR',
      page: 'https://aws.amazon.com/ecr/pricing/',
      date: 'November 2026',
    },
  ],
  'AWS::Lambda::EventSourceMapping': [
    {
      one: 'requests of Lambda to an empty queue',
      many: 'event source mappings, for requests of Lambda to empty queues',
      usd: '0.40',
      unit: 'million requests',
      free: 'the first million requests of a month',
      service: 'Amazon SQS',
      page: 'https://aws.amazon.com/sqs/pricing/',
      date: 'November 2026',
      count: (mapping, assembly) => Number(assembly.resourceAt(mapping, 'EventSourceArn')?.type === 'AWS::SQS::Queue'),
    },
  ],
  'AWS::Logs::LogGroup': [
    {
      one: 'what a log group stores',
      many: 'log groups, for what they store',
      usd: '0.03',
      unit: 'GB',
      per: 'month',
      free: 'the first 5 GB of a month',
      ...CLOUDWATCH,
    },
  ],
  'AWS::S3::Bucket': [
    {
      one: 'what a bucket stores',
      many: 'buckets, for what they store',
      usd: '0.023',
      unit: 'GB',
      per: 'month',
      service: 'Amazon S3',
      page: 'https://aws.amazon.com/s3/pricing/',
      date: 'November 2026',
    },
  ],
};

/** The types that cost nothing while idle: what is billed by use alone, and what is free. */
const FREE_WHILE_IDLE = [
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::CodeBuild::Project',
  // Billed for each active user, after the first five.
  'AWS::CodeCommit::Repository',
  'AWS::CodeConnections::Connection',
  // Of the second type, which the kit makes: an active one of the first costs a dollar a month.
  'AWS::CodePipeline::Pipeline',
  'AWS::EC2::InternetGateway',
  'AWS::EC2::Route',
  'AWS::EC2::RouteTable',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::EC2::Subnet',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::VPC',
  'AWS::EC2::VPCGatewayAttachment',
  'AWS::ECS::TaskDefinition',
  'AWS::Events::Rule',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KMS::Alias',
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Version',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
];

/** What is known of the prices of resource types; none of a type that costs nothing while idle. */
export type Prices = Readonly<Record<string, readonly IdlePrice[]>>;

/**
 * The prices of all types that are known.
 *
 * @param own those that a package of patterns knows besides. @default - none
 */
export function allPrices(own: Prices = {}): Prices {
  return { ...Object.fromEntries(FREE_WHILE_IDLE.map((type) => [type, []])), ...IDLE_PRICES, ...own };
}

/**
 * The resource types of an assembly of which it is not known whether they bill while idle: they belong into one of the
 * tables above, or among the prices of a lab.
 *
 * @param assembly the assembly
 * @param prices what is known. @default - what the kit knows
 */
export function unpricedTypes({ resources }: Assembly, prices = allPrices()): string[] {
  const types = new Set(resources.map(({ type }) => type));
  return [...types].filter((type) => !prices[type]).sort();
}
