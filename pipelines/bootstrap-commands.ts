/** An account and a Region. */
export interface Place {
  /** Twelve digits. */
  readonly account: string;
  /** Its id, `eu-west-1` for example. */
  readonly region: string;
}

/** What CloudFormation may do in an account that is bootstrapped without saying so. */
const EVERYTHING = 'iam::aws:policy/AdministratorAccess';

/**
 * The commands that prepare accounts and Regions for a pipeline, each to be run once with credentials of its account: the
 * pipeline's own first, then those that are to let it deploy.
 *
 * @param pipeline where the pipeline is; undefined is where the AWS profile points
 * @param stages where stages are deployed; undefined is where the pipeline is
 * @param policies the ARNs of the policies with all that CloudFormation may do for the pipeline. @default - AdministratorAccess
 * @returns a command for each account and Region:
 * https://docs.aws.amazon.com/cdk/v2/guide/ref-cli-cmd-bootstrap.html
 */
export function bootstrapCommands(
  pipeline: Place | undefined,
  stages: ReadonlyArray<Place | undefined>,
  policies?: readonly string[],
): string[] {
  if (!pipeline) {
    return ['npx cdk bootstrap'];
  }
  const commands = [pipeline, ...stages.filter((stage) => stage !== undefined)].map(({ account, region }) => {
    const allowed = policies ?? [`arn:${partitionOf(region)}:${EVERYTHING}`];
    const trust = ` --trust ${pipeline.account} --cloudformation-execution-policies ${allowed.join(',')}`;
    return `npx cdk bootstrap aws://${account}/${region}${account === pipeline.account ? '' : trust}`;
  });
  return [...new Set(commands)];
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
function partitionOf(region: string): string {
  const partitions: Readonly<Record<string, string>> = { cn: 'aws-cn', 'us-gov': 'aws-us-gov' };
  const found = Object.keys(partitions).find((prefix) => region.startsWith(`${prefix}-`));
  return found ? partitions[found] : 'aws';
}
