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
  /** The route that leads to the function. */
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
  const integration = assembly
    .ofType(TYPE.integration)
    .find((one) => running && functionAt(assembly, one, 'IntegrationUri') === running);
  const api = integration && assembly.resourceAt(integration, 'ApiId');
  return {
    repository: assembly.ofType(TYPE.repository)[0],
    function: running,
    role: running && roleOf(assembly, running),
    integration,
    api,
    route: assembly
      .ofType(TYPE.route)
      .find((one) => integration && assembly.pointsAt(assembly.property(one, 'Target'), one, integration)),
    stage: assembly.ofType(TYPE.stage).find((one) => api && assembly.resourceAt(one, 'ApiId') === api),
  };
}
