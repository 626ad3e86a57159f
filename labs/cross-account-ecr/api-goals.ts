import { type Goal, held, reads, when } from '../authoring';
import { withParts } from './judging';
import { TYPE } from './parts';

/** The API is what callers know. */
export const routed: Goal = {
  name: 'GET /hello reaches the function',
  reads: [reads(TYPE.integration, 'IntegrationUri'), reads(TYPE.route, 'RouteKey', 'POST /hello', 'GET /')],
  judge: withParts(['function', 'integration', 'route'], ({ route }, assembly) =>
    when(assembly.text(assembly.property(route, 'RouteKey')) === 'GET /hello', {
      seen: held(assembly, route, 'RouteKey'),
      wanted: 'GET /hello, and no other method or path',
      where: route.where,
      next: 'let the route of the API be GET /hello',
    }),
  ),
};

/** An address of the internet is found by everybody. */
export const signed: Goal = {
  name: 'Only callers who are known reach it',
  reads: [reads(TYPE.route, 'AuthorizationType', 'NONE')],
  judge: withParts(['function', 'integration', 'route'], ({ route }, assembly) => {
    const type = assembly.property(route, 'AuthorizationType');
    return when(['AWS_IAM', 'JWT', 'CUSTOM'].includes(assembly.text(type)), {
      seen: held(assembly, route, 'AuthorizationType'),
      wanted: 'AWS_IAM, or another authorizer: without one everybody may call, at your expense',
      where: route.where,
      next: 'give the API an authorizer',
    });
  }),
};

/** Who has called, and how it ended, is in no log of the function. */
export const logged: Goal = {
  name: 'Each call is logged',
  reads: [reads(TYPE.stage, 'AccessLogSettings.DestinationArn'), reads(TYPE.stage, 'ApiId')],
  judge: withParts(['function', 'integration', 'api', 'stage'], ({ stage }, assembly) => {
    const destination = assembly.resourceAt(stage, 'AccessLogSettings.DestinationArn');
    return when(destination?.type === 'AWS::Logs::LogGroup', {
      seen: held(assembly, stage, 'AccessLogSettings.DestinationArn'),
      wanted: 'the ARN of a log group of the app',
      where: stage.where,
      next: 'let the stage of the API write an access log',
    });
  }),
};
