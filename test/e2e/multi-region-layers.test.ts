import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateFunctionCommand,
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { addToLayer } from '../support/layer-project';
import { clientConfig } from './clients';
import { rehearse } from './rehearsing';
import { createProject, documentOf, type Machine, machine } from './support';

/*
 * The pipeline of the pattern as its template has it: what it builds from the project's own folder `layer` is required in a
 * process of its own, and what it publishes is used by a function of the emulator.
 */

const REGIONS = ['eu-central-1', 'us-east-1'];
const LAYER = 'orders-dev-packages';

let here: Machine;
let project: string;
let endpoint: string;

beforeAll(() => {
  here = machine();
  project = createProject(here, 'multi-region-layers');
});

afterAll(() => here.remove());

const lambdaIn = (region: string): LambdaClient => new LambdaClient({ ...clientConfig(endpoint), region });

/** Tells right from wrong with the package that the layer begins with. */
const PROGRAM = `
const { z } = require('zod');
process.stdout.write(JSON.stringify([1, 'one'].map((value) => z.number().safeParse(value).success)));
`;

test('what it builds has the packages where Node.js looks for them in /opt, and no zip', () => {
  const rehearsal = rehearse(here, project);
  expect(rehearsal.actions.map(({ stage, action, outcome }) => `${stage}/${action} ${outcome}`)).toEqual([
    'Source/Source passed',
    'Build/Build passed',
    ...REGIONS.map((region) => `Distribute/${region} not-rehearsed`),
  ]);
  expect(rehearsal.withLayer('Build', PROGRAM)).toBe('[true,false]');
  rehearsal.remove();
});

test('a check that fails stops it before anything is published', () => {
  const file = join(project, 'layer', 'check.js');
  const check = readFileSync(file, 'utf8');
  writeFileSync(file, check.replace("require('zod')", "require('not-in-the-layer')"));
  const { actions, remove } = rehearse(here, project, 1);
  writeFileSync(file, check);
  expect(actions.at(-1)).toMatchObject({ action: 'Build', outcome: 'failed' });
  remove();
});

describe('with an emulator', () => {
  /** Rehearses, and returns the version that each Region has then, with its hash. */
  async function published(): Promise<(readonly [string, string | undefined])[]> {
    const { by, remove } = rehearse(here, project);
    remove();
    return Promise.all(
      REGIONS.map(async (region) => {
        const { Version } = by(region).variables;
        const of = { LayerName: LAYER, VersionNumber: Number(Version) };
        const { Content } = await lambdaIn(region).send(new GetLayerVersionCommand(of));
        return [Version, Content?.CodeSha256] as const;
      }),
    );
  }

  beforeAll(() => {
    endpoint = documentOf(here.atelier(project, ['local', 'start', '--json'])).endpoint;
  });

  test('every Region gets the same, once; another dependency is the next version, of another hash', async () => {
    const [first, elsewhere] = await published();
    expect(first).toEqual(['1', expect.stringMatching(/^\S{44}$/)]);
    expect(elsewhere).toEqual(first);
    expect(await published()).toEqual([first, first]);

    addToLayer(join(project, 'layer'), 'ms@2.1.3', here.env);
    const [second, there] = await published();
    expect(second).toEqual(['2', expect.stringMatching(/^\S{44}$/)]);
    expect(there).toEqual(second);
    expect(second[1]).not.toBe(first[1]);
  });

  test('a version is shared with the organization, and with nobody else', async () => {
    for (const region of REGIONS) {
      const of = { LayerName: LAYER, VersionNumber: 2 };
      const { Policy = '{}' } = await lambdaIn(region).send(new GetLayerVersionPolicyCommand(of));
      const { Statement } = JSON.parse(Policy);
      expect(Statement).toHaveLength(1);
      expect(JSON.stringify(Statement)).toContain('"aws:PrincipalOrgID":"o-exampleorgid"');
    }
  });

  test('a function with the layer requires its packages', async () => {
    const [, region] = REGIONS;
    const lambda = lambdaIn(region);
    const of = { LayerName: LAYER, VersionNumber: 2 };
    const { LayerVersionArn = '' } = await lambda.send(new GetLayerVersionCommand(of));
    const code = "exports.handler = async () => require('ms')('2 days');";
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'consumer',
        Runtime: 'nodejs24.x',
        Role: 'arn:aws:iam::000000000000:role/consumer',
        Handler: 'index.handler',
        Code: { ZipFile: zipSync({ 'index.js': strToU8(code) }) },
        Layers: [LayerVersionArn],
      }),
    );
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'consumer' }));
    expect(Buffer.from(Payload ?? []).toString()).toBe('172800000');
  });
});
