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
  alarm: 'AWS::CloudWatch::Alarm',
} as const;

/** The parts of the pattern, as far as an app has them. */
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
  /** The stage of the API. */
  readonly stage?: Resource;
}

/**
 * Finds the parts by what they do, whatever their names.
 *
 * @param assembly the assembly
 */
export function partsOf(assembly: Assembly): Parts {
  const running = assembly.ofType(TYPE.function).find((one) => assembly.property(one, 'Code.ImageUri') !== undefined);
  const [integration] = running ? integrationsOf(assembly, running) : [];
  const api = integration && assembly.resourceAt(integration, 'ApiId');
  return {
    repository: assembly.ofType(TYPE.repository)[0],
    function: running,
    role: running && roleOf(assembly, running),
    integration,
    api,
    route: integration && routesTo(assembly, integration)[0],
    stage: assembly.ofType(TYPE.stage).find((one) => api && assembly.resourceAt(one, 'ApiId') === api),
  };
}

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

/**
 * Where the stack of a resource is deployed, as far as the app says so.
 *
 * @param assembly the assembly
 * @param resource the resource
 */
export function placeOf(
  assembly: Assembly,
  resource: Resource,
): { readonly account?: string; readonly region?: string } {
  const environment = assembly.stacks.get(resource.stack)?.environment ?? '';
  const [, account, region] = /^aws:\/\/([^/]+)\/([^/]+)$/.exec(environment) ?? [];
  return {
    account: /^\d{12}$/.test(account) ? account : undefined,
    region: /^unknown/.test(region ?? 'unknown') ? undefined : region,
  };
}
