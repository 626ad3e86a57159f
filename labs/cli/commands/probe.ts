import { UsageError } from '../../../blueprints/errors';
import { stageOf } from '../../../blueprints/stages';
import { localEnvironment } from '../../engine/emulator/environment';
import { installClients } from '../../engine/emulator/installation';
import { type LabOptions, Project } from '../lab/project';
import { localTarget, noEmulator } from '../local/target';
import { exitCodes, Output } from '../output';
import { type ProbeEvent, type ProbeResult, probe as runProbes } from '../probing';

/** The flags of `atelier probe`. */
export interface ProbeOptions extends LabOptions {
  /** The endpoint of an emulator. @default - AWS_ENDPOINT_URL, or the kit's own emulator */
  readonly endpoint?: string;
  /** The stage whose stack is looked at. @default - the first one */
  readonly stage?: string;
}

/**
 * `atelier probe`: whether what is deployed keeps the promises of the pattern, seen from outside by the clients of AWS. In a
 * lab the promises of the steps that are done count. With `--json`: `{ endpoint, stack, passed, probes: [{ name, step, passed,
 * seconds, seen, wanted }] }`.
 *
 * @param options how to print, the folder, and what to look at
 * @returns the exit code: 0 when all promises are kept, else 1
 * @throws UsageError when no emulator runs, or the project has no such stage; EnvironmentError when the stack is not there
 */
export async function probe(options: ProbeOptions): Promise<number> {
  const output = new Output(options);
  const project = Project.open(options, output);
  const target = await localTarget(options.endpoint);
  if (!target) {
    throw noEmulator();
  }
  const stack = stackOf(project, options.stage);
  const steps = project.pattern.steps.map(({ id }) => id).filter((id) => project.isDone(id));
  const modules = await installClients((text) => output.progress(text));
  output.print(`${output.paint('strong', stack)}  at ${target.endpoint}`, '');
  const task = { pattern: project.pattern.id, stack, steps };
  const results = await runProbes(task, localEnvironment(target.endpoint), modules, (event) => show(output, event));
  const passed = results.every((one) => one.passed);
  output.document({ endpoint: target.endpoint, stack, passed, probes: results });
  output.print('', summary(output, results));
  return passed ? exitCodes.done : exitCodes.checkFailed;
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
