import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { kitRoot } from '../../blueprints/kit';
import { checkOptions } from '../../blueprints/options';
import { lastStep } from '../../blueprints/pattern';
import { render } from '../../blueprints/rendering';
import { isService, misspellings } from '../support/spelling';
import { kitTexts } from '../support/texts';

const misspelt = (texts: Iterable<readonly [string, string]>): string[] =>
  [...texts].flatMap(([path, text]) => misspellings(text).map(({ found, right }) => `${path}: ${found} (${right})`));

test('the texts of the kit spell every term of AWS as AWS does', () => {
  expect(misspelt(kitTexts())).toEqual([]);
});

describe.each(patterns.map((pattern) => [pattern.id, pattern] as const))('%s', (id, pattern) => {
  test('names its services as AWS does', () => {
    expect(pattern.services.filter((service) => !isService(service))).toEqual([]);
  });

  test('has data that are spelled as AWS does', () => {
    expect(misspelt([['data', JSON.stringify(pattern)]])).toEqual([]);
  });

  test('has checks that are spelled as AWS does', () => {
    const folder = join(kitRoot, 'labs', id);
    const sources = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')] as const);
    expect(misspelt(sources)).toEqual([]);
  });

  test('generates projects that are spelled as AWS does', () => {
    const files = render(pattern, checkOptions(pattern, { name: 'orders' }), lastStep(pattern));
    expect(misspelt([...files].map(([path, content]) => [path, String(content)]))).toEqual([]);
  });
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
