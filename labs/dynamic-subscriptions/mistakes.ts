import type { Mistake } from '../authoring';

const STACK = 'src/dynamic-subscriptions-stack.ts';

/** What learners typically get wrong at each step, and what the check says then. */
export const mistakes: readonly Mistake[] = [
  {
    step: 'topic-and-task',
    mistake: 'lets tasks publish to the topic, as they may need it one day',
    file: STACK,
    from: '    // Fixed, so that rules can name the service before it exists.\n',
    to: '    topic.grantPublish(taskDefinition.taskRole);\n    // Fixed, so that rules can name the service before it exists.\n',
    seen: 'Task/TaskRole may do sns:Publish',
  },
  {
    step: 'start-rule',
    mistake: 'leaves the service to start whenever it likes',
    file: STACK,
    from: 'service.node.addDependency(vpc, startRule, start);',
    to: 'service.node.addDependency(vpc);',
    seen: 'Service/Service does not depend on StartRule (AWS::Events::Rule)',
  },
  {
    step: 'queue-for-a-task',
    mistake: 'lets the function subscribe anything to the topic',
    file: STACK,
    from: "        conditions: { StringEquals: { 'sns:Protocol': 'sqs' }, StringLike: { 'sns:Endpoint': taskQueues } },\n",
    to: '',
    seen: 'StartRole may subscribe anything to Topic, a mail address for example',
  },
  {
    step: 'consumer',
    mistake: 'gives tasks a managed policy for SQS',
    file: STACK,
    from: '    // Fixed, so that rules can name the service before it exists.\n',
    to: "    taskDefinition.taskRole.addManagedPolicy({ managedPolicyArn: 'arn:aws:iam::aws:policy/AmazonSQSFullAccess' });\n    // Fixed, so that rules can name the service before it exists.\n",
    seen: 'Task/TaskRole has the managed policy AmazonSQSFullAccess, which covers every queue',
  },
  {
    step: 'stop-rule',
    mistake: 'waits for tasks that were running, and never hears of those that failed before',
    file: STACK,
    from: "{ lastStatus: ['STOPPED'] }",
    to: "{ lastStatus: ['STOPPED'], desiredStatus: ['RUNNING'] }",
    seen: 'desiredStatus in the pattern of StopRule is RUNNING',
  },
  {
    step: 'duplicates-and-order',
    mistake: 'forgets that the stop function updates rows now, too',
    file: STACK,
    from: "table.grant(stop, 'dynamodb:UpdateItem');",
    to: "table.grant(stop, 'dynamodb:GetItem', 'dynamodb:DeleteItem');",
    seen: 'StopRole may not do dynamodb:UpdateItem on Tasks',
  },
  {
    step: 'failures',
    mistake: 'sets aside what is not delivered, and forgets what the functions fail at',
    file: STACK,
    from: 'const attempts = { maxEventAge, onFailure: new SqsDestination(deadLetterQueue) };',
    to: 'const attempts = { maxEventAge };',
    seen: 'DestinationConfig of Start/EventInvokeConfig is not set',
  },
  {
    step: 'sweeper',
    mistake: 'lets the sweeper list the tasks of every cluster',
    file: STACK,
    from: "        conditions: { ArnEquals: { 'ecs:cluster': cluster.clusterArn } },\n",
    to: '',
    seen: 'SweepRole may do ecs:ListTasks in every cluster of the account',
  },
];
