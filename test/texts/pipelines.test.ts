import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { kitRoot } from '../../blueprints/kit';
import * as pipelines from '../../pipelines';

const text = readFileSync(join(kitRoot, 'docs', 'pipelines.md'), 'utf8');
const examples = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => [/new (\w+)/.exec(code)?.[1] ?? '', code]);

test('the text has an example of each construct that makes a pipeline', () => {
  const constructs = Object.keys(pipelines).filter((name) => /^[A-Z]\w+(Pipeline|Deployment)$/.test(name));
  expect(examples.map(([name]) => name).sort()).toEqual(constructs.sort());
});

test.each(examples)('the example of %s makes a pipeline', (_, code) => {
  const env = { account: '111122223333', region: 'eu-west-1' };
  const stack = new Stack(new App(), 'stack', { env });
  const names = {
    ...pipelines,
    Repository,
    OrdersStack: Stack,
    connectionArn: 'arn:aws:codeconnections:eu-west-1:111122223333:connection/one',
  };
  new Function(...Object.keys(names), code).call(stack, ...Object.values(names));
  Template.fromStack(stack).resourceCountIs('AWS::CodePipeline::Pipeline', 1);
});
