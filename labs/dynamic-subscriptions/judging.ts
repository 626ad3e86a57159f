import { type Assembly, held, judgingParts, type Missing, type Resource } from '../authoring';
import { nearRule, type Parts, partsOf, patternHolds, texts } from './parts';

/** What is said when a part that a judgement can't do without is missing. */
const MISSING: Missing<Parts> = {
  topic: () => ({
    seen: 'the template has no topic (AWS::SNS::Topic)',
    wanted: 'a topic that takes in what every task shall get',
    next: 'create a topic in the stack',
  }),
  service: () => ({
    seen: 'the template has no service of ECS (AWS::ECS::Service)',
    wanted: 'a service that runs tasks on Fargate',
    next: 'create a Fargate service in the stack, with its cluster and task definition',
  }),
  cluster: ({ service }, assembly) => ({
    seen: service ? held(assembly, service, 'Cluster') : 'no service names a cluster',
    wanted: 'a cluster of this app, so that rules and rights can be limited to it',
    where: service?.where,
    next: 'create a cluster in the stack, and give it to the service',
  }),
  taskDefinition: ({ service }, assembly) => ({
    seen: service ? held(assembly, service, 'TaskDefinition') : 'no service names a task definition',
    wanted: 'a task definition of this app',
    where: service?.where,
    next: 'create a task definition in the stack, and give it to the service',
  }),
  taskRole: ({ taskDefinition }) => ({
    seen: `${taskDefinition?.name ?? 'the task definition'} has no task role of the template`,
    wanted: 'a role for the program in the task, beside the one with which ECS starts it',
    where: taskDefinition?.where,
    next: 'give the task definition a task role, or let it create its own',
  }),
  startRule: (_, assembly) => ({
    ...unheard(assembly, nearRule(assembly), 'no rule (AWS::Events::Rule) is about tasks of ECS that run'),
    wanted: 'a rule whose pattern has the source aws.ecs and the lastStatus RUNNING',
    next: 'create a rule for the events in which ECS tells of a task that runs',
  }),
  start: ({ startRule }) => ({
    seen: `${startRule?.name ?? 'the rule about tasks that run'} invokes no function of the template`,
    wanted: 'a function among the targets of the rule',
    where: startRule?.where,
    next: 'create a function, and make it a target of the rule',
  }),
  startRole: ({ start }) => ({
    seen: `the role of ${start?.name ?? 'the start function'} is not in the template, so that its rights are unknown`,
    wanted: 'a role of the function that the app creates',
    where: start?.where,
    next: 'create the role in the stack, or let the function create its own',
  }),
  stopRule: ({ startRule }, assembly) => ({
    ...unheard(
      assembly,
      nearRule(assembly, startRule),
      'no second rule (AWS::Events::Rule) is about tasks of ECS that have stopped',
    ),
    wanted: 'a rule whose pattern has the source aws.ecs and the lastStatus STOPPED',
    next: 'create a rule for the events in which ECS tells of a task that has stopped',
  }),
  stop: ({ stopRule }) => ({
    seen: `${stopRule?.name ?? 'the rule about tasks that have stopped'} invokes no function of the template`,
    wanted: 'a function among the targets of the rule',
    where: stopRule?.where,
    next: 'create a second function, and make it a target of the rule',
  }),
  stopRole: ({ stop }) => ({
    seen: `the role of ${stop?.name ?? 'the stop function'} is not in the template, so that its rights are unknown`,
    wanted: 'a role of the function that the app creates',
    where: stop?.where,
    next: 'create the role in the stack, or let the function create its own',
  }),
  table: () => ({
    seen: 'the template has no DynamoDB table',
    wanted: 'a table with a row for each task',
    next: 'create a table in the stack',
  }),
  sweep: () => ({
    seen: 'nothing invokes a function of the template on a schedule',
    wanted: 'a function that looks every few minutes for what events have missed',
    next: 'create a function and a rule with a schedule, or a schedule of EventBridge Scheduler, that invokes it',
  }),
  sweepRole: ({ sweep }) => ({
    seen: `the role of ${sweep?.name ?? 'the sweeper'} is not in the template, so that its rights are unknown`,
    wanted: 'a role of the function that the app creates',
    where: sweep?.where,
    next: 'create the role in the stack, or let the function create its own',
  }),
  deadLetterQueue: ({ startRule }) => ({
    seen: `${startRule?.name ?? 'the rule about tasks that run'} has no target with a dead-letter queue of the template`,
    wanted: 'a queue (DeadLetterConfig of the target) for events that can not be delivered',
    where: startRule?.where,
    next: 'create a queue, and give it to the target of the rule',
  }),
};

/** What is said where no rule hears of tasks, by the one that comes near. */
function unheard(assembly: Assembly, near: Resource | undefined, otherwise: string): { seen: string; where?: string } {
  if (!near) {
    return { seen: otherwise };
  }
  const isOfEcs = texts(assembly, near, 'source').includes('aws.ecs');
  return { seen: patternHolds(assembly, near, isOfEcs ? 'detail.lastStatus' : 'source'), where: near.where };
}

/** A judgement of parts that the template must have. */
export const withParts = judgingParts(partsOf, MISSING);
