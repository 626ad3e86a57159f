import { text } from 'node:stream/consumers';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Deployed, type ProbeFailure, type StackState } from '../engine/probe';
import { labIn } from '../packages';
import type { EmptyTask, PlaceTask, ProbeEvent, ProbeTask } from './probing';

/*
 * The program that looks at what is deployed, in a process of its own: its variables decide where, an emulator or AWS, and
 * the clients of AWS are installed apart from the kit. It reads a task from standard input and tells what happens, a document
 * a line.
 */

async function main(): Promise<void> {
  const task = JSON.parse(await text(process.stdin)) as ProbeTask | EmptyTask | PlaceTask;
  if ('steps' in task) {
    return probe(task);
  }
  return 'empties' in task ? empty(task) : locate(task);
}

async function empty({ root, pattern, stack, assembly }: EmptyTask): Promise<void> {
  const probes = await (await labIn(root, pattern)).probes();
  await probes.empty?.(new Deployed({ ...(await stateOf(stack)), assembly }));
}

/** Whose account the clients act in, and where, and what the stack is there. */
async function locate({ stack }: PlaceTask): Promise<void> {
  const client = new STSClient({});
  const { Account = '' } = await client.send(new GetCallerIdentityCommand({}));
  tell({ event: 'identity', account: Account, region: await client.config.region() });
  const template = await new CloudFormationClient({}).send(new GetTemplateCommand({ StackName: stack }));
  tell({ event: 'template', template: JSON.parse(template.TemplateBody ?? '{}') });
}

async function probe({ root, pattern, stack, steps, assembly }: ProbeTask): Promise<void> {
  const { probes } = await (await labIn(root, pattern)).probes();
  const wanted = probes.filter(({ step }) => steps.includes(step));
  const deployed = new Deployed({ ...(await stateOf(stack)), assembly });
  for (const { name, step, run } of wanted) {
    tell({ event: 'begin', name });
    const start = performance.now();
    const failure = await run(deployed).then(
      () => undefined,
      (error) => error,
    );
    const seconds = Number(((performance.now() - start) / 1000).toFixed(2));
    tell({ event: 'end', name, step, passed: !failure, seconds, ...(failure ? told(failure) : {}) });
  }
}

async function stateOf(name: string): Promise<Omit<StackState, 'assembly'>> {
  const client = new CloudFormationClient({});
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
  const outputs = (Stacks[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]);
  const resources = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName: name })) {
    for (const { LogicalResourceId, PhysicalResourceId, ResourceType } of StackResourceSummaries) {
      resources.push({
        logicalId: LogicalResourceId ?? '',
        physicalId: PhysicalResourceId ?? '',
        type: ResourceType ?? '',
      });
    }
  }
  return { name, outputs: Object.fromEntries(outputs), resources };
}

/** What was seen and what is wanted; what fails otherwise has seen an error. */
function told(error: Error | ProbeFailure): { readonly seen: string; readonly wanted: string } {
  // Not by its class: the probes of a pattern are bundled with one of their own.
  return 'seen' in error
    ? { seen: error.seen, wanted: error.wanted }
    : { seen: `${error.name}: ${error.message}`, wanted: 'an answer' };
}

function tell(event: ProbeEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

main().catch((error: Error) => {
  tell({ event: 'error', message: `${error.name}: ${error.message}`.replace(/\s+/g, ' ') });
  process.exitCode = 1;
});
