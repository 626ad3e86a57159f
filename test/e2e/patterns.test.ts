import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { ECSClient, ListClustersCommand } from '@aws-sdk/client-ecs';
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { patterns } from '../../blueprints/catalog';
import type { Pattern } from '../../blueprints/pattern';
import { destroy } from '../../labs/engine/deployment/deploy';
import { localAssembly } from '../../labs/engine/deployment/local-assembly';
import { localEnvironment } from '../../labs/engine/emulator/environment';
import { type Command, readLab } from '../../labs/engine/lab-text';
import { run, tryInTerminal } from '../support/commands';
import { drawn } from '../support/shared';
import { clientConfig } from './clients';
import { createProject, documentOf, empty, type Machine, machine } from './support';

/*
 * Every pattern that has probes: generated from the packed kit, deployed to the emulator by the CDK's own command line, looked
 * at from outside by the clients of AWS, and destroyed. The first one is deployed twice, as two stages side by side.
 */

interface Row {
  readonly pattern: string;
  readonly resources: number;
  readonly leftOut: number;
  readonly probes: string;
  readonly seconds: number;
}

/** The CDK asks before it grants rights, and before it destroys; a reader says yes. */
const YES = [['(y/n)', 'y\r']] as const;

/** How many patterns are also looked at as on AWS, deployed twice, and deployed and destroyed by the commands of their labs. */
const DRAWN = 2;

const rows: Row[] = [];
let here: Machine;
let endpoint: string;

/** The commands of a lab that deploy: no other test runs them. */
function deploying(pattern: Pattern): Command[] {
  const { commandsBefore, steps, commandsAfter } = readLab(pattern);
  const all = [...commandsBefore, ...steps.flatMap(({ commands }) => commands), ...commandsAfter];
  return all.filter(({ deploys, notRun }) => deploys && notRun === undefined);
}

/** What there is of a name in the emulator, beside the stack of the bootstrap. */
async function remains(name: string): Promise<string[]> {
  const config = clientConfig(endpoint);
  const found = await Promise.all([
    new CloudFormationClient(config)
      .send(new ListStacksCommand({}))
      .then(({ StackSummaries = [] }) =>
        StackSummaries.filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE').map((one) => one.StackName),
      ),
    new SNSClient(config)
      .send(new ListTopicsCommand({}))
      .then(({ Topics = [] }) => Topics.map(({ TopicArn }) => TopicArn)),
    new ECRClient(config)
      .send(new DescribeRepositoriesCommand({}))
      .then(({ repositories = [] }) => repositories.map(({ repositoryName }) => repositoryName)),
    new ECSClient(config).send(new ListClustersCommand({})).then(({ clusterArns = [] }) => clusterArns),
    new EventBridgeClient(config)
      .send(new ListRulesCommand({}))
      .then(({ Rules = [] }) => Rules.map(({ Name }) => Name)),
    new SQSClient(config).send(new ListQueuesCommand({})).then(({ QueueUrls = [] }) => QueueUrls),
    new DynamoDBClient(config).send(new ListTablesCommand({})).then(({ TableNames = [] }) => TableNames),
    new LambdaClient(config)
      .send(new ListFunctionsCommand({}))
      .then(({ Functions = [] }) => Functions.map(({ FunctionName }) => FunctionName)),
    new CloudWatchLogsClient(config)
      .send(new DescribeLogGroupsCommand({}))
      .then(({ logGroups = [] }) => logGroups.map(({ logGroupName }) => logGroupName)),
  ]);
  return found.flat().flatMap((one) => (one?.includes(name) ? [one] : []));
}

beforeAll(() => {
  here = machine();
});

afterAll(async () => {
  await here.remove();
  const table = rows.map(({ pattern, resources, leftOut, probes: kept, seconds }) =>
    [pattern.padEnd(28), `${resources} resources`, `${leftOut} left out`, `${kept} probes`, `${seconds} s`].join('  '),
  );
  process.stdout.write(`\n${table.join('\n')}\n\n`);
});

