import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cut, cutAssembly } from '../../../../labs/engine/deployment/cut';
import type { JsonObject } from '../../../../labs/engine/json';
import { folderOf, removeFolders } from '../../support';

const template: JsonObject = {
  Resources: {
    Address: { Type: 'AWS::EC2::EIP', Properties: { Domain: 'vpc' } },
    Gateway: {
      Type: 'AWS::EC2::NatGateway',
      Properties: { AllocationId: { 'Fn::GetAtt': ['Address', 'AllocationId'] }, SubnetId: { Ref: 'Subnet' } },
    },
    Route: { Type: 'AWS::EC2::Route', Properties: { NatGatewayId: { Ref: 'Gateway' } } },
    Subnet: { Type: 'AWS::EC2::Subnet', Properties: {}, DependsOn: ['Address', 'Queue'] },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a template of CloudFormation has it so
    Named: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: { 'Fn::Sub': 'at ${Address.PublicIp}' } } },
    Queue: { Type: 'AWS::SQS::Queue', Properties: {}, DependsOn: 'Address' },
  },
  Outputs: { Ip: { Value: { Ref: 'Address' } }, Url: { Value: { Ref: 'Queue' } } },
};

afterAll(removeFolders);

test('a type that is not known goes, and what refers to it, and what refers to that; each says why', () => {
  expect(cut(template, new Set(['AWS::EC2::EIP'])).leftOut).toEqual([
    { logicalId: 'Address', type: 'AWS::EC2::EIP', why: 'its type is not known' },
    { logicalId: 'Gateway', type: 'AWS::EC2::NatGateway', why: 'it refers to Address' },
    { logicalId: 'Route', type: 'AWS::EC2::Route', why: 'it refers to Gateway' },
    { logicalId: 'Named', type: 'AWS::SNS::Topic', why: 'it refers to Address' },
  ]);
});

test('where another resource stands in for it, what refers to it stays', () => {
  const standIn = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'address' } };
  const done = cut(template, new Set(['AWS::EC2::EIP']), { 'AWS::EC2::EIP': () => standIn });
  expect(done.leftOut).toEqual([
    { logicalId: 'Address', type: 'AWS::EC2::EIP', why: 'AWS::SQS::Queue stands in for it' },
  ]);
  expect(done.template).toEqual({
    ...template,
    Resources: { ...(template.Resources as JsonObject), Address: standIn },
  });
});

test('what only comes after it in order stays, as do outputs of others', () => {
  expect(cut(template, new Set(['AWS::EC2::EIP'])).template).toEqual({
    Resources: {
      Subnet: { Type: 'AWS::EC2::Subnet', Properties: {}, DependsOn: ['Queue'] },
      Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
    },
    Outputs: { Url: { Value: { Ref: 'Queue' } } },
  });
});

test('a template of known types stays as it is', () => {
  expect(cut(template, new Set(['AWS::MSK::Cluster']))).toEqual({ template, leftOut: [] });
});

test('a cut template is published under another hash than the whole one', () => {
  const hash = 'a'.repeat(64);
  const url = `s3://bucket/${hash}.json`;
  const folder = folderOf({
    'manifest.json': {
      artifacts: {
        orders: {
          type: 'aws:cloudformation:stack',
          properties: { templateFile: 'orders.template.json', stackTemplateAssetObjectUrl: url },
        },
      },
    },
    'orders.template.json': template,
    'orders.assets.json': { files: { [hash]: { destinations: { here: { objectKey: `${hash}.json` } } } } },
  });
  expect(cutAssembly(folder, new Set(['AWS::SQS::Queue']), {})).toEqual([
    { stack: 'orders', logicalId: 'Queue', type: 'AWS::SQS::Queue', why: 'its type is not known' },
  ]);
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  expect(read('manifest.json') + read('orders.assets.json')).not.toContain(hash);
  const [, after] = /bucket\/(\w+)\.json/.exec(read('manifest.json')) ?? [];
  expect(read('orders.assets.json')).toContain(`${after}.json`);
});
