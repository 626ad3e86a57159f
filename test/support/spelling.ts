/** Services as AWS spells them: https://docs.aws.amazon.com has each under this name. */
const SERVICES: readonly string[] = [
  'Amazon API Gateway',
  'Amazon Aurora',
  'Amazon Bedrock',
  'Amazon CloudFront',
  'Amazon CloudWatch',
  'Amazon Cognito',
  'Amazon DynamoDB',
  'Amazon EC2',
  'Amazon ECR',
  'Amazon ECS',
  'Amazon EventBridge',
  'Amazon Kinesis',
  'Amazon OpenSearch Service',
  'Amazon RDS',
  'Amazon Route 53',
  'Amazon S3',
  'Amazon SES',
  'Amazon SNS',
  'Amazon SQS',
  'Amazon Textract',
  'AWS AppSync',
  'AWS CDK',
  'AWS CloudFormation',
  'AWS CloudTrail',
  'AWS CodeBuild',
  'AWS CodeDeploy',
  'AWS CodeCommit',
  'AWS CodePipeline',
  'AWS Fargate',
  'AWS Glue',
  'AWS IAM',
  'AWS IoT Core',
  'AWS KMS',
  'AWS Lambda',
  'AWS Secrets Manager',
  'AWS Step Functions',
  'AWS Systems Manager',
  'AWS WAF',
  'AWS X-Ray',
];

/** Other terms as AWS spells them, and what is written instead. */
const TERMS: readonly (readonly [right: string, wrong: RegExp])[] = [
  ['AWS Lambda', /\blam(?:da|dba)\b/gi],
  ['Availability Zone', /\bavailability zones?\b/g],
  ['dead-letter queue', /\bdead ?letter queues?\b/gi],
  ['event source mapping', /\bevent-source[- ]mappings?\b/gi],
  ['Free Tier', /\bAWS free tier\b/g],
  ['IAM policy', /\bIAM Polic(?:y|ies)\b/g],
  ['IAM role', /\bIAM Roles?\b/g],
  ['KMS key', /\bKMS Keys?\b/g],
  ['Lambda function', /\b(?:lambda functions?|Lambda Functions?)\b/g],
  ['point-in-time recovery', /\bpoint in time recovery\b/gi],
  ['Powertools for AWS Lambda', /\b(?:AWS (?:Lambda )?Powertools|Lambda Powertools|PowerTools)\b/g],
  ['Region', /\b(?:AWS|[Aa]n?|[Aa]nother|[Ee]ach|[Ee]very|its|one|same|[Tt]hat|[Tt]he|[Tt]his) regions?\b/g],
  ['visibility timeout', /\bvisibility time-out\b/gi],
];

/** A term that is not spelled as AWS spells it. */
export interface Misspelling {
  readonly found: string;
  readonly right: string;
}

/**
 * Whether AWS calls a service so.
 *
 * @param name its name
 */
export function isService(name: string): boolean {
  return SERVICES.includes(name);
}

/**
 * The terms in a text that are not spelled as AWS spells them. Names of services may be identifiers, such as `cloudwatch`.
 *
 * @param text prose, code, or both
 */
export function misspellings(text: string): Misspelling[] {
  const find = (right: string, wrong: RegExp): Misspelling[] =>
    [...text.matchAll(wrong)].map(([found]) => ({ found, right }));
  const services = SERVICES.flatMap((name) => spellingsOf(name).flatMap((spelling) => find(name, spelling)));
  const terms = TERMS.flatMap(([right, wrong]) => find(right, wrong));
  return [...services.filter(({ found, right }) => !right.endsWith(found) && !IDENTIFIER.test(found)), ...terms];
}

/** In one case, or beginning with a small letter, and in one word. */
const IDENTIFIER = /^(?:[a-z][A-Za-z0-9-]*|[A-Z0-9_]+)$/;

/** The name of a service in any spelling, and behind the other prefix. */
function spellingsOf(service: string): RegExp[] {
  const [, prefix, name] = /^(Amazon|AWS) (.+)$/.exec(service) ?? [];
  const loose = name.replaceAll('-', '[ -]?').replace(/(?<=[a-z])(?=[A-Z])/g, '[ -]?');
  const other = prefix === 'AWS' ? 'Amazon' : 'AWS';
  return [new RegExp(`\\b${other} ${name}\\b`, 'g'), new RegExp(`\\b${loose}\\b`, 'gi')];
}
