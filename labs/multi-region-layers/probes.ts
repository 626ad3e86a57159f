import { randomUUID } from 'node:crypto';
import {
  DeleteLayerVersionCommand,
  GetLayerVersionCommand,
  InvokeCommand,
  LambdaClient,
  ListLayerVersionsCommand,
} from '@aws-sdk/client-lambda';
import { DeleteObjectCommand, PutObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { strToU8, zipSync } from 'fflate';
import { type Deployed, type Probe, ProbeFailure } from '../authoring';

const s3 = new S3Client({});
const home = new LambdaClient({});

/** A layer with one package, which is what the text says. */
const layerOf = (text: string): Uint8Array =>
  zipSync({ 'nodejs/node_modules/probe/index.js': strToU8(`module.exports = ${JSON.stringify(text)};`) });

/** What the pipeline's build never makes: the layer, packed once more. */
const packedTwice = (text: string): Uint8Array => zipSync({ 'layer.zip': layerOf(text) });

/** A version of the layer, by its number and the hash of its content. */
interface Version {
  readonly number: number;
  readonly sha256?: string;
}

/**
 * Publishes as the pipeline would, in a Region, what it would not: artifacts that the probe has made, for jobs that CodePipeline
 * knows nothing of. The function reads them with its own role, and can't report how it went: whether it has published is seen
 * in the Region.
 */
class Publisher {
  /** What the description of each version says that is the probe's own; the pipeline may publish meanwhile. */
  private readonly revision = `probe-${randomUUID()}`;
  private readonly regions = new Set<string>();
  private readonly keys: string[] = [];

  private constructor(private readonly deployed: Deployed) {}

  /** Publishes, and leaves nothing behind: neither artifacts nor versions. */
  static async with(deployed: Deployed, act: (publisher: Publisher) => Promise<void>): Promise<void> {
    const publisher = new Publisher(deployed);
    try {
      await act(publisher);
    } finally {
      await publisher.remove();
    }
  }

  /** The newest version in a Region; none there is number 0. */
  async newest(region: string): Promise<Version> {
    const LayerName = this.deployed.output('LayerName');
    const lambda = new LambdaClient({ region });
    const { LayerVersions = [] } = await lambda.send(new ListLayerVersionsCommand({ LayerName, MaxItems: 1 }));
    const [newest] = LayerVersions;
    if (!newest) {
      return { number: 0 };
    }
    const VersionNumber = newest.Version;
    const { Content } = await lambda.send(new GetLayerVersionCommand({ LayerName, VersionNumber }));
    return { number: VersionNumber ?? 0, sha256: Content?.CodeSha256 };
  }

  /** Lets the function publish in a Region, and returns the newest version there. */
  async publish(region: string, zip: Uint8Array): Promise<Version> {
    this.regions.add(region);
    const Bucket = this.deployed.only('AWS::S3::Bucket');
    const Key = `probe/${randomUUID()}`;
    this.keys.push(Key);
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: zip }));
    const told = {
      region,
      layerName: this.deployed.output('LayerName'),
      architecture: 'arm64',
      revision: this.revision,
    };
    const data = {
      actionConfiguration: { configuration: { UserParameters: JSON.stringify(told) } },
      inputArtifacts: [{ location: { s3Location: { bucketName: Bucket, objectKey: Key } } }],
    };
    const Payload = Buffer.from(JSON.stringify({ 'CodePipeline.job': { id: randomUUID(), data } }));
    await home.send(new InvokeCommand({ FunctionName: this.deployed.only('AWS::Lambda::Function'), Payload }));
    return this.newest(region);
  }

  private async remove(): Promise<void> {
    const [Bucket, LayerName] = [this.deployed.only('AWS::S3::Bucket'), this.deployed.output('LayerName')];
    for (const region of this.regions) {
      const lambda = new LambdaClient({ region });
      const { LayerVersions = [] } = await lambda.send(new ListLayerVersionsCommand({ LayerName, MaxItems: 50 }));
      for (const { Version } of LayerVersions.filter(({ Description }) => Description?.includes(this.revision))) {
        await lambda.send(new DeleteLayerVersionCommand({ LayerName, VersionNumber: Version }));
      }
    }
    await Promise.all(this.keys.map((Key) => s3.send(new DeleteObjectCommand({ Bucket, Key }))));
  }
}

