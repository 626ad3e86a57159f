import {
  type Assembly,
  byArn,
  failed,
  firstFailure,
  fitsWildcard,
  functionAt,
  type Goal,
  held,
  mayRead,
  type Resource,
  reached,
  reads,
  type Verdict,
  when,
} from '../authoring';
import { withServing } from './judging';
import { routesOf, stagesOf, TYPE } from './parts';
import { textOf } from './texts';

const KEY = 'GET /hello';
const API_GATEWAY = 'apigateway.amazonaws.com';

/** The API is what callers know. */
export const routed: Goal = {
  name: 'GET /hello reaches the function',
  reads: [
    reads(TYPE.integration, 'IntegrationUri'),
    reads(TYPE.route, 'RouteKey', 'POST /hello', 'GET /'),
    reads(TYPE.permission, 'Action', 'lambda:GetFunction'),
    reads(TYPE.permission, 'Principal', 's3.amazonaws.com'),
    mayRead(TYPE.permission, 'SourceArn', 'arn:aws:execute-api:us-east-1:444455556666:other/*/*/hello'),
    reads(TYPE.stage, 'AutoDeploy', false),
  ],
  judge: withServing(
    ['function', 'integration', 'api', 'route', 'stage'],
    ({ function: running, route: first }, assembly) => {
      const routes = routesOf(assembly, running);
      const route = routes.find((one) => assembly.text(assembly.property(one, 'RouteKey')) === KEY);
      return route
        ? answers(assembly, running, route)
        : failed({
            seen: held(assembly, first, 'RouteKey'),
            wanted: `${KEY}, which may have other routes beside it`,
            where: first.where,
            next: `let a route of the API be ${KEY}`,
          });
    },
  ),
};

/** Reached when a request that takes a route gets to the function. */
function answers(assembly: Assembly, running: Resource, route: Resource): Verdict {
  const integration = assembly.resourceAt(route, 'Target') ?? route;
  const api = assembly.resourceAt(route, 'ApiId');
  const stages = api ? stagesOf(assembly, api) : [];
  return firstFailure(
    // An alias is another resource, whose reference is its ARN.
    () =>
      assembly.resourceAt(integration, 'IntegrationUri') === running
        ? byArn(assembly, integration, 'IntegrationUri', running)
        : reached,
    () => mayInvoke(assembly, running, route, stages),
    () => isDeployed(assembly, running, stages),
  );
}

/** Reached when a permission of the function lets the API invoke it for a route. */
function mayInvoke(assembly: Assembly, running: Resource, route: Resource, stages: readonly Resource[]): Verdict {
  const permissions = permissionsOf(assembly, running);
  const isRight = (one: Resource): boolean =>
    invokes(assembly, one) && principalOf(assembly, one) === API_GATEWAY && isFor(assembly, one, route, stages);
  return when(permissions.some(isRight), {
    seen: nearPermission(assembly, running, permissions),
    wanted: `a permission for ${API_GATEWAY} whose SourceArn is of the API and the route: without it each call ends with 500`,
    where: permissions[0]?.where ?? running.where,
    next: 'let the integration class of the library make the permission, or add one for the API to the function',
  });
}

/** Says which permission of a function comes near that of the API, where there is one, and what it has instead. */
function nearPermission(assembly: Assembly, running: Resource, permissions: readonly Resource[]): string {
  const [other] = permissions;
  const forApi = permissions.find((one) => principalOf(assembly, one) === API_GATEWAY);
  if (!other) {
    return `no permission (${TYPE.permission}) lets ${API_GATEWAY} invoke ${running.name}`;
  }
  if (!forApi) {
    return held(assembly, other, 'Principal');
  }
  const source = textOf(assembly, assembly.property(forApi, 'SourceArn') ?? '');
  return invokes(assembly, forApi)
    ? `SourceArn of ${forApi.name} is ${source}, which is no request ${KEY} of this API`
    : held(assembly, forApi, 'Action');
}

const permissionsOf = (assembly: Assembly, running: Resource): Resource[] =>
  assembly.ofType(TYPE.permission).filter((one) => functionAt(assembly, one, 'FunctionName') === running);

const invokes = (assembly: Assembly, permission: Resource): boolean =>
  fitsWildcard(assembly.text(assembly.property(permission, 'Action')), 'lambda:InvokeFunction');

const principalOf = (assembly: Assembly, permission: Resource): string =>
  assembly.text(assembly.property(permission, 'Principal'));

/** Whether the source of a permission has a request in it: `arn:…:execute-api:Region:account:API/stage/method/path`. */
function isFor(assembly: Assembly, permission: Resource, route: Resource, stages: readonly Resource[]): boolean {
  const source = assembly.property(permission, 'SourceArn');
  const api = assembly.resourceAt(route, 'ApiId');
  if (source === undefined) {
    return true;
  }
  const known = assembly.targets(source, permission.stack).map(({ resource }) => resource);
  const [id = '', ...path] = textOf(assembly, source)
    .replace(/\$\{[^}]*\}/g, '*')
    .split(':')
    .slice(5)
    .join(':')
    .split('/');
  const names = stages.map((stage) => assembly.text(assembly.property(stage, 'StageName')));
  const isOfApi = known.length > 0 ? known.some((one) => one === api) : id === '*';
  return isOfApi && names.some((name) => fitsWildcard(path.join('/'), `${name}/${KEY.replace(' ', '')}`));
}

