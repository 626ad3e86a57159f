import { join } from 'node:path';
import type { Assembly, Resource } from '../assembly';
import { startChild } from '../child';
import { dig } from '../json';
import { rehearsalEnvironment } from './environment';
import type { Call, Report } from './invoker';
import type { Invoke } from './rehearse';

/** Where functions are called. */
export interface InvokeOptions {
  /** The assembly, and its folder. */
  readonly assembly: Assembly;
  readonly assemblyFolder: string;
  /** The folder of the rehearsal. */
  readonly scratch: string;
  /** The emulator's endpoint. */
  readonly endpoint: string;
  /** The folder with the clients of AWS. */
  readonly modules: string;
  /** The program that calls a function. */
  readonly program: string;
}

/** How long a function may take, in milliseconds: what CodePipeline waits is 20 minutes. */
const TIMEOUT = 5 * 60_000;

/**
 * Calls functions of Node.js with jobs, their clients aimed at an emulator.
 *
 * @param options where
 */
export function invokeAt({ assembly, scratch, endpoint, modules, program, ...options }: InvokeOptions): Invoke {
  return async ({ function: target, env, parameters, artifacts }) => {
    const [file, handler] = assembly.text(assembly.property(target, 'Handler')).split('.');
    const code = join(options.assemblyFolder, codeOf(assembly, target), `${file}.js`);
    const call: Call = { file: code, handler, parameters, artifacts };
    const child = startChild(process.execPath, [program], {
      env: { ...env, ...rehearsalEnvironment(scratch, endpoint), NODE_PATH: modules, NODE_NO_WARNINGS: '1' },
      timeout: TIMEOUT,
      waits: true,
    });
    child.go(JSON.stringify(call));
    const { code: exit, stdout, stderr } = await child.ended;
    if (exit !== 0) {
      return { failure: lastLine(stderr) || `the function ended with ${exit}`, variables: {} };
    }
    return reported(JSON.parse(stdout) as Report[]);
  };
}

/** What a job came to: CodePipeline waits for one report, of success or of failure. */
function reported(reports: readonly Report[]) {
  const [last] = reports.slice(-1);
  if (!last) {
    return { failure: 'it reported nothing, so that the action would wait for twenty minutes', variables: {} };
  }
  const { failureDetails, outputVariables = {} } = last.input as {
    failureDetails?: { message?: string };
    outputVariables?: Record<string, string>;
  };
  const isFailure = last.operation === 'PutJobFailureResult';
  return { ...(isFailure ? { failure: String(failureDetails?.message) } : {}), variables: outputVariables };
}

/** The folder of a function's code in the assembly. */
function codeOf(assembly: Assembly, { stack, logicalId, name }: Resource): string {
  const path = dig(assembly.stacks.get(stack)?.template, 'Resources', logicalId, 'Metadata', 'aws:asset:path');
  if (typeof path !== 'string') {
    throw new Error(`the code of ${name} is not in the assembly`);
  }
  return path;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
