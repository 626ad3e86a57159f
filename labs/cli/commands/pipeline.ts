import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../../blueprints/errors';
import type { Assembly } from '../../engine/assembly';
import { localEnvironment } from '../../engine/emulator/environment';
import { installClients } from '../../engine/emulator/installation';
import { invokeAt } from '../../engine/rehearsal/invoke';
import { type PipelineAction, pipelinesOf } from '../../engine/rehearsal/pipelines';
import { type ActionResult, rehearse as runRehearsal } from '../../engine/rehearsal/rehearse';
import { synthesize } from '../../engine/synth';
import { type LabOptions, Project } from '../lab/project';
import { localTarget } from '../local/target';
import { exitCodes, type Mark, Output } from '../output';

/** The flags of `atelier pipeline rehearse`. */
export interface RehearseOptions extends LabOptions {
  /** Keeps the folder with all that was made. @default false */
  readonly keep?: boolean;
}

const MARKS: Readonly<Record<ActionResult['outcome'], Mark>> = {
  passed: 'pass',
  failed: 'fail',
  'not-rehearsed': 'skip',
};

/**
 * `atelier pipeline rehearse`: runs the pipelines of the project on this machine, before anybody pays for it. Builds run their
 * buildspec in scratch folders, functions are called where an emulator runs; what would change AWS is never run, and named.
 * With `--json`: `{ passed, folder, actions: [{ pipeline, stage, action, outcome, why, phases, artifacts, variables, seconds }] }`,
 * where `outcome` is `passed`, `failed` or `not-rehearsed`, and `folder` has the artifacts, with `--keep`, or is null.
 *
 * @param action the name of an action, or `<stage>/<action>`; by default all are rehearsed
 * @param options how to print, the folder, and whether what was made is kept
 * @returns the exit code: 0 when no action failed, else 1
 * @throws UsageError when the project has no pipeline or no such action, or can't be synthesized
 */
export async function rehearse(action: string | undefined, options: RehearseOptions): Promise<number> {
  const output = new Output(options);
  const { folder } = Project.open(options, output);
  const scratch = mkdtempSync(join(tmpdir(), 'atelier-rehearsal-'));
  try {
    const assemblyFolder = join(scratch, 'cdk.out');
    const target = await localTarget();
    const env = target ? localEnvironment(target.endpoint) : undefined;
    const assembly = await synthesize(folder, { outdir: assemblyFolder, env });
    checkAction(assembly, action);
    const isOneOfSeveral = pipelinesOf(assembly).length > 1;
    const invoke = target && {
      invoke: invokeAt({
        assembly,
        assemblyFolder,
        scratch,
        endpoint: target.endpoint,
        modules: await installClients((text) => output.progress(text)),
        program: join(__dirname, 'invoker.js'),
      }),
    };
    const results = await runRehearsal({
      folder,
      assembly,
      scratch,
      action,
      endpoint: target?.endpoint,
      ...invoke,
      onLine: (_, line) => output.print(`  ${output.paint('faint', line)}`),
      onEnd: (result) => print(output, result, isOneOfSeveral),
    });
    const passed = results.every(({ outcome }) => outcome !== 'failed');
    output.document({ passed, folder: options.keep ? scratch : null, actions: results });
    if (options.keep) {
      output.print('', `All that was made is in ${scratch}`);
    }
    return passed ? exitCodes.done : exitCodes.checkFailed;
  } finally {
    if (!options.keep) {
      rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
    }
  }
}

function checkAction(assembly: Assembly, action: string | undefined): void {
  if (assembly.error) {
    throw new UsageError(`the project can't be synthesized: ${assembly.error}`, {
      option: 'folder',
      given: assembly.errorWhere,
      allowed: 'a project that builds',
      example: 'npx projen build',
    });
  }
  const actions = pipelinesOf(assembly).flatMap((pipeline) => pipeline.actions);
  if (actions.length === 0) {
    throw new UsageError('the project has no pipeline', {
      option: 'folder',
      allowed: 'a project whose app has an AWS::CodePipeline::Pipeline',
      example: 'atelier list',
    });
  }
  const known = actions.map(({ name }) => name);
  if (action !== undefined && !known.includes(action) && !actions.some((one) => pathOf(one) === action)) {
    throw new UsageError(`the pipeline has no action ${JSON.stringify(action)}`, {
      option: 'action',
      given: action,
      allowed: [...new Set(actions.map(pathOf))].join(', '),
      choices: known,
      example: `atelier pipeline rehearse ${known.at(-1)}`,
    });
  }
}

function pathOf({ stage, name }: PipelineAction): string {
  return `${stage}/${name}`;
}

/** @param isOneOfSeveral whether the app has further pipelines, so that this one is named */
function print(output: Output, result: ActionResult, isOneOfSeveral: boolean): void {
  const { pipeline, stage, action, outcome, why, artifacts, variables, seconds } = result;
  const made = artifacts.map(({ name, files, bytes }) => `${name}: ${files} files, ${sizeOf(bytes)}`);
  const said = [
    ...(why ? [why] : []),
    ...made,
    ...Object.entries(variables).map(([name, value]) => `${name} ${value}`),
  ];
  const time = outcome === 'not-rehearsed' ? '' : output.paint('faint', `${seconds.toFixed(1)} s`);
  const of = isOneOfSeveral ? output.paint('faint', `  ${pipeline}`) : '';
  output.print(`${output.mark(MARKS[outcome])} ${output.paint('strong', `${stage}/${action}`)}${of}  ${time}`);
  for (const line of said) {
    output.print(`    ${line}`);
  }
}

function sizeOf(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
