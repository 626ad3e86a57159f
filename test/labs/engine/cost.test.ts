import { costAsMarkdown, hourlyCost, idleAsMarkdown, remainsAsMarkdown } from '../../../labs/engine/cost';
import { allPrices, IDLE_PRICES, unpricedTypes } from '../../../labs/engine/prices';
import { assemblyOf, attribute, type Resources, ref } from '../support';

const alarm = { Type: 'AWS::CloudWatch::Alarm' };
const queue = { Type: 'AWS::SQS::Queue' };
const polling = { Type: 'AWS::Lambda::EventSourceMapping', Properties: { EventSourceArn: attribute('Queue') } };
const nothing = assemblyOf({});

describe('the cost of a step', () => {
  test('names what the step adds, how often, and its price with Region, page and date', () => {
    const [before, after] = [assemblyOf({ A: alarm }), assemblyOf({ A: alarm, B: alarm, C: alarm })];
    expect(costAsMarkdown(before, after)).toBe(
      [
        'While idle, this step adds to the bill, at the prices of US East (N. Virginia), us-east-1 (the pages say what holds today):',
        '',
        '- 2 alarms: $0.10 per alarm and month; the first 10 alarms are free',
        '  ([Amazon CloudWatch pricing](https://aws.amazon.com/cloudwatch/pricing/), November 2026)',
      ].join('\n'),
    );
  });

  test('says so when a step adds nothing, or what costs by use alone', () => {
    const none = 'This step adds nothing that bills while idle.';
    expect(costAsMarkdown(assemblyOf({ A: alarm }), assemblyOf({ A: alarm, Queue: queue }))).toBe(none);
  });

  test('has the polling of queues, and not that of other sources', () => {
    const polled = assemblyOf({ Queue: queue, Polling: polling });
    expect(costAsMarkdown(nothing, polled)).toContain(
      '- requests of Lambda to an empty queue: $0.40 per million requests',
    );
    const stream = { Queue: { Type: 'AWS::Kinesis::Stream' }, Polling: polling };
    expect(costAsMarkdown(nothing, assemblyOf(stream))).not.toContain('$');
  });

  test('has the point-in-time recovery of a table only where it is on', () => {
    const table = (isOn: boolean) => {
      const recovery = { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: isOn } };
      return assemblyOf({ Table: { Type: 'AWS::DynamoDB::GlobalTable', Properties: { Replicas: [recovery] } } });
    };
    expect(costAsMarkdown(nothing, table(true))).toContain('point-in-time recovery');
    expect(costAsMarkdown(nothing, table(false))).not.toContain('point-in-time recovery');
  });
});

test('what bills while idle is listed once each, or said to be nothing', () => {
  expect(idleAsMarkdown(assemblyOf({ A: alarm, B: alarm, Queue: queue, Polling: polling }))).toMatch(
    /:\n\n- 2 alarms\n- requests of Lambda to an empty queue$/,
  );
  expect(idleAsMarkdown(assemblyOf({ Queue: queue }))).toContain('nothing of it is billed while idle');
});

describe('the cost by the hour', () => {
  const service = (architecture: string, publicAddress = 'ENABLED'): Resources => ({
    Task: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: { Cpu: '512', Memory: '2048', RuntimePlatform: { CpuArchitecture: architecture } },
    },
    Service: {
      Type: 'AWS::ECS::Service',
      Properties: {
        DesiredCount: 3,
        TaskDefinition: ref('Task'),
        NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: publicAddress } },
      },
    },
  });
  const usd = (resources: Resources): number => hourlyCost(assemblyOf(resources)).usd;

  test('counts tasks by their number, size and architecture, and their public addresses', () => {
    expect(usd(service('ARM64'))).toBeCloseTo(3 * (0.5 * 0.03238 + 2 * 0.00356 + 0.005), 10);
    expect(usd(service('X86_64', 'DISABLED'))).toBeCloseTo(3 * (0.5 * 0.04048 + 2 * 0.004445), 10);
  });

  test('shares the price of a month out among its hours', () => {
    expect(usd({ A: alarm, B: alarm })).toBeCloseTo(0.2 / 730, 10);
  });

  test('names what is billed besides, since nobody knows how much it will be', () => {
    expect(hourlyCost(assemblyOf({ Queue: queue, Polling: polling, A: alarm }))).toEqual({
      usd: expect.closeTo(0.1 / 730, 10),
      besides: ['requests of Lambda to an empty queue'],
    });
  });
});

test('each price names its unit, a page of AWS and a month', () => {
  for (const { usd, unit, page, date } of Object.values(IDLE_PRICES).flat()) {
    expect([usd, unit, page, date]).toEqual([
      expect.stringMatching(/^\d+\.\d{2,6}$/),
      expect.stringMatching(/\w/),
      expect.stringMatching(/^https:\/\/aws\.amazon\.com\/.+\/pricing\//),
      expect.stringMatching(/^[A-Z][a-z]+ \d{4}$/),
    ]);
  }
});

test('a type that no table of costs has is named', () => {
  expect(unpricedTypes(assemblyOf({ A: alarm, Queue: queue, Nat: { Type: 'AWS::EC2::NatGateway' } }))).toEqual([
    'AWS::EC2::NatGateway',
  ]);
});

describe('what remains', () => {
  const kept = { ...queue, DeletionPolicy: 'RetainExceptOnCreate' };
  const stages = { 'orders-prod': 'a production stage' };
  const remains = (resources: Resources) => remainsAsMarkdown(assemblyOf(resources, {}, 'orders-prod'), stages);

  test('is what the template keeps', () => {
    expect(
      remains({ Orders9F481546: kept, Others4A7E3555: { ...queue, DeletionPolicy: 'Delete' }, Third: queue }),
    ).toBe('- Of a production stage these stay:\n  - `Orders` (`AWS::SQS::Queue`)');
  });

  test('is what any stack of the stage keeps, and none of another', () => {
    const assembly = assemblyOf({ Orders: kept }, {}, 'orders-prod-data');
    expect(remainsAsMarkdown(assembly, stages)).toContain('`Orders`');
    expect(remainsAsMarkdown(assembly, { 'orders-pro': 'another' })).toBe('- Of another nothing stays.');
  });

  test('is nothing where the template keeps nothing', () => {
    expect(remains({ Queue: queue })).toBe('- Of a production stage nothing stays.');
  });

  test('is also the log that Lambda makes for a function without a log group', () => {
    const fn = { Type: 'AWS::Lambda::Function', Properties: {} };
    expect(remains({ Work: fn })).toContain('  - the logs of `Work`');
    expect(remains({ Work: { ...fn, Properties: { LoggingConfig: { LogGroup: 'mine' } } } })).toContain(
      'nothing stays',
    );
  });
});

test('a package of patterns knows prices of its own', () => {
  const gateway = assemblyOf({ Nat: { Type: 'AWS::EC2::NatGateway' } });
  const price = { ...IDLE_PRICES['AWS::CloudWatch::Alarm'][0], one: 'a NAT gateway', usd: '0.045' };
  const prices = allPrices({ 'AWS::EC2::NatGateway': [price] });
  expect(unpricedTypes(gateway, prices)).toEqual([]);
  expect(idleAsMarkdown(gateway, prices)).toContain('- a NAT gateway');
});