describe.each(patterns.map((pattern, index) => [pattern.id, pattern, index] as const))('%s', (id, pattern, index) => {
  const stages = index === 0 ? ['dev', 'test'] : ['dev'];
  const name = 'orders';
  let start: number;
  let project: string;
  let deployed: { stacks: Record<string, { resources: number }>; leftOut: object[]; endpoint: string };

  beforeAll(() => {
    start = Date.now();
    project = createProject(here, id, ...stages.flatMap((stage) => ['--stages', stage]));
    deployed = documentOf(here.atelier(project, ['local', 'deploy', '--json']));
    endpoint = deployed.endpoint;
  });

  const emptied = (stack: string): void => empty(pattern, stack, project, endpoint);

  test('is deployed to the emulator, each stage in stacks of its own', () => {
    const stacks = Object.keys(deployed.stacks);
    expect(stacks).toEqual(expect.arrayContaining(stages.map((stage) => `${name}-${stage}`)));
    // A stage may have more of them, which are called as its first one, and what they are.
    expect(stacks.filter((stack) => !stages.some((stage) => `${stack}-`.startsWith(`${name}-${stage}-`)))).toEqual([]);
    expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test('keeps its promises in every stage', () => {
    const results = stages.map((stage) => documentOf(here.atelier(project, ['probe', '--stage', stage, '--json'])));
    for (const result of results) {
      expect(result).toMatchObject({ passed: true, endpoint });
      expect(result.probes.length).toBeGreaterThan(0);
    }
    const count = Object.values(deployed.stacks).reduce((sum, { resources }) => sum + resources, 0);
    const kept = results.flatMap((result) => result.probes).filter(({ passed }: { passed: boolean }) => passed);
    rows.push({
      pattern: id,
      resources: count,
      leftOut: deployed.leftOut.length,
      probes: String(kept.length),
      seconds: Math.round((Date.now() - start) / 1000),
    });
  });

  if (drawn(DRAWN).includes(pattern)) {
    test('keeps its promises on AWS, which an emulator stands for here: where it acts is said, and asked for', () => {
      const env = {
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
      };
      run(project, 'npx', ['projen', 'synth:silent'], here.env);
      const asked = here.atelier(project, ['probe', '--aws'], env);
      expect({ code: asked.code, place: /account 000000000000, us-east-1/.test(asked.stderr) }).toEqual({
        code: 2,
        place: true,
      });
      expect(asked.stdout).toMatch(
        /orders-dev costs \$0\.\d{3} an hour while idle, before what is free \(prices of US East/,
      );
      const { code, stdout } = here.atelier(project, ['probe', '--aws', '--yes'], env);
      expect({ code, stdout }).toMatchObject({ code: 0 });
      expect(stdout).toContain(`${name}-dev  at account 000000000000, us-east-1`);
    });

    test('is deployed again without a bootstrap, and still keeps its promises', () => {
      documentOf(here.atelier(project, ['local', 'deploy', '--json']));
      expect(documentOf(here.atelier(project, ['probe', '--json'])).passed).toBe(true);
    });

    test.each(deploying(pattern).map((command) => [command.line, command.exit] as const))(
      'does what its lab says: %s',
      async (line, exit) => {
        if (line.includes(' destroy ')) {
          emptied(`${name}-${stages[0]}`);
        }
        // Where the emulator does not know a type, the command gets the assembly that was cut for it.
        const app = deployed.leftOut.length > 0 ? { CDK_APP: localAssembly(project) } : {};
        const { code, stdout } = tryInTerminal(project, line, YES, { ...localEnvironment(endpoint), ...app });
        expect({ code, stdout: code === exit ? '' : stdout }).toEqual({ code: exit, stdout: '' });
      },
    );
  }

  test('leaves nothing behind when all stages are destroyed', async () => {
    documentOf(here.atelier(project, ['local', 'deploy', '--json']));
    expect(await remains(name)).not.toEqual([]);
    for (const stage of stages) {
      emptied(`${name}-${stage}`);
    }
    await destroy({ folder: project, endpoint });
    expect(await remains(name)).toEqual([]);
  });
});
