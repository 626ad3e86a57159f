import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Code, type FunctionProps, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource, type SqsEventSourceProps } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { SqsConsumerRules } from '../../modules';

interface Differences {
  readonly queue?: Partial<QueueProps>;
  readonly consumer?: Partial<FunctionProps>;
  readonly source?: SqsEventSourceProps;
  readonly maxReceiveCount?: number;
}

/** A queue and a consumer that keep every rule, but for the differences. */
function stackWith({ queue, consumer, source, maxReceiveCount = 5 }: Differences): Stack {
  const stack = new Stack(new App({ analyticsReporting: false }), 'stack');
  const input = new Queue(stack, 'Queue', {
    visibilityTimeout: Duration.seconds(61),
    deadLetterQueue: { queue: new Queue(stack, 'Dead', { retentionPeriod: Duration.days(14) }), maxReceiveCount },
    ...queue,
  });
  const handler = new LambdaFunction(stack, 'Consumer', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = () => {};'),
    timeout: Duration.seconds(10),
    ...consumer,
  });
  handler.addEventSource(
    new SqsEventSource(input, { batchSize: 50, maxBatchingWindow: Duration.seconds(1), ...source }),
  );
  SqsConsumerRules.of(input, handler);
  return stack;
}

function synth(differences: Differences): () => void {
  const stack = stackWith(differences);
  return () => (stack.node.root as App).synth();
}

const seconds = (amount: number): Duration => Duration.seconds(amount);

beforeEach(() => {
  process.env.CDK_VALIDATION = 'false';
});

test.each<[string, Differences, RegExp]>([
  [
    'a visibility timeout a second too short',
    { queue: { visibilityTimeout: seconds(60) } },
    /60 s is too short.*61 s or more/,
  ],
  ['a visibility timeout that leaves out the window', { source: { maxBatchingWindow: seconds(2) } }, /62 s or more/],
  ['the default visibility timeout', { queue: { visibilityTimeout: undefined } }, /30 s is too short/],
  ['a timeout over the visibility timeout', { consumer: { timeout: seconds(62) } }, /62 s is longer than .* 61 s/],
  ['a batch size over 10 with a window of 0 s', { source: { maxBatchingWindow: seconds(0) } }, /batch size of 50/],
  ['reserved concurrency of 4', { consumer: { reservedConcurrentExecutions: 4 } }, /4 is too low.*maximum concurrency/],
  [
    'reserved concurrency under the maximum concurrency',
    { consumer: { reservedConcurrentExecutions: 9 }, source: { maxConcurrency: 10 } },
    /9 is under .* 10.*AWS recommends/,
  ],
  [
    'a dead-letter queue that keeps messages no longer than the queue',
    { queue: { retentionPeriod: Duration.days(14) } },
    /keeps messages for 1209600 s and the queue for 1209600 s/,
  ],
  [
    'reserved concurrency under what provisioned pollers invoke',
    {
      consumer: { reservedConcurrentExecutions: 29 },
      source: { provisionedPollerConfig: { minimumPollers: 2, maximumPollers: 3 } },
    },
    /29 is under .* 30/,
  ],
  ['a queue without a dead-letter queue', { queue: { deadLetterQueue: undefined } }, /no dead-letter queue/],
])('%s is refused', (_, differences, message) => {
  expect(synth(differences)).toThrow(message);
});

test.each<[string, Differences]>([
  ['six timeouts and the window', {}],
  [
    'the default timeout of the function',
    { consumer: { timeout: undefined }, queue: { visibilityTimeout: seconds(19) } },
  ],
  ['no window and a batch size of 10', { source: { batchSize: 10, maxBatchingWindow: undefined } }],
  ['the default batch size', { source: { batchSize: undefined, maxBatchingWindow: seconds(0) } }],
  ['reserved concurrency of 5', { consumer: { reservedConcurrentExecutions: 5 } }],
  [
    'reserved concurrency at the maximum concurrency',
    { consumer: { reservedConcurrentExecutions: 10 }, source: { maxConcurrency: 10 } },
  ],
])('%s is accepted', (_, differences) => {
  expect(synth(differences)).not.toThrow();
});

test('every setting that is refused is named at once', () => {
  const differences = { consumer: { reservedConcurrentExecutions: 2 }, queue: { deadLetterQueue: undefined } };
  expect(synth(differences)).toThrow(/reserved concurrency of 2.*no dead-letter queue/s);
});

test.each([
  [4, 1],
  [5, 0],
])('a maxReceiveCount of %d gives %d warnings', (maxReceiveCount, warnings) => {
  const stack = stackWith({ maxReceiveCount });
  const found = Annotations.fromStack(stack).findWarning('/stack/Queue', Match.stringLikeRegexp('maxReceiveCount of'));
  expect(found).toHaveLength(warnings);
});

test.each([
  [false, 1],
  [true, 0],
])('partial batch responses set to %s give %d warnings', (reportBatchItemFailures, warnings) => {
  const stack = stackWith({ source: { reportBatchItemFailures } });
  const found = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('reportBatchItemFailures is'));
  expect(found).toHaveLength(warnings);
});

test('a value that only the deployment knows is not judged', () => {
  const stack = stackWith({ queue: { visibilityTimeout: undefined } });
  const parameter = new CfnParameter(stack, 'Visibility', { type: 'Number' });
  const queue = stack.node.findChild('Queue').node.defaultChild as { visibilityTimeout?: number } | undefined;
  Object.assign(queue ?? {}, { visibilityTimeout: parameter.valueAsNumber });
  expect(() => (stack.node.root as App).synth()).not.toThrow();
});

test('a consumer of another queue is refused', () => {
  const stack = stackWith({});
  const other = new Queue(stack, 'Other');
  SqsConsumerRules.of(other, stack.node.findChild('Consumer') as LambdaFunction);
  expect(() => (stack.node.root as App).synth()).toThrow(/no event source connects stack\/Other with stack\/Consumer/);
});

test('a mapping that is given is the one that is judged', () => {
  const stack = stackWith({});
  const consumer = stack.node.findChild('Consumer') as LambdaFunction;
  const queue = stack.node.findChild('Queue') as Queue;
  const mapping = consumer.addEventSourceMapping('Second', { eventSourceArn: queue.queueArn, batchSize: 20 });
  SqsConsumerRules.of(queue, consumer, mapping);
  expect(() => (stack.node.root as App).synth()).toThrow(/batch size of 20/);
});
