import { App, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { AlarmRules } from '../../modules';

/** The warnings for a stack with an alarm that notifies the topic, if there is one. */
function warnings(topicOf: (stack: Stack) => ITopic | undefined): string[] {
  const stack = new Stack(new App({ analyticsReporting: false }), 'orders-dev');
  const metric = new Metric({ namespace: 'Orders', metricName: 'Lost', period: Duration.minutes(1) });
  const alarm = new Alarm(stack, 'Alarm', { metric, threshold: 1, evaluationPeriods: 1 });
  const topic = topicOf(stack);
  if (topic) {
    alarm.addAlarmAction(new SnsAction(topic));
  }
  AlarmRules.of(stack);
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ id, entry }) => `${id}: ${entry.data}`);
}

test('warns of an alarm without an action', () => {
  expect(warnings(() => undefined)).toEqual([
    expect.stringMatching(/^\/orders-dev\/Alarm.*: nobody hears of this alarm/),
  ]);
});

test('warns of a topic that nobody is subscribed to', () => {
  expect(warnings((stack) => new Topic(stack, 'Topic'))).toEqual([
    expect.stringMatching(/^\/orders-dev\/Topic.*: nobody hears of the alarms that this topic is told of/),
  ]);
});

test('says nothing when the topic has a subscription, or is not of the stack', () => {
  const subscribed = (stack: Stack): ITopic => {
    const topic = new Topic(stack, 'Topic');
    topic.addSubscription(new EmailSubscription('team@example.com'));
    return topic;
  };
  const arn = 'arn:aws:sns:eu-west-1:123456789012:alarms';
  expect(warnings(subscribed)).toEqual([]);
  expect(warnings((stack) => Topic.fromTopicArn(stack, 'Topic', arn))).toEqual([]);
});

test('says nothing of a topic that no alarm uses', () => {
  const others = (stack: Stack): ITopic => {
    new Topic(stack, 'Other');
    return Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:123456789012:alarms');
  };
  expect(warnings(others)).toEqual([]);
});
