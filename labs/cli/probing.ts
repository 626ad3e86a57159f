import { join } from 'node:path';
import { EnvironmentError } from '../../blueprints/errors';
import { startChild } from '../engine/child';
import type { Json } from '../engine/json';

/** What is to be probed. */
export interface ProbeTask {
  /** The folder of the pattern's package. */
  readonly root: string;
  /** The pattern's id. */
  readonly pattern: string;
  /** The name of the stack. */
  readonly stack: string;
  /** The ids of the steps whose promises count. */
  readonly steps: readonly string[];
  /** The folder of the assembly that it was deployed from. */
  readonly assembly: string;
}

/** A stack that is to be emptied, as its README says it, before it is removed. */
export interface EmptyTask extends Omit<ProbeTask, 'steps'> {
  readonly empties: true;
}

/** What is to be found out before that: where a stack is. */
export type PlaceTask = Pick<ProbeTask, 'stack'>;

/** How a probe ended. */
export interface ProbeResult {
  readonly name: string;
  /** The step that it belongs to. */
  readonly step: string;
  readonly passed: boolean;
  readonly seconds: number;
  /** What was seen. @default - it passed */
  readonly seen?: string;
  /** What is wanted. @default - it passed */
  readonly wanted?: string;
}

/** An account of AWS, and a Region of it. */
export interface Identity {
  readonly account: string;
  readonly region: string;
}

/** A stack in AWS. */
export interface Place extends Identity {
  /** The template that it was deployed from. */
  readonly template: Json;
}

/** What the process that probes tells, a document a line. */
export type ProbeEvent =
  | ({ readonly event: 'identity' } & Identity)
  | { readonly event: 'template'; readonly template: Json }
  | { readonly event: 'begin'; readonly name: string }
  | ({ readonly event: 'end' } & ProbeResult)
  | { readonly event: 'error'; readonly message: string };

/** Where the clients of AWS lead, and where they are. */
export interface Clients {
  /** The variables of the process. */
  readonly env: NodeJS.ProcessEnv;
  /** The folder that holds the clients. */
  readonly modules: string;
}

/** The program that probes. */
const PROBER = join(__dirname, 'prober.js');

/**
 * Looks at what is deployed, in a child process that has the clients of AWS.
 *
 * @param task what is to be probed
 * @param clients where they lead
 * @param tell is told of each event as it comes
 * @throws EnvironmentError when the stack is not there, or nobody answers
 */
export async function probe(
  task: ProbeTask,
  clients: Clients,
  tell: (event: ProbeEvent) => void,
): Promise<ProbeResult[]> {
  const results: ProbeResult[] = [];
  const failure = await runProber(task, clients, (event) => {
    tell(event);
    if (event.event === 'end') {
      const { event: _, ...result } = event;
      results.push(result);
    }
  });
  if (failure) {
    throw notThere(task.stack, failure);
  }
  return results;
}

/**
 * Where a stack is that clients of AWS look at.
 *
 * @param task the stack
 * @param clients where they lead
 * @throws EnvironmentError when there are no credentials, or they have expired, and when there is no such stack
 */
export async function locate(task: PlaceTask, clients: Clients): Promise<Place> {
  const told: ProbeEvent[] = [];
  const failure = await runProber(task, clients, (event) => told.push(event));
  const identity = told.find((one) => one.event === 'identity');
  const template = told.find((one) => one.event === 'template');
  if (!identity) {
    throw new EnvironmentError(`AWS does not say whose account this is: ${failure}; log in, aws sso login for example`);
  }
  if (!template) {
    throw notThere(task.stack, failure);
  }
  return { account: identity.account, region: identity.region, template: template.template };
}

function notThere(stack: string, failure: string | undefined): EnvironmentError {
  return new EnvironmentError(`the stack ${stack} can't be looked at: ${failure}; is it deployed?`);
}

async function runProber(
  task: ProbeTask | PlaceTask,
  { env, modules }: Clients,
  tell: (event: ProbeEvent) => void,
): Promise<string | undefined> {
  let failure: string | undefined;
  const child = startChild(process.execPath, ['--no-warnings', PROBER], {
    env: { ...env, NODE_PATH: modules },
    waits: true,
    onLine: (line) => {
      const event = JSON.parse(line) as ProbeEvent;
      if (event.event === 'error') {
        failure = event.message;
      } else {
        tell(event);
      }
    },
  });
  child.go(JSON.stringify(task));
  const { code, stderr } = await child.ended;
  return code === 0 ? undefined : (failure ?? stderr.trim().split('\n')[0]);
}
