import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';

/**
 * How many executions of a pipeline have failed.
 *
 * @param pipelineName the name of the pipeline, which may be in another stack
 */
export function failuresOf(pipelineName: string): Metric {
  return new Metric({
    namespace: 'AWS/CodePipeline',
    metricName: 'FailedPipelineExecutions',
    dimensionsMap: { PipelineName: pipelineName },
    statistic: Stats.SUM,
  });
}
