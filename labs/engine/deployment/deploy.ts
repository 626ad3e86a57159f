import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EnvironmentError, UsageError } from '../../../blueprints/errors';
import type { Assembly } from '../assembly';
import { runChild } from '../child';
import { ACCOUNT, localEnvironment, REGION } from '../emulator/environment';
import { entriesAt, type Json, readJson } from '../json';
import { synthesize } from '../synth';
import { cutAssembly, type LeftOut, type StandIns } from './cut';
import { LEFT_OUT, localAssembly } from './local-assembly';

/** What was deployed. */
export interface Deployment {
  /** The outputs of each stack, by its name. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** How many resources each stack has, by its name. */
  readonly resources: Readonly<Record<string, number>>;
  /** What the emulator did not get. */
  readonly leftOut: readonly LeftOut[];
}

/** What to deploy, and where. */
export interface DeploymentOptions {
  /** The project's folder. */
  readonly folder: string;
  /** The emulator's endpoint. */
  readonly endpoint: string;
  /** What the pattern gives an emulator in place of types that it does not know. @default - nothing */
  readonly standIns?: () => Promise<StandIns>;
  /** Synthesizes the project, as `synthesisOptions` say. @default - a process of its own */
  readonly synthesis?: () => Promise<Assembly>;
}

/** How CloudFormation, and emulators after it, refuse resource types. */
const REFUSED = /Unrecognized resource types: \[([^\]]+)\]/;

/** How often types are cut out: each refusal names all at once, but of one stack. */
const MOST_CUTS = 10;

/**
 * Deploys a project to an emulator, with the project's own command line of the CDK: it is synthesized once, bootstrapped where
 * that is missing, and deployed without a change set. Resources of a type that the emulator refuses are cut out of a copy of
 * the assembly, with all that refers to them.
 *
 * @param options what to deploy, and where
 * @throws UsageError when the project can't be synthesized; EnvironmentError when the emulator does not take it
 */
export async function deploy(options: DeploymentOptions): Promise<Deployment> {
  const { folder, endpoint } = options;
  const { outdir: assembly, env } = synthesisOptions(options);
  rmSync(assembly, { recursive: true, force: true });
  mkdirSync(assembly, { recursive: true });
  const made = await (options.synthesis ?? (() => synthesize(folder, { outdir: assembly, env })))();
  if (made.error) {
    const finding = made.findings.find(({ severity }) => severity === 'error');
    const why = finding ? `${finding.rule} at ${finding.construct}: ${finding.description}` : made.error;
    throw new UsageError(`the project can't be synthesized: ${why}`, {
      option: 'folder',
      given: finding?.where ?? made.errorWhere,
      allowed: 'a project that npx projen synth takes',
      example: 'npx projen synth',
    });
  }
  await bootstrap(folder, endpoint, made);
  const leftOut = await deployUntilTaken(options, assembly, env);
  writeFileSync(join(assembly, LEFT_OUT), JSON.stringify(leftOut));
  const outputs = readJson(join(assembly, OUTPUTS));
  return {
    outputs: Object.fromEntries(entriesAt(outputs)) as Deployment['outputs'],
    resources: countResources(assembly, made),
    leftOut,
  };
}

/**
 * How a project is synthesized for an emulator.
 *
 * @param options what is deployed, and where
 */
export function synthesisOptions({ folder, endpoint }: DeploymentOptions) {
  return { outdir: localAssembly(folder), env: localEnvironment(endpoint) };
}

const OUTPUTS = 'atelier-outputs.json';

