import { checks } from '../../../labs/multi-region-layers/checks';
import { checkerOf, testChecks } from '../check-suite';
import { type Resources, ref } from '../support';
import {
  allowed,
  buildspec,
  changed,
  committed,
  connected,
  FIND,
  finished,
  INSTALL,
  PUBLISH,
  plus,
  publishing,
  REGIONS,
  RETRY,
  SHARE,
  stages,
  TRY,
  told,
  triggers,
  without,
} from './templates';

const checked = checkerOf(checks);

testChecks(checks, finished);

const lined = (properties: Parameters<typeof changed>[1]): Resources => changed('Line', properties);
const built = (...commands: string[]): Resources => changed('Packer', { Source: { BuildSpec: buildspec(commands) } });
const stamped = (...Statement: (typeof PUBLISH)[]): Resources =>
  changed('StampPolicy', { PolicyDocument: { Statement } });
/** The finished template whose pipeline tells the function something else for the second Region. */
const telling = (more: object): Resources =>
  lined({ Stages: stages([publishing(REGIONS[0]), publishing(REGIONS[1], { ...told(REGIONS[1]), ...more })]) });

const rule = (branch: string): Resources[string] => ({
  Type: 'AWS::Events::Rule',
  Properties: {
    EventPattern: { source: ['aws.codecommit'], detail: { referenceName: [branch] } },
    Targets: [{ Id: 'Target', Arn: { 'Fn::Join': ['', ['arn:aws:codepipeline:eu-west-1:1:', ref('Line')]] } }],
  },
});
/** The finished template with a repository of CodeCommit as the source, and rules beside it. */
const ofCodeCommit = (rules: Resources): Resources => ({
  ...lined({ Stages: stages(undefined, { source: committed }), Triggers: undefined }),
  ...rules,
});

/** A source that starts nothing by itself. */
const silent = { ...connected, Configuration: { BranchName: 'main', DetectChanges: false } };

const YAML = `version: 0.2
phases:
  build:
    commands:
      - cd out/nodejs
      - npm ci --omit=dev
artifacts:
  base-directory: out
  files:
    - '**/*'
`;

describe('a right answer of another shape passes', () => {
  test.each<[string, string, Resources]>([
    [
      'another pipeline, which stands before',
      'layer-build',
      { Others: { Type: 'AWS::CodePipeline::Pipeline', Properties: { Stages: [] } }, ...finished },
    ],
    ['a buildspec in YAML', 'layer-build', changed('Packer', { Source: { BuildSpec: YAML } })],
    [
      'another package manager, by its lock file',
      'layer-build',
      built('yarn --cwd out/nodejs install --immutable', FIND, TRY),
    ],
    [
      'an action that invokes a version of the function',
      'layer-build',
      plus({
        Line: {
          ...finished.Line,
          Properties: {
            ...finished.Line.Properties,
            Stages: stages(
              REGIONS.map((region) =>
                publishing(region, undefined, {
                  Configuration: { FunctionName: ref('CourierOne'), UserParameters: JSON.stringify(told(region)) },
                }),
              ),
            ),
          },
        },
        CourierOne: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: ref('Courier') } },
      }),
    ],
    [
      'a build on x86 for a layer on x86',
      'compatibility',
      {
        ...lined({ Stages: stages(REGIONS.map((one) => publishing(one, { ...told(one), architecture: 'x86_64' }))) }),
        Packer: {
          ...finished.Packer,
          Properties: { ...finished.Packer.Properties, Environment: { Type: 'LINUX_LAMBDA_CONTAINER' } },
        },
      },
    ],
    ['a check that npm runs', 'checks', built(INSTALL, `${FIND} && npm test --prefix checks`)],
    ['a check behind the installation, in one command', 'checks', built(`${FIND} && ${INSTALL} && ${TRY}`)],
    ['an organization beside accounts', 'sharing', telling({ shareWith: ['111122223333', 'o-abcdefghij'] })],
    [
      'a filter alone, of a source that detects no changes',
      'filter',
      lined({ Stages: stages(undefined, { source: silent }) }),
    ],
    ['CodeCommit, whose rule knows the branch', 'filter', ofCodeCommit({ Push: rule('main') })],
  ])('%s: %s', (_, step, resources) => {
    expect(checked(step, resources)).toMatchObject({ passed: true });
  });
});

