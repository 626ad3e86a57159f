import type { Agent } from 'node:https';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { ECSClient, ListTasksCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

/** How clients of AWS reach an emulator. */
export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Whose certificates are trusted besides. @default - nobody's */
  readonly requestHandler?: { readonly httpsAgent: Agent };
}

/**
 * How clients of AWS reach an emulator.
 *
 * @param endpoint the emulator's endpoint
 */
export function clientConfig(endpoint: string): ClientConfig {
  return { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
}

/**
 * The outputs of a stack, by name.
 *
 * @param config how the emulator is reached
 * @param StackName the stack's name
 */
export async function outputsOf(config: ClientConfig, StackName: string): Promise<Readonly<Record<string, string>>> {
  const { Stacks = [] } = await new CloudFormationClient(config).send(new DescribeStacksCommand({ StackName }));
  return Object.fromEntries(
    (Stacks[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
}

/** What the README of a pattern says to do before its stack is removed, by the pattern's id. */
export const emptyings: Readonly<Record<string, (config: ClientConfig, stack: string) => Promise<void>>> = {
  'dynamic-subscriptions': stopTasks,
};

/** The emulator tells of no change of a task: what ECS would tell of those that are stopped is told here. */
async function stopTasks(config: ClientConfig, stack: string): Promise<void> {
  const { ClusterName: cluster, ServiceName: service, StopName: FunctionName } = await outputsOf(config, stack);
  const ecs = new ECSClient(config);
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName: service }));
  await ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 0 }));
  const lambda = new LambdaClient(config);
  for (const taskArn of taskArns) {
    const Payload = Buffer.from(JSON.stringify({ detail: { taskArn, version: 1_000 } }));
    await lambda.send(new InvokeCommand({ FunctionName, Payload }));
  }
}
