import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { app } from '../src/main';

const stacks = app.node.findAll().filter(Stack.isStack);
const sections = readFileSync(join(__dirname, '..', 'README.md'), 'utf8').match(/(?<=^### ).+$/gm) ?? [];

test('the app breaks no rule of the AWS Solutions and Serverless packs', () => {
  expect(() => app.synth()).not.toThrow();
});

test.each(stacks)('$stackName keeps its data if it is production, and leaves nothing behind otherwise', (stack) => {
  const { Resources } = Template.fromStack(stack).toJSON();
  const policies = Object.values<{ DeletionPolicy?: string }>(Resources).flatMap((one) => one.DeletionPolicy ?? []);
  const wanted = stack.terminationProtection ? 'RetainExceptOnCreate' : 'Delete';
  expect(new Set(policies)).toEqual(new Set([wanted]));
});

test.each(stacks)('$stackName tells somebody of each alarm, and where README.md says what to do', (stack) => {
  const alarms = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
  for (const { AlarmActions, AlarmDescription } of alarms.map(({ Properties }) => Properties)) {
    expect(AlarmActions).toHaveLength(1);
    expect(sections).toContain(/\(README\.md, (\w+)\)$/.exec(AlarmDescription)?.[1]);
  }
});