async function deployUntilTaken(
  { folder, standIns }: DeploymentOptions,
  assembly: string,
  env: NodeJS.ProcessEnv,
): Promise<LeftOut[]> {
  const types = new Set<string>();
  const leftOut: LeftOut[] = [];
  for (let cuts = 0; cuts < MOST_CUTS; cuts += 1) {
    const flags = ['--require-approval', 'never', '--method', 'direct', '--outputs-file', join(assembly, OUTPUTS)];
    const { code, stdout, stderr } = await cdk(folder, ['deploy', '--all', '--app', assembly, ...flags], env);
    if (code === 0) {
      return leftOut;
    }
    const refused = REFUSED.exec(stderr + stdout)?.[1].split(', ') ?? [];
    if (refused.every((type) => types.has(type))) {
      throw new EnvironmentError(`the emulator did not take the app: ${causeIn(stderr + stdout)}`);
    }
    for (const type of refused) {
      types.add(type);
    }
    leftOut.push(...cutAssembly(assembly, types, (await standIns?.()) ?? {}));
  }
  throw new EnvironmentError('the emulator refused more and more resource types of the app');
}

/**
 * Destroys what was deployed.
 *
 * @param options what, and where
 * @throws EnvironmentError when it can't be destroyed
 */
export async function destroy({ folder, endpoint }: DeploymentOptions): Promise<void> {
  const assembly = localAssembly(folder);
  if (!existsSync(join(assembly, 'manifest.json'))) {
    return;
  }
  const { code, stdout, stderr } = await cdk(
    folder,
    ['destroy', '--all', '--force', '--app', assembly],
    localEnvironment(endpoint),
  );
  if (code !== 0) {
    throw new EnvironmentError(`the emulator did not destroy the app: ${causeIn(stderr + stdout)}`);
  }
}

/** Bootstraps every environment of the app that has not been. */
async function bootstrap(folder: string, endpoint: string, made: Assembly): Promise<void> {
  const environments = new Set([...made.stacks.values()].map(({ environment }) => environmentOf(environment)));
  for (const environment of environments) {
    const [account, region] = environment.split('/');
    if (await isBootstrapped(endpoint, account, region)) {
      continue;
    }
    // Somewhere without an app: what is bootstrapped needs none.
    const env = localEnvironment(endpoint, account, region);
    const { code, stdout, stderr } = await cdk(folder, ['bootstrap', `aws://${environment}`], env, env.HOME);
    if (code !== 0) {
      throw new EnvironmentError(`the emulator could not be bootstrapped: ${causeIn(stderr + stdout)}`);
    }
  }
}

/** `account/region` of a stack's `aws://account/region`, in which either may be unknown. */
function environmentOf(environment: string): string {
  const [account, region] = environment.replace('aws://', '').split('/');
  return `${/^\d{12}$/.test(account) ? account : ACCOUNT}/${!region || region.startsWith('unknown') ? REGION : region}`;
}

async function isBootstrapped(endpoint: string, account: string, region: string): Promise<boolean> {
  // An emulator checks no signature: what names account and Region is enough.
  const key = account === ACCOUNT ? 'test' : account;
  const credential = `Credential=${key}/20260101/${region}/cloudformation/aws4_request`;
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'Action=DescribeStacks&StackName=CDKToolkit&Version=2010-05-15',
  }).catch(() => {
    throw new EnvironmentError(`no emulator answers at ${endpoint}; atelier local start`);
  });
  return answer.ok;
}

async function cdk(folder: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd = folder) {
  const { resolve } = createRequire(join(folder, 'package.json'));
  const bin = join(dirname(resolve('aws-cdk/package.json')), 'bin', 'cdk');
  return runChild(process.execPath, ['--no-warnings', bin, ...args], { cwd, env });
}

/** What the CDK says of a resource, or of an asset, that failed. */
const CAUSE = /(?:^‣|^\S+: fail:)\s*(.+)/;

/** The line of the CDK's output that says what failed. */
function causeIn(output: string): string {
  const lines = output.split('\n').map((line) => line.replace(/\u001b\[[\d;]*m/g, '').trim());
  const [failed] = lines.flatMap((line) => CAUSE.exec(line)?.[1] ?? []);
  return failed ?? lines.filter(Boolean).at(-1) ?? 'it said nothing';
}

function countResources(assembly: string, made: Assembly): Record<string, number> {
  return Object.fromEntries(
    [...made.stacks.keys()].map((stack) => {
      const file = join(assembly, `${stack}.template.json`);
      const template: Json = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
      return [stack, entriesAt(template, 'Resources').length];
    }),
  );
}
