import {
  DescribeImageScanFindingsCommand,
  type DescribeImageScanFindingsRequest,
  DescribeImagesCommand,
  type ECRClient,
  ImageNotFoundException,
  RepositoryNotFoundException,
  ScanNotFoundException,
} from '@aws-sdk/client-ecr';
import type { Aws } from './aws';
import { buildOf, printable } from './build-log';
import type { ActionState } from './execution';
import { isRefused, troubleOf } from './trouble';

/**
 * What is known of an image's scan: it was done, it goes on, there was none, it has failed, it may not be read, the image is not in
 * the registry that is asked, or AWS answers otherwise.
 */
export type Scan = 'done' | 'running' | 'none' | 'failed' | 'refused' | 'absent' | 'unknown';

/** ECR's words for a scan: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanStatus.html */
const SCANS: Readonly<Record<string, Scan>> = {
  ACTIVE: 'done',
  COMPLETE: 'done',
  IN_PROGRESS: 'running',
  PENDING: 'running',
};

/** What an action has brought into the world. */
export type Published =
  | {
      readonly kind: 'image';
      readonly repository: string;
      readonly region?: string;
      /** `sha256:…` */
      readonly digest: string;
      readonly tags: readonly string[];
      /** Findings by severity, `{ HIGH: 2 }`; null where there is no scan that was done. */
      readonly findings: Readonly<Record<string, number>> | null;
      readonly scan: Scan;
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
 * What an action has published: the image of a build that exports `DIGEST`, as `ImagePipeline` does, or `IMAGE_DIGEST`, as
 * `ImageDeployment` does, or of CodePipeline's own action; the version of a layer; a stack that is not deleted. No call but for an image: three at most.
 *
 * @param aws the clients
 * @param action an action that has succeeded
 * @returns what it has published, or undefined
 */
export async function publishedBy(aws: Aws, action: ActionState): Promise<Published | undefined> {
  const { variables } = action;
  if (variables.LayerVersionArn) {
    // arn:aws:lambda:<region>:<account>:layer:<name>:<version>
    const [, , , at, , , name, version] = variables.LayerVersionArn.split(':');
    return { kind: 'layer', region: at, name, version: Number(version), arn: variables.LayerVersionArn };
  }
  const stack = stackOf(action);
  if (stack) {
    return stack.isDeleted ? undefined : { kind: 'stack', ...stack.place };
  }
  const digest = variables.DIGEST ?? variables.IMAGE_DIGEST ?? variables.ECRImageDigestId ?? '';
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

/** A stack, and where it is. */
export type StackPlace = Omit<Extract<Published, { kind: 'stack' }>, 'kind'>;

/**
 * The stack that an action of CloudFormation has deployed, or deleted.
 *
 * @param action an action that has succeeded
 * @returns the stack, or undefined where there was none, or it was only prepared
 */
export function stackOf(action: ActionState): { readonly place: StackPlace; readonly isDeleted: boolean } | undefined {
  const { provider, configuration, region, role } = action;
  const { ActionMode: mode, StackName: name } = configuration;
  return provider === 'CloudFormation' && name && mode !== 'CHANGE_SET_REPLACE'
    ? { place: { name: printable(name), region, account: role?.split(':')[4] }, isDeleted: mode === 'DELETE_ONLY' }
    : undefined;
}

async function imageOf(aws: Aws, action: ActionState, digest: string): Promise<Published | undefined> {
  const place = await repositoryOf(aws, action);
  if (!place.repository) {
    return undefined;
  }
  const { repository: repositoryName, region, registryId } = place;
  const imageId = { imageDigest: digest };
  const ecr = aws.ecr(region);
  const describe = ecr.send(new DescribeImagesCommand({ registryId, repositoryName, imageIds: [imageId] }));
  const { imageDetails = [] } = await describe.catch((error: unknown) => {
    scanWithout(error);
    return { imageDetails: [] };
  });
  return {
    kind: 'image',
    repository: repositoryName,
    region,
    digest,
    tags: [...(imageDetails[0]?.imageTags ?? [])].sort(),
    ...(await scanOf(ecr, { registryId, repositoryName, imageId, maxResults: 1 })),
  };
}

/** What the scan of an image has found, or why that is not known. */
async function scanOf(
  ecr: ECRClient,
  image: DescribeImageScanFindingsRequest,
): Promise<Pick<Extract<Published, { kind: 'image' }>, 'scan' | 'findings'>> {
  try {
    const { imageScanStatus, imageScanFindings } = await ecr.send(new DescribeImageScanFindingsCommand(image));
    const scan = SCANS[imageScanStatus?.status ?? ''] ?? 'failed';
    return { scan, findings: scan === 'done' ? (imageScanFindings?.findingSeverityCounts ?? {}) : null };
  } catch (error) {
    return { scan: scanWithout(error), findings: null };
  }
}

/** What an error of ECR says of an image's scan; throws it where it says nothing, and it is worth while to ask again. */
function scanWithout(error: unknown): Scan {
  if (troubleOf(error) !== 'other') {
    throw error;
  }
  return isRefused(error)
    ? 'refused'
    : error instanceof ScanNotFoundException
      ? 'none'
      : error instanceof ImageNotFoundException || error instanceof RepositoryNotFoundException
        ? 'absent'
        : 'unknown';
}

/** Where an image is. */
interface Place {
  readonly repository?: string;
  readonly region?: string;
  /** The account of the registry. @default - that of the clients */
  readonly registryId?: string;
}

/** The build's own variables name the repository; CodePipeline's action tells it. */
async function repositoryOf(aws: Aws, action: ActionState): Promise<Place> {
  if (action.variables.ECRRepositoryName) {
    return { repository: action.variables.ECRRepositoryName, region: action.region };
  }
  const variables = (await buildOf(aws, action))?.environment?.environmentVariables ?? [];
  const value = (name: string): string | undefined =>
    variables.filter((one) => one.name === name).map((one) => printable(one.value ?? ''))[0];
  return {
    repository: value('REPOSITORY_NAME'),
    region: value('REPOSITORY_REGION') ?? action.region,
    // <account>.dkr.ecr.<region>.amazonaws.com
    registryId: /^\d{12}(?=\.)/.exec(value('REGISTRY') ?? '')?.[0],
  };
}
