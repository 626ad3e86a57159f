/**
 * The resource types that hold what can't be made again: those that the CloudFormation service specification calls stateful
 * (https://github.com/cdklabs/awscdk-service-spec), and those whose content others count on, such as the subscriptions of a
 * topic, and the images or the commits of a repository.
 */
const STATEFUL: ReadonlySet<string> = new Set([
  'AWS::AmazonMQ::Broker',
  'AWS::Backup::BackupVault',
  'AWS::CodeCommit::Repository',
  'AWS::Cognito::UserPool',
  'AWS::DocDB::DBCluster',
  'AWS::DocDB::DBInstance',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::EC2::Volume',
  'AWS::ECR::Repository',
  'AWS::EFS::FileSystem',
  'AWS::EMR::Cluster',
  'AWS::ElastiCache::CacheCluster',
  'AWS::ElastiCache::ReplicationGroup',
  'AWS::Elasticsearch::Domain',
  'AWS::FSx::FileSystem',
  'AWS::KMS::Key',
  'AWS::Kinesis::Stream',
  'AWS::Logs::LogGroup',
  'AWS::MSK::Cluster',
  'AWS::Neptune::DBCluster',
  'AWS::Neptune::DBInstance',
  'AWS::OpenSearchService::Domain',
  'AWS::QLDB::Ledger',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBInstance',
  'AWS::Redshift::Cluster',
  'AWS::S3::Bucket',
  'AWS::SDB::Domain',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
  'AWS::SecretsManager::Secret',
]);

/**
 * Whether resources of a type hold what can't be made again.
 *
 * @param type a CloudFormation type, `AWS::SQS::Queue` for example
 */
export function isStateful(type: string): boolean {
  return STATEFUL.has(type);
}
