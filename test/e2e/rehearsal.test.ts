import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetLayerVersionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { addLayerPipeline, addToLayer, LAYER_FOLDER, LAYER_REGIONS } from '../support/layer-project';
import { clientConfig } from './clients';
import { rehearse } from './rehearsing';
import { createProject, documentOf, type Machine, machine } from './support';

/*
 * A generated project that its owner gives a pipeline for a layer, rehearsed from the packed kit: its packages come from npm,
 * its function publishes in the emulator.
 */

let here: Machine;
let project: string;

beforeAll(() => {
  here = machine();
  project = createProject(here, 'sqs-scaling');
  addLayerPipeline(project);
  addToLayer(join(project, LAYER_FOLDER), 'ms@2.1.3', here.env);
});

afterAll(() => here.remove());

const write = (file: string, text: string): void => writeFileSync(join(project, LAYER_FOLDER, file), text);

test('without an emulator the layer is built and tried, and what needs one is named', () => {
  const rehearsal = rehearse(here, project);
  expect(rehearsal.actions.map(({ stage, action, outcome }) => `${stage}/${action} ${outcome}`)).toEqual([
    'Source/Source passed',
    'Build/Build passed',
    'Approve/Approve not-rehearsed',
    'Distribute/eu-west-1 not-rehearsed',
    'Distribute/us-east-1 not-rehearsed',
  ]);
  // The artifact is the layer: a function that has it unpacked to /opt can require the package.
  expect(rehearsal.withLayer('Build', "process.stdout.write(String(require('ms')('1 min')))")).toBe('60000');
  rehearsal.remove();
});

test('a check that fails stops the pipeline before anything is published', () => {
  const check = readFileSync(join(project, LAYER_FOLDER, 'check.js'), 'utf8');
  write('check.js', 'process.exit(4);');
  const { actions, remove } = rehearse(here, project, 1);
  expect(actions.at(-1)).toMatchObject({
    action: 'Build',
    outcome: 'failed',
    why: `build: node ${LAYER_FOLDER}/check.js ended with 4`,
  });
  remove();
  write('check.js', check);
});

test('an action that is none is refused, with those that there are', () => {
  const { code, stderr } = here.atelier(project, ['pipeline', 'rehearse', 'Distribut']);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining('the pipeline has no action "Distribut"'),
  });
});

test('with an emulator every Region gets the layer; another package makes another one, and nothing new no other', async () => {
  const { endpoint } = documentOf(here.atelier(project, ['local', 'start', '--json']));
  const published = () => {
    const { by, remove } = rehearse(here, project);
    remove();
    return LAYER_REGIONS.map((region) => by(region).variables.Version);
  };
  expect(published()).toEqual(['1', '1']);
  expect(published()).toEqual(['1', '1']);
  addToLayer(join(project, LAYER_FOLDER), 'ulid@3.0.1', here.env);
  expect(published()).toEqual(['2', '2']);
  const of = { LayerName: 'tools', VersionNumber: 2 };
  const hashes = await Promise.all(
    LAYER_REGIONS.map(async (region) => {
      const { Content } = await new LambdaClient({ ...clientConfig(endpoint), region }).send(
        new GetLayerVersionCommand(of),
      );
      return Content?.CodeSha256;
    }),
  );
  expect(hashes[0]).toMatch(/^\S{44}$/);
  expect(hashes[1]).toBe(hashes[0]);
});
