import type { Agent } from 'node:https';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

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
