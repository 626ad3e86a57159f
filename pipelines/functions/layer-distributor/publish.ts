import {
  AddLayerVersionPermissionCommand,
  type Architecture,
  LambdaClient,
  type LayerVersionContentInput,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  type PublishLayerVersionCommandOutput,
  ResourceConflictException,
  type Runtime,
} from '@aws-sdk/client-lambda';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { CodePipelineEvent } from 'aws-lambda';
import type { Settings } from '../../layer-settings';
import { contentHash } from './content';

/** What a job brings: its settings, where the layer is, and credentials to read it with. */
type Job = CodePipelineEvent['CodePipeline.job']['data'];

/** A version of the layer. */
export interface Published {
  /** Its ARN. */
  readonly arn: string;
  /** Its number. */
  readonly version: number;
  /** Whether it was published now; else it was there, with the same content. */
  readonly isNew: boolean;
}

/** Where an object is. */
interface Place {
  readonly Bucket: string;
  readonly Key: string;
}

/** The largest zip that a request takes, in bytes: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_INLINE = 50 * 1024 * 1024;

const MEGABYTE = 1024 * 1024;

/**
 * Publishes the layer that is a job's input, unless the newest version has that content already, and shares it.
 *
 * @param job what CodePipeline asks for
 * @throws Error when it can't be read, published or shared
 */
export async function publish(job: Job): Promise<Published> {
  const settings: Settings = JSON.parse(job.actionConfiguration.configuration.UserParameters);
  const { bucketName: Bucket, objectKey: Key } = job.inputArtifacts[0].location.s3Location;
  const place = { Bucket, Key };
  const zip = await read(place, job.artifactCredentials);
  const lambda = new LambdaClient({ region: settings.region, maxAttempts: 8 });
  const content = `content ${contentHash(zip, settings)}`;
  const newest = await newestVersion(lambda, settings);
  const same = newest?.Description?.includes(content) ? newest : undefined;
  const version = same ?? (await publishVersion(lambda, settings, content, zip, place));
  await share(lambda, settings, Number(version.Version));
  return { arn: String(version.LayerVersionArn), version: Number(version.Version), isNew: !same };
}

async function read(place: Place, credentials: Job['artifactCredentials']): Promise<Uint8Array> {
  const { Body } = await new S3Client({ credentials, maxAttempts: 8 }).send(new GetObjectCommand(place));
  if (!Body) {
    throw new Error(`${place.Key} of ${place.Bucket} is empty`);
  }
  return Body.transformToByteArray();
}

async function newestVersion(lambda: LambdaClient, { layerName: LayerName }: Settings) {
  const { LayerVersions = [] } = await lambda.send(new ListLayerVersionsCommand({ LayerName, MaxItems: 1 }));
  return LayerVersions.at(0);
}

async function publishVersion(
  lambda: LambdaClient,
  settings: Settings,
  content: string,
  zip: Uint8Array,
  place: Place,
): Promise<PublishLayerVersionCommandOutput> {
  const publishWith = (Content: LayerVersionContentInput): Promise<PublishLayerVersionCommandOutput> =>
    lambda.send(
      new PublishLayerVersionCommand({
        LayerName: settings.layerName,
        Description: `revision ${settings.revision}, ${content}`.slice(-MAX_DESCRIPTION),
        CompatibleRuntimes: settings.runtimes as Runtime[] | undefined,
        CompatibleArchitectures: [settings.architecture as Architecture],
        Content,
      }),
    );
  return zip.length <= MAX_INLINE
    ? publishWith({ ZipFile: zip })
    : staged(settings, zip, place, ({ Bucket, Key }) => publishWith({ S3Bucket: Bucket, S3Key: Key }));
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html */
const MAX_DESCRIPTION = 256;

/** Lambda takes a large layer from a bucket of its own Region only: the one that it is in, or a copy that goes afterwards. */
async function staged<T>(
  { region, staging }: Settings,
  zip: Uint8Array,
  place: Place,
  publishFrom: (place: Place) => Promise<T>,
): Promise<T> {
  if (region === process.env.AWS_REGION) {
    return publishFrom(place); // artifacts are where the function is
  }
  if (!staging) {
    const size = Math.ceil(zip.length / MEGABYTE);
    throw new Error(
      `the layer's zip has ${size} MB, and over ${MAX_INLINE / MEGABYTE} MB Lambda takes it only from a bucket in ${region}: ` +
        `give the pipeline one, for example stagingBuckets: { '${region}': 'a-bucket-there' }`,
    );
  }
  const s3 = new S3Client({ region, maxAttempts: 8 });
  const copy = { Bucket: staging, Key: `layers/${place.Key}` };
  await s3.send(new PutObjectCommand({ ...copy, Body: zip }));
  try {
    return await publishFrom(copy);
  } finally {
    await s3.send(new DeleteObjectCommand(copy));
  }
}

/** A permission holds for one version; one that is there already was given by an earlier attempt. */
async function share(
  lambda: LambdaClient,
  { layerName, shareWith = [] }: Settings,
  VersionNumber: number,
): Promise<void> {
  for (const user of shareWith) {
    const isOrganization = user.startsWith('o-');
    await lambda
      .send(
        new AddLayerVersionPermissionCommand({
          LayerName: layerName,
          VersionNumber,
          StatementId: user,
          Action: 'lambda:GetLayerVersion',
          Principal: isOrganization ? '*' : user,
          OrganizationId: isOrganization ? user : undefined,
        }),
      )
      .catch((error: unknown) => {
        if (!(error instanceof ResourceConflictException)) {
          throw error;
        }
      });
  }
}
