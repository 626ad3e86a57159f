import { lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { unzipSync } from 'fflate';
import { KIT } from '../../blueprints/kit';
import type { ActionResult } from '../../labs/engine/rehearsal/rehearse';
import { SHARED_REGISTRY } from '../support/shared';
import { rehearse } from './rehearsing';
import { createProject, type Machine, machine } from './support';

/*
 * Generated projects, whose pipelines nobody has changed, rehearsed from the packed kit: what a build does on AWS is really
 * done here, but for Docker, which no test has.
 */

let here: Machine;

beforeAll(() => {
  here = machine();
});

afterAll(() => here.remove());

const CONNECTION = 'arn:aws:codeconnections:eu-west-1:123456789012:connection/0f6bb0a4-2c5e-4d0c-9a55-2f1c3f7f4d11';

/** How an action ended, in one line. */
const told = ({ stage, action, outcome, why }: ActionResult): string =>
  [`${stage}/${action}`, outcome, why].filter(Boolean).join(' ');

test('a delivery installs, builds, tests and synthesizes the project; what would change AWS is named', () => {
  const source = ['--pipeline-source', 'acme/orders', '--pipeline-connection', CONNECTION];
  const project = createProject(here, 'sqs-scaling', '--ci', 'codepipeline', ...source);
  // The kit itself is in no registry but that of the tests.
  const { actions, by, remove } = rehearse(here, project, 0, JSON.parse(process.env[SHARED_REGISTRY] ?? '{}'));
  expect(actions.map(told)).toEqual([
    'Source/Source passed',
    'Build/Synth passed',
    'UpdatePipeline/SelfMutate not-rehearsed it changes stacks on AWS',
    'Assets/FileAssets not-rehearsed it publishes assets to AWS',
    'dev/Prepare not-rehearsed it deploys; atelier local deploy does that to an emulator',
    'dev/Deploy not-rehearsed it deploys; atelier local deploy does that to an emulator',
  ]);
  expect(by('Synth').phases).toEqual([{ phase: 'build', passed: true }]);
  const [{ file }] = by('Synth').artifacts;
  expect(Object.keys(unzipSync(readFileSync(file)))).toContain('manifest.json');
  // Its packages are its own, and not those that the tests share.
  const sources = join(file, '..', '..', 'Build', 'Synth', 'source');
  expect(lstatSync(join(sources, 'node_modules', KIT)).isDirectory()).toBe(true);
  remove();
}, 900_000);

test('an image is built and tried with scripts in place of docker and curl; nothing is pushed, and the deployment is named', () => {
  const project = createProject(here, 'container-images');
  const bin = join(here.home, 'bin');
  const calls = join(bin, 'calls');
  mkdirSync(bin);
  const scripts = { docker: `echo "docker $*" >>"${calls}"`, curl: `echo '{"greeting":"Hello, image!"}'` };
  for (const [name, body] of Object.entries(scripts)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }
  const { actions, by, remove } = rehearse(here, project, 0, { PATH: [bin, process.env.PATH].join(delimiter) });
  expect(actions.map(told)).toEqual([
    'Source/Source passed',
    'Build/Build passed',
    'Source/Source passed',
    'Deploy/Deploy not-rehearsed it changes stacks on AWS',
  ]);
  expect(by('Build').variables).toEqual({ DIGEST: `sha256:${'0'.repeat(64)}` });
  const words = readFileSync(calls, 'utf8').match(/(?<=^docker )\w+/gm);
  expect(words).toEqual(['context', 'info', 'build', 'run', 'stop', 'tag']);
  remove();
});
