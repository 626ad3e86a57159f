import type { Mistake } from '../authoring';

const REGISTRY = 'src/container-images-stack.ts';
const IMAGE = 'src/image-pipeline-stack.ts';
const FUNCTION = 'src/function-stack.ts';
const DEPLOYMENT = 'src/deployment-stack.ts';

/** What learners typically get wrong at each step, and what the check says then. */
export const mistakes: readonly Mistake[] = [
  {
    step: 'registry',
    mistake: 'leaves tags as they are by default',
    file: REGISTRY,
    from: '      imageTagMutability: TagMutability.IMMUTABLE,\n',
    to: '      imageTagMutability: TagMutability.MUTABLE,\n',
    seen: 'ImageTagMutability of Repository is MUTABLE',
  },
  {
    step: 'registry',
    mistake: 'lets Lambda pull for every account',
    file: REGISTRY,
    from: `        conditions: {
          StringEquals: { 'aws:SourceAccount': this.account },
          ArnLike: { 'aws:SourceArn': this.formatArn({ service: 'lambda', resource: 'function:*' }) },
        },
`,
    to: '',
    seen: 'a statement in the policy of Repository lets lambda.amazonaws.com in without a condition',
  },
  {
    step: 'build-and-push',
    mistake: 'pushes to another repository than the one that there is',
    file: IMAGE,
    from: 'props.repositoryName)',
    to: "'elsewhere')",
    seen: 'Image/Pipeline/BuildRole may not do ecr:InitiateLayerUpload, ecr:UploadLayerPart, ecr:CompleteLayerUpload, ecr:PutImage on Repository',
  },
  {
    step: 'try-before-push',
    mistake: 'lets the build go on when the try fails',
    file: IMAGE,
    from: "'sh image/try.sh'",
    to: "'sh image/try.sh || true'",
    seen: 'Image/Pipeline/Build goes on when the try fails: sh image/try.sh || true',
  },
  {
    step: 'function-by-digest',
    mistake: 'names the image by a tag',
    file: FUNCTION,
    from: 'tagOrDigest: digestIn(this),',
    to: "tagOrDigest: digestIn(this) && 'main',",
    seen: 'ImageUri of Function ends with /orders-dev:main',
  },
  {
    step: 'function-by-digest',
    mistake: 'lets callers have what was deployed last, version or not',
    file: FUNCTION,
    from: 'version: greeting.currentVersion',
    to: 'version: greeting.currentVersion && greeting.latestVersion',
    seen: 'FunctionVersion of Live is $LATEST',
  },
  {
    step: 'deployment-pipeline',
    mistake: 'waits for a pipeline that is called otherwise',
    file: DEPLOYMENT,
    from: 'imagePipelineName: props.imagePipelineName',
    to: "imagePipelineName: 'images'",
    seen: 'pipeline of Deployment/Pipeline/AfterImage is ["images"]',
  },
  {
    step: 'what-runs-stays',
    mistake: 'names both tags in one rule, which then asks for both at once',
    file: REGISTRY,
    from: "tagPatternList: ['live*']",
    to: "tagPatternList: ['live', 'live-next']",
    seen: 'the rules of Repository take an old image with the tag live, whether it runs or not',
  },
  {
    step: 'what-runs-stays',
    mistake: 'has a rule for the tag, and no deployment that sets it',
    file: DEPLOYMENT,
    from: "      liveTag: 'live',\n",
    to: '',
    seen: 'Deployment/Pipeline/Deploy gives the image no tag before it deploys, and no tag afterwards',
  },
  {
    step: 'alarms',
    mistake: 'watches the errors of all functions of the account',
    file: FUNCTION,
    from: 'metric: live.metricErrors()',
    to: 'metric: live.metricErrors().with({ dimensionsMap: {} })',
    seen: 'FunctionErrors watches AWS/Lambda Errors, but not of Function; no alarm watches Errors of Function',
  },
  {
    step: 'alarms',
    mistake: 'takes the name of the registry for that of the pipeline',
    file: FUNCTION,
    from: 'failuresOf(props.pipelines.image)',
    to: 'failuresOf(props.repositoryName)',
    seen: 'ImageFailures watches AWS/CodePipeline FailedPipelineExecutions, but not of Image/Pipeline; no alarm watches FailedPipelineExecutions of Image/Pipeline',
  },
];
