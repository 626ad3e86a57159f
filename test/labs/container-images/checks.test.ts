import { checks } from '../../../labs/container-images/checks';
import type { Json, JsonObject } from '../../../labs/engine/json';
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
  const scanning = (...Rules: Json[]) => ({
    ...plus({ Scanning: { Type: 'AWS::ECR::RegistryScanningConfiguration', Properties: { Rules } } }),
    Store: changed('Store', { ImageScanningConfiguration: undefined }).Store,
  });
  const rule = (Filter: string, ScanFrequency = 'SCAN_ON_PUSH'): Json => ({
    ScanFrequency,
    RepositoryFilters: [{ Filter, FilterType: 'WILDCARD' }],
  });
  expect(seenAt('registry', scanning(rule('other'), rule('*')))).toBeUndefined();
  for (const wrong of [scanning(), scanning(rule('other-*')), scanning(rule('*', 'MANUAL'))]) {
    expect(seenAt('registry', wrong)).toBe('no rule of Scanning scans what is pushed to Store');
  }
});

test.each([
  [
    'build-and-push',
    'no build',
    without('Make'),
    'no build of the app makes an image: docker build is in no buildspec',
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
    rules({
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 1 },
      action: { type: 'expire' },
    }),
    expect.stringMatching(
      /^the life-cycle rules of Store take none of 2000 images, one a day, that have tags like 4f2a/,
    ),
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

const BUILD = 'docker build --provenance=false --platform linux/arm64 -t $URI:$COMMIT .';
const PUSH = ['docker push $URI:$COMMIT', 'docker tag $URI:$COMMIT $URI:exec-$RUN', 'docker push $URI:exec-$RUN'];
const SPEC = (phases: object) => changed('Make', { Source: { BuildSpec: JSON.stringify({ version: '0.2', phases }) } });
const statement = (
  Condition: JsonObject,
  Action: string | string[] = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
) =>
  changed('Store', {
    RepositoryPolicyText: {
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action, Condition }],
    },
  });
const ACCOUNT: JsonObject = { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } };
const OWN: JsonObject = { StringEquals: ACCOUNT };
const ARN_OF = (account: string): string => `arn:aws:lambda:eu-west-1:${account}:function:*`;

describe('right answers of another kind pass:', () => {
  test.each([
    ['registry', 'functions by their ARN', statement({ ArnLike: { 'aws:SourceArn': ARN_OF('111122223333') } })],
    ['registry', 'actions in small letters', statement(OWN, ['ecr:batchgetimage', 'ecr:getdownloadurlforlayer'])],
    ['build-and-push', 'a build that pushes', build(`${BUILD.replace(' .', ' -t $URI:exec-$RUN --push .')}`)],
    [
      'build-and-push',
      'attestations off by the variable',
      build('export BUILDX_NO_DEFAULT_ATTESTATIONS=1', 'docker build .', ...PUSH),
    ],
    [
      'build-and-push',
      'the tag of a variable',
      build(BUILD, 'TAG=exec-$RUN', 'docker tag x $URI:$TAG', 'docker push "$URI:$TAG"'),
    ],
    [
      'try-before-push',
      'all in one command, to the first failure',
      build(['set -e', BUILD, 'sh try.sh', ...PUSH].join('\n')),
    ],
    ['try-before-push', 'all in one chain', build([BUILD, 'docker run --rm $URI:$COMMIT test', ...PUSH].join(' && '))],
    [
      'build-and-push',
      'attestations off by a variable of the buildspec',
      changed('Make', {
        Source: {
          BuildSpec: JSON.stringify({
            version: '0.2',
            env: { variables: { BUILDX_NO_DEFAULT_ATTESTATIONS: 'true' } },
            phases: { build: { commands: ['docker build .', ...PUSH] } },
          }),
        },
      }),
    ],
    [
      'build-and-push',
      'all tags of a build at once',
      build(`${BUILD.replace(' .', ' --tag=$URI:exec-$RUN .')}`, 'docker push --all-tags $URI >/dev/null'),
    ],
    ['build-and-push', 'lines that go on', build(BUILD, ...PUSH.slice(0, 2), 'docker push \\\n  $URI:exec-$RUN')],
    ['try-before-push', 'a script that is run', build(BUILD, './try.sh', ...PUSH)],
    ['try-before-push', 'an answer that is looked at', build(BUILD, 'docker run $URI:$COMMIT | grep -q ok', ...PUSH)],
    ['try-before-push', 'an answer that is compared', build(BUILD, '[ "$(docker run $URI:$COMMIT)" = ok ]', ...PUSH)],
    ['try-before-push', 'a question', build(BUILD, 'if ! sh try.sh; then exit 1; fi', ...PUSH)],
    [
      'try-before-push',
      'a wait before the try',
      build(BUILD, 'docker run -d $URI:$COMMIT', 'until curl localhost; do sleep 1; done', 'sh try.sh', ...PUSH),
    ],
    [
      'deployment-pipeline',
      'an export',
      ship(
        'export D=$(aws ecr describe-images --image-ids imageTag=exec-$RUN)',
        'npx cdk deploy greets -c imageDigest=$D',
      ),
    ],
    [
      'try-before-push',
      'a push in a later phase, behind a question',
      SPEC({
        build: { commands: [BUILD, 'sh try.sh'] },
        post_build: { commands: ['[ "$CODEBUILD_BUILD_SUCCEEDING" = 1 ] || exit 1', ...PUSH] },
      }),
    ],
    [
      'try-before-push',
      'a push in a later phase, and a build that aborts',
      SPEC({ build: { 'on-failure': 'ABORT', commands: [BUILD, 'sh try.sh'] }, post_build: { commands: PUSH } }),
    ],
    [
      'deployment-pipeline',
      'all in one command',
      ship(
        'set -eu\nTAG="exec-$RUN"\nD=$(aws ecr describe-images --repository-name store --image-ids imageTag="$TAG")\n' +
          'npx projen deploy greets -c imageDigest="$D"',
      ),
    ],
    [
      'deployment-pipeline',
      'the digest where it is needed',
      ship('npx cdk deploy greets -c imageDigest="$(aws ecr list-images --query "[?imageTag==\'exec-$RUN\']" )"'),
    ],
    [
      'deployment-pipeline',
      'a rule that knows the pipeline by its ARN',
      changed('Hears', {
        EventPattern: {
          source: ['aws.codepipeline'],
          'detail-type': ['CodePipeline Pipeline Execution State Change'],
          resources: [{ 'Fn::Sub': `arn:aws:codepipeline:\${AWS::Region}:\${AWS::AccountId}:making` }],
          detail: { state: ['SUCCEEDED'] },
        },
      }),
    ],
  ])('%s: %s', (step, _, resources) => {
    expect(seenAt(step, resources)).toBeUndefined();
  });
});

