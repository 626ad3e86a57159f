import {
  type Assembly,
  failed,
  firstFailure,
  functionAt,
  type Goal,
  held,
  mayRead,
  type Resource,
  reads,
  type Verdict,
  waitsFor,
  when,
} from '../authoring';
import { withParts } from './judging';
import { patternHolds, TYPE, targetsOf, texts } from './parts';
import { namedService } from './service-goals';

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html */
const TASK_EVENT = 'ECS Task State Change';

/** What a pattern has to say of a status, and why. */
interface Status {
  readonly field: 'lastStatus' | 'desiredStatus';
  readonly value: string;
  readonly because: string;
}

function judgeStatus(assembly: Assembly, rule: Resource, { field, value, because }: Status): Verdict {
  const given = texts(assembly, rule, `detail.${field}`);
  return when(given.length === 1 && given[0] === value, {
    seen: patternHolds(assembly, rule, `detail.${field}`),
    wanted: `${value} alone: ${because}`,
    where: rule.where,
    next: `let the pattern have ${value} as its only ${field}`,
  });
}

function judgeKind(assembly: Assembly, rule: Resource): Verdict {
  return firstFailure(
    () =>
      when(texts(assembly, rule, 'detail-type').includes(TASK_EVENT), {
        seen: patternHolds(assembly, rule, 'detail-type'),
        wanted: `${TASK_EVENT}: ECS tells of deployments and services as well`,
        where: rule.where,
        next: 'name the detail type of events about tasks in the pattern',
      }),
    () =>
      when(assembly.property(rule, 'State') !== 'DISABLED', {
        seen: `the rule ${rule.name} is disabled`,
        wanted: 'a rule that is enabled, which it is by default',
        where: rule.where,
        next: 'remove what disables the rule',
      }),
  );
}

const patternReads = [
  reads(TYPE.rule, 'EventPattern.source', ['aws.ec2']),
  reads(TYPE.rule, 'EventPattern.detail-type', ['ECS Service Action']),
  mayRead(TYPE.rule, 'State', 'DISABLED'),
];

/** ECS tells of every task. */
export const hearsStart: Goal = {
  name: 'A rule hears of tasks that run',
  reads: [
    ...patternReads,
    reads(TYPE.rule, 'EventPattern.detail.lastStatus', ['PENDING']),
    mayRead(TYPE.rule, 'EventPattern.detail.desiredStatus', ['STOPPED']),
  ],
  judge: withParts(['startRule'], ({ startRule }, assembly) =>
    firstFailure(
      () => judgeKind(assembly, startRule),
      () =>
        judgeStatus(assembly, startRule, {
          field: 'lastStatus',
          value: 'RUNNING',
          because: 'one rule, one function for each of the two ends of a task',
        }),
      () =>
        judgeStatus(assembly, startRule, {
          field: 'desiredStatus',
          value: 'RUNNING',
          because: 'a task that is being stopped still has the lastStatus RUNNING',
        }),
    ),
  ),
};

/** The account has other services, clusters and tasks. */
function judgeScope(assembly: Assembly, rule: Resource, service: Resource, cluster: Resource): Verdict {
  const group = assembly.property(rule, 'EventPattern.detail.group');
  const wantedGroup = `service:${assembly.property(service, 'ServiceName')}`;
  const groups = texts(assembly, rule, 'detail.group');
  return firstFailure(
    () => namedService.judge(assembly),
    () =>
      when(assembly.pointsAt(assembly.property(rule, 'EventPattern.detail.clusterArn'), rule, cluster), {
        seen: patternHolds(assembly, rule, 'detail.clusterArn'),
        wanted: `the ARN of ${cluster.name}, the cluster of the service: other clusters have tasks, too`,
        where: rule.where,
        next: 'name the ARN of the cluster in the pattern',
      }),
    () =>
      when(!assembly.pointsAt(group, rule, service), {
        seen: `group in the pattern of ${rule.name} refers to ${service.name}, so that the rule comes after the service`,
        wanted: `the text ${wantedGroup}, which is known before the service exists`,
        where: rule.where,
        next: 'give the service a fixed name, and write that name into the pattern',
      }),
    () =>
      when(groups.length === 1 && groups[0] === wantedGroup, {
        seen: patternHolds(assembly, rule, 'detail.group'),
        wanted: `${wantedGroup} alone: ECS names the service of a task so`,
        where: rule.where,
        next: 'let the pattern name this service as its only group',
      }),
  );
}

const scopeReads = [
  reads(TYPE.rule, 'EventPattern.detail.clusterArn', ['arn:aws:ecs:eu-west-1:123456789012:cluster/another']),
  reads(TYPE.rule, 'EventPattern.detail.group', ['service:another'], ['family:consumer']),
];

