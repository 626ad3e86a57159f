import { misspelt } from '../suites/spelling';
import { misspellings } from '../support/spelling';
import { kitTexts } from '../support/texts';

test('the texts of the kit spell every term of AWS as AWS does', () => {
  expect(misspelt(kitTexts())).toEqual([]);
});

test.each([
  ['a Cloudwatch alarm', 'Cloudwatch', 'Amazon CloudWatch'],
  ['an alarm of AWS CloudWatch', 'AWS CloudWatch', 'Amazon CloudWatch'],
  ['the AWS SQS queue', 'AWS SQS', 'Amazon SQS'],
  ['a Dynamo DB table', 'Dynamo DB', 'Amazon DynamoDB'],
  ['a DynamoDb table', 'DynamoDb', 'Amazon DynamoDB'],
  ['a Cloudformation template', 'Cloudformation', 'AWS CloudFormation'],
  ['Step functions call it', 'Step functions', 'AWS Step Functions'],
  ['traces of Xray', 'Xray', 'AWS X-Ray'],
  ['an Api Gateway', 'Api Gateway', 'Amazon API Gateway'],
  ['a Lamda', 'Lamda', 'AWS Lambda'],
  ['a lambda function', 'lambda function', 'Lambda function'],
  ['a dead letter queue', 'dead letter queue', 'dead-letter queue'],
  ['its IAM Role', 'IAM Role', 'IAM role'],
  ['in each region', 'each region', 'Region'],
])('%s is a fault', (text, found, right) => {
  expect(misspellings(text)).toEqual([{ found, right }]);
});

test.each([
  'Amazon CloudWatch, or CloudWatch, and aws-cdk-lib/aws-cloudwatch',
  'AWS Lambda, a Lambda function, const lambda = new Function()',
  'a dead-letter queue: DEAD_LETTER_QUEUE_URL, deadLetterQueue',
  "env: { region: 'eu-west-1' } is a Region",
  'AWS::DynamoDB::GlobalTable, AWS_XRAY_TRACING, DYNAMODB',
])('%s is none', (text) => {
  expect(misspellings(text)).toEqual([]);
});
