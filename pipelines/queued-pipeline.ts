import {
  ExecutionMode,
  Pipeline,
  PipelineNotificationEvents,
  PipelineType,
  ProviderType,
} from 'aws-cdk-lib/aws-codepipeline';
import { type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { CodePipeline } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcard } from './acknowledge';
import type { ArtifactBucket } from './artifact-bucket';
import type { BoundSource } from './source';

/** What is told of: https://docs.aws.amazon.com/dtconsole/latest/userguide/concepts.html#events-ref-pipeline */
const TOLD = [PipelineNotificationEvents.PIPELINE_EXECUTION_FAILED, PipelineNotificationEvents.MANUAL_APPROVAL_NEEDED];

/**
 * A CodePipeline (V2) whose executions queue up, so that what they make follows the order of the commits.
 *
 * @param scope what it is part of
 * @param artifacts the bucket of its artifacts
 */
export function queuedPipeline(scope: Construct, artifacts: ArtifactBucket): Pipeline {
  acknowledgeWildcard(scope, artifacts.arnForObjects('*'), 'CodePipeline gives artifacts names of its own.');
  return new Pipeline(scope, 'Resource', {
    artifactBucket: artifacts,
    // Of the buckets that other Regions get; this one has a key, or none, of its own.
    crossAccountKeys: artifacts.encryptionKey !== undefined,
    enableKeyRotation: artifacts.encryptionKey && true,
    pipelineType: PipelineType.V2,
    executionMode: ExecutionMode.QUEUED,
    restartExecutionOnUpdate: false,
  });
}

/**
 * Lets a source start a pipeline that has its action.
 *
 * @param pipeline the pipeline
 * @param source the source
 */
export function startBy(pipeline: Pipeline, { action, pushFilter, startedBy }: BoundSource): void {
  if (pushFilter) {
    pipeline.addTrigger({
      providerType: ProviderType.CODE_STAR_SOURCE_CONNECTION,
      gitConfiguration: { sourceAction: action, pushFilter: [pushFilter] },
    });
  }
  if (startedBy) {
    startOn(pipeline, 'Start', startedBy);
  }
}

/**
 * Lets an event start a pipeline.
 *
 * @param pipeline the pipeline
 * @param id the id of the rule in it
 * @param eventPattern the event
 */
export function startOn(pipeline: Pipeline, id: string, eventPattern: EventPattern): Rule {
  const rule = new Rule(pipeline, id, { eventPattern, targets: [new CodePipeline(pipeline)] });
  const reason = 'EventBridge tries for a day; a pipeline that was not started then is started by hand.';
  acknowledge(rule, 'Serverless-EventBusDLQ', reason);
  return rule;
}

/**
 * Lets a topic be told when an execution fails or waits for approval.
 *
 * @param pipeline the pipeline
 * @param topic the topic. @default - nobody is told
 */
export function notify(pipeline: Pipeline, topic: ITopic | undefined): void {
  if (topic) {
    pipeline.notifyOn('Notifications', topic, { events: TOLD });
  }
}