/** Reached when one of the stages of an API serves its routes. */
function isDeployed(assembly: Assembly, running: Resource, stages: readonly Resource[]): Verdict {
  const isServing = (stage: Resource): boolean =>
    String(assembly.property(stage, 'AutoDeploy')) === 'true' || assembly.property(stage, 'DeploymentId') !== undefined;
  const [stage] = stages;
  return when(stages.some(isServing), {
    seen: stage
      ? `${held(assembly, stage, 'AutoDeploy')}, and it has no deployment`
      : 'the route is of no API with a stage',
    wanted: 'a stage that is deployed by itself: one that is not serves no route',
    where: (stage ?? running).where,
    next: 'let the stage of the API deploy what changes',
  });
}

/** An address of the internet is found by everybody. */
export const signed: Goal = {
  name: 'Only callers who are known reach it',
  reads: [reads(TYPE.route, 'AuthorizationType', 'NONE', 'JWT'), reads(TYPE.permission, 'SourceArn')],
  judge: withServing(['function', 'integration', 'route'], ({ function: running }, assembly) =>
    firstFailure(
      ...routesOf(assembly, running).map((route) => () => isSigned(assembly, route)),
      ...assembly
        .ofType(TYPE.url)
        .filter((url) => functionAt(assembly, url, 'TargetFunctionArn') === running)
        .map((url) => () => isSignedUrl(assembly, running, url)),
      ...permissionsOf(assembly, running)
        .filter((one) => invokes(assembly, one))
        .map((permission) => () => isNarrow(assembly, running, permission)),
    ),
  ),
};

function isSigned(assembly: Assembly, route: Resource): Verdict {
  const type = assembly.text(assembly.property(route, 'AuthorizationType'));
  return firstFailure(
    () =>
      when(['AWS_IAM', 'JWT', 'CUSTOM'].includes(type), {
        seen: held(assembly, route, 'AuthorizationType'),
        wanted: 'AWS_IAM, or another authorizer: without one everybody may call, at your expense',
        where: route.where,
        next: 'give the API an authorizer',
      }),
    () =>
      when(type === 'AWS_IAM' || assembly.property(route, 'AuthorizerId') !== undefined, {
        seen: `AuthorizationType of ${route.name} is ${type}, and AuthorizerId is not set`,
        wanted: 'the authorizer that looks at the tokens, or AWS_IAM, which needs none',
        where: route.where,
        next: 'give the route its authorizer',
      }),
  );
}

const isSignedUrl = (assembly: Assembly, running: Resource, url: Resource): Verdict =>
  when(assembly.text(assembly.property(url, 'AuthType')) === 'AWS_IAM', {
    seen: `${held(assembly, url, 'AuthType')}: ${running.name} has a URL (${TYPE.url}) beside the API`,
    wanted: 'no way to the function that is open to everybody',
    where: url.where,
    next: 'take the URL of the function away, or let it ask for signed requests',
  });

/** What says whose requests a permission is for. */
const NARROWING = ['SourceArn', 'SourceAccount', 'PrincipalOrgID'];

/** A permission for everybody, or for the service whoever it acts for, is a door beside the API. */
function isNarrow(assembly: Assembly, running: Resource, permission: Resource): Verdict {
  const principal = principalOf(assembly, permission);
  const isWide = ['*', API_GATEWAY].includes(principal);
  return when(!isWide || NARROWING.some((name) => assembly.property(permission, name) !== undefined), {
    seen: `${permission.name} lets ${principal === '*' ? 'everybody (*)' : `APIs of everybody (${principal} without SourceArn)`} invoke ${running.name}`,
    wanted: 'a permission for the API alone, which its SourceArn names',
    where: permission.where,
    next: 'take that permission away, or say by SourceArn which API it is for',
  });
}

/** Who has called, and how it ended, is in no log of the function. */
export const logged: Goal = {
  name: 'Each call is logged',
  reads: [
    reads(TYPE.stage, 'AccessLogSettings.DestinationArn'),
    reads(TYPE.stage, 'AccessLogSettings.Format', ''),
    reads(TYPE.stage, 'ApiId'),
  ],
  judge: withServing(['function', 'integration', 'api', 'stage'], ({ function: running, api }, assembly) => {
    const apis = new Set([
      api,
      ...routesOf(assembly, running).flatMap((one) => assembly.resourceAt(one, 'ApiId') ?? []),
    ]);
    const stages = [...apis].flatMap((one) => stagesOf(assembly, one));
    return firstFailure(...stages.map((stage) => () => isLogged(assembly, stage)));
  }),
};

function isLogged(assembly: Assembly, stage: Resource): Verdict {
  const path = 'AccessLogSettings.DestinationArn';
  const destination = assembly.resourceAt(stage, path);
  if (destination?.type !== 'AWS::Logs::LogGroup') {
    return failed({
      seen: held(assembly, stage, path),
      wanted: 'the ARN of a log group of the app',
      where: stage.where,
      next: 'let the stage of the API write an access log',
    });
  }
  const format = 'AccessLogSettings.Format';
  return firstFailure(
    () => byArn(assembly, stage, path, destination),
    () =>
      when(assembly.property(stage, format) !== undefined && assembly.property(stage, format) !== '', {
        seen: `${held(assembly, stage, format)}: its access log has nothing to write`,
        wanted: 'a format: what of each call is written, its caller and its status for example',
        where: stage.where,
        next: 'give the access log of the stage a format',
      }),
  );
}
