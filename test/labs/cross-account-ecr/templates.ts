import type { Json, JsonObject } from '../../../labs/engine/json';
import { alarmOn, attribute, type Resources, ref } from '../support';

/** What creating a function takes, and what Lambda does when it pulls. */
export const PULL = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

/** The functions of the account of the list. */
export const FUNCTIONS = 'arn:aws:lambda:us-east-1:444455556666:function:*';

/** The statement for the account. */
export const people: JsonObject = { Effect: 'Allow', Principal: { AWS: '444455556666' }, Action: PULL };

/** The statement for Lambda, under a condition. */
export const lambda = (condition: Json): JsonObject => ({
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: PULL,
  Condition: condition,
});

/** A right answer to every step, in one stack, with names that no solution has. */
export const finished: Resources = {
  Store: {
    Type: 'AWS::ECR::Repository',
    Properties: {
      RepositoryName: 'store',
      ImageTagMutability: 'IMMUTABLE',
      ImageScanningConfiguration: { ScanOnPush: true },
      LifecyclePolicy: {
        LifecyclePolicyText: JSON.stringify({
          rules: [
            {
              rulePriority: 1,
              selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 50 },
              action: { type: 'expire' },
            },
          ],
        }),
      },
      RepositoryPolicyText: { Statement: [people, lambda({ StringLike: { 'aws:sourceArn': [FUNCTIONS] } })] },
    },
  },
  Badge: { Type: 'AWS::IAM::Role', Properties: {} },
  Hello: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: {
        ImageUri: {
          'Fn::Sub': `111122223333.dkr.ecr.\${AWS::Region}.amazonaws.com/store@sha256:${'a'.repeat(64)}`,
        },
      },
      Role: attribute('Badge'),
    },
  },
  Door: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
  Hall: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: { ApiId: ref('Door'), IntegrationUri: attribute('Hello') },
  },
  Way: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: ref('Door'),
      RouteKey: 'GET /hello',
      AuthorizationType: 'AWS_IAM',
      Target: { 'Fn::Join': ['', ['integrations/', ref('Hall')]] },
    },
  },
  Key: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: ref('Hello'),
      Principal: 'apigateway.amazonaws.com',
      SourceArn: {
        'Fn::Sub': `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Door}/*/*/hello`,
      },
    },
  },
  Book: { Type: 'AWS::Logs::LogGroup', Properties: {} },
  Open: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: {
      ApiId: ref('Door'),
      StageName: '$default',
      AutoDeploy: true,
      AccessLogSettings: { DestinationArn: attribute('Book'), Format: '$context.requestId $context.status' },
    },
  },
  Bell: { Type: 'AWS::SNS::Topic' },
  Crashed: { Type: 'AWS::CloudWatch::Alarm', Properties: alarmOn('AWS/Lambda', 'Errors', 'FunctionName', 'Hello') },
  Unanswered: { Type: 'AWS::CloudWatch::Alarm', Properties: alarmOn('AWS/ApiGateway', '5xx', 'ApiId', 'Door') },
};
