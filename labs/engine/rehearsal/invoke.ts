import { existsSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
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

/** What a function has in seconds whose template says nothing: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html */
const SECONDS = 3;

/** How long a call may take besides its function, in milliseconds: Node.js starts, and artifacts are put into the emulator. */
const AROUND = 60_000;

/** How the files of Lambda's Node.js end, in the order in which it looks for them. */
const ENDINGS = ['.js', '.mjs', '.cjs'];

/**
 * Calls functions of Node.js with jobs, their clients aimed at an emulator.
 *
 * @param options where
 */
export function invokeAt({ assembly, scratch, endpoint, modules, program, ...options }: InvokeOptions): Invoke {
  return async ({ function: target, env, parameters, artifacts }) => {
    const notRehearsed = refusalOf(assembly, target);
    if (notRehearsed) {
      return { notRehearsed, variables: {} };
    }
    const handler = assembly.text(assembly.property(target, 'Handler'));
    const point = handler.lastIndexOf('.');
    const call: Call = {
      file: fileOf(join(options.assemblyFolder, String(codeOf(assembly, target)), handler.slice(0, point))),
      handler: handler.slice(point + 1),
      parameters,
      artifacts,
      seconds: assembly.number(target, 'Timeout') ?? SECONDS,
    };
    linkModules(modules, options.assemblyFolder);
    const child = startChild(process.execPath, [program], {
      env: { ...env, ...rehearsalEnvironment(scratch, endpoint), NODE_PATH: modules, NODE_NO_WARNINGS: '1' },
      timeout: call.seconds * 1000 + AROUND,
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

/** Why a function can't be called here, if it can't. */
function refusalOf(assembly: Assembly, target: Resource): string | undefined {
  const runtime = assembly.property(target, 'Runtime');
  if (!String(runtime).startsWith('nodejs')) {
    return `its function is of ${runtime ? assembly.text(runtime) : 'an image'}, and only Node.js is called here`;
  }
  return codeOf(assembly, target) === undefined ? `the code of ${target.name} is not in the assembly` : undefined;
}

/** Modules for `import` do not heed NODE_PATH: they look in the folders above. */
function linkModules(modules: string, assemblyFolder: string): void {
  const link = join(assemblyFolder, 'node_modules');
  if (!existsSync(link)) {
    symlinkSync(modules, link, 'junction');
  }
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
function codeOf(assembly: Assembly, { stack, logicalId }: Resource): string | undefined {
  const path = dig(assembly.stacks.get(stack)?.template, 'Resources', logicalId, 'Metadata', 'aws:asset:path');
  return typeof path === 'string' ? path : undefined;
}

/** The file of a module, whatever its kind. */
function fileOf(path: string): string {
  const file = ENDINGS.map((ending) => path + ending).find((one) => existsSync(one));
  if (!file) {
    throw new Error(`the code of the function has no module ${basename(path)}`);
  }
  return file;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
