import { Annotations, AspectPriority, Aspects, type Stack } from 'aws-cdk-lib';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnSubscription, CfnTopic } from 'aws-cdk-lib/aws-sns';
import type { IConstruct } from 'constructs';

/**
 * The rules for the alarms of a stack. They create no resource: they read the template when the app is synthesized, and
 * warn of an alarm that nobody hears: one without an action, or whose topic the stack makes and gives no subscription.
 *
 * @example
 * AlarmRules.of(stack);
 */
export class AlarmRules {
  /**
   * Attaches the rules to a stack.
   *
   * @param stack the stack
   */
  static of(stack: Stack): void {
    const visit = (node: IConstruct): void => {
      if (node === stack) {
        warnOfTheUnheard(stack);
      }
    };
    Aspects.of(stack).add({ visit }, { priority: AspectPriority.READONLY });
  }

  private constructor() {}
}

function warnOfTheUnheard(stack: Stack): void {
  const resources = stack.node.findAll();
  const alarms = resources.filter(CfnAlarm.isCfnAlarm);
  const subscribed = new Set(
    resources.filter(CfnSubscription.isCfnSubscription).map(({ topicArn }) => JSON.stringify(stack.resolve(topicArn))),
  );
  const unheard = resources
    .filter(CfnTopic.isCfnTopic)
    .filter((topic) => !subscribed.has(JSON.stringify(stack.resolve(topic.ref))))
    .filter((topic) => alarms.some(({ alarmActions }) => names(stack, alarmActions, topic)));
  for (const topic of unheard) {
    Annotations.of(topic).addWarningV2(
      'serverless-atelier:alarm-topic-without-subscription',
      'nobody hears of the alarms that this topic is told of; add a subscription in the stack, or subscribe to it by hand ' +
        'and acknowledge this warning',
    );
  }
  const silent = alarms.filter(({ alarmActions }) => (stack.resolve(alarmActions) ?? []).length === 0);
  for (const alarm of silent) {
    Annotations.of(alarm).addWarningV2(
      'serverless-atelier:alarm-without-action',
      'nobody hears of this alarm: it has no action; add one that notifies a topic',
    );
  }
}

/** Whether an alarm's actions name a topic. */
function names(stack: Stack, actions: unknown, topic: CfnTopic): boolean {
  return JSON.stringify(stack.resolve(actions) ?? []).includes(JSON.stringify(stack.resolve(topic.ref)));
}
