import type { Json } from '../../../labs/engine/json';
import { attribute, type Resources, ref, type TemplateResource, variationsOf } from '../support';
import { seenAt } from './seen';
import { finished } from './templates';

/* APIs that answer, that can't, and that are not the only way to the function. */

const { changed, plus, without } = variationsOf(finished);

const of = (name: string, properties: Record<string, Json | undefined>): TemplateResource =>
  changed(name, properties)[name];

test.each<[string, Resources]>([
  ['another path that is signed', plus({ More: of('Way', { RouteKey: 'GET /health' }) })],
  ['another method that is signed', plus({ More: of('Way', { RouteKey: 'HEAD /hello' }) })],
  ['a JWT authorizer', changed('Way', { AuthorizationType: 'JWT', AuthorizerId: 'abc' })],
  ['a stage that is deployed by hand', changed('Open', { AutoDeploy: false, DeploymentId: 'abc' })],
  [
    'a permission for all stages and routes',
    changed('Key', { SourceArn: { 'Fn::Sub': `arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Door}/*` } }),
  ],
  [
    'a permission for all APIs of the account',
    changed('Key', { SourceArn: 'arn:aws:execute-api:us-east-1:444455556666:*/*/*/hello' }),
  ],
  [
    'a permission for the APIs of an account',
    changed('Key', { SourceArn: undefined, SourceAccount: ref('AWS::AccountId') }),
  ],
  ['a permission for all actions', changed('Key', { Action: 'lambda:*' })],
  [
    'a URL that is signed',
    plus({
      Url: { Type: 'AWS::Lambda::Url', Properties: { AuthType: 'AWS_IAM', TargetFunctionArn: attribute('Hello') } },
    }),
  ],
  [
    'a permission for another service',
    plus({ More: of('Key', { Principal: 'events.amazonaws.com', SourceArn: undefined }) }),
  ],
])('the API may have %s', (_, resources) => {
  expect(seenAt('api', resources)).toEqual([]);
});

const noRequest = (arn: string): string => `SourceArn of Key is ${arn}, which is no request GET /hello of this API`;
const OTHER = 'arn:aws:execute-api:us-east-1:444455556666:other/*/*/hello';

test.each<[string, Resources, string]>([
  [
    'no permission',
    without('Key'),
    'no permission (AWS::Lambda::Permission) lets apigateway.amazonaws.com invoke Hello',
  ],
  [
    'a permission of another action',
    changed('Key', { Action: 'lambda:GetFunction' }),
    'Action of Key is lambda:GetFunction',
  ],
  [
    'a permission of another service',
    changed('Key', { Principal: 's3.amazonaws.com' }),
    'Principal of Key is s3.amazonaws.com',
  ],
  ['a permission of another API', changed('Key', { SourceArn: OTHER }), noRequest(OTHER)],
  [
    'a permission of another route',
    changed('Key', {
      SourceArn: { 'Fn::Sub': `arn:aws:execute-api:us-east-1:\${AWS::AccountId}:\${Door}/*/POST/hello` },
    }),
    noRequest(`arn:aws:execute-api:us-east-1:\${AWS::AccountId}:\${Door}/*/POST/hello`),
  ],
  [
    'a stage that nobody deploys',
    changed('Open', { AutoDeploy: undefined }),
    'AutoDeploy of Open is not set, and it has no deployment',
  ],
  ['another path alone', changed('Way', { RouteKey: 'GET /health' }), 'RouteKey of Way is GET /health'],
  [
    'a route that is open beside it',
    plus({ More: of('Way', { RouteKey: '$default', AuthorizationType: 'NONE' }) }),
    'AuthorizationType of More is NONE',
  ],
  [
    'a JWT authorizer that is not there',
    changed('Way', { AuthorizationType: 'JWT' }),
    'AuthorizationType of Way is JWT, and AuthorizerId is not set',
  ],
  [
    'an open URL beside it',
    plus({
      Url: { Type: 'AWS::Lambda::Url', Properties: { AuthType: 'NONE', TargetFunctionArn: attribute('Hello') } },
    }),
    'AuthType of Url is NONE: Hello has a URL (AWS::Lambda::Url) beside the API',
  ],
  [
    'a permission for everybody',
    plus({ More: of('Key', { Principal: '*', SourceArn: undefined }) }),
    'More lets everybody (*) invoke Hello',
  ],
  [
    'a permission for the APIs of everybody',
    changed('Key', { SourceArn: undefined }),
    'Key lets APIs of everybody (apigateway.amazonaws.com without SourceArn) invoke Hello',
  ],
  [
    'an access log without a format',
    changed('Open', { AccessLogSettings: { DestinationArn: attribute('Book') } }),
    'Format of Open is not set',
  ],
  [
    'a second stage without an access log',
    plus({ More: of('Open', { StageName: 'more', AccessLogSettings: undefined }) }),
    'DestinationArn of More is not set',
  ],
])('an API with %s is refused by what was seen', (_, resources, told) => {
  expect(seenAt('api', resources)).toEqual([expect.stringContaining(told)]);
});

test('a second API with the function behind it has to be as good', () => {
  const second: Resources = plus({
    Door2: finished.Door,
    Hall2: of('Hall', { ApiId: ref('Door2') }),
    Way2: of('Way', {
      ApiId: ref('Door2'),
      AuthorizationType: 'NONE',
      Target: { 'Fn::Join': ['/', ['integrations', ref('Hall2')]] },
    }),
    Open2: of('Open', { ApiId: ref('Door2'), AccessLogSettings: undefined }),
  });
  expect(seenAt('api', second)).toEqual(['AuthorizationType of Way2 is NONE', 'DestinationArn of Open2 is not set']);
});
