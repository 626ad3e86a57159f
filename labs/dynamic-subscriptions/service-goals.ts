import {
  type Assembly,
  asList,
  dig,
  firstFailure,
  type Goal,
  grantsOf,
  held,
  isObject,
  type Json,
  mayRead,
  type Resource,
  reads,
  when,
} from '../authoring';
import { withParts } from './judging';
import { TYPE } from './parts';
import { judgeQueueRights, prefixesOf } from './task-queues';

/** Seconds: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html */
const LONGEST_STOP = 120;

const EVERYWHERE = ['0.0.0.0/0', '::/0'];

/** Who publishes does so over TLS. */
export const encryptedTopic: Goal = {
  name: 'A topic takes messages over TLS alone',
  reads: [reads(TYPE.topicPolicy, 'Topics', []), reads(TYPE.topicPolicy, 'PolicyDocument', { Statement: [] })],
  judge: withParts(['topic'], ({ topic }, assembly) => {
    const policies = assembly
      .ofType(TYPE.topicPolicy)
      .filter((policy) => assembly.pointsAt(assembly.property(policy, 'Topics'), policy, topic));
    const statements = policies.flatMap((policy) => assembly.list(policy, 'PolicyDocument.Statement'));
    return when(statements.some(refusesPlain), {
      seen: policies[0]
        ? `no statement of ${policies[0].name} refuses what is not sent over TLS`
        : `${topic.name} has no policy (AWS::SNS::TopicPolicy)`,
      wanted: 'a policy that denies sns:Publish where aws:SecureTransport is false',
      where: topic.where,
      next: 'switch on that the topic enforces TLS',
    });
  }),
};

function refusesPlain(statement: Json): boolean {
  const actions = asList(dig(statement, 'Action'));
  return (
    dig(statement, 'Effect') === 'Deny' &&
    actions.some((action) => ['sns:Publish', 'sns:*', '*'].includes(String(action))) &&
    String(dig(statement, 'Condition', 'Bool', 'aws:SecureTransport')) === 'false'
  );
}

/** A rule can name the service before it is there. */
export const namedService: Goal = {
  name: 'A service of a fixed name runs tasks',
  reads: [
    reads(TYPE.service, 'ServiceName', { Ref: 'AWS::NoValue' }),
    reads(TYPE.service, 'TaskDefinition'),
    reads(TYPE.service, 'Cluster'),
  ],
  judge: withParts(['service', 'cluster', 'taskDefinition'], ({ service }, assembly) => {
    const name = assembly.property(service, 'ServiceName');
    return when(typeof name === 'string' && name !== '', {
      seen: `${held(assembly, service, 'ServiceName')}, so that nobody knows it before the service exists`,
      wanted: 'a fixed name, which a rule can hold as text',
      where: service.where,
      next: 'give the service a name that is made from the name of the stack',
    });
  }),
};

/** The container knows nothing of subscriptions. */
export const noTopicRights: Goal = {
  name: 'Tasks have no rights on SNS',
  reads: [mayRead('AWS::IAM::Role', 'Policies', ...['sns:Subscribe', 'sns:*', '*'].map(inlinePolicy))],
  dependsOn: [namedService.name],
  judge: withParts(['taskRole'], ({ taskRole }, assembly) => {
    const found = grantsOf(assembly, taskRole).find(({ actions }) => actions.some((one) => /^(\*|sns:)/i.test(one)));
    return when(found === undefined, {
      seen: `${taskRole.name} may do ${found?.actions.join(', ')}`,
      wanted: 'a task role without any action of SNS: functions subscribe, tasks only read',
      where: found?.holder.where ?? taskRole.where,
      next: 'take the statement out of the policies of the task role',
    });
  }),
};

function inlinePolicy(action: string): Json {
  return [{ PolicyName: 'inline', PolicyDocument: allowing(action) }];
}

function allowing(action: string): Json {
  return { Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] };
}

/** A container that asks for its messages needs no open port. */
export const nothingComesIn: Goal = {
  name: 'Nobody can connect to a task from the internet',
  reads: [mayRead(TYPE.securityGroup, 'SecurityGroupIngress', [{ CidrIp: '0.0.0.0/0', IpProtocol: '-1' }])],
  dependsOn: [namedService.name],
  judge: withParts(['service'], ({ service }, assembly) => {
    const groups = assembly
      .targets(assembly.property(service, 'NetworkConfiguration.AwsvpcConfiguration.SecurityGroups'), service.stack)
      .map(({ resource }) => resource);
    const open = groups.find((group) => isOpen(assembly, group));
    return when(open === undefined, {
      seen: `the security group ${open?.name} lets in everybody`,
      wanted: 'a security group without a rule from 0.0.0.0/0 or ::/0: tasks poll a queue, and nobody calls them',
      where: open?.where,
      next: 'remove the ingress rule of the security group',
    });
  }),
};

