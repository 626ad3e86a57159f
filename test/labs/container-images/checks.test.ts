import { checks } from '../../../labs/container-images/checks';
import { checkerOf, testChecks } from '../check-suite';
import { ARN, BUILDING, changed, DEPLOYING, finished, plus, spec, without } from './templates';

const checked = checkerOf(checks);

testChecks(checks, finished);

/** What the first goal that is not reached says at a step. */
const seenAt = (step: string, resources: typeof finished): string | null | undefined =>
  checked(step, resources).cause?.seen;

const build = (...commands: string[]) => changed('Make', { Source: { BuildSpec: spec(...commands) } });
const ship = (...commands: string[]) => changed('Ship', { Source: { BuildSpec: spec(...commands) } });
const rules = (...given: object[]) =>
  changed('Store', { LifecyclePolicy: { LifecyclePolicyText: JSON.stringify({ rules: given }) } });

test('a scan that is set for the whole registry counts', () => {
  const scanning = { Scanning: { Type: 'AWS::ECR::RegistryScanningConfiguration' } };
  const unset = { ...plus(scanning), Store: changed('Store', { ImageScanningConfiguration: undefined }).Store };
  expect(seenAt('registry', unset)).toBeUndefined();
});

test.each([
  [
    'build-and-push',
    'no build',
    without('Make'),
    'no build of the app pushes an image: docker push is in no buildspec',
  ],
  [
    'build-and-push',
    'a buildspec in a file',
    { ...without('Ship'), Make: changed('Make', { Source: {} }).Make },
    'the app has no build (AWS::CodeBuild::Project) with a buildspec in its template',
  ],
  [
    'build-and-push',
    'several platforms',
    build('docker build --provenance=false --platform linux/arm64,linux/amd64 .', 'docker push x:exec-$RUN'),
    'Make builds the image for linux/arm64 and linux/amd64',
  ],
  [
    'build-and-push',
    'no role',
    changed('Make', { ServiceRole: 'arn:aws:iam::1:role/theirs' }),
    expect.stringMatching('^the role of Make'),
  ],
  [
    'try-before-push',
    'a try behind the push',
    build(BUILDING[0], BUILDING[1], BUILDING[3], BUILDING[2]),
    'no command of Make between docker build and the first docker push runs the image',
  ],
  [
    'function-by-digest',
    'an alias on a number',
    changed('Door', { FunctionVersion: '3' }),
    'FunctionVersion of Door is 3',
  ],
  [
    'deployment-pipeline',
    'no input transformer',
    changed('Hears', {
      Targets: [{ Id: 'ship', Arn: ARN }],
    }),
    'Hears tells Shipping nothing',
  ],
  [
    'deployment-pipeline',
    'a digest that nobody hands on',
    ship(DEPLOYING[0], 'npx cdk deploy greets'),
    'Ship finds the digest, and does not hand it to the deployment',
  ],
  [
    'what-runs-stays',
    'a rule that takes untagged images alone, and none is',
    rules({ rulePriority: 1, selection: { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 1 } }),
    'the rules of Store take none of 2000 images of six years',
  ],
  [
    'what-runs-stays',
    'one tag for both moments',
    ship(...DEPLOYING.map((command) => command.replace('runs-next', 'runs'))),
    'Ship gives the image the tag runs before it deploys, and the tag runs afterwards',
  ],
])('%s: %s is refused by what was seen', (step, _, resources, seen) => {
  expect(seenAt(step, resources)).toEqual(seen);
});

test('an alarm may know the pipeline by the name that it is given', () => {
  const named = (Value: string) => changed('NotMade', { Dimensions: [{ Name: 'PipelineName', Value }] });
  expect(seenAt('alarms', named('making'))).toBeUndefined();
  expect(seenAt('alarms', named('makes'))).toBe(
    'NotMade watches AWS/CodePipeline FailedPipelineExecutions, but not of Making; no alarm watches FailedPipelineExecutions of Making',
  );
});

test('a policy that is no JSON is no policy', () => {
  const broken = changed('Store', { LifecyclePolicy: { LifecyclePolicyText: 'none' } });
  expect(seenAt('what-runs-stays', broken)).toBe('LifecyclePolicyText of Store is none');
});
