import { type Assembly, failed, type Goal, mayOnly, type Resource, reads, type Verdict, when } from '../authoring';
import { MISSING, type Needed, TYPE, withParts } from './judging';

/** What Powertools does on the table: https://docs.aws.amazon.com/powertools/typescript/latest/features/idempotency/ */
const TABLE_ACTIONS = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'];

const EVERYTHING = { Statement: [{ Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' }] };

/** The tables that the consumer could remember messages in: those that forget by themselves first. */
function tablesOf(assembly: Assembly): Resource[] {
  const tables = assembly.ofType(TYPE.table, TYPE.olderTable);
  return [
    ...tables.filter((table) => forgets(assembly, table)),
    ...tables.filter((table) => !forgets(assembly, table)),
  ];
}

function forgets(assembly: Assembly, table: Resource): boolean {
  const enabled = assembly.property(table, 'TimeToLiveSpecification.Enabled');
  const attribute = assembly.property(table, 'TimeToLiveSpecification.AttributeName');
  return (enabled === true || enabled === 'true') && Boolean(attribute);
}

const NO_TABLE = 'the template has no DynamoDB table';

/** What is said of the time to live of a table that never forgets. */
function forgetfulnessOf(assembly: Assembly, table: Resource): string {
  if (assembly.property(table, 'TimeToLiveSpecification') === undefined) {
    return 'has no time to live (TimeToLiveSpecification)';
  }
  return assembly.property(table, 'TimeToLiveSpecification.AttributeName') === undefined
    ? 'has a time to live that names no attribute (AttributeName)'
    : 'has a time to live that is not enabled (Enabled)';
}

/** A table holds what was handled, for a while. */
export const forgetfulTable: Goal = {
  name: 'A table remembers messages for a while',
  reads: [
    reads(TYPE.table, 'TimeToLiveSpecification', { AttributeName: 'expiration', Enabled: false }),
    reads(TYPE.table, 'TimeToLiveSpecification.AttributeName'),
  ],
  judge: (assembly) => {
    const [table] = tablesOf(assembly);
    return when(table !== undefined && forgets(assembly, table), {
      seen: table ? `${table.name} ${forgetfulnessOf(assembly, table)}, and so never forgets` : NO_TABLE,
      wanted: 'a table with a time to live, which holds what was handled for as long as it may come again',
      where: table?.where,
      next: table ? 'name the attribute that holds the time to live' : 'create a table for the messages that are done',
    });
  },
};

/** Reached when any table that forgets does; the first table's failure otherwise. */
function withTable(judge: (table: Resource, parts: Needed<'consumer'>, assembly: Assembly) => Verdict): Goal['judge'] {
  return withParts(['consumer'], (parts, assembly) => {
    const verdicts = tablesOf(assembly)
      .filter((table) => forgets(assembly, table))
      .map((table) => judge(table, parts, assembly));
    return verdicts.find(({ passed }) => passed) ?? verdicts[0] ?? forgetfulTable.judge(assembly);
  });
}

/** The consumer's role may do on the table what Powertools does, and no more. */
export const tableRights: Goal = {
  name: 'The consumer may read and write that table',
  reads: [reads(TYPE.policy, 'PolicyDocument', { Statement: [] }, EVERYTHING)],
  dependsOn: [forgetfulTable.name],
  judge: withTable((table, parts, assembly) => {
    const { role } = parts;
    if (!role) {
      return failed(MISSING.role(parts, assembly));
    }
    const next = 'grant the consumer those four actions on the table';
    return mayOnly(assembly, { role, actions: TABLE_ACTIONS, on: table, kind: 'table', next });
  }),
};

/** The table's name is no part of the code. */
export const tableName: Goal = {
  name: "The consumer knows the table's name",
  reads: [reads(TYPE.function, 'Environment.Variables', {})],
  dependsOn: [forgetfulTable.name],
  judge: withTable((table, { consumer }, assembly) => {
    const variables = assembly.property(consumer, 'Environment.Variables');
    return when(assembly.pointsAt(variables, consumer, table), {
      seen: `no environment variable of ${consumer.name} holds the name of ${table.name}`,
      wanted: "the table's name in the environment, so that no name is written into the code",
      where: consumer.where,
      next: "pass the table's name to the function through its environment",
    });
  }),
};
