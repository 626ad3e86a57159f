import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** What is logged of each call: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
const LOGGED = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  caller: '$context.identity.caller',
  route: '$context.routeKey',
  status: '$context.status',
  problem: '$context.integrationErrorMessage',
};

/** `GET /hello`, for callers who sign their requests with credentials that may. */
export class HelloApi extends Construct {
  /** The API. */
  readonly api: HttpApi;
  /** Where it answers. */
  readonly url: string;

  constructor(scope: Construct, id: string, handler: IFunction) {
    super(scope, id);
    this.api = new HttpApi(this, 'Hello', {
      createDefaultStage: false,
      defaultAuthorizer: new HttpIamAuthorizer(),
    });
    this.api.addRoutes({
      path: '/hello',
      methods: [HttpMethod.GET],
      integration: new HttpLambdaIntegration('Function', handler),
    });
    const logGroup = new LogGroup(this, 'AccessLog', { retention: RetentionDays.ONE_MONTH });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      autoDeploy: true,
      throttle: { rateLimit: 100, burstLimit: 200 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(JSON.stringify(LOGGED)),
      },
    });
    this.url = `${stage.url}hello`;
  }
}
