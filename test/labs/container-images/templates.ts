import type { Json } from '../../../labs/engine/json';
import { alarmOn, attribute, type Resources, ref, variationsOf } from '../support';

/** The push rights of a build, on one repository. */
const PUSHING = ['ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage'];

/** The ARN of the second pipeline. */
export const ARN: Json = {
  'Fn::Join': [':', ['arn:aws:codepipeline', ref('AWS::Region'), ref('AWS::AccountId'), ref('Shipping')]],
};

/** A buildspec of one phase. */
export const spec = (...commands: string[]): string =>
  JSON.stringify({ version: '0.2', phases: { build: { commands } } });

const action = (project: string, variables: Json): Json => ({
  Name: project,
  ActionTypeId: { Category: 'Build', Provider: 'CodeBuild', Owner: 'AWS', Version: '1' },
  Configuration: { ProjectName: ref(project), EnvironmentVariables: JSON.stringify(variables) },
});

/** The commands of a build, as somebody writes them who has no construct for it. */
export const BUILDING = [
  'export BUILDX_NO_DEFAULT_ATTESTATIONS=1',
  'docker buildx build --platform linux/arm64 --load --tag $URI:$COMMIT .',
  'docker run --rm --entrypoint node $URI:$COMMIT --test',
  'docker push $URI:$COMMIT',
  'docker tag $URI:$COMMIT $URI:exec-$RUN',
  'docker push $URI:exec-$RUN',
];

/** The commands of a deployment by the API of Lambda. */
export const DEPLOYING = [
  'DIGEST=$(aws ecr describe-images --image-ids imageTag=exec-$RUN --query "imageDetails[0].imageDigest" --output text)',
  'MANIFEST=$(aws ecr batch-get-image --image-ids imageDigest=$DIGEST --query "images[0].imageManifest" --output text)',
  'aws ecr put-image --image-tag runs-next --image-manifest "$MANIFEST"',
  'aws lambda update-function-code --function-name greets --image-uri $URI@$DIGEST --publish',
  'aws ecr put-image --image-tag runs --image-manifest "$MANIFEST"',
];

const RULES = [
  {
    rulePriority: 10,
    selection: { tagStatus: 'tagged', tagPrefixList: ['runs'], countType: 'imageCountMoreThan', countNumber: 10 },
    action: { type: 'expire' },
  },
  {
    rulePriority: 20,
    selection: { tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 90 },
    action: { type: 'expire' },
  },
];

/** A right answer to every step without the constructs of the kit, in one stack, with names that no solution has. */
export const finished: Resources = {
  Store: {
    Type: 'AWS::ECR::Repository',
    Properties: {
      RepositoryName: 'store',
      ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      ImageTagMutabilityExclusionFilters: [
        { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'runs*' },
      ],
      ImageScanningConfiguration: { ScanOnPush: true },
      RepositoryPolicyText: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: ['lambda.amazonaws.com'] },
            Action: ['ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
            Condition: { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } },
          },
        ],
      },
      LifecyclePolicy: { LifecyclePolicyText: JSON.stringify({ rules: RULES }) },
    },
  },
  Builder: { Type: 'AWS::IAM::Role' },
  Pushes: {
    Type: 'AWS::IAM::Policy',
    Properties: {
      Roles: [ref('Builder')],
      PolicyDocument: {
        Statement: [
          { Effect: 'Allow', Action: PUSHING, Resource: attribute('Store') },
          { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
        ],
      },
    },
  },
  Make: {
    Type: 'AWS::CodeBuild::Project',
    Properties: {
      Environment: { PrivilegedMode: true },
      ServiceRole: attribute('Builder'),
      Source: { BuildSpec: spec(...BUILDING) },
    },
  },
  Making: {
    Type: 'AWS::CodePipeline::Pipeline',
    Properties: {
      Name: 'making',
      Stages: [
        {
          Name: 'Make',
          Actions: [action('Make', [{ name: 'RUN', value: '#{codepipeline.PipelineExecutionId}' }])],
        },
      ],
    },
  },
  Ship: { Type: 'AWS::CodeBuild::Project', Properties: { Source: { BuildSpec: spec(...DEPLOYING) } } },
  Shipping: {
    Type: 'AWS::CodePipeline::Pipeline',
    Properties: {
      Variables: [{ Name: 'RUN' }],
      Stages: [
        {
          Name: 'Ship',
          Actions: [action('Ship', [{ name: 'RUN', value: '#{variables.RUN}' }])],
          OnFailure: { Result: 'ROLLBACK' },
        },
      ],
    },
  },
  Hears: {
    Type: 'AWS::Events::Rule',
    Properties: {
      EventPattern: {
        source: ['aws.codepipeline'],
        'detail-type': ['CodePipeline Pipeline Execution State Change'],
        detail: { pipeline: [ref('Making')], state: ['SUCCEEDED'] },
      },
      Targets: [
        {
          Id: 'ship',
          Arn: ARN,
          InputTransformer: {
            InputPathsMap: { id: '$.detail.execution-id' },
            InputTemplate: '{"variables":[{"name":"RUN","value":"<id>"}]}',
          },
        },
      ],
    },
  },
  Greets: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      PackageType: 'Image',
      Architectures: ['arm64'],
      Code: { ImageUri: { 'Fn::Sub': `\${Store.RepositoryUri}@sha256:${'a'.repeat(64)}` } },
    },
  },
  Greets1aaaaaaaa: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: ref('Greets') } },
  Door: {
    Type: 'AWS::Lambda::Alias',
    Properties: { FunctionName: ref('Greets'), FunctionVersion: attribute('Greets1aaaaaaaa', 'Version'), Name: 'door' },
  },
  Bell: { Type: 'AWS::SNS::Topic' },
  Fails: { Type: 'AWS::CloudWatch::Alarm', Properties: alarmOn('AWS/Lambda', 'Errors', 'FunctionName', 'Greets') },
  Refuses: { Type: 'AWS::CloudWatch::Alarm', Properties: alarmOn('AWS/Lambda', 'Throttles', 'FunctionName', 'Greets') },
  NotMade: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: alarmOn('AWS/CodePipeline', 'FailedPipelineExecutions', 'PipelineName', 'Making'),
  },
  NotShipped: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: alarmOn('AWS/CodePipeline', 'FailedPipelineExecutions', 'PipelineName', 'Shipping'),
  },
};

export const { changed, without, plus } = variationsOf(finished);
