import { existsSync, readFileSync, statSync } from 'node:fs';
import {
  type Deployment,
  type DeploymentOptions,
  deploy as deployTo,
  synthesisOptions,
} from '../../engine/deployment/deploy';
import { logFile, resetEmulator, runningEmulator, startEmulator, stopEmulator } from '../../engine/emulator/emulator';
import { SpareSynthesis } from '../../engine/spare';
import { labOf } from '../../packages';
import { type LabOptions, Project } from '../lab/project';
import { localTarget, noEmulator, type Target } from '../local/target';
import { exitCodes, Output, type OutputOptions } from '../output';
import { watchSources } from '../watching';

/** The flags of `atelier local start`. */
export interface StartOptions extends OutputOptions {
  /** Runs it by Docker. @default - by a Python of this machine */
  readonly docker?: boolean;
}

/**
 * `atelier local start`: starts the emulator on this machine, and installs it where it is not. With `--json`: `{ endpoint,
 * pid, version, started }`.
 *
 * @param options how to print, and by what it runs
 * @returns the exit code: 0
 * @throws EnvironmentError when it can't be installed or started
 */
export async function start(options: StartOptions): Promise<number> {
  const output = new Output(options);
  const emulator = await startEmulator((text) => output.progress(text), options.docker ? 'docker' : 'python');
  output.document(emulator);
  output.print(
    `${output.mark('pass')} the emulator runs at ${output.paint('accent', emulator.endpoint)}`,
    '',
    `  ${output.paint('accent', 'npx serverless-atelier local deploy')}   deploys the project to it`,
    `  ${output.paint('accent', 'npx serverless-atelier probe')}          looks whether it keeps its promises`,
  );
  return exitCodes.done;
}

/**
 * `atelier local stop`: ends the emulator, and forgets all that was deployed to it. With `--json`: `{ stopped }`.
 *
 * @param options how to print
 * @returns the exit code: 0, whether one ran or not
 */
export async function stop(options: OutputOptions): Promise<number> {
  const output = new Output(options);
  const stopped = await stopEmulator();
  output.document({ stopped });
  output.print(`${output.mark('pass')} ${stopped ? 'the emulator has ended' : 'no emulator runs'}`);
  return exitCodes.done;
}

/**
 * `atelier local status`: whether the emulator runs, and where. With `--json`: `{ running, endpoint, pid, version, started }`.
 *
 * @param options how to print
 * @returns the exit code: 0 when one runs, else 1
 */
export async function status(options: OutputOptions): Promise<number> {
  const output = new Output(options);
  const emulator = await runningEmulator();
  output.document({ running: emulator !== undefined, ...emulator });
  if (!emulator) {
    output.print(
      `${output.mark('todo')} no emulator runs; ${output.paint('accent', 'npx serverless-atelier local start')}`,
    );
    return exitCodes.checkFailed;
  }
  output.print(`${output.mark('pass')} MiniStack ${emulator.version} runs`, '');
  output.table(
    [
      ['endpoint', emulator.endpoint],
      ['process', String(emulator.pid)],
      ['since', emulator.started],
      ['log', logFile()],
    ],
    ['faint'],
  );
  return exitCodes.done;
}

/**
 * `atelier local logs`: what the emulator has written into its log, of functions and of itself. With `--json`: `{ log }`.
 *
 * @param options how to print
 * @returns the exit code: 0
 */
export function logs(options: OutputOptions): number {
  const output = new Output(options);
  const text = existsSync(logFile()) && statSync(logFile()).size > 0 ? readFileSync(logFile(), 'utf8').trimEnd() : '';
  output.document({ log: text });
  output.print(text);
  return exitCodes.done;
}

/**
 * `atelier local reset`: lets the emulator forget all that was deployed to it. With `--json`: `{ endpoint }`.
 *
 * @param options how to print
 * @returns the exit code: 0
 * @throws UsageError when none runs
 */
export async function reset(options: OutputOptions): Promise<number> {
  const output = new Output(options);
  const emulator = await runningEmulator();
  if (!emulator) {
    throw noEmulator();
  }
  await resetEmulator(emulator);
  output.document({ endpoint: emulator.endpoint });
  output.print(`${output.mark('pass')} the emulator at ${emulator.endpoint} is empty`);
  return exitCodes.done;
}

