import { Annotations, Resource } from 'aws-cdk-lib';
import { type Pipeline, PipelineNotificationEvents, ProviderType } from 'aws-cdk-lib/aws-codepipeline';
import { type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { CodePipeline } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { acknowledge } from './acknowledge';
import type { BoundSource } from './source';

/** What is told of: https://docs.aws.amazon.com/dtconsole/latest/userguide/concepts.html#events-ref-pipeline */
const TOLD = [PipelineNotificationEvents.PIPELINE_EXECUTION_FAILED, PipelineNotificationEvents.MANUAL_APPROVAL_NEEDED];

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
  if (topic && !Resource.isOwnedResource(topic)) {
    Annotations.of(pipeline).addWarningV2(
      'serverless-atelier:pipeline-topic-of-another-app',
      'The topic of notifications is not part of this app: its policy has to let codestar-notifications.amazonaws.com publish.',
    );
  }
  if (topic) {
    pipeline.notifyOn('Notifications', topic, { events: TOLD });
  }
}