describe('what only looks right is refused:', () => {
  const DEPLOY = 'npx cdk deploy greets -c imageDigest=$D';
  const FIND = 'D=$(aws ecr describe-images --repository-name store --image-ids imageTag=exec-$RUN)';

  test.each([
    ['registry', 'a condition on nothing', statement({}), 'by a condition that fits other accounts'],
    ['registry', 'every account', statement({ StringLike: { 'aws:SourceAccount': '*' } }), 'fits other accounts'],
    ['registry', 'all but one account', statement({ StringNotEquals: ACCOUNT }), 'fits other accounts'],
    ['registry', 'where the key is there', statement({ StringEqualsIfExists: ACCOUNT }), 'fits other accounts'],
    ['registry', 'functions of all', statement({ ArnLike: { 'aws:SourceArn': ARN_OF('*') } }), 'fits other accounts'],
    ['registry', 'more than pulling', statement(OWN, 'ecr:*'), 'lets lambda.amazonaws.com do ecr:*'],
    [
      'registry',
      'tags of commits by a digit',
      changed('Store', {
        ImageTagMutabilityExclusionFilters: [
          { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'd*' },
        ],
      }),
      'that fit d* can be moved',
    ],
    [
      'build-and-push',
      'a push in a comment',
      build(BUILD, '# docker push $URI:exec-$RUN', PUSH[0]),
      'pushes no tag of exec-',
    ],
    ['build-and-push', 'a tag that stays here', build(BUILD, ...PUSH.slice(0, 2)), 'pushes no tag of exec-'],
    [
      'build-and-push',
      'the flag in a comment',
      build('docker build . # --provenance=false', ...PUSH),
      'an attestation of its origin',
    ],
    [
      'build-and-push',
      'an attestation of contents',
      build(`${BUILD} --sbom=true`, ...PUSH),
      'an attestation of its contents',
    ],
    [
      'build-and-push',
      'two platforms in two flags',
      build(`${BUILD} --platform linux/amd64`, ...PUSH),
      'for linux/arm64 and linux/amd64',
    ],
    [
      'build-and-push',
      'no tag, which is latest',
      build(BUILD, ...PUSH, 'docker push acme/orders'),
      'pushes acme/orders, which is latest',
    ],
    ['try-before-push', 'a shrug', build(BUILD, 'sh try.sh || :', ...PUSH), 'goes on when the try fails: sh try.sh'],
    [
      'try-before-push',
      'a pipe',
      build(BUILD, 'sh try.sh | tee log', ...PUSH),
      'goes on when the try fails: sh try.sh',
    ],
    [
      'try-before-push',
      'the background',
      build(BUILD, 'sh try.sh &', ...PUSH),
      'goes on when the try fails: sh try.sh',
    ],
    ['try-before-push', 'a script that is read', build(BUILD, 'sh -n try.sh', ...PUSH), 'no command of Make between'],
    ['try-before-push', 'an installation', build(BUILD, 'npm ci', ...PUSH), 'no command of Make between'],
    [
      'try-before-push',
      'a second build behind the try',
      build(BUILD, 'sh try.sh', BUILD, ...PUSH),
      'no command of Make between',
    ],
    [
      'try-before-push',
      'a phase that may fail',
      SPEC({
        pre_build: { 'on-failure': 'CONTINUE', commands: [BUILD, 'sh try.sh'] },
        build: { commands: PUSH },
      }),
      'the phase pre_build of Make says on-failure: CONTINUE',
    ],
    [
      'function-by-digest',
      'a version of one name',
      { ...without('Greets1aaaaaaaa'), Greets1: finished.Greets1aaaaaaaa },
      'the version Greets1 is called the same',
    ],
    [
      'function-by-digest',
      'an alias of two versions',
      changed('Door', { RoutingConfig: { AdditionalVersionWeights: [{ FunctionVersion: '1', FunctionWeight: 0.5 }] } }),
      'Door sends some of its calls to another version',
    ],
    [
      'function-by-digest',
      'another platform',
      changed('Greets', { Architectures: ['x86_64'] }),
      'Greets runs on x86_64, and Make builds the image for linux/arm64',
    ],
    [
      'deployment-pipeline',
      'another rule beside',
      plus({
        Nightly: {
          Type: 'AWS::Events::Rule',
          Properties: { ScheduleExpression: 'rate(1 day)', Targets: [{ Id: 'ship', Arn: ARN }] },
        },
      }),
      'the rule Nightly starts Shipping as well',
    ],
    [
      'deployment-pipeline',
      'a deployment in a comment',
      ship(FIND, `# ${DEPLOY}`, 'cdk deploy x'),
      'does not hand it to the deployment',
    ],
    ['deployment-pipeline', 'a deployment before', ship(DEPLOY, FIND), 'does not hand it to the deployment'],
    [
      'deployment-pipeline',
      'another variable',
      ship(FIND.replace('D=', 'E='), DEPLOY),
      'does not hand it to the deployment',
    ],
    ['deployment-pipeline', 'a shrug', ship(FIND, `${DEPLOY} || true`), 'goes on when this fails: npx cdk deploy'],
    [
      'deployment-pipeline',
      'an execution of its own',
      ship(FIND.replace('$RUN', '$CODEBUILD_BUILD_ID'), DEPLOY),
      'by what is not the execution',
    ],
  ])('%s: %s', (step, _, resources, seen) => {
    expect(seenAt(step, resources)).toEqual(expect.stringContaining(seen));
  });
});

