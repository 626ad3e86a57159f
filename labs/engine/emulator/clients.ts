import type { PinnedPackage } from '../../../blueprints/versions';

/** The clients of AWS that functions find in Lambda's runtime, and that probes ask with. */
export const CLIENTS: readonly PinnedPackage[] = [
  '@aws-sdk/client-cloudformation',
  '@aws-sdk/client-cloudwatch-logs',
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/client-ecs',
  '@aws-sdk/client-eventbridge',
  '@aws-sdk/client-lambda',
  '@aws-sdk/client-sns',
  '@aws-sdk/client-sqs',
  '@aws-sdk/client-sts',
  '@aws-sdk/lib-dynamodb',
];
