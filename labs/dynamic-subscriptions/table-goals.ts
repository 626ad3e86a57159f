import { type Assembly, type Goal, held, mayOnly, type Resource, reads, type Verdict, when } from '../authoring';
import { withParts } from './judging';
import { TYPE } from './parts';

/** Any of them writes a row. */
const WRITING = ['dynamodb:PutItem', 'dynamodb:UpdateItem'];

const everything = { Statement: [{ Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' }] };

/** A row is found by the id of its task. */
export const taskTable: Goal = {
  name: 'A table has a row for each task',
  reads: [
    reads(TYPE.table, 'KeySchema', [
      { AttributeName: 'taskId', KeyType: 'HASH' },
      { AttributeName: 'version', KeyType: 'RANGE' },
    ]),
  ],
  judge: withParts(['table'], ({ table }, assembly) =>
    when(assembly.list(table, 'KeySchema').length === 1, {
      seen: `${table.name} has ${assembly.list(table, 'KeySchema').length} keys`,
      wanted: 'a partition key and no sort key: a task has one row, whichever event it comes from',
      where: table.where,
      next: 'give the table a partition key for the id of the task, and no sort key',
    }),
  ),
};

function judgeRights(assembly: Assembly, role: Resource, actions: readonly string[], table: Resource): Verdict {
  const next = 'grant the function that on the table, and no more';
  return mayOnly(assembly, { role, actions, any: true, on: table, kind: 'table', next });
}

/** What was made is written down. */
export const writesRows: Goal = {
  name: 'It may write a row',
  reads: [reads(TYPE.policy, 'PolicyDocument', { Statement: [] }, everything)],
  dependsOn: [taskTable.name],
  judge: withParts(['table', 'start', 'startRole'], ({ table, startRole }, assembly) =>
    judgeRights(assembly, startRole, WRITING, table),
  ),
};

/** Without it the table grows with every task that ever ran. */
export const forgetfulTable: Goal = {
  name: 'Rows of tasks go by themselves',
  reads: [
    reads(TYPE.table, 'TimeToLiveSpecification', { AttributeName: 'expiresAt', Enabled: false }),
    reads(TYPE.table, 'TimeToLiveSpecification.AttributeName'),
  ],
  judge: withParts(['table'], ({ table }, assembly) => {
    const isEnabled = String(assembly.property(table, 'TimeToLiveSpecification.Enabled')) === 'true';
    const attribute = assembly.property(table, 'TimeToLiveSpecification.AttributeName');
    const isSet = assembly.property(table, 'TimeToLiveSpecification') !== undefined;
    const missing = isEnabled ? 'TimeToLiveSpecification.AttributeName' : 'TimeToLiveSpecification.Enabled';
    return when(isEnabled && Boolean(attribute), {
      seen: `${held(assembly, table, isSet ? missing : 'TimeToLiveSpecification')}, so that a row of every task that ever ran is kept`,
      wanted: 'a time to live: the row of a task that has stopped outlasts its latest event, and then goes',
      where: table.where,
      next: 'name the attribute that holds the time to live',
    });
  }),
};

/** A condition is checked by the request that writes. */
function updatesGoal(name: string, of: 'start' | 'stop'): Goal {
  return {
    name,
    reads: [reads(TYPE.policy, 'PolicyDocument', { Statement: [] }, everything)],
    judge: withParts(['table', of, `${of}Role`], (parts, assembly) =>
      judgeRights(assembly, parts[`${of}Role`] as Resource, ['dynamodb:UpdateItem'], parts.table),
    ),
  };
}

/** It says that a task runs, unless something newer is known. */
export const startUpdates = updatesGoal('The start function may update rows', 'start');

/** It says that a task has stopped, and leaves the row. */
export const stopUpdates = updatesGoal('The stop function may update rows', 'stop');
