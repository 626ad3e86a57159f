import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CodePipelineEvent } from 'aws-lambda';
import { zipSync } from 'fflate';
import { contentHash } from '../../pipelines/functions/layer-distributor/content';
import type { Settings } from '../../pipelines/layer-settings';

/* The emulator has no jobs of CodePipeline: a server on this machine refuses their reports as the service does. */

const settings: Settings = { region: 'eu-west-1', layerName: 'tools', architecture: 'arm64', revision: 'abc' };
const layer = (): Uint8Array => zipSync({ 'nodejs/node_modules/one/index.js': Buffer.from('module.exports = 1;') });

describe('a report', () => {
  let server: Server;
  let refusal: string;
  let reports: string[];

  beforeEach(async () => {
    reports = [];
    server = createServer(({ headers }, response) => {
      const operation = headers['x-amz-target'];
      if (operation) {
        reports.push(String(operation).split('.')[1]);
      }
      const type = operation ? refusal : 'NoSuchKey';
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type });
      response.end(JSON.stringify({ __type: type }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const keys = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'eu-west-1' };
    const { port } = server.address() as AddressInfo;
    jest.replaceProperty(process, 'env', { ...keys, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` });
    jest.spyOn(console, 'error').mockImplementation();
    jest.spyOn(console, 'info').mockImplementation();
    jest.resetModules();
  });

  afterEach(() => {
    jest.restoreAllMocks();
    server.close();
  });

  /** Does a job whose artifact is gone, so that there is a failure to report. */
  async function handled(): Promise<void> {
    const { handler } = await import('../../pipelines/functions/layer-distributor');
    const event = {
      'CodePipeline.job': {
        id: 'job',
        data: {
          actionConfiguration: { configuration: { UserParameters: JSON.stringify(settings) } },
          inputArtifacts: [{ location: { s3Location: { bucketName: 'artifacts', objectKey: 'layer' } } }],
          artifactCredentials: { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'token' },
        },
      },
    } as unknown as CodePipelineEvent;
    await handler(event, { awsRequestId: 'request' });
  }

  test.each(['InvalidJobStateException', 'JobNotFoundException'])(
    'of a job that is over ends in peace: %s',
    async (type) => {
      refusal = type;
      await handled();
      expect(reports).toEqual(['PutJobFailureResult']);
    },
  );

  test('that nobody may give is an error, so that Lambda tries again', async () => {
    refusal = 'AccessDeniedException';
    await expect(handled()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('the content of a layer', () => {
  test('is refused by what it says it unpacks to, before it is unpacked', () => {
    const zip = Buffer.from(layer());
    const inDirectory = zip.indexOf('PK\u0001\u0002');
    zip.writeUInt32LE(300 * 1024 * 1024, inDirectory + 24);
    expect(() => contentHash(zip, settings)).toThrow('the layer unpacks to more than 250 MB');
  });

  test('is told by what it is for as well', () => {
    const hash = contentHash(layer(), settings);
    expect(contentHash(layer(), settings)).toBe(hash);
    expect(contentHash(layer(), { ...settings, runtimes: ['nodejs24.x'] })).not.toBe(hash);
  });
});
