import {
  type Assembly,
  dig,
  functionAt,
  functionIn,
  grantsOf,
  type Json,
  names,
  type Resource,
  roleOf,
} from '../authoring';

/** The CloudFormation types of the pattern's resources. */
export const TYPE = {
  topic: 'AWS::SNS::Topic',
  topicPolicy: 'AWS::SNS::TopicPolicy',
  cluster: 'AWS::ECS::Cluster',
  service: 'AWS::ECS::Service',
  queue: 'AWS::SQS::Queue',
  taskDefinition: 'AWS::ECS::TaskDefinition',
  securityGroup: 'AWS::EC2::SecurityGroup',
  ingress: 'AWS::EC2::SecurityGroupIngress',
  rule: 'AWS::Events::Rule',
  schedule: 'AWS::Scheduler::Schedule',
  function: 'AWS::Lambda::Function',
  permission: 'AWS::Lambda::Permission',
  policy: 'AWS::IAM::Policy',
  table: 'AWS::DynamoDB::GlobalTable',
  olderTable: 'AWS::DynamoDB::Table',
  alarm: 'AWS::CloudWatch::Alarm',
} as const;

/** The parts of a service with a topic, as far as a template has them. */
export interface Parts {
  /** The topic that the start function knows; without one, a topic that no alarm tells, at best one with a policy. */
  readonly topic?: Resource;
  /** The service that a rule about tasks names; without one, the first. */
  readonly service?: Resource;
  /** The cluster of the service. */
  readonly cluster?: Resource;
  /** The definition of the service's tasks. */
  readonly taskDefinition?: Resource;
  /** The role of the program in a task. */
  readonly taskRole?: Resource;
  /** The rule about tasks that run. */
  readonly startRule?: Resource;
  /** The function that it invokes. */
  readonly start?: Resource;
  /** That function's role. */
  readonly startRole?: Resource;
  /** The rule about tasks that have stopped. */
  readonly stopRule?: Resource;
  /** The function that it invokes. */
  readonly stop?: Resource;
  /** That function's role. */
  readonly stopRole?: Resource;
  /** The table that the start function knows; without one, the first. */
  readonly table?: Resource;
  /** The function that runs on a schedule, and looks for tasks. */
  readonly sweep?: Resource;
  /** That function's role. */
  readonly sweepRole?: Resource;
  /** The queue that events of tasks that run are set aside in. */
  readonly deadLetterQueue?: Resource;
}

/**
 * Finds the parts by how they point at each other, whatever their names.
 *
 * @param assembly the assembly
 */
export function partsOf(assembly: Assembly): Parts {
  const rules = assembly.ofType(TYPE.rule).filter((rule) => texts(assembly, rule, 'source').includes('aws.ecs'));
  const isAbout = (rule: Resource, status: string): boolean =>
    texts(assembly, rule, 'detail.lastStatus').includes(status);
  const startRule = rules.find((rule) => isAbout(rule, 'RUNNING'));
  const stopRule = rules.find((rule) => isAbout(rule, 'STOPPED') && rule !== startRule);
  const start = startRule && targetOf(assembly, startRule);
  const stop = stopRule && targetOf(assembly, stopRule);
  const sweep = sweeperOf(assembly);
  const service = serviceOf(assembly, startRule);
  const cluster = service && assembly.resourceAt(service, 'Cluster');
  const taskDefinition = service && assembly.resourceAt(service, 'TaskDefinition');
  const deadLetters = startRule && start && targetsOf(assembly, startRule, start)[0];
  return {
    topic: topicOf(assembly, start),
    service,
    cluster: cluster?.type === TYPE.cluster ? cluster : undefined,
    taskDefinition: taskDefinition?.type === TYPE.taskDefinition ? taskDefinition : undefined,
    taskRole: taskDefinition && roleOf(assembly, taskDefinition, 'TaskRoleArn'),
    startRule,
    start,
    startRole: start && roleOf(assembly, start),
    stopRule,
    stop,
    stopRole: stop && roleOf(assembly, stop),
    table: known(assembly, start, TYPE.table, TYPE.olderTable) ?? assembly.ofType(TYPE.table, TYPE.olderTable)[0],
    sweep,
    sweepRole: sweep && roleOf(assembly, sweep),
    deadLetterQueue: queueIn(assembly, startRule, dig(deadLetters, 'DeadLetterConfig', 'Arn')),
  };
}

/**
 * The texts that a rule's pattern has at a path.
 *
 * @param assembly the assembly
 * @param rule the rule
 * @param path names joined by points, below the pattern
 */