describe('a wrong answer is refused by what was seen', () => {
  test.each<[string, string, Resources, RegExp]>([
    ['no build', 'layer-build', without('Packer'), /Line has no action that runs a project/],
    ['no function', 'layer-build', without('Courier'), /Line has no action that invokes a function/],
    ['no role', 'layer-build', without('Stamp', 'StampPolicy'), /role of Courier is not in the template/],
    ['a file as the buildspec', 'layer-build', changed('Packer', { Source: {} }), /BuildSpec of Packer is not set/],
    [
      'a buildspec that is none',
      'layer-build',
      changed('Packer', { Source: { BuildSpec: '{"version": 0.2}' } }),
      /buildspec of Packer can't be read here: the buildspec has no phases/,
    ],
    [
      'a zip in the zip',
      'layer-build',
      changed('Packer', { Source: { BuildSpec: buildspec([INSTALL], { files: ['layer.zip'] }) } }),
      /artifact of Packer is layer\.zip, which CodeBuild packs into another zip/,
    ],
    [
      'no artifact',
      'layer-build',
      changed('Packer', { Source: { BuildSpec: buildspec([INSTALL], {}) } }),
      /buildspec of Packer names no artifact/,
    ],
    [
      'an artifact that begins in the sources',
      'layer-build',
      changed('Packer', { Source: { BuildSpec: buildspec([INSTALL], { files: ['**/*'] }) } }),
      /artifact of Packer begins in \., and holds no folder nodejs/,
    ],
    [
      'an artifact that begins in nodejs',
      'layer-build',
      changed('Packer', {
        Source: { BuildSpec: buildspec([INSTALL], { 'base-directory': 'out/nodejs', files: ['**/*'] }) },
      }),
      /artifact of Packer begins in out\/nodejs, so that nodejs is no folder of it/,
    ],
    [
      'files without their folders',
      'layer-build',
      changed('Packer', {
        Source: {
          BuildSpec: buildspec([INSTALL], { 'base-directory': 'out', 'discard-paths': 'yes', files: ['**/*'] }),
        },
      }),
      /files of the artifact of Packer lose their folders/,
    ],
    [
      'an installation by any lock file or none',
      'layer-build',
      built('npm install --prefix out/nodejs'),
      /no command of Packer installs by a lock file/,
    ],
    [
      'another installation',
      'layer-build',
      built(`${INSTALL} || npm i`),
      /Packer goes on where this fails: .*npm ci --omit=dev --prefix out\/nodejs \|\| npm i$/,
    ],
    [
      'the sources as what is published',
      'layer-build',
      lined({ Stages: stages([publishing(REGIONS[0], undefined, { InputArtifacts: [{ Name: 'Pulled' }] })]) }),
      /action to-eu-west-1 has Pulled as its input/,
    ],
    [
      'every layer of the account',
      'layer-build',
      stamped({ ...PUBLISH, Resource: 'arn:aws:lambda:eu-west-1:111122223333:layer:*' }),
      /Stamp may do lambda:PublishLayerVersion on arn:aws:lambda:eu-west-1:111122223333:layer:\*/,
    ],
    ['any action', 'layer-build', stamped({ ...PUBLISH, Action: 'lambda:Publish*' }), /Stamp may do lambda:Publish\*/],
    [
      'another layer beside',
      'layer-build',
      stamped(PUBLISH, { ...PUBLISH, Resource: 'arn:aws:lambda:eu-west-1:111122223333:layer:other' }),
      /Stamp may publish other in eu-west-1, which no action asks for/,
    ],
    ['no runtimes', 'compatibility', telling({ runtimes: [] }), /action to-ap-southeast-2 names no runtimes/],
    [
      'another architecture than that of the build',
      'compatibility',
      telling({ architecture: 'x86_64' }),
      /action to-ap-southeast-2 says x86_64, and Packer builds on arm64/,
    ],
    ['one Region', 'regions', lined({ Stages: stages([publishing(REGIONS[0])]) }), /Line publishes in one Region/],
    [
      'two actions of one Region',
      'regions',
      lined({ Stages: stages([...REGIONS, REGIONS[0]].map((region) => publishing(region))) }),
      /Line has 3 actions that publish, for these Regions: eu-west-1, ap-southeast-2/,
    ],
    [
      'one after the other',
      'regions',
      lined({ Stages: stages(REGIONS.map((region, index) => publishing(region, undefined, { RunOrder: index + 1 }))) }),
      /one after the other: as number 1 of the stage Out, then 2 of the stage Out/,
    ],
    [
      'no retry',
      'regions',
      lined({ Stages: stages(undefined, { onFailure: { Result: 'ROLLBACK' } }) }),
      /stage Out does .*ROLLBACK.* when an action fails/,
    ],
    [
      'a retry of everything',
      'regions',
      lined({
        Stages: stages(undefined, { onFailure: { ...RETRY, RetryConfiguration: { RetryMode: 'ALL_ACTIONS' } } }),
      }),
      /stage Out does .*ALL_ACTIONS.* when an action fails/,
    ],
    [
      'a Region without a right',
      'regions',
      stamped(allowed('lambda:PublishLayerVersion', '', REGIONS.slice(1)), SHARE),
      /Stamp may not publish in eu-west-1/,
    ],
    [
      'a right in any Region',
      'regions',
      stamped(allowed('lambda:PublishLayerVersion', '', ['*']), SHARE),
      /Stamp may do lambda:PublishLayerVersion on arn:aws:lambda:\*:/,
    ],
    [
      'a right in a Region more',
      'regions',
      stamped(allowed('lambda:PublishLayerVersion', '', [...REGIONS, 'us-east-1']), SHARE),
      /Stamp may publish glue in us-east-1, which no action asks for/,
    ],
    [
      'a check that is forgiven',
      'checks',
      built(INSTALL, FIND, `${TRY} || true`),
      /Packer goes on where a check fails/,
    ],
    [
      'a version as a check',
      'checks',
      built(INSTALL, FIND, 'node --version'),
      /Packer install and move files, and try/,
    ],
    ['a check before the installation', 'checks', built(FIND, TRY, INSTALL), /Packer install and move files, and try/],
    [
      'a check that is talked over',
      'checks',
      built(INSTALL, FIND, `${TRY}; echo done`),
      /Packer goes on where a check/,
    ],
    ['a check that nobody waits for', 'checks', built(INSTALL, FIND, `${TRY} &`), /Packer goes on where a check fails/],
    ['a check of other packages', 'checks', built(INSTALL, TRY), /no command of Packer sets NODE_PATH/],
    ['everybody', 'sharing', telling({ shareWith: ['*'] }), /action to-ap-southeast-2 shares with \*/],
    ['nobody', 'sharing', telling({ shareWith: undefined }), /action to-ap-southeast-2 shares with nobody/],
    [
      'a right on the layer, not on its versions',
      'sharing',
      stamped(PUBLISH, allowed('lambda:AddLayerVersionPermission')),
      /Stamp may do lambda:AddLayerVersionPermission on arn:aws:lambda:eu-west-1:/,
    ],
    [
      'nothing that starts it',
      'filter',
      lined({ Stages: stages(undefined, { source: silent }), Triggers: undefined }),
      /no push to a branch starts Line/,
    ],
    ['no filter', 'filter', lined({ Triggers: undefined }), /Line has no filter of pushes/],
    [
      'tags alone',
      'filter',
      lined({ Triggers: triggers({ Tags: { Includes: ['v*'] } }) }),
      /no push to a branch starts Line/,
    ],
    [
      'all paths, by a pattern',
      'filter',
      lined({ Triggers: triggers({ Branches: { Includes: ['main'] }, FilePaths: { Includes: ['**'] } }) }),
      /filter of Line takes the path \*\*/,
    ],
    [
      'all paths, by a longer pattern',
      'filter',
      lined({ Triggers: triggers({ Branches: { Includes: ['main'] }, FilePaths: { Includes: ['**/*'] } }) }),
      /filter of Line takes the path \*\*\/\*/,
    ],
    ...['src/**', '/glue/**', 'glue', 'glue/package.json'].map((path): [string, string, Resources, RegExp] => [
      `paths that no lock file of the layer has: ${path}`,
      'filter',
      lined({ Triggers: triggers({ Branches: { Includes: ['main'] }, FilePaths: { Includes: [path] } }) }),
      /filter of Line takes .+, and the build reads glue\/package-lock\.json/,
    ]),
    [
      'an alarm that its topic does not hear',
      'alarms',
      plus({
        BellPolicy: {
          Type: 'AWS::SNS::TopicPolicy',
          Properties: {
            Topics: [ref('Bell')],
            PolicyDocument: { Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sns:Publish', Resource: '*' }] },
          },
        },
      }),
      /policy of the topic Bell does not let CloudWatch publish, so that the alarm Stuck is lost/,
    ],
    [
      'an action that tells nothing',
      'layer-build',
      lined({ Stages: stages([publishing(REGIONS[0], { layer: 'glue' })]) }),
      /an action does not tell the function which layer to publish, and where/,
    ],
    [
      'a second filter without paths',
      'filter',
      lined({
        Triggers: triggers(
          { Branches: { Includes: ['main'] }, FilePaths: { Includes: ['glue/**'] } },
          { Branches: { Includes: ['main'] } },
        ),
      }),
      /filter of Line takes any path/,
    ],
    [
      'paths of any branch',
      'filter',
      lined({ Triggers: triggers({ FilePaths: { Includes: ['glue/**'] } }) }),
      /a push to \*\* starts Line, which builds main/,
    ],
    [
      'a branch that is left out again',
      'filter',
      lined({
        Triggers: triggers({
          Branches: { Includes: ['main'], Excludes: ['main'] },
          FilePaths: { Includes: ['glue/**'] },
        }),
      }),
      /no push to a branch starts Line: its filter leaves main out/,
    ],
    [
      'pull requests',
      'filter',
      lined({
        Triggers: [
          {
            ProviderType: 'CodeStarSourceConnection',
            GitConfiguration: {
              SourceActionName: 'Pull',
              Push: [{ Branches: { Includes: ['main'] }, FilePaths: { Includes: ['glue/**'] } }],
              PullRequest: [{ Branches: { Includes: ['**'] } }],
            },
          },
        ],
      }),
      /a pull request starts Line/,
    ],
    ['CodeCommit without a rule', 'filter', ofCodeCommit({}), /no push to a branch starts Line/],
    [
      'CodeCommit, with a rule of another branch',
      'filter',
      ofCodeCommit({ Push: rule('next') }),
      /a push to next starts Line, which builds main/,
    ],
    [
      'no mode',
      'filter',
      lined({ ExecutionMode: undefined }),
      /ExecutionMode of Line is not set, which means SUPERSEDED/,
    ],
    [
      'an alarm on another function',
      'alarms',
      changed('Crashed', { Dimensions: [{ Name: 'FunctionName', Value: 'other' }] }),
      /Crashed watches AWS\/Lambda Errors, but not of Courier/,
    ],
  ])('%s: %s', (_, step, resources, seen) => {
    expect(checked(step, resources)).toMatchObject({ passed: false, cause: { seen: expect.stringMatching(seen) } });
  });
});