/** The flags of `atelier local deploy`. */
export interface DeployOptions extends LabOptions {
  /** Deploys again whenever a source is saved. @default false */
  readonly watch?: boolean;
  /** Whether files are looked at again and again, as network drives need it. @default false */
  readonly poll?: boolean;
}

/**
 * `atelier local deploy`: deploys the project to the emulator, and starts that where it does not run; with `--watch` again for
 * each save. With `--json`: `{ endpoint, stacks: { <name>: { resources, outputs } }, leftOut: [{ stack, logicalId, type, why }],
 * seconds }`, one document a line with `--watch`, or `{ error }`.
 *
 * @param options how to print, the folder, and how to watch
 * @returns the exit code: 0
 * @throws UsageError when the project can't be synthesized; EnvironmentError when the emulator does not take it
 */
export async function deploy(options: DeployOptions): Promise<number> {
  const output = new Output(options);
  const { folder, pattern } = Project.open(options, output);
  const { endpoint } = await started(output);
  const standIns = async () => (await labOf(pattern)).standIns ?? {};
  const target = { folder, endpoint, standIns };
  if (options.watch) {
    return deployEachSave(target, options, output);
  }
  const done = output.progress('Deploying to the emulator');
  const timed = await timedDeployment(target).catch((error) => {
    done('bad');
    throw error;
  });
  done('good');
  output.document(documentOf(timed));
  print(output, timed.deployment);
  return exitCodes.done;
}

/** Deploys for one save after the other; a save during a deployment is deployed after it. */
function deployEachSave(target: DeploymentOptions, options: DeployOptions, output: Output): Promise<number> {
  const synthesis = new SpareSynthesis(target.folder, synthesisOptions(target));
  let isBusy = false;
  let isWaiting = false;
  const again = async (): Promise<void> => {
    isWaiting = isBusy;
    if (isBusy) {
      return;
    }
    isBusy = true;
    await deployOnce({ ...target, synthesis: () => synthesis.run() }, output);
    synthesis.prepare();
    isBusy = false;
    if (isWaiting) {
      await again();
    }
  };
  const { folder } = target;
  const onEnd = (): void => {
    isWaiting = false;
  };
  return watchSources({
    folder,
    poll: options.poll,
    command: 'local deploy --watch',
    output,
    synthesis,
    onSave: again,
    onEnd,
  });
}

async function deployOnce(options: DeploymentOptions, output: Output): Promise<void> {
  try {
    const timed = await timedDeployment(options);
    output.line(documentOf(timed));
    const stacks = Object.keys(timed.deployment.resources).join(', ');
    output.print(`${output.mark('pass')} ${stacks}  ${output.paint('faint', `${timed.seconds.toFixed(1)} s`)}`);
  } catch (error) {
    output.line({ error: (error as Error).message });
    output.print(`${output.mark('fail')} ${(error as Error).message}`);
  }
}

/** What was deployed, and how long it took. */
interface Timed {
  readonly endpoint: string;
  readonly deployment: Deployment;
  /** From the synthesis to the end of the deployment, in tenths. */
  readonly seconds: number;
}

async function timedDeployment(options: DeploymentOptions): Promise<Timed> {
  const begun = Date.now();
  const deployment = await deployTo(options);
  return { endpoint: options.endpoint, deployment, seconds: Math.round((Date.now() - begun) / 100) / 10 };
}

/** The emulator that is named, or the kit's own, which is started. */
async function started(output: Output): Promise<Pick<Target, 'endpoint'>> {
  return (await localTarget()) ?? startEmulator((text) => output.progress(text));
}

function documentOf({ endpoint, deployment, seconds }: Timed): object {
  const { outputs, resources, leftOut } = deployment;
  const stacks = Object.entries(resources).map(([name, count]) => [
    name,
    { resources: count, outputs: outputs[name] ?? {} },
  ]);
  return { endpoint, stacks: Object.fromEntries(stacks), leftOut, seconds };
}

function print(output: Output, { outputs, resources, leftOut }: Deployment): void {
  for (const [stack, count] of Object.entries(resources)) {
    output.print('', `${output.paint('strong', stack)}  ${count} resources`, '');
    output.table(Object.entries(outputs[stack] ?? {}), ['faint']);
  }
  if (leftOut.length > 0) {
    output.print('', 'The emulator has no such resources; they were left out:', '');
    output.table(
      leftOut.map(({ stack, logicalId, type, why }) => [`${stack}/${logicalId}`, type, why]),
      ['warn', 'faint'],
    );
  }
}
