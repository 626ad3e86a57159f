import { existsSync, readdirSync } from 'node:fs';
import { UsageError } from '../../../blueprints/errors';
import { dig } from '../../../labs/engine/json';
import { synthesize } from '../../../labs/engine/synth';
import { folderOf, projectOf, removeFolders } from '../support';

afterEach(removeFolders);

const APP = `import { App, Stack } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';

const app = new App();
const stack = new Stack(app, 'orders-dev');
new Queue(stack, 'Queue', { queueName: app.node.tryGetContext('name') });
`;

test('reads what the program makes, with the line that made it, the context of the project, and no trace left', async () => {
  const app = APP.replace("'orders-dev')", "'orders-dev', { description: process.env.CDK_OUTDIR })");
  const folder = projectOf(app, { 'cdk.json': { app: 'npx tsx src/main.ts', context: { name: 'mine' } } });
  const assembly = await synthesize(folder);
  expect(assembly.error).toBeUndefined();
  expect(assembly.ofType('AWS::SQS::Queue')).toMatchObject([
    { stack: 'orders-dev', name: 'Queue', properties: { QueueName: 'mine' }, where: 'src/main.ts:6' },
  ]);
  expect(assembly.isValidated).toBe(false);
  expect(readdirSync(folder).sort()).toEqual(['cdk.json', 'node_modules', 'package.json', 'src']);
  const scratch = String(dig(assembly.stacks.get('orders-dev')?.template, 'Description'));
  expect(scratch).toMatch(/atelier-\w{6}$/);
  expect(existsSync(scratch)).toBe(false);
}, 20_000);

test('reads templates and findings when a rule pack has findings', async () => {
  const nag = `${APP}
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
`;
  const assembly = await synthesize(projectOf(nag));
  expect(assembly.error).toBeUndefined();
  expect(assembly.resources).toHaveLength(1);
  expect(assembly.findings).toContainEqual(
    expect.objectContaining({
      rule: 'AwsSolutions-SQS3',
      construct: 'orders-dev/Queue/Resource',
      where: 'src/main.ts:6',
    }),
  );
}, 20_000);

test('tells that a rule pack ran which found nothing', async () => {
  const assembly = await synthesize(
    projectOf(`import { App, Stack, Validations } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { AwsSolutionsChecks } from 'cdk-nag';

const app = new App();
new StringParameter(new Stack(app, 'orders-dev'), 'Limit', { stringValue: '5' });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
`),
  );
  expect(assembly.findings).toEqual([]);
  expect(assembly.isValidated).toBe(true);
}, 20_000);

test.each([
  ['throws', "import './deep';", { 'src/deep.ts': "\nthrow new Error('two\\nlines');" }, 'two lines', 'src/deep.ts:2'],
  ['does not compile', 'const x = 1;\nconst y = = 2;', {}, 'Unexpected "="', 'src/main.ts:2'],
  ['imports what is not there', "import './gone';", {}, "Cannot find module './gone'", 'src/main.ts:1'],
  [
    'imports a package that is not installed',
    "import 'left-out';",
    {},
    "Cannot find module 'left-out'; run npm install",
    'src/main.ts:1',
  ],
  ['throws something that is no error', "throw 'words';", {}, 'words', undefined],
  ['exits by itself', 'process.exit(3);', {}, 'the program ended with exit code 3', undefined],
  [
    'makes no app',
    'export {};',
    {},
    'the program ended without an app; it creates an App and its stacks when it is loaded',
    undefined,
  ],
])(
  'says in one line why a program that %s makes nothing',
  async (_, main, files, error, where) => {
    const assembly = await synthesize(projectOf(main, files as never));
    expect([assembly.error, assembly.errorWhere]).toEqual([error, where]);
    expect(assembly.resources).toEqual([]);
  },
  20_000,
);

test('ends a program that does not end', async () => {
  const assembly = await synthesize(projectOf('for (;;) {}'), { timeout: 1500 });
  expect(assembly.error).toContain('did not end within');
}, 20_000);

test.each([
  ['make', 'cdk.json names no program'],
  ['npx tsx src/main.ts', 'src/main.ts, which cdk.json runs, is not there'],
])('refuses a folder whose app is %j and has no program', async (app, problem) => {
  const refused = synthesize(folderOf({ 'cdk.json': { app } }));
  await expect(refused).rejects.toThrow(UsageError);
  await expect(refused).rejects.toThrow(problem);
});

test('says what to run when packages are not installed', async () => {
  const folder = folderOf({ 'package.json': '{}', 'cdk.json': { app: 'npx tsx src/main.ts' }, 'src/main.ts': '' });
  await expect(synthesize(folder)).rejects.toThrow('npm install');
});

test('reads what a program makes that is an ES module', async () => {
  const folder = projectOf(`${APP}\nawait Promise.resolve();\n`, { 'package.json': { type: 'module' } });
  const assembly = await synthesize(folder);
  expect(assembly.error).toBeUndefined();
  expect(assembly.ofType('AWS::SQS::Queue')).toMatchObject([{ where: 'src/main.ts:6' }]);
}, 20_000);
