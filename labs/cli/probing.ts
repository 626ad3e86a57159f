import { join } from 'node:path';
import { EnvironmentError } from '../../blueprints/errors';
import { startChild } from '../engine/child';

/** What is to be probed. */
export interface ProbeTask {
  /** The pattern's id. */
  readonly pattern: string;
  /** The name of the stack. */
  readonly stack: string;
  /** The ids of the steps whose promises count. */
  readonly steps: readonly string[];
}

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

/** What the process that probes tells, a document a line. */
export type ProbeEvent =
  | { readonly event: 'begin'; readonly name: string }
  | ({ readonly event: 'end' } & ProbeResult)
  | { readonly event: 'error'; readonly message: string };

/** The program that probes. */
const PROBER = join(__dirname, 'prober.js');

/**
 * Looks at what is deployed, in a child process that has the clients of AWS.
 *
 * @param task what is to be probed
 * @param env its variables: where the clients lead
 * @param modules the folder with the clients of AWS
 * @param tell is told of each event as it comes
 * @throws EnvironmentError when the stack is not there, or nobody answers
 */
export async function probe(
  task: ProbeTask,
  env: NodeJS.ProcessEnv,
  modules: string,
  tell: (event: ProbeEvent) => void,
): Promise<ProbeResult[]> {
  const results: ProbeResult[] = [];
  let failure: string | undefined;
  const child = startChild(process.execPath, ['--no-warnings', PROBER], {
    env: { ...env, NODE_PATH: modules },
    waits: true,
    onLine: (line) => {
      const event = JSON.parse(line) as ProbeEvent;
      tell(event);
      if (event.event === 'end') {
        const { event: _, ...result } = event;
        results.push(result);
      } else if (event.event === 'error') {
        failure = event.message;
      }
    },
  });
  child.go(JSON.stringify(task));
  const { code, stderr } = await child.ended;
  if (code !== 0) {
    const cause = failure ?? stderr.trim().split('\n')[0];
    throw new EnvironmentError(`the stack ${task.stack} can't be looked at: ${cause}; atelier local deploy deploys it`);
  }
  return results;
}
