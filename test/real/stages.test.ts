import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { patterns } from '../../blueprints/catalog';
import { kitRoot } from '../../blueprints/kit';
import { lastStep } from '../../blueprints/pattern';
import { runChild } from '../../labs/engine/child';
import { scratchFolder, writeVariants } from '../support/synthesize';

/*
 * The CDK's own command line with credentials of another account than a stage's. Who they belong to says a server here,
 * which stands in for AWS: nothing else of it is asked.
 */

const IDENTITY = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::222222222222:user/somebody</Arn><UserId>AIDAEXAMPLE</UserId><Account>222222222222</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`;

/** Nobody of that account may take the roles of the stage's. */
const DENIED = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>`;

const home = join(scratchFolder(), 'stages');
let server: Server;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await text(request);
    const isIdentity = body.includes('Action=GetCallerIdentity');
    response.writeHead(isIdentity ? 200 : 403, { 'content-type': 'text/xml' }).end(isIdentity ? IDENTITY : DENIED);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => {
  server.close();
  rmSync(home, { recursive: true, force: true });
});

test('a stage is not deployed with the credentials of another account, and one line says so', async () => {
  const [pattern] = patterns;
  const options = { stages: ['dev', 'prod=111111111111/eu-west-1'] };
  const [folder] = writeVariants(pattern, [{ name: 'orders', step: lastStep(pattern), options }], home);
  const cdk = join(kitRoot, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const { code, stdout, stderr } = await runChild(process.execPath, [cdk, 'deploy', 'orders-prod', '--no-color'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      CI: '1',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_REGION: 'eu-west-1',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
  expect(code).not.toBe(0);
  // A role of the stage's account that trusts this one would be taken: that is how pipelines deploy.
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('222222222222'));
  expect(lines).toEqual([
    expect.stringContaining('Could not assume role in target account using current credentials (which are for account'),
  ]);
}, 120_000);
