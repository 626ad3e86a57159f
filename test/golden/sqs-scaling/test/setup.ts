import { context } from '../cdk.json';

// Tests build the app with the feature flags of cdk.json, bundle no code, and leave template validation to `cdk synth`.
process.env.CDK_CONTEXT_JSON = JSON.stringify({ ...context, 'aws:cdk:bundling-stacks': [] });
process.env.CDK_VALIDATION = 'false';