/** The Regions that the layer is published in. */
const regionsOf = (deployed: Deployed): string[] => deployed.output('Regions').split(' ');

async function publishesWhatChanged(deployed: Deployed): Promise<void> {
  const [region] = regionsOf(deployed);
  const text = randomUUID();
  await Publisher.with(deployed, async (publisher) => {
    const first = await publisher.publish(region, layerOf(text));
    const again = await publisher.publish(region, layerOf(text));
    if (again.number !== first.number) {
      throw new ProbeFailure(`version ${again.number} has the content of version ${first.number}`, 'no second version');
    }
    const changed = await publisher.publish(region, layerOf(`${text}, changed`));
    if (changed.number !== first.number + 1 || changed.sha256 === first.sha256) {
      throw new ProbeFailure(
        `version ${changed.number} with the hash ${changed.sha256} after version ${first.number} with ${first.sha256}`,
        `version ${first.number + 1} with another hash`,
      );
    }
  });
}

async function refusesAZipInAZip(deployed: Deployed): Promise<void> {
  const [region] = regionsOf(deployed);
  await Publisher.with(deployed, async (publisher) => {
    const before = await publisher.newest(region);
    const after = await publisher.publish(region, packedTwice(randomUUID()));
    if (after.number !== before.number) {
      throw new ProbeFailure(
        `version ${after.number} holds /opt/layer.zip`,
        'no version of what no function could use',
      );
    }
  });
}

async function publishesEverywhere(deployed: Deployed): Promise<void> {
  const zip = layerOf(randomUUID());
  await Publisher.with(deployed, async (publisher) => {
    const regions = regionsOf(deployed);
    const before = await Promise.all(regions.map((region) => publisher.newest(region)));
    const after = await Promise.all(regions.map((region) => publisher.publish(region, zip)));
    const same = new Set(after.map(({ sha256 }) => sha256));
    // Numbers of versions that were deleted are not given again.
    const late = regions.find((_, index) => after[index].number <= before[index].number);
    if (late !== undefined || same.size !== 1) {
      const seen = regions.map(
        (region, index) => `${region} has version ${after[index].number} (${after[index].sha256})`,
      );
      throw new ProbeFailure(seen.join(', '), 'a new version in each Region, all of one hash');
    }
  });
}

async function failsAlone(deployed: Deployed): Promise<void> {
  const [refused, ...others] = regionsOf(deployed);
  const text = randomUUID();
  await Publisher.with(deployed, async (publisher) => {
    const before = await publisher.newest(refused);
    const counts = await Promise.all(others.map((region) => publisher.newest(region)));
    const [failed, ...after] = await Promise.all([
      publisher.publish(refused, packedTwice(text)),
      ...others.map((region) => publisher.publish(region, layerOf(text))),
    ]);
    const isKept = failed.number === before.number;
    const late = others.find((_, index) => after[index].number <= counts[index].number);
    if (!isKept || late !== undefined) {
      throw new ProbeFailure(
        isKept ? `${late} has no new version` : `${refused} has version ${failed.number}`,
        `no new version in ${refused}, where the layer is refused, and one in each other Region`,
      );
    }
  });
}

/** What the pattern `multi-region-layers` promises. */
export const probes: readonly Probe[] = [
  {
    name: 'What changed is a new version of the layer, and what did not is none',
    step: 'layer-build',
    run: publishesWhatChanged,
  },
  { name: 'A zip in a zip is no version of the layer', step: 'layer-build', run: refusesAZipInAZip },
  { name: 'Every Region gets a new version, of the same content', step: 'regions', run: publishesEverywhere },
  { name: 'A Region in which it fails keeps no other from it', step: 'regions', run: failsAlone },
];

/** Empties the bucket of the artifacts, which is not deleted while it holds something. */
export async function empty(deployed: Deployed): Promise<void> {
  const Bucket = deployed.only('AWS::S3::Bucket');
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
    await Promise.all(Contents.map(({ Key }) => s3.send(new DeleteObjectCommand({ Bucket, Key }))));
  }
}