test.each<[string, JsonObject, string]>([
  ['the smallest sample', { Statistic: 'Minimum' }, 'compares the Minimum with 1, and each sample is 0 or 1'],
  [
    'an average over one',
    { Statistic: 'Average', ComparisonOperator: 'GreaterThanThreshold' },
    'compares the Average with 1, and each sample is 0 or 1',
  ],
  ['hours', { EvaluationPeriods: 100, Period: 60 }, 'goes off after 100 periods of 60 s'],
  ['silence', { TreatMissingData: 'breaching' }, 'goes off when there is no data'],
])('alarms: %s is refused by what was seen', (_, settings, seen) => {
  expect(seenAt('alarms', changed('Fails', settings))).toEqual(expect.stringContaining(`the alarm Fails ${seen}`));
});

test('alarms: a topic with the key that AWS manages is refused, since CloudWatch may not use it', () => {
  const locked = changed('Bell', { KmsMasterKeyId: 'alias/aws/sns' });
  expect(seenAt('alarms', locked)).toBe(
    'the topic Bell is encrypted with alias/aws/sns, so that the alarm Fails is lost',
  );
});

test('alarms: an average that is reached, and hours of which a few minutes count, are right', () => {
  const right = { Statistic: 'Average', Threshold: 0.1, EvaluationPeriods: 100, DatapointsToAlarm: 3, Period: 60 };
  expect(seenAt('alarms', changed('Fails', right))).toBeUndefined();
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
