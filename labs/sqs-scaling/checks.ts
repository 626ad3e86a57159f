import type { Assembly, Resource } from '../engine/assembly';
import type { Check, Failure, Goal, Read, Verdict } from '../engine/check';
import type { Json } from '../engine/json';
import { awsManagedPolicies, covers, names, type Statement, statementsOf } from '../engine/permissions';
import { failed, firstFailure, numberWithin, reached, when } from '../engine/verdicts';
import { alarmMetrics, hasAction } from './metrics';
import { type Parts, partsOf } from './parts';

const QUEUE = 'AWS::SQS::Queue';
const MAPPING = 'AWS::Lambda::EventSourceMapping';
const FUNCTION = 'AWS::Lambda::Function';
const ALARM = 'AWS::CloudWatch::Alarm';
const DASHBOARD = 'AWS::CloudWatch::Dashboard';
const DAY = 24 * 60 * 60;
const TABLES = ['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table'];

/** What Lambda does on the queue: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const POLLING_ACTIONS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** What Powertools does on the table: https://docs.aws.amazon.com/powertools/typescript/latest/features/idempotency/ */
const TABLE_ACTIONS = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'];

/** Policies managed by AWS that let a function read every queue of the account. */
const WIDE_POLICIES = [
  'AWSLambdaSQSQueueExecutionRole',
  'AmazonSQSFullAccess',
  'AdministratorAccess',
  'PowerUserAccess',
];

/** The parts that a judgement can't do without, and what to say when one is missing. */
const MISSING: Readonly<Record<keyof Parts, Omit<Failure, 'passed'>>> = {
  queue: {
    seen: 'the template has no queue (AWS::SQS::Queue)',
    wanted: 'a queue that holds the messages until they are handled',
    next: 'create a queue in the stack',
  },
  mapping: {
    seen: 'no event source mapping has the queue as its source',
    wanted: 'one event source mapping from the queue to the consumer',
    next: 'subscribe the function to the queue',
  },
  consumer: {
    seen: 'the event source mapping points at no function of the template',
    wanted: 'a function of this app that the mapping invokes',
    next: 'let the event source mapping name the function that the stack creates',
  },
  role: {
    seen: 'the role of the consumer is not in the template, so that its rights are unknown',
    wanted: 'a role of the consumer that the app creates',
    next: 'create the role in the stack, or let the function create its own',
  },
  deadLetterQueue: {
    seen: 'the queue has no RedrivePolicy that points at another queue',
    wanted: 'a second queue that takes what keeps failing',
    next: 'give the queue a dead-letter queue',
  },
};

type Needed<K extends keyof Parts> = Parts & { readonly [part in K]: Resource };

/** A judgement of parts that the template must have: the first that is missing is the failure. */
function withParts<K extends keyof Parts>(
  needed: readonly K[],
  judge: (parts: Needed<K>, assembly: Assembly) => Verdict,
): Goal['judge'] {
  return (assembly) => {
    const parts = partsOf(assembly);
    const missing = needed.find((part) => parts[part] === undefined);
    if (!missing) {
      return judge(parts as Needed<K>, assembly);
    }
    return failed({ where: (parts.mapping ?? parts.queue)?.where, ...MISSING[missing] });
  };
}

/** A property that has to be set, and values of it that are wrong. */
const reads = (type: string, path: string, ...wrong: Json[]): Read => ({ type, path, wrong });

/** A property that may be left out, and values of it that are wrong. */
const mayRead = (type: string, path: string, ...wrong: Json[]): Read => ({ type, path, wrong, optional: true });

const queueExists: Goal = {
  name: 'A queue holds the messages',
  reads: [],
  judge: withParts(['queue'], () => reached),
};

const consumerSubscribed: Goal = {
  name: 'Lambda hands its messages to the consumer',
  reads: [reads(MAPPING, 'EventSourceArn'), reads(MAPPING, 'FunctionName'), mayRead(MAPPING, 'Enabled', false)],
  dependsOn: [queueExists.name],
  judge: withParts(['queue', 'mapping', 'consumer'], ({ queue, mapping }, assembly) => {
    const ofQueue = assembly.ofType(MAPPING).filter((one) => assembly.resourceAt(one, 'EventSourceArn') === queue);
    return firstFailure(
      () =>
        when(ofQueue.length === 1, {
          seen: `${ofQueue.length} event source mappings read ${queue.name}`,
          wanted: 'one: consumers of the same queue take messages from each other',
          where: ofQueue[1]?.where,
          next: 'keep one event source mapping of the queue',
        }),
      () =>
        when(assembly.property(mapping, 'Enabled') !== false, {
          seen: `the event source mapping ${mapping.name} is disabled`,
          wanted: 'a mapping that is enabled, which it is by default',
          where: mapping.where,
          next: 'remove what disables the mapping',
        }),
    );
  }),
};

