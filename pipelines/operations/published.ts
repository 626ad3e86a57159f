import { DescribeImageScanFindingsCommand, DescribeImagesCommand } from '@aws-sdk/client-ecr';
import type { Aws } from './aws';
import { buildOf, printable } from './build-log';
import type { ActionState } from './execution';
import { troubleOf } from './trouble';

/** What an action has brought into the world. */
export type Published =
  | {
      readonly kind: 'image';
      readonly repository: string;
      readonly region?: string;
      /** `sha256:…` */
      readonly digest: string;
      readonly tags: readonly string[];
      /** Findings by severity, `{ HIGH: 2 }`; null where nothing was scanned, or is told. */
      readonly findings: Readonly<Record<string, number>> | null;
    }
  | {
      readonly kind: 'layer';
      readonly region: string;
      readonly name: string;
      readonly version: number;
      readonly arn: string;
    }
  | { readonly kind: 'stack'; readonly region?: string; readonly account?: string; readonly name: string }
  /** Something, but AWS does not tell what. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** The only kind of digest that ECR has. */
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * What an action has published: the image of a build that exports `DIGEST`, as `ImagePipeline` does, or of CodePipeline's own
 * action; the version of a layer; a stack. No call but for an image: three at most.
 *
 * @param aws the clients
 * @param action an action that has succeeded
 * @returns what it has published, or undefined
 */
export async function publishedBy(aws: Aws, action: ActionState): Promise<Published | undefined> {
  const { variables, configuration, provider, region, role } = action;
  if (variables.LayerVersionArn) {
    // arn:aws:lambda:<region>:<account>:layer:<name>:<version>
    const [, , , at, , , name, version] = variables.LayerVersionArn.split(':');
    return { kind: 'layer', region: at, name, version: Number(version), arn: variables.LayerVersionArn };
  }
  if (provider === 'CloudFormation' && configuration.ActionMode !== 'CHANGE_SET_REPLACE' && configuration.StackName) {
    return { kind: 'stack', name: printable(configuration.StackName), region, account: role?.split(':')[4] };
  }
  const digest = variables.DIGEST ?? variables.ECRImageDigestId ?? '';
  return DIGEST.test(digest) ? imageOf(aws, action, digest) : undefined;
}

/**
 * What an action has published when AWS does not tell.
 *
 * @param error what AWS has answered
 */
export function unknownFor({ message }: Error): Published {
  return { kind: 'unknown', reason: printable(message) };
}

async function imageOf(aws: Aws, action: ActionState, digest: string): Promise<Published | undefined> {
  const place = await repositoryOf(aws, action);
  if (!place.repository) {
    return undefined;
  }
  const { repository: repositoryName, region } = place;
  const image = { repositoryName, imageIds: [{ imageDigest: digest }] };
  const ecr = aws.ecr(region);
  const { imageDetails = [] } = await told(ecr.send(new DescribeImagesCommand(image)));
  const scan = await told(
    ecr.send(new DescribeImageScanFindingsCommand({ repositoryName, imageId: { imageDigest: digest }, maxResults: 1 })),
  );
  return {
    kind: 'image',
    repository: repositoryName,
    region,
    digest,
    tags: [...(imageDetails[0]?.imageTags ?? [])].sort(),
    findings: scan.imageScanFindings?.findingSeverityCounts ?? null,
  };
}

/** The build's own variables name the repository; CodePipeline's action tells it. */
async function repositoryOf(aws: Aws, action: ActionState): Promise<{ repository?: string; region?: string }> {
  if (action.variables.ECRRepositoryName) {
    return { repository: action.variables.ECRRepositoryName, region: action.region };
  }
  const variables = (await buildOf(aws, action))?.environment?.environmentVariables ?? [];
  const value = (name: string): string | undefined =>
    variables.filter((one) => one.name === name).map((one) => printable(one.value ?? ''))[0];
  return { repository: value('REPOSITORY_NAME'), region: value('REPOSITORY_REGION') ?? action.region };
}

/** What AWS tells of an image, or nothing where it is gone, was not scanned, or may not be read. */
async function told<T>(answer: Promise<T>): Promise<Partial<T>> {
  return answer.catch((error: unknown) => {
    if (troubleOf(error) !== 'other') {
      throw error;
    }
    return {};
  });
}
