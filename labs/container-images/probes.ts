import { DescribeRepositoriesCommand, ECRClient, GetLifecyclePolicyCommand } from '@aws-sdk/client-ecr';
import {
  DescribeRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { type Deployed, expiredImages, type Probe, ProbeFailure } from '../authoring';

const ecr = new ECRClient({});
const events = new EventBridgeClient({});
const lambda = new LambdaClient({});

/** What the registry does with what is pushed. */
async function keepsTags(deployed: Deployed): Promise<void> {
  const repositoryNames = [deployed.only('AWS::ECR::Repository')];
  const { repositories = [] } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames }));
  const [{ imageTagMutability, imageScanningConfiguration }] = repositories;
  const seen = `tags are ${imageTagMutability}, and scanOnPush is ${imageScanningConfiguration?.scanOnPush}`;
  if (!imageTagMutability?.startsWith('IMMUTABLE') || !imageScanningConfiguration?.scanOnPush) {
    throw new ProbeFailure(seen, 'immutable tags, and a scan of each push');
  }
}

/** The function's stack is named after that of the registry. */
async function runsADigest(deployed: Deployed): Promise<void> {
  const FunctionName = `${deployed.name}-function`;
  const { Code = {} } = await lambda.send(new GetFunctionCommand({ FunctionName, Qualifier: 'live' }));
  const wanted = new RegExp(`/${deployed.name}@sha256:[0-9a-f]{64}$`);
  if (!wanted.test(Code.ImageUri ?? '')) {
    throw new ProbeFailure(`the alias live runs ${Code.ImageUri}`, `an image of ${deployed.name} by its digest`);
  }
}

/** An event as CodePipeline sends it: https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html */
const eventOf = (pipeline: string, state: string): string =>
  JSON.stringify({
    version: '0',
    id: '01234567-EXAMPLE',
    'detail-type': 'CodePipeline Pipeline Execution State Change',
    source: 'aws.codepipeline',
    account: '123456789012',
    time: '2026-11-27T12:00:00Z',
    region: 'us-east-1',
    resources: [`arn:aws:codepipeline:us-east-1:123456789012:${pipeline}`],
    detail: {
      pipeline,
      'execution-id': '01234567-0123-0123-0123-012345678901',
      state,
      version: 1,
      'pipeline-execution-attempt': 1,
    },
  });

/** The rule is asked, and no pipeline started. */
async function hearsOfSuccess(deployed: Deployed): Promise<void> {
  const { Rules = [] } = await events.send(new ListRulesCommand({ NamePrefix: `${deployed.name}-deployment` }));
  const { EventPattern } = await events.send(new DescribeRuleCommand({ Name: Rules[0]?.Name }));
  const heard = async (pipeline: string, state: string): Promise<boolean> => {
    const asked = new TestEventPatternCommand({ EventPattern, Event: eventOf(pipeline, state) });
    return (await events.send(asked)).Result === true;
  };
  const image = `${deployed.name}-image`;
  const answers = {
    success: await heard(image, 'SUCCEEDED'),
    failure: await heard(image, 'FAILED'),
    another: await heard('another', 'SUCCEEDED'),
  };
  if (!answers.success || answers.failure || answers.another) {
    throw new ProbeFailure(`the rule hears ${JSON.stringify(answers)}`, 'the success of the one pipeline alone');
  }
}

/** The rules as they are deployed, on images of two years of which the oldest runs. */
async function sparesWhatRuns(deployed: Deployed): Promise<void> {
  const repositoryName = deployed.only('AWS::ECR::Repository');
  const { lifecyclePolicyText = '{}' } = await ecr.send(new GetLifecyclePolicyCommand({ repositoryName }));
  const running = { age: 730, tags: ['exec-0', 'live'] };
  const others = Array.from({ length: 2000 }, (_, age) => ({ age, tags: [`exec-${age + 1}`] }));
  const expired = expiredImages(lifecyclePolicyText, [...others, running]);
  if (expired.length === 0 || expired.includes(running)) {
    const seen = `${expired.length} of ${others.length + 1} images expire, ${expired.includes(running) ? 'with' : 'without'} what runs`;
    throw new ProbeFailure(seen, 'old images expire, and what runs stays');
  }
}

/** What the pattern `container-images` promises. */
export const probes: readonly Probe[] = [
  { name: 'Tags never move, and what is pushed is scanned', step: 'registry', run: keepsTags },
  { name: 'The alias runs an image by its digest', step: 'function-by-digest', run: runsADigest },
  { name: 'A success starts the deployment; a failure does not', step: 'deployment-pipeline', run: hearsOfSuccess },
  { name: 'Old images expire, and what runs stays', step: 'what-runs-stays', run: sparesWhatRuns },
];
