import { context } from '../cdk.json';

// Tests build the app with the feature flags of cdk.json, bundle no code, and leave warnings and the validation of
// templates to `cdk synth`.
process.env.CDK_CONTEXT_JSON = JSON.stringify({
  ...context,
  'aws:cdk:bundling-stacks': [],
  '@aws-cdk/core:annotationsInValidationReport': false,
});
process.env.CDK_VALIDATION = 'false';
