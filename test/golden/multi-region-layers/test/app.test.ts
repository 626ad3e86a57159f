import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { isStateful } from 'serverless-atelier/modules';
import { app } from '../src/main';

const stacks = app.node.findAll().filter(Stack.isStack);
const named = stacks.map((stack) => [stack.stackName, stack] as const);
const sections = readFileSync(join(__dirname, '..', 'README.md'), 'utf8').match(/(?<=^### ).+$/gm) ?? [];

test('the app breaks no rule of the AWS Solutions and Serverless packs', () => {
  expect(() => app.synth()).not.toThrow();
});

test.each(named)('%s keeps its data if it is production, and leaves nothing behind otherwise', (_, stack) => {
  const { Resources } = Template.fromStack(stack).toJSON();
  const resources = Object.values<{ Type: string; DeletionPolicy?: string }>(Resources);
  const data = resources.filter(({ Type }) => isStateful(Type));
  const wanted = stack.terminationProtection ? 'RetainExceptOnCreate' : 'Delete';
  expect(data.map(({ Type, DeletionPolicy }) => ({ Type, DeletionPolicy }))).toEqual(
    data.map(({ Type }) => ({ Type, DeletionPolicy: wanted })),
  );
});

test('every alarm tells somebody, and names the section of README.md that says what to do', () => {
  const alarms = stacks
    .flatMap((stack) => Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')))
    .map(({ Properties }) => Properties);
  const isExplained = (description: string) => sections.some((name) => description.endsWith(`(README.md, ${name})`));
  const lost = alarms.filter((alarm) => !alarm.AlarmActions?.length || !isExplained(alarm.AlarmDescription));
  expect(lost.map((alarm) => alarm.AlarmDescription)).toEqual([]);
});
