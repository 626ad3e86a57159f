import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAwsServiceSpecSync as ofPackage } from '@aws-cdk/aws-service-spec';
import { loadAwsServiceSpecSync as ofInstalledCdk } from '../../../../labs/engine/service-spec';
import { lossesBetween, lossesOf } from '../../../../labs/engine/update/losses';
import { assemblyOf, type Resources } from '../../support';

const queue = (properties = {}) => ({ Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true, ...properties } });
const role = { Type: 'AWS::IAM::Role', Properties: { RoleName: 'one' } };
const losses = (before: Resources, after: Resources) => lossesBetween(assemblyOf(before), assemblyOf(after));

test('a resource that stays, and settings that change in place, are no loss', () => {
  expect(losses({ Queue: queue() }, { Queue: queue({ VisibilityTimeout: 60 }) })).toEqual([]);
});

test('a resource that is replaced is a loss, and whether it holds state is said', () => {
  expect(losses({ Queue: queue() }, { Queue: queue({ FifoQueue: false }) })).toEqual([
    { stack: 'orders', logicalId: 'Queue', type: 'AWS::SQS::Queue', what: 'replaced', isStateful: true },
  ]);
  expect(losses({ Role: role }, { Role: { ...role, Properties: { RoleName: 'two' } } })).toEqual([
    { stack: 'orders', logicalId: 'Role', type: 'AWS::IAM::Role', what: 'replaced', isStateful: false },
  ]);
});

test('a resource under another logical id is removed, and one that is retained is left behind', () => {
  expect(losses({ Queue: queue() }, { Inbox: queue() })).toMatchObject([{ logicalId: 'Queue', what: 'removed' }]);
  const retained = { ...queue(), DeletionPolicy: 'Retain' };
  expect(losses({ Queue: retained }, {})).toMatchObject([{ logicalId: 'Queue', what: 'left behind' }]);
});

test('what a stack has that is no more in the app is left behind', () => {
  expect(lossesBetween(assemblyOf({ Queue: queue() }), assemblyOf({ Queue: queue() }, {}, 'payments'))).toMatchObject([
    { stack: 'orders', logicalId: 'Queue', what: 'left behind' },
  ]);
});

test("the CDK's own record of the app is no resource of it", () => {
  expect(losses({ CDKMetadata: { Type: 'AWS::CDK::Metadata' } }, {})).toEqual([]);
});

test("the installed CDK's own data say the same as the package that the diff library asks", () => {
  const replacing = (database: ReturnType<typeof ofPackage>) =>
    database
      .lookup('resource', 'cloudFormationType', 'equals', 'AWS::SQS::Queue')
      .flatMap(({ properties }) => Object.entries(properties))
      .filter(([, { causesReplacement }]) => causesReplacement === 'yes')
      .map(([name]) => name);
  expect(replacing(ofInstalledCdk())).toEqual(replacing(ofPackage()));
  expect(replacing(ofPackage())).toContain('FifoQueue');
});

test('the copy of an update that was killed goes with a later one, and that of one that runs stays', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'serverless-atelier-'));
  const copies = join(folder, '.atelier', 'snapshots');
  for (const [name, hours] of [
    ['.update-killed', 2],
    ['.update-runs', 0],
  ] as const) {
    mkdirSync(join(copies, name), { recursive: true });
    const then = new Date(Date.now() - hours * 3_600_000);
    utimesSync(join(copies, name), then, then);
  }
  try {
    await expect(lossesOf(folder, [])).rejects.toThrow('cdk.json');
    expect(readdirSync(copies)).toEqual(['.update-runs']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
