import { join } from 'node:path';
import { UsageError } from '../../../blueprints/errors';
import { packageOf } from '../../../blueprints/pattern';
import { stageOf } from '../../../blueprints/stages';
import { Assembly } from '../../engine/assembly';
import { resourcesOf } from '../../engine/assembly-folder';
import { hourlyCost } from '../../engine/cost';
import { leftOutLocally, localAssembly } from '../../engine/deployment/local-assembly';
import { localEnvironment } from '../../engine/emulator/environment';
import { installClients } from '../../engine/emulator/installation';
import type { Json } from '../../engine/json';
import { allPrices, PRICE_REGION, type Prices } from '../../engine/prices';
import { labOf } from '../../packages';
import { type LabOptions, Project } from '../lab/project';
import { localTarget, noEmulator } from '../local/target';
import { canAsk, exitCodes, Output } from '../output';
import { type Clients, locate, type ProbeEvent, type ProbeResult, probe as runProbes } from '../probing';

/** The flags of `atelier probe`. */
export interface ProbeOptions extends LabOptions {
  /** The endpoint of an emulator. @default - AWS_ENDPOINT_URL, or the kit's own emulator */
  readonly endpoint?: string;
  /** The stage whose stack is looked at. @default - the first one */
  readonly stage?: string;
  /** Looks at AWS, with the credentials of the user's environment. @default false */
  readonly aws?: boolean;
  /** Asks nothing before AWS is looked at. @default false */
  readonly yes?: boolean;
}

/**
 * `atelier probe`: whether what is deployed keeps the promises of the pattern, seen from outside by the clients of AWS. In a
 * lab the promises of the steps that are done count. With `--json`: `{ endpoint, stack, passed, leftOut, probes: [{ name, step,
 * passed, seconds, seen, wanted }] }`, without an endpoint on AWS; `leftOut` names what the emulator did not get.
 *
 * @param options how to print, the folder, and what to look at
 * @returns the exit code: 0 when all promises are kept, else 1
 * @throws UsageError when no emulator runs, or the project has no such stage; EnvironmentError when the stack is not there
 */
export async function probe(options: ProbeOptions): Promise<number> {
  const output = new Output(options);
  const project = Project.open(options, output);
  const stack = stackOf(project, options.stage);
  const target = options.aws ? undefined : ((await localTarget(options.endpoint)) ?? refuse(noEmulator()));
  const modules = await installClients((text) => output.progress(text));
  const env = target ? localEnvironment(target.endpoint) : process.env;
  const clients = { env, modules };
  const place =
    target?.endpoint ??
    (await placeInAws(clients, { stack, prices: (await labOf(project.pattern)).prices }, options, output));
  const steps = project.pattern.steps.map(({ id }) => id).filter((id) => project.isDone(id));
  output.print(`${output.paint('strong', stack)}  at ${place}`, '');
  const assembly = target ? localAssembly(project.folder) : join(project.folder, 'cdk.out');
  const { pattern } = project;
  const task = { root: packageOf(pattern).root, pattern: pattern.id, stack, steps, assembly };
  const results = await runProbes(task, clients, (event) => show(output, event));
  const passed = results.every((one) => one.passed);
  const leftOut = target ? leftOutLocally(project.folder, stack) : [];
  output.document({ endpoint: target?.endpoint ?? null, stack, passed, leftOut, probes: results });
  output.print('', summary(output, results));
  if (!passed && leftOut.length > 0) {
    output.print(
      output.paint('warn', `the emulator was deployed to without ${leftOut.join(', ')}: a promise may need it`),
    );
  }
  return passed ? exitCodes.done : exitCodes.checkFailed;
}

/** A stack, and the prices that its pattern's lab knows besides the kit's. */
interface Priced {
  readonly stack: string;
  readonly prices?: Prices;
}

/** Says where in AWS it is about to act and what that costs, and asks whether it may. */
async function placeInAws(
  clients: Clients,
  { stack, prices }: Priced,
  options: ProbeOptions,
  output: Output,
): Promise<string> {
  const { account, region, template } = await locate({ stack }, clients);
  const place = `account ${account}, ${region}`;
  output.print(...costLines(stack, template, prices), '');
  if (options.yes) {
    return place;
  }
  if (!canAsk(options)) {
    throw new UsageError(`probing ${stack} sends messages to the queues and functions of ${place}`, {
      option: 'yes',
      allowed: 'a terminal that can be asked in, or --yes',
      example: 'atelier probe --aws --yes',
    });
  }
  const { askToGoOn } = await import('../prompts');
  if (!(await askToGoOn(`Send messages to ${stack} in ${place}? What it does there is billed.`, output.plain))) {
    throw new UsageError('nothing was probed', { example: 'atelier local deploy' });
  }
  return place;
}

/** What a stack costs by the hour, at the prices of one Region: the others differ somewhat. */
function costLines(stack: string, template: Json, prices?: Prices): string[] {
  const assembly = new Assembly({ resources: resourcesOf(stack, template) });
  const { usd, besides } = hourlyCost(assembly, allPrices(prices));
  const sum = `${stack} costs $${usd.toFixed(3)} an hour while idle, before what is free (prices of ${PRICE_REGION}), and:`;
  return [sum, '', ...[...besides, 'some requests of each probe'].map((one) => `  - ${one}`)];
}

function refuse(error: Error): never {
  throw error;
}

/** The stack of a stage: it is named after the project and the stage. */
function stackOf({ values }: Project, named: string | undefined): string {
  const stages = (values.stages as readonly string[]).map((stage) => stageOf(stage).name);
  const stage = named ?? stages[0];
  if (!stages.includes(stage)) {
    throw new UsageError(`--stage can't be ${JSON.stringify(named)}`, {
      option: 'stage',
      given: named,
      choices: stages,
      example: `--stage ${stages[0]}`,
    });
  }
  return `${values.name}-${stage}`;
}

function show(output: Output, event: ProbeEvent): void {
  if (event.event !== 'end') {
    return;
  }
  const { name, passed, seconds, seen, wanted } = event;
  output.print(`${output.mark(passed ? 'pass' : 'fail')} ${name}  ${output.paint('faint', `${seconds.toFixed(1)} s`)}`);
  if (!passed) {
    output.print(`    seen:    ${seen}`, `    wanted:  ${wanted}`);
  }
}

function summary(output: Output, results: readonly ProbeResult[]): string {
  const kept = results.filter(({ passed }) => passed).length;
  const text = `${kept} of ${results.length} promises are kept`;
  return output.paint(kept === results.length ? 'good' : 'bad', text);
}
