import { type Assembly, functionAt, type Resource, roleOf } from '../authoring';

/** The CloudFormation types of the pattern's resources. */
export const TYPE = {
  repository: 'AWS::ECR::Repository',
  function: 'AWS::Lambda::Function',
  role: 'AWS::IAM::Role',
  api: 'AWS::ApiGatewayV2::Api',
  route: 'AWS::ApiGatewayV2::Route',
  integration: 'AWS::ApiGatewayV2::Integration',
  stage: 'AWS::ApiGatewayV2::Stage',
  permission: 'AWS::Lambda::Permission',
  url: 'AWS::Lambda::Url',
  alarm: 'AWS::CloudWatch::Alarm',
} as const;

/** The parts of one stage of the pattern, as far as an app has them. */
export interface Parts {
  /** The registry. */
  readonly repository?: Resource;
  /** The function that runs an image. */
  readonly function?: Resource;
  /** Its role. */
  readonly role?: Resource;
  /** The integration of an API with the function. */
  readonly integration?: Resource;
  /** The API. */
  readonly api?: Resource;
  /** The first route that leads to the function. */
  readonly route?: Resource;
  /** The first stage of the API. */
  readonly stage?: Resource;
}

/**
 * The registries of an app, one for each of its stages or more.
 *
 * @param assembly the assembly
 */
export const registriesOf = (assembly: Assembly): Parts[] =>
  assembly.ofType(TYPE.repository).map((repository) => ({ repository }));

/**
 * The functions of an app that run an image, with what is before each: found by what they do, whatever their names.
 *
 * @param assembly the assembly
 */
export const functionsOf = (assembly: Assembly): Parts[] =>
  assembly
    .ofType(TYPE.function)
    .filter((one) => assembly.property(one, 'Code.ImageUri') !== undefined)
    .map((running) => partsOf(assembly, running));

function partsOf(assembly: Assembly, running: Resource): Parts {
  const [integration] = integrationsOf(assembly, running);
  const api = integration && assembly.resourceAt(integration, 'ApiId');
  return {
    function: running,
    role: roleOf(assembly, running),
    integration,
    api,
    route: routesOf(assembly, running)[0],
    stage: api && stagesOf(assembly, api)[0],
  };
}

/**
 * The functions that callers should reach: of each stack the one that has an API before it, or else its first.
 *
 * @param assembly the assembly
 */
export function servingOf(assembly: Assembly): Parts[] {
  const all = functionsOf(assembly);
  const stacks = [...new Set(all.map((parts) => parts.function?.stack))];
  return stacks.map((stack) => {
    const mine = all.filter((parts) => parts.function?.stack === stack);
    return mine.find(({ integration }) => integration) ?? mine[0];
  });
}

/**
 * The stages of an API.
 *
 * @param assembly the assembly
 * @param api the API
 */
export const stagesOf = (assembly: Assembly, api: Resource): Resource[] =>
  assembly.ofType(TYPE.stage).filter((one) => assembly.resourceAt(one, 'ApiId') === api);

const integrationsOf = (assembly: Assembly, running: Resource): Resource[] =>
  assembly.ofType(TYPE.integration).filter((one) => functionAt(assembly, one, 'IntegrationUri') === running);

const routesTo = (assembly: Assembly, integration: Resource): Resource[] =>
  assembly.ofType(TYPE.route).filter((one) => assembly.pointsAt(assembly.property(one, 'Target'), one, integration));

/**
 * All routes that lead to a function, whichever integration each takes.
 *
 * @param assembly the assembly
 * @param running the function
 */
export function routesOf(assembly: Assembly, running: Resource): Resource[] {
  return integrationsOf(assembly, running).flatMap((integration) => routesTo(assembly, integration));
}

/** Where a stack is deployed, as far as the app says so. */
export interface Place {
  /** The account, 12 digits. */
  readonly account?: string;
  /** The Region. */
  readonly region?: string;
}

/**
 * Where the stack of a resource is deployed, as far as the app says so.
 *
 * @param assembly the assembly
 * @param resource the resource
 */
export function placeOf(assembly: Assembly, resource: Resource): Place {
  const environment = assembly.stacks.get(resource.stack)?.environment ?? '';
  const [, account, region] = /^aws:\/\/([^/]+)\/([^/]+)$/.exec(environment) ?? [];
  return {
    account: /^\d{12}$/.test(account) ? account : undefined,
    region: /^unknown/.test(region ?? 'unknown') ? undefined : region,
  };
}
