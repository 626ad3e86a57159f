import { lostState, physicalNames, type State } from './state';

const queue = { type: 'AWS::SQS::Queue', properties: { FifoQueue: true } };
const released: State = { 'orders-dev/Queue1': queue };
const migration = { resource: 'Queue1', version: '1.2.0', advice: 'Drain the queue first.' };

test.each<[string, State]>([
  ['removed', {}],
  ['given another logical id', { 'orders-dev/Queue2': queue }],
  ["replaced, for a property that can't be changed", { 'orders-dev/Queue1': { ...queue, properties: {} } }],
])('a resource that is %s loses its state, unless a migration names it', (_, now) => {
  expect(lostState(released, now, [], '1.2.0')).toEqual(['orders-dev/Queue1']);
  expect(lostState(released, now, [migration], '1.2.0')).toEqual([]);
  expect(lostState(released, now, [migration], '1.3.0')).toEqual(['orders-dev/Queue1']);
});

test('a resource that is new, or stays, loses nothing', () => {
  expect(lostState(released, { ...released, 'orders-dev/Other': queue }, [], '1.2.0')).toEqual([]);
});

test('a name that a template fixes is found, one that the service makes up is none', () => {
  const table = (properties: object) => ({ Type: 'AWS::DynamoDB::Table', Properties: properties }) as never;
  expect(
    physicalNames([
      ['A', table({ TableName: 'orders' })],
      ['B', table({ TableName: { Ref: 'A' } })],
    ]),
  ).toEqual(['AWS::DynamoDB::Table orders']);
});