const leastPrivilege: Goal = {
  name: 'The consumer may read that queue and no other',
  reads: [
    reads('AWS::IAM::Policy', 'PolicyDocument', { Statement: [{ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }] }),
  ],
  dependsOn: [consumerSubscribed.name],
  judge: withParts(['queue', 'consumer', 'role'], ({ queue, role }, assembly) => {
    const statements = statementsOf(assembly, role).filter(allowsPolling);
    const wide = statements.find((statement) => !coversOnly(assembly, statement, queue));
    const widePolicy = awsManagedPolicies(assembly, role).find((policy) => WIDE_POLICIES.includes(policy));
    const lacking = lackingActions(assembly, statements, POLLING_ACTIONS, queue);
    return firstFailure(
      () =>
        when(widePolicy === undefined, {
          seen: `${role.name} has the managed policy ${widePolicy}, which covers every queue`,
          wanted: `rights on ${queue.name} alone`,
          where: role.where,
          next: 'drop the managed policy: subscribing the function to the queue grants what Lambda needs',
        }),
      () =>
        when(wide === undefined, {
          seen: `${role.name} may do ${shortList(wide?.actions ?? [])} on more than ${queue.name}`,
          wanted: `rights on ${queue.name} alone`,
          where: wide?.holder.where ?? role.where,
          next: 'name the queue as the only resource of that statement',
        }),
      () =>
        when(lacking.length === 0, {
          seen: `${role.name} may not do ${shortList(lacking)} on ${queue.name}`,
          wanted: `a role that may do ${shortList(POLLING_ACTIONS)} on the queue`,
          where: role.where,
          next: 'grant the role the right to consume messages of the queue',
        }),
    );
  }),
};

