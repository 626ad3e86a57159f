import { join } from 'node:path';
import { readAssemblyFolder } from '../../../labs/engine/assembly-folder';
import { folderOf, removeFolders } from '../support';

afterEach(removeFolders);

const trace = (...frames: string[]) => [{ type: 'aws:cdk:creationStack', data: frames }];
const stack = (template: string, more: object = {}) => ({
  type: 'aws:cloudformation:stack',
  environment: 'aws://123456789012/eu-west-1',
  properties: { templateFile: template },
  ...more,
});

test('reads stacks, environments, names and the first position in the project of each resource', () => {
  const folder = folderOf({
    'manifest.json': { artifacts: { 'orders-dev': stack('t.json', { additionalMetadataFile: 'm.json' }) } },
    't.json': {
      Resources: {
        Q1: {
          Type: 'AWS::SQS::Queue',
          Properties: { VisibilityTimeout: 30 },
          Metadata: { 'aws:cdk:path': 'orders-dev/In/Queue/Resource' },
        },
        Q2: { Type: 'AWS::SQS::Queue' },
      },
    },
    'm.json': {
      '/orders-dev/In/Queue/Resource': trace(
        '...new Queue2 in aws-cdk-lib...',
        'new In (/project/src/in.ts:7:3)',
        'f (/project/src/main.ts:1:1)',
      ),
      '/orders-dev/Q2/Resource': [{ type: 'aws:cdk:logicalId', data: 'Q2' }, ...trace('(no user code)')],
    },
  });
  const { stacks, resources } = readAssemblyFolder(folder, '/project');
  expect(stacks).toMatchObject([{ name: 'orders-dev', environment: 'aws://123456789012/eu-west-1' }]);
  expect(resources).toEqual([
    {
      stack: 'orders-dev',
      logicalId: 'Q1',
      name: 'In/Queue',
      type: 'AWS::SQS::Queue',
      properties: { VisibilityTimeout: 30 },
      where: 'src/in.ts:7',
    },
    { stack: 'orders-dev', logicalId: 'Q2', name: 'Q2', type: 'AWS::SQS::Queue', properties: {} },
  ]);
});

test('reads nested stacks and the stacks of stages', () => {
  const nested = { Type: 'AWS::CloudFormation::Stack', Metadata: { 'aws:asset:path': 'n.json' } };
  const folder = folderOf({
    'manifest.json': {
      artifacts: { prod: { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-prod' } } },
    },
    'assembly-prod/manifest.json': {
      artifacts: { app: stack('t.json', { properties: { templateFile: 't.json', stackName: 'orders-prod' } }) },
    },
    'assembly-prod/t.json': { Resources: { Inner: nested } },
    'assembly-prod/n.json': { Resources: { Topic: { Type: 'AWS::SNS::Topic' } } },
  });
  const { stacks, resources } = readAssemblyFolder(folder, folder);
  expect(stacks.map(({ name }) => name)).toEqual(['orders-prod', 'orders-prod/Inner']);
  expect(resources.map(({ stack: name, logicalId }) => [name, logicalId])).toEqual([
    ['orders-prod', 'Inner'],
    ['orders-prod/Inner', 'Topic'],
  ]);
});

test('reads the findings of rule packs with their places', () => {
  const construct = {
    constructPath: 'orders-dev/Queue/Resource',
    stackTraces: ['...\nnew S (/project/src/s.ts:20:25)'],
  };
  const violation = {
    ruleName: 'AwsSolutions-SQS3',
    severity: 'error',
    description: 'No DLQ.',
    violatingConstructs: [construct],
  };
  const folder = folderOf({ 'validation-report.json': { pluginReports: [{ violations: [violation] }] } });
  expect(readAssemblyFolder(folder, '/project').findings).toEqual([
    {
      rule: 'AwsSolutions-SQS3',
      severity: 'error',
      description: 'No DLQ.',
      construct: 'orders-dev/Queue/Resource',
      where: 'src/s.ts:20',
    },
  ]);
});

test('tells that rule packs ran, though they found nothing', () => {
  const folder = folderOf({ 'validation-report.json': { pluginReports: [] } });
  expect(readAssemblyFolder(folder, '/project')).toMatchObject({ findings: [], isValidated: true });
});

test.each([
  ['a folder that is not there', undefined],
  ['a manifest that is no JSON', '{'],
  ['a manifest without artifacts', '{}'],
  ['a stack without a template', JSON.stringify({ artifacts: { a: stack('gone.json') } })],
  ['an artifact that is null', JSON.stringify({ artifacts: { a: null } })],
])('finds nothing in %s', (_, manifest) => {
  const folder = manifest === undefined ? join(folderOf(), 'gone') : folderOf({ 'manifest.json': manifest });
  expect(readAssemblyFolder(folder, folder)).toEqual({ stacks: [], resources: [], findings: [], isValidated: false });
});
