/**
 * The one set of versions that the kit is built and tested with, and that every generated project is pinned to.
 * aws-cdk-lib and the CLI belong together: a CLI refuses assemblies of a newer schema than its own.
 * @swc/core is the newest release whose platform binaries are all published, else `npm ci` fails elsewhere.
 */
export const versions = {
  '@aws-lambda-powertools/batch': '2.35.0',
  '@aws-lambda-powertools/idempotency': '2.35.0',
  '@aws-lambda-powertools/logger': '2.36.0',
  '@aws-lambda-powertools/metrics': '2.36.0',
  '@aws-sdk/client-cloudformation': '3.1169.0',
  '@aws-sdk/client-cloudwatch-logs': '3.1169.0',
  '@aws-sdk/client-codebuild': '3.1142.0',
  '@aws-sdk/client-codepipeline': '3.1138.0',
  '@aws-sdk/client-dynamodb': '3.1169.0',
  '@aws-sdk/client-ecr': '3.1169.0',
  '@aws-sdk/client-ecs': '3.1164.0',
  '@aws-sdk/client-eventbridge': '3.1169.0',
  '@aws-sdk/client-iam': '3.1169.0',
  '@aws-sdk/client-lambda': '3.1164.0',
  '@aws-sdk/client-s3': '3.1169.0',
  '@aws-sdk/client-sns': '3.1169.0',
  '@aws-sdk/client-sqs': '3.1169.0',
  '@aws-sdk/client-sts': '3.1169.0',
  '@aws-sdk/lib-dynamodb': '3.1169.0',
  '@biomejs/biome': '2.6.8',
  '@swc/core': '1.16.22',
  '@swc/jest': '0.2.39',
  '@types/aws-lambda': '8.10.164',
  '@types/jest': '30.0.0',
  '@types/node': '24.19.2',
  'aws-cdk': '2.1148.1',
  'aws-cdk-lib': '2.276.0',
  'cdk-nag': '3.0.2',
  constructs: '10.8.1',
  esbuild: '0.28.2',
  'fast-check': '4.10.2',
  jest: '30.5.2',
  projen: '0.103.25',
  tsx: '4.23.15',
  typescript: '7.0.2',
} as const;

/** A package whose version the kit pins. */
export type PinnedPackage = keyof typeof versions;

/**
 * The npm spec of a package at one version.
 *
 * @param name one of the packages of `versions`, or a spec that has a version already
 * @returns for example `jest@30.5.2`
 */
export function pinned(name: string): string {
  return Object.hasOwn(versions, name) ? `${name}@${versions[name as PinnedPackage]}` : name;
}