function isOpen(assembly: Assembly, group: Resource): boolean {
  const rules = assembly
    .ofType(TYPE.ingress)
    .filter((rule) => assembly.pointsAt(assembly.property(rule, 'GroupId'), rule, group))
    .map(({ properties }) => properties);
  return [...assembly.list(group, 'SecurityGroupIngress'), ...rules].some((rule) =>
    [dig(rule, 'CidrIp'), dig(rule, 'CidrIpv6')].some((range) => EVERYWHERE.includes(String(range))),
  );
}

/** What the program of a task calls, and what it may call besides. */
const READING = {
  needed: ['sqs:GetQueueUrl', 'sqs:ReceiveMessage', 'sqs:DeleteMessage'],
  allowed: ['sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
};

/** A task reads, and does nothing else. */
export const readsQueues: Goal = {
  name: 'A task may read queues of tasks, and nothing more',
  reads: [reads(TYPE.policy, 'PolicyDocument', { Statement: [] }, allowing('sqs:*'), allowing('sqs:ReceiveMessage'))],
  judge: withParts(['taskRole'], ({ taskRole }, assembly) => judgeQueueRights(assembly, taskRole, READING)),
};

/** The prefix is no part of the code. */
export const knowsPrefix: Goal = {
  name: 'It knows the prefix of its queue',
  reads: [reads(TYPE.taskDefinition, 'ContainerDefinitions', [{ Name: 'Consumer', StopTimeout: 60 }])],
  dependsOn: [readsQueues.name],
  judge: withParts(['taskDefinition', 'taskRole'], ({ taskDefinition, taskRole }, assembly) => {
    const prefixes = prefixesOf(assembly, taskRole);
    const containers = assembly.list(taskDefinition, 'ContainerDefinitions');
    const values = containers
      .flatMap((container) => asList(dig(container, 'Environment')))
      .map((variable) => assembly.text(dig(variable, 'Value')));
    // With or without the sign that divides it from the id of the task.
    const isKnown = prefixes.some((prefix) => values.includes(prefix) || values.includes(prefix.slice(0, -1)));
    return when(isKnown, {
      seen:
        containers.length > 0
          ? `no environment variable of the containers of ${taskDefinition.name} is ${prefixes[0] ?? 'the prefix'}`
          : `${taskDefinition.name} has no container`,
      wanted: 'the prefix of the names of queues in the environment of the container',
      where: taskDefinition.where,
      next: 'pass the prefix to the container through its environment',
    });
  }),
};

/** What was received is finished. */
export const timeToStop: Goal = {
  name: 'A container that is stopped has time to finish',
  reads: [
    reads(
      TYPE.taskDefinition,
      'ContainerDefinitions',
      [{ Name: 'Consumer' }],
      [{ Name: 'Consumer', StopTimeout: 121 }],
      [{ Name: 'Consumer', StopTimeout: 1 }],
    ),
  ],
  judge: withParts(['taskDefinition'], ({ taskDefinition }, assembly) => {
    const containers = assembly.list(taskDefinition, 'ContainerDefinitions').filter(isEssential);
    const times = containers.map((container) => dig(container, 'StopTimeout'));
    const wrong = times.find((time) => !(Number(time) >= 10 && Number(time) <= LONGEST_STOP));
    const shown = isObject(wrong) ? assembly.text(wrong) : `${wrong} s`;
    return firstFailure(
      () =>
        when(containers.length > 0, {
          seen: `${taskDefinition.name} has no essential container`,
          wanted: 'a container that reads the queue',
          where: taskDefinition.where,
          next: 'add a container to the task definition',
        }),
      () =>
        when(
          times.every((time) => time !== undefined),
          {
            seen: `StopTimeout of a container of ${taskDefinition.name} is not set`,
            wanted: `a stop timeout of up to ${LONGEST_STOP} s, as long as the slowest message takes`,
            where: taskDefinition.where,
            next: 'give the container a stop timeout',
          },
        ),
      () =>
        when(wrong === undefined, {
          seen: `StopTimeout of a container of ${taskDefinition.name} is ${shown}`,
          wanted: `from 10 to ${LONGEST_STOP} s, which is the most that Fargate gives`,
          where: taskDefinition.where,
          next: 'choose another stop timeout of the container',
        }),
    );
  }),
};

function isEssential(container: Json): boolean {
  return String(dig(container, 'Essential') ?? true) !== 'false';
}
