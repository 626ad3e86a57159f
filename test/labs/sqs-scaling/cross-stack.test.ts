import { App, Duration, Fn, Stack } from 'aws-cdk-lib';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Assembly } from '../../../labs/engine/assembly';
import { readAssemblyFolder } from '../../../labs/engine/assembly-folder';
import { type CheckResult, runCheck } from '../../../labs/engine/check';
import { checks } from '../../../labs/sqs-scaling/checks';

const [first, visibility, deadLetters, , , , , alarms] = checks;

/** What the stacks of an app synthesize to, with the construct library's references between them of one strength. */
function assemblyOf(strength: string, build: (queues: Stack, consumers: Stack) => void): Assembly {
  const app = new App({ context: { '@aws-cdk/core:defaultCrossStackReferences': strength } });
  build(new Stack(app, 'queues'), new Stack(app, 'consumers'));
  const { directory } = app.synth();
  return new Assembly(readAssemblyFolder(directory, directory));
}

function consumerIn(stack: Stack): LambdaFunction {
  return new LambdaFunction(stack, 'Consumer', {
    code: Code.fromInline('exports.handler = async () => {};'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_LATEST,
    timeout: Duration.seconds(30),
  });
}

function failuresOf(assembly: Assembly, ...judged: typeof checks): Array<CheckResult['cause']> {
  return judged.map((check) => runCheck(check, assembly).cause);
}

test.each(['strong', 'weak', 'both'])('a consumer reads the queue of another stack by a %s reference', (strength) => {
  const assembly = assemblyOf(strength, (queues, consumers) => {
    const deadLetterQueue = new Queue(queues, 'DeadLetters', { retentionPeriod: Duration.days(14) });
    const queue = new Queue(queues, 'Orders', {
      visibilityTimeout: Duration.seconds(180),
      deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: 5 },
    });
    consumerIn(consumers).addEventSource(new SqsEventSource(queue));
    const watched = {
      Late: { metric: queue.metricApproximateAgeOfOldestMessage(), threshold: 900 },
      Lost: { metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible(), threshold: 1 },
    };
    const action = new SnsAction(new Topic(consumers, 'Bell'));
    for (const [name, props] of Object.entries(watched)) {
      new Alarm(consumers, name, { ...props, evaluationPeriods: 1 }).addAlarmAction(action);
    }
  });
  expect(failuresOf(assembly, first, visibility, deadLetters, alarms)).toEqual(Array(4).fill(undefined));
});

test('a consumer reads a queue that it imports by the name of an export', () => {
  const assembly = assemblyOf('weak', (queues, consumers) => {
    const { queueArn } = new Queue(queues, 'Orders', { visibilityTimeout: Duration.seconds(180) });
    queues.exportValue(queueArn, { name: 'orders-arn' });
    const imported = Queue.fromQueueArn(consumers, 'Imported', Fn.importValue('orders-arn'));
    consumerIn(consumers).addEventSource(new SqsEventSource(imported));
  });
  expect(failuresOf(assembly, first, visibility)).toEqual([undefined, undefined]);
});

test('a queue redrives to one of another stack that it imports by its ARN', () => {
  const assembly = assemblyOf('weak', (queues, consumers) => {
    new Queue(consumers, 'DeadLetters', { queueName: 'orders-dead', retentionPeriod: Duration.days(14) });
    const arn = queues.formatArn({ service: 'sqs', resource: 'orders-dead' });
    const queue = Queue.fromQueueArn(queues, 'Imported', arn);
    new Queue(queues, 'Orders', { deadLetterQueue: { queue, maxReceiveCount: 5 } });
  });
  expect(failuresOf(assembly, deadLetters)).toEqual([undefined]);
});
