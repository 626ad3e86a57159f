import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands';

/** The Regions of the layer. */
export const LAYER_REGIONS = ['eu-west-1', 'us-east-1'];

/** The folder of the layer, which no pattern has. */
export const LAYER_FOLDER = 'tools';

/** A stack with a pipeline, as the owner of a project adds it. */
const STACK = `
const layers = new Stack(app, 'layers');
StageData.destroy(layers);
new LayerPipeline(layers, 'Layer', {
  source: PipelineSource.connection('arn:aws:codeconnections:eu-west-1:123456789012:connection/one', {
    repository: 'acme/layers',
  }),
  layerName: 'tools',
  directory: '${LAYER_FOLDER}',
  regions: ['${LAYER_REGIONS.join("', '")}'],
  checks: ['node ${LAYER_FOLDER}/check.js'],
  approval: true,
});
`;

/**
 * Gives a generated project a pipeline for a layer, whose check is a file of its own.
 *
 * @param project the project's folder
 */
export function addLayerPipeline(project: string): void {
  const main = join(project, 'src', 'main.ts');
  const source = readFileSync(main, 'utf8')
    .replace('import { App,', 'import { App, Stack,')
    .replace('import { App, Stack, type Environment,', 'import { App, type Environment, Stack,')
    .replace(
      "from 'serverless-atelier/modules';\n",
      "$&import { LayerPipeline, PipelineSource } from 'serverless-atelier/pipelines';\n",
    )
    .replace('export const app = new App();\n', `$&${STACK}`);
  writeFileSync(main, source);
  mkdirSync(join(project, LAYER_FOLDER));
  writeFileSync(
    join(project, LAYER_FOLDER, 'package.json'),
    JSON.stringify({ name: 'layer', version: '1.0.0', private: true }),
  );
  writeFileSync(
    join(project, LAYER_FOLDER, 'check.js'),
    "if (require('ms')('2 days') !== 172800000) throw new Error('no ms');\n",
  );
}

/**
 * Adds a package to the lock file of a layer.
 *
 * @param folder the layer's folder
 * @param spec what npm is to install
 * @param env the variables of npm
 */
export function addToLayer(folder: string, spec: string, env: NodeJS.ProcessEnv = {}): void {
  const npm = ['install', '--package-lock-only', '--no-audit', '--no-fund', '--ignore-scripts', spec];
  run(folder, 'npm', npm, env);
}