/** Other tasks of the account are none of its business. */
export const startScope: Goal = {
  name: 'It hears of this service alone',
  reads: scopeReads,
  dependsOn: [hearsStart.name],
  judge: withParts(['service', 'cluster', 'startRule'], ({ service, cluster, startRule }, assembly) =>
    judgeScope(assembly, startRule, service, cluster),
  ),
};

/** The permissions that let a rule invoke a function. */
function permissionsOf(assembly: Assembly, rule: Resource, of: Resource): Resource[] {
  return assembly
    .ofType(TYPE.permission)
    .filter((one) => functionAt(assembly, one, 'FunctionName') === of)
    .filter((one) => assembly.property(one, 'Principal') === 'events.amazonaws.com')
    .filter((one) => {
      const source = assembly.property(one, 'SourceArn');
      return source === undefined || assembly.pointsAt(source, one, rule);
    });
}

function judgePermission(assembly: Assembly, rule: Resource, of: Resource): Verdict {
  const near = assembly.ofType(TYPE.permission).find((one) => functionAt(assembly, one, 'FunctionName') === of);
  const isForRules = near && assembly.property(near, 'Principal') === 'events.amazonaws.com';
  return when(permissionsOf(assembly, rule, of).length > 0, {
    seen: near
      ? `${held(assembly, near, isForRules ? 'SourceArn' : 'Principal')}, which lets ${rule.name} not invoke ${of.name}`
      : `no permission (AWS::Lambda::Permission) lets ${rule.name} invoke ${of.name}`,
    wanted: 'a permission of the function for events.amazonaws.com, with the ARN of the rule as its source',
    where: of.where ?? rule.where,
    next: 'make the function a target of the rule by the target for Lambda functions, which adds the permission',
  });
}

const targetReads = [reads(TYPE.rule, 'Targets', []), reads(TYPE.permission, 'Principal', 'sns.amazonaws.com')];

/** Each event is handled by a function. */
export const invokesStart: Goal = {
  name: 'It invokes a function',
  reads: targetReads,
  dependsOn: [hearsStart.name],
  judge: withParts(['startRule', 'start'], ({ startRule, start }, assembly) =>
    judgePermission(assembly, startRule, start),
  ),
};

/** The first tasks start with the service: who hears of them has to be there before. */
export const serviceWaits: Goal = {
  name: 'The service waits until somebody hears of its tasks',
  // What a resource depends on is none of its properties.
  reads: [],
  dependsOn: [hearsStart.name, startScope.name, invokesStart.name],
  judge: withParts(['service', 'startRule', 'start'], ({ service, startRule, start }, assembly) => {
    const heard = [startRule, start, ...permissionsOf(assembly, startRule, start).slice(0, 1)];
    const early = heard.find((one) => !waitsFor(assembly, service, one));
    return when(early === undefined, {
      seen: `${service.name} does not depend on ${early?.name} (${early?.type})`,
      wanted:
        'a service that is made after the rule, the function and its permission: its first tasks run before it is done',
      where: service.where,
      next: 'let the service depend on the rule and on the function, in the same stack',
    });
  }),
};

/** The other end of a task. */
export const hearsStop: Goal = {
  name: 'A rule hears of tasks of this service that have stopped',
  reads: [
    ...patternReads,
    ...scopeReads,
    reads(TYPE.rule, 'EventPattern.detail.lastStatus', ['STOPPED', 'RUNNING']),
    mayRead(TYPE.rule, 'EventPattern.detail.desiredStatus', ['RUNNING']),
  ],
  judge: withParts(['service', 'cluster', 'stopRule'], ({ service, cluster, stopRule }, assembly) =>
    firstFailure(
      () => judgeKind(assembly, stopRule),
      () =>
        judgeStatus(assembly, stopRule, {
          field: 'lastStatus',
          value: 'STOPPED',
          because: 'a task may stop without ever having run, and says nothing else then',
        }),
      () =>
        when(['', 'STOPPED'].includes(texts(assembly, stopRule, 'detail.desiredStatus').join()), {
          seen: patternHolds(assembly, stopRule, 'detail.desiredStatus'),
          wanted: 'no desiredStatus: a task that has stopped shall stay so, whatever it was',
          where: stopRule.where,
          next: 'leave the desiredStatus out of the pattern',
        }),
      () => judgeScope(assembly, stopRule, service, cluster),
    ),
  ),
};

/** To clean up takes other rights than to make something. */
export const invokesStop: Goal = {
  name: 'It invokes a function of its own',
  reads: targetReads,
  dependsOn: [hearsStop.name],
  judge: withParts(['stopRule', 'stop'], ({ start, startRule, stopRule, stop }, assembly) =>
    stop === start && startRule && targetsOf(assembly, startRule, stop).length > 0
      ? failed({
          seen: `${stopRule.name} and ${startRule.name} invoke the same function, ${stop.name}`,
          wanted: 'a second function, which may remove queues and make none',
          where: stopRule.where,
          next: 'create a function for tasks that have stopped, with rights of its own',
        })
      : judgePermission(assembly, stopRule, stop),
  ),
};
