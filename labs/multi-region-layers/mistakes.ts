import type { Mistake } from '../authoring';

const STACK = 'src/multi-region-layers-stack.ts';

/** What learners typically get wrong at each step, and what the check says then. */
export const mistakes: readonly Mistake[] = [
  {
    step: 'layer-build',
    mistake: 'gives the function the managed policy that many examples name',
    file: STACK,
    from: "    new CfnOutput(this, 'LayerName'",
    to: "    distributor.handler.role?.addManagedPolicy({ managedPolicyArn: 'arn:aws:iam::aws:policy/AWSLambda_FullAccess' });\n    new CfnOutput(this, 'LayerName'",
    seen: 'Layer/Distributor/Role has the managed policy AWSLambda_FullAccess, which covers every layer',
  },
  {
    step: 'compatibility',
    mistake: 'names a runtime that looks for packages elsewhere',
    file: STACK,
    from: 'runtimes: props.runtimes',
    to: "runtimes: ['python3.13']",
    seen: 'the action own-region names the runtime python3.13',
  },
  {
    step: 'regions',
    mistake: 'publishes in one Region, as before',
    file: STACK,
    from: 'regions: props.regions,',
    to: 'regions: props.regions.slice(0, 1),',
    seen: 'Layer/Pipeline publishes in one Region: eu-central-1',
  },
  {
    step: 'checks',
    mistake: 'lets the build go on where the check fails',
    file: STACK,
    from: "checks: ['node layer/check.js']",
    to: "checks: ['node layer/check.js || true']",
    seen: 'Layer/Pipeline/Build goes on where a check fails: node layer/check.js || true',
  },
  {
    step: 'sharing',
    mistake: 'has nobody to share with yet',
    file: STACK,
    from: 'shareWith: props.shareWith,',
    to: 'shareWith: props.shareWith.slice(1),',
    seen: 'the action eu-central-1 shares with nobody',
  },
  {
    step: 'filter',
    mistake: 'starts for a change of any file',
    file: STACK,
    from: "filter: { branches: [props.branch], paths: ['layer/**'] }",
    to: 'filter: { branches: [props.branch] }',
    seen: 'the filter of Layer/Pipeline takes any path',
  },
  {
    step: 'filter',
    mistake: 'starts for a push to any branch, and so publishes what nobody has merged',
    file: STACK,
    from: 'branches: [props.branch]',
    to: "branches: ['**']",
    seen: 'a push to ** starts Layer/Pipeline, which builds main',
  },
  {
    step: 'alarms',
    mistake: 'watches how long executions take, not whether they fail',
    file: STACK,
    from: "metricName: 'FailedPipelineExecutions'",
    to: "metricName: 'PipelineDuration'",
    seen: 'PipelineFailures watches AWS/CodePipeline PipelineDuration; no alarm watches FailedPipelineExecutions of Layer/Pipeline',
  },
];
