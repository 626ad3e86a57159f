import { byArn, failed, firstFailure, type Goal, held, reached, reads, when } from '../authoring';
import { withParts } from './judging';
import { routesOf, TYPE } from './parts';

/** The API is what callers know. */
export const routed: Goal = {
  name: 'GET /hello reaches the function',
  reads: [reads(TYPE.integration, 'IntegrationUri'), reads(TYPE.route, 'RouteKey', 'POST /hello', 'GET /')],
  judge: withParts(['function', 'integration', 'route'], ({ function: running, integration }, assembly) =>
    firstFailure(
      ...routesOf(assembly, running).map(
        (route) => () =>
          when(assembly.text(assembly.property(route, 'RouteKey')) === 'GET /hello', {
            seen: held(assembly, route, 'RouteKey'),
            wanted: 'GET /hello, and no other method or path',
            where: route.where,
            next: 'let the route of the API be GET /hello, and the only one',
          }),
      ),
      // An alias is another resource, whose reference is its ARN.
      () =>
        assembly.resourceAt(integration, 'IntegrationUri') === running
          ? byArn(assembly, integration, 'IntegrationUri', running)
          : reached,
    ),
  ),
};

/** An address of the internet is found by everybody. */
export const signed: Goal = {
  name: 'Only callers who are known reach it',
  reads: [reads(TYPE.route, 'AuthorizationType', 'NONE')],
  judge: withParts(['function', 'integration', 'route'], ({ function: running }, assembly) =>
    firstFailure(
      ...routesOf(assembly, running).map(
        (route) => () =>
          when(['AWS_IAM', 'JWT', 'CUSTOM'].includes(assembly.text(assembly.property(route, 'AuthorizationType'))), {
            seen: held(assembly, route, 'AuthorizationType'),
            wanted: 'AWS_IAM, or another authorizer: without one everybody may call, at your expense',
            where: route.where,
            next: 'give the API an authorizer',
          }),
      ),
    ),
  ),
};

/** Who has called, and how it ended, is in no log of the function. */
export const logged: Goal = {
  name: 'Each call is logged',
  reads: [reads(TYPE.stage, 'AccessLogSettings.DestinationArn'), reads(TYPE.stage, 'ApiId')],
  judge: withParts(['function', 'integration', 'api', 'stage'], ({ stage }, assembly) => {
    const path = 'AccessLogSettings.DestinationArn';
    const destination = assembly.resourceAt(stage, path);
    return destination?.type === 'AWS::Logs::LogGroup'
      ? byArn(assembly, stage, path, destination)
      : failed({
          seen: held(assembly, stage, path),
          wanted: 'the ARN of a log group of the app',
          where: stage.where,
          next: 'let the stage of the API write an access log',
        });
  }),
};