export function texts(assembly: Assembly, rule: Resource, path: string): string[] {
  return assembly.list(rule, `EventPattern.${path}`).map((value) => assembly.text(value));
}

/**
 * What a rule's pattern holds at a path, in words.
 *
 * @param assembly the assembly
 * @param rule the rule
 * @param path names joined by points, below the pattern; the last is said
 */
export function patternHolds(assembly: Assembly, rule: Resource, path: string): string {
  const shown = texts(assembly, rule, path).join(', ') || 'not set';
  return `${path.split('.').at(-1)} in the pattern of ${rule.name} is ${shown}`;
}

/**
 * A rule about events that may be meant where none fits.
 *
 * @param assembly the assembly
 * @param other another rule, which is not meant. @default - there is none: the first rule is meant, else the last
 */
export function nearRule(assembly: Assembly, other?: Resource): Resource | undefined {
  const rules = assembly.ofType(TYPE.rule).filter((rule) => assembly.property(rule, 'EventPattern') !== undefined);
  return other ? rules.filter((rule) => rule !== other).at(-1) : rules[0];
}

/**
 * The targets of a rule that invoke a function.
 *
 * @param assembly the assembly
 * @param rule the rule
 * @param of the function
 */
export function targetsOf(assembly: Assembly, rule: Resource, of: Resource): Json[] {
  return assembly.list(rule, 'Targets').filter((target) => functionIn(assembly, rule, dig(target, 'Arn')) === of);
}

/**
 * The queue whose ARN a value is; its own reference is its URL.
 *
 * @param assembly the assembly
 * @param holder the resource that the value stands in, if there is one
 * @param value a value of a template
 */
export function queueIn(assembly: Assembly, holder?: Resource, value?: Json): Resource | undefined {
  const targets = holder ? assembly.targets(value, holder.stack) : [];
  return targets.find(({ resource, attribute }) => resource.type === TYPE.queue && attribute === 'Arn')?.resource;
}

/** The first function that a rule invokes. */
function targetOf(assembly: Assembly, rule: Resource): Resource | undefined {
  const functions = assembly.list(rule, 'Targets').map((target) => functionIn(assembly, rule, dig(target, 'Arn')));
  return functions.find((found) => found !== undefined);
}

/** The function on a schedule; of several, one that may list tasks. */
function sweeperOf(assembly: Assembly): Resource | undefined {
  const byRule = assembly
    .ofType(TYPE.rule)
    .filter((rule) => assembly.property(rule, 'ScheduleExpression') !== undefined)
    .map((rule) => targetOf(assembly, rule));
  const byScheduler = assembly.ofType(TYPE.schedule).map((schedule) => functionAt(assembly, schedule, 'Target.Arn'));
  const functions = [...byRule, ...byScheduler].filter((found) => found !== undefined);
  const lists = (one: Resource): boolean => {
    const role = roleOf(assembly, one);
    return role !== undefined && grantsOf(assembly, role).some((statement) => names(statement, 'ecs:ListTasks'));
  };
  return functions.find(lists) ?? functions[0];
}

function serviceOf(assembly: Assembly, startRule: Resource | undefined): Resource | undefined {
  const services = assembly.ofType(TYPE.service);
  const groups = startRule ? texts(assembly, startRule, 'detail.group') : [];
  return services.find((one) => groups.includes(`service:${assembly.property(one, 'ServiceName')}`)) ?? services[0];
}

function topicOf(assembly: Assembly, start: Resource | undefined): Resource | undefined {
  const topics = assembly.ofType(TYPE.topic);
  const alarms = assembly.ofType(TYPE.alarm);
  const isTold = (topic: Resource): boolean =>
    alarms.some((alarm) => assembly.pointsAt(assembly.property(alarm, 'AlarmActions'), alarm, topic));
  const policies = assembly.ofType(TYPE.topicPolicy);
  const hasPolicy = (topic: Resource): boolean =>
    policies.some((policy) => assembly.pointsAt(assembly.property(policy, 'Topics'), policy, topic));
  const untold = topics.filter((topic) => !isTold(topic));
  return known(assembly, start, TYPE.topic) ?? untold.find(hasPolicy) ?? untold[0] ?? topics[0];
}

/** The first resource of some types that the environment of a function names. */
function known(assembly: Assembly, of: Resource | undefined, ...types: string[]): Resource | undefined {
  const variables = of && assembly.property(of, 'Environment.Variables');
  const targets = of ? assembly.targets(variables, of.stack) : [];
  return targets.map(({ resource }) => resource).find(({ type }) => types.includes(type));
}