/** The visibility timeout covers six attempts and the window: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
function visibilityGoal(name: string, next: string, dependsOn: readonly string[] = []): Goal {
  return {
    name,
    reads: [reads(QUEUE, 'VisibilityTimeout', 30, 179, 43_201), mayRead(FUNCTION, 'Timeout', 600)],
    dependsOn,
    judge: withParts(['queue', 'mapping', 'consumer'], ({ queue, mapping, consumer }, assembly) => {
      const timeout = assembly.number(consumer, 'Timeout') ?? 3;
      const window = assembly.number(mapping, 'MaximumBatchingWindowInSeconds') ?? 0;
      return numberWithin(assembly, {
        of: queue,
        property: 'VisibilityTimeout',
        unset: 30,
        minimum: 6 * timeout + window,
        maximum: 43_200,
        unit: 's',
        because: `6 x ${timeout} s timeout of the function + ${window} s batching window`,
        next,
      });
    }),
  };
}

const visibility = visibilityGoal(
  'A message stays hidden for six timeouts of the consumer',
  "raise the queue's visibility timeout, and compute it from the function's timeout",
);

const redrive: Goal = {
  name: 'A dead-letter queue takes what keeps failing',
  reads: [reads(QUEUE, 'RedrivePolicy'), reads(QUEUE, 'RedrivePolicy.deadLetterTargetArn')],
  judge: withParts(['queue', 'deadLetterQueue'], ({ queue, deadLetterQueue }) =>
    when(queue !== deadLetterQueue, {
      seen: `${queue.name} redrives to itself`,
      wanted: 'a second queue that takes what keeps failing',
      where: queue.where,
      next: 'create another queue, and redrive to that',
    }),
  ),
};

const receives: Goal = {
  name: 'A message has at least five receives before',
  reads: [reads(QUEUE, 'RedrivePolicy.maxReceiveCount', 2, 4, 1001)],
  dependsOn: [redrive.name],
  judge: withParts(['queue'], ({ queue }, assembly) =>
    numberWithin(assembly, {
      of: queue,
      property: 'RedrivePolicy.maxReceiveCount',
      minimum: 5,
      maximum: 1000,
      because: 'a throttled message counts as received, so that few receives set good ones aside',
      next: 'raise the number of receives in the redrive policy',
    }),
  ),
};

const retention: Goal = {
  name: 'Dead letters are kept longer than messages',
  reads: [reads(QUEUE, 'MessageRetentionPeriod', 3600)],
  dependsOn: [redrive.name],
  judge: withParts(['queue', 'deadLetterQueue'], ({ queue, deadLetterQueue }, assembly) => {
    const kept = assembly.number(queue, 'MessageRetentionPeriod') ?? 4 * DAY;
    const keptDead = assembly.number(deadLetterQueue, 'MessageRetentionPeriod') ?? 4 * DAY;
    return when(keptDead > kept, {
      seen: `${deadLetterQueue.name} keeps messages for ${period(keptDead)}, ${queue.name} for ${period(kept)}`,
      wanted: 'a longer retention period of the dead-letter queue: a message keeps its age when it moves there',
      where: deadLetterQueue.where,
      next: 'raise the retention period of the dead-letter queue, up to 14 days',
    });
  }),
};

const partialResponses: Goal = {
  name: 'Lambda accepts partial batch responses',
  reads: [reads(MAPPING, 'FunctionResponseTypes', [], ['BatchItemFailures'])],
  judge: withParts(['mapping'], ({ mapping }, assembly) => {
    const types = assembly.list(mapping, 'FunctionResponseTypes').map((type) => assembly.text(type));
    return when(types.includes('ReportBatchItemFailures'), {
      seen: `FunctionResponseTypes of ${mapping.name} is ${types.length ? types.join(', ') : 'not set'}`,
      wanted: 'ReportBatchItemFailures among the response types, so that only failed messages return',
      where: mapping.where,
      next: 'tell the event source that the consumer reports the items that failed',
    });
  }),
};

const batchSize: Goal = {
  name: 'A batch holds more than ten messages',
  reads: [reads(MAPPING, 'BatchSize', 10, 10_001)],
  judge: withParts(['mapping'], ({ mapping }, assembly) =>
    numberWithin(assembly, {
      of: mapping,
      property: 'BatchSize',
      unset: 10,
      minimum: 11,
      maximum: 10_000,
      unit: 'messages',
      next: 'raise the batch size of the event source',
    }),
  ),
};

const window: Goal = {
  name: 'A batching window gives the batch time to fill',
  reads: [reads(MAPPING, 'MaximumBatchingWindowInSeconds', 0, 301)],
  judge: withParts(['mapping'], ({ mapping }, assembly) =>
    numberWithin(assembly, {
      of: mapping,
      property: 'MaximumBatchingWindowInSeconds',
      unset: 0,
      minimum: 1,
      maximum: 300,
      unit: 's',
      because: 'Lambda refuses a batch size over 10 without a window',
      next: 'give the event source a batching window of whole seconds',
    }),
  ),
};

const visibilityWithWindow = visibilityGoal(
  'The visibility timeout covers the window as well',
  "add the batching window to the queue's visibility timeout",
  [window.name],
);

const concurrencyLimit: Goal = {
  name: 'The event source limits how many batches run at once',
  reads: [reads(MAPPING, 'ScalingConfig.MaximumConcurrency', 1, 1001)],
  judge: withParts(['mapping'], ({ mapping }, assembly) => {
    const provisioned = assembly.number(mapping, 'ProvisionedPollerConfig.MaximumPollers');
    return provisioned !== undefined && provisioned >= 2
      ? reached
      : numberWithin(assembly, {
          of: mapping,
          property: 'ScalingConfig.MaximumConcurrency',
          minimum: 2,
          maximum: 1000,
          because: 'what stands behind the consumer can take only so much',
          next: 'give the event source a maximum concurrency',
        });
  }),
};

const reservedFits: Goal = {
  name: 'Reserved concurrency, where it is set, covers that limit',
  reads: [mayRead(FUNCTION, 'ReservedConcurrentExecutions', 1)],
  dependsOn: [concurrencyLimit.name],
  judge: withParts(['mapping', 'consumer'], ({ mapping, consumer }, assembly) => {
    const limit = assembly.number(mapping, 'ScalingConfig.MaximumConcurrency') ?? 5;
    const isSet = assembly.property(consumer, 'ReservedConcurrentExecutions') !== undefined;
    return isSet
      ? numberWithin(assembly, {
          of: consumer,
          property: 'ReservedConcurrentExecutions',
          minimum: Math.max(5, limit),
          because: 'invocations over it are throttled, and a throttled message counts as received',
          next: 'raise the reserved concurrency to the maximum concurrency, or leave it out',
        })
      : reached;
  }),
};

const memory: Goal = {
  name: 'The consumer has more than the default memory',
  reads: [reads(FUNCTION, 'MemorySize', 128, 10_241)],
  judge: withParts(['consumer'], ({ consumer }, assembly) =>
    numberWithin(assembly, {
      of: consumer,
      property: 'MemorySize',
      unset: 128,
      minimum: 129,
      maximum: 10_240,
      unit: 'MB',
      because: 'CPU power grows with memory, and a faster consumer needs less concurrency',
      next: 'raise the memory of the function',
    }),
  ),
};

/** The tables that the consumer could remember messages in: those that forget by themselves first. */
function tablesOf(assembly: Assembly): Resource[] {
  const tables = assembly.ofType(...TABLES);
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

const forgetfulTable: Goal = {
  name: 'A table remembers messages for a while',
  reads: [
    reads(TABLES[0], 'TimeToLiveSpecification', { AttributeName: 'expiration', Enabled: false }),
    reads(TABLES[0], 'TimeToLiveSpecification.AttributeName'),
  ],
  judge: (assembly) => {
    const [table] = tablesOf(assembly);
    return when(table !== undefined && forgets(assembly, table), {
      seen: table
        ? `${table.name} has no time to live (TimeToLiveSpecification), and so never forgets`
        : 'the template has no DynamoDB table',
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
    return verdicts.find(({ passed }) => passed) ?? verdicts[0] ?? forgetfulTable.judge(assembly, {});
  });
}

const tableRights: Goal = {
  name: 'The consumer may read and write that table',
  reads: [reads('AWS::IAM::Policy', 'PolicyDocument', { Statement: [] })],
  dependsOn: [forgetfulTable.name],
  judge: withTable((table, { role, consumer }, assembly) => {
    if (!role) {
      return failed({ where: consumer.where, ...MISSING.role });
    }
    const statements = statementsOf(assembly, role).filter(({ effect }) => effect === 'Allow');
    const lacking = lackingActions(assembly, statements, TABLE_ACTIONS, table);
    return when(lacking.length === 0, {
      seen: `${role.name} may not do ${shortList(lacking)} on ${table.name}`,
      wanted: `a role that may do ${shortList(TABLE_ACTIONS)} on the table`,
      where: role.where,
      next: 'grant the consumer those four actions on the table',
    });
  }),
};

const tableName: Goal = {
  name: "The consumer knows the table's name",
  reads: [reads(FUNCTION, 'Environment.Variables', {})],
  dependsOn: [forgetfulTable.name],
  judge: withTable((table, { consumer }, assembly) => {
    const variables = assembly.property(consumer, 'Environment.Variables');
    return when(pointsAt(assembly, variables, consumer, table), {
      seen: `no environment variable of ${consumer.name} holds the name of ${table.name}`,
      wanted: "the table's name in the environment, so that no name is written into the code",
      where: consumer.where,
      next: "pass the table's name to the function through its environment",
    });
  }),
};

/** An alarm on a metric of a queue, which does something when it goes off. */
function alarmGoal(name: string, metricName: string, part: 'queue' | 'deadLetterQueue', next: string): Goal {
  return {
    name,
    reads: [
      reads(ALARM, 'MetricName', 'NumberOfMessagesSent'),
      reads(ALARM, 'Dimensions', []),
      reads(ALARM, 'AlarmActions', []),
    ],
    judge: withParts([part], (parts, assembly) => {
      const queue = parts[part] as Resource;
      const onMetric = assembly
        .ofType(ALARM)
        .filter((alarm) =>
          alarmMetrics(alarm).some(
            (metric) =>
              metric.namespace === 'AWS/SQS' &&
              metric.name === metricName &&
              pointsAt(assembly, metric.dimensions, alarm, queue),
          ),
        );
      return firstFailure(
        () =>
          when(onMetric.length > 0, {
            seen: `no alarm watches ${metricName} of ${queue.name}`,
            wanted: `an alarm on that metric of that queue`,
            next,
          }),
        () =>
          when(
            onMetric.some((alarm) => hasAction(assembly, alarm)),
            {
              seen: `the alarm ${onMetric[0].name} has no action`,
              wanted: 'an action, so that somebody hears of it',
              where: onMetric[0].where,
              next: 'let the alarm notify a topic',
            },
          ),
      );
    }),
  };
}

const ageAlarm = alarmGoal(
  'An alarm goes off when messages wait too long',
  'ApproximateAgeOfOldestMessage',
  'queue',
  'create an alarm on the age of the oldest message of the queue',
);

const deadLetterAlarm = alarmGoal(
  'An alarm goes off when a message is set aside',
  'ApproximateNumberOfMessagesVisible',
  'deadLetterQueue',
  'create an alarm on the number of visible messages of the dead-letter queue',
);

/** Whether a graph of a dashboard has a metric: by its namespace and name, or by a point for the namespace of the one before. */
function shows(bodies: string, metric: string): boolean {
  return new RegExp(`\\[\\s*"(AWS/SQS|AWS/Lambda|\\.)"\\s*,\\s*"${metric}"`).test(bodies);
}

/** A dashboard that speaks of metrics and shows none. */
function textWidget(metrics: readonly string[]): string {
  return JSON.stringify({ widgets: [{ type: 'text', properties: { markdown: metrics.join(' ') } }] });
}

/** A dashboard that names metrics of a part. */
function dashboardGoal(name: string, shown: Readonly<Record<string, string>>, part: 'queue' | 'consumer'): Goal {
  return {
    name,
    reads: [reads(DASHBOARD, 'DashboardBody', '{"widgets":[]}', textWidget(Object.keys(shown)))],
    judge: withParts([part], (parts, assembly) => {
      const of = parts[part] as Resource;
      const boards = assembly.ofType(DASHBOARD);
      const bodies = boards.map((board) => assembly.text(assembly.property(board, 'DashboardBody'))).join('\n');
      const lacking = Object.keys(shown).find((metric) => !shows(bodies, metric));
      const points = boards.some((board) => pointsAt(assembly, board.properties.DashboardBody, board, of));
      return firstFailure(
        () =>
          when(boards.length > 0, {
            seen: 'the template has no dashboard (AWS::CloudWatch::Dashboard)',
            wanted: `a dashboard that shows ${Object.values(shown).join(' and ')} of ${of.name}`,
            next: 'create a dashboard in the stack',
          }),
        () =>
          when(lacking === undefined, {
            seen: `no dashboard shows ${lacking}`,
            wanted: `${Object.values(shown).join(' and ')} of ${of.name}: ${Object.keys(shown).join(', ')}`,
            where: boards[0]?.where,
            next: `add a graph of ${shown[lacking ?? '']}`,
          }),
        () =>
          when(points, {
            seen: `the graphs show nothing of ${of.name}`,
            wanted: `${Object.values(shown).join(' and ')} of ${of.name}`,
            where: boards[0]?.where,
            next: 'take the metrics from the construct that they belong to, with its dimensions',
          }),
      );
    }),
  };
}

const queueGraphs = dashboardGoal(
  'A dashboard shows the backlog and its age',
  {
    ApproximateNumberOfMessagesVisible: 'the backlog',
    ApproximateAgeOfOldestMessage: 'the age of the oldest message',
  },
  'queue',
);

const consumerGraphs = dashboardGoal(
  'A dashboard shows concurrency and errors',
  { ConcurrentExecutions: 'the concurrency', Errors: 'the errors' },
  'consumer',
);

/** The checks of the lab `sqs-scaling`, in the order of its steps. */
export const checks: readonly Check[] = [
  { step: 'queue-and-consumer', goals: [queueExists, consumerSubscribed, leastPrivilege] },
  { step: 'visibility-timeout', goals: [visibility] },
  { step: 'dead-letter-queue', goals: [redrive, receives, retention] },
  { step: 'partial-batch-responses', goals: [partialResponses] },
  { step: 'batching', goals: [batchSize, window, visibilityWithWindow] },
  { step: 'concurrency', goals: [concurrencyLimit, reservedFits, memory] },
  { step: 'idempotency', goals: [forgetfulTable, tableRights, tableName] },
  { step: 'alarms', goals: [ageAlarm, deadLetterAlarm] },
  { step: 'dashboard', goals: [queueGraphs, consumerGraphs] },
];

function period(seconds: number): string {
  return seconds % DAY === 0 ? `${seconds / DAY} days` : `${seconds} s`;
}

/** Whether a statement lets the consumer take messages; sending some elsewhere is its own business. */
function allowsPolling(statement: Statement): boolean {
  return statement.effect === 'Allow' && POLLING_ACTIONS.some((action) => names(statement, action));
}

function coversOnly(assembly: Assembly, statement: Statement, queue: Resource): boolean {
  return statement.resources.every((value) => pointsAt(assembly, value, statement.holder, queue));
}

function lackingActions(
  assembly: Assembly,
  statements: readonly Statement[],
  actions: readonly string[],
  resource: Resource,
): string[] {
  const covering = statements.filter((statement) => covers(assembly, statement, resource));
  return actions.filter((action) => !covering.some((statement) => names(statement, action)));
}

function pointsAt(assembly: Assembly, value: Json | undefined, holder: Resource, to: Resource): boolean {
  return assembly.targets(value, holder.stack).some(({ resource }) => resource === to);
}

function shortList(words: readonly string[]): string {
  return words.join(', ');
}
