import type { Assembly, Resource } from './assembly';
import { asList, dig, type Json } from './json';

/** One statement of a policy that is attached to a role. */
export interface Statement {
  /** Whether it allows or denies. */
  readonly effect: 'Allow' | 'Deny';
  /** The actions, as the policy spells them; `*` for a statement by NotAction. */
  readonly actions: readonly string[];
  /** The resources, as the template has them; `*` for a statement by NotResource. */
  readonly resources: readonly Json[];
  /** The conditions under which it holds, as the template has them. @default - it always holds */
  readonly conditions?: Json;
  /** The resource of the template that holds the policy: the role itself or a policy. */
  readonly holder: Resource;
  /** The policy managed by AWS that it comes from, by its name. @default - it stands in the template */
  readonly managedPolicy?: string;
}

/** Why a statement allows more than was asked for. */
export interface Excess {
  /** The statement. */
  readonly statement: Statement;
  /** What makes it wide: a policy managed by AWS, a pattern among its resources, or a pattern among its actions. */
  readonly by: 'policy' | 'resources' | 'actions';
  /** Those of its actions that are meant, as the policy spells them. */
  readonly actions: readonly string[];
}

/** What a role may do on a resource. */
export interface Rights {
  /** The actions that nothing allows, however wide. */
  readonly lacking: readonly string[];
  /** What allows more than was asked for. @default - nothing does */
  readonly excess?: Excess;
}

/**
 * What policies managed by AWS allow, of the services that the patterns grant rights on; each on every resource.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
const MANAGED_BY_AWS: Readonly<Record<string, readonly string[]>> = {
  AdministratorAccess: ['*'],
  PowerUserAccess: ['*'],
  AmazonEC2ContainerRegistryFullAccess: ['ecr:*'],
  AmazonEC2ContainerRegistryPowerUser: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:PutImage'],
  AmazonEC2ContainerRegistryPullOnly: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
  AmazonEC2ContainerRegistryReadOnly: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
  AWSLambdaSQSQueueExecutionRole: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  AWSLambda_FullAccess: ['lambda:*'],
  AmazonSQSFullAccess: ['sqs:*'],
  AmazonSNSFullAccess: ['sns:*'],
  AmazonSQSReadOnlyAccess: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ListQueues'],
  AmazonDynamoDBFullAccess: ['dynamodb:*'],
  AmazonDynamoDBFullAccess_v2: ['dynamodb:*'],
  AmazonDynamoDBReadOnlyAccess: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan'],
};

/** Resource types that hold a policy and name the roles it is attached to in a property. */
const ATTACHED: ReadonlyArray<{ readonly type: string; readonly roles: string }> = [
  { type: 'AWS::IAM::Policy', roles: 'Roles' },
  { type: 'AWS::IAM::ManagedPolicy', roles: 'Roles' },
  { type: 'AWS::IAM::RolePolicy', roles: 'RoleName' },
];

/**
 * What a role may do on a resource, by the policies of the template and by those that AWS manages. A right that is too
 * wide is a right: a goal that asks for no more than is needed judges `excess` before `lacking`.
 *
 * @param assembly the assembly
 * @param role an `AWS::IAM::Role`
 * @param actions actions of one service, `sqs:ReceiveMessage` for example
 * @param resource the resource
 */
export function rightsOn(assembly: Assembly, role: Resource, actions: readonly string[], resource: Resource): Rights {
  const granting = grantsOf(assembly, role).filter(
    (statement) =>
      actions.some((action) => names(statement, action)) &&
      (covers(assembly, statement, resource) || isByPattern(assembly, statement, serviceOf(actions))),
  );
  const [excess] = granting.flatMap((statement) => excessOf(assembly, statement, actions) ?? []);
  return {
    lacking: actions.filter((action) => !granting.some((statement) => names(statement, action))),
    ...(excess ? { excess } : {}),
  };
}

function excessOf(assembly: Assembly, statement: Statement, actions: readonly string[]): Excess | undefined {
  const meant = statement.actions.filter((pattern) => actions.some((action) => fitsAction(pattern, action)));
  if (statement.managedPolicy !== undefined) {
    return { statement, by: 'policy', actions: meant };
  }
  if (isByPattern(assembly, statement, serviceOf(actions))) {
    return { statement, by: 'resources', actions: meant };
  }
  const wide = meant.filter((pattern) => PATTERN.test(pattern));
  return wide.length > 0 ? { statement, by: 'actions', actions: wide } : undefined;
}

/**
 * What allows a role something: statements of the template, and policies managed by AWS as far as they are known here.
 *
 * @param assembly the assembly
 * @param role an `AWS::IAM::Role`
 */
export function grantsOf(assembly: Assembly, role: Resource): Statement[] {
  return [...managedStatements(assembly, role), ...statementsOf(assembly, role)].filter(
    ({ effect }) => effect === 'Allow',
  );
}

/**
 * All statements of the policies that a template attaches to a role: its inline policies, policies and managed policies
 * that name it, and managed policies of the assembly that it names. Those that AWS manages are not in a template.
 *
 * @param assembly the assembly
 * @param role an `AWS::IAM::Role`
 */
export function statementsOf(assembly: Assembly, role: Resource): Statement[] {
  const inline = assembly.list(role, 'Policies').flatMap((policy) => statements(dig(policy, 'PolicyDocument'), role));
  const attached = ATTACHED.flatMap(({ type, roles }) =>
    assembly.ofType(type).filter((policy) => assembly.pointsAt(assembly.property(policy, roles), policy, role)),
  );
  const named = assembly
    .ofType('AWS::IAM::ManagedPolicy')
    .filter(
      (policy) =>
        !attached.includes(policy) && assembly.pointsAt(assembly.property(role, 'ManagedPolicyArns'), role, policy),
    );
  return [
    ...inline,
    ...[...attached, ...named].flatMap((policy) => statements(policy.properties.PolicyDocument, policy)),
  ];
}

/**
 * Whether an action is among those of a statement; `*` and `?` stand for any text and any letter, as in IAM.
 *
 * @param statement the statement
 * @param action for example `sqs:ReceiveMessage`
 */
export function names(statement: Statement, action: string): boolean {
  return statement.actions.some((pattern) => fitsAction(pattern, action));
}

const PATTERN = /[*?]/;

function fitsAction(pattern: string, action: string): boolean {
  return fitsWildcard(pattern.toLowerCase(), action.toLowerCase());
}

/**
 * Whether a text fits a pattern as IAM has them: `*` stands for any text, and `?` for any letter. Case counts, as it does in
 * ARNs and values; it does not in names of actions.
 *
 * @param pattern the pattern
 * @param text the text
 */
export function fitsWildcard(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(text);
}

/** Types whose own reference (Ref) is the ARN: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/ */
const ARN_BY_REFERENCE: ReadonlySet<string> = new Set(['AWS::SNS::Topic']);

/** Whether a statement names a resource by its ARN: its name or URL is none. */
function covers(assembly: Assembly, statement: Statement, resource: Resource): boolean {
  return statement.resources.some((value) =>
    assembly
      .targets(value, statement.holder.stack)
      .some(
        (target) =>
          target.resource === resource &&
          (target.attribute === 'Arn' || (!target.attribute && ARN_BY_REFERENCE.has(resource.type))),
      ),
  );
}

/** Whether a statement is about all resources of a service, or those that a pattern finds; `<ARN of a resource>/*` is none. */
function isByPattern(assembly: Assembly, { resources, holder }: Statement, service: string): boolean {
  return resources.some((value) => {
    const text = assembly.text(value);
    const isOfService = text === '*' || (PATTERN.test(text) && text.includes(`:${service}:`));
    return isOfService && assembly.targets(value, holder.stack).length === 0;
  });
}

function serviceOf([action]: readonly string[]): string {
  return action.slice(0, action.indexOf(':'));
}

function managedStatements(assembly: Assembly, role: Resource): Statement[] {
  return assembly
    .list(role, 'ManagedPolicyArns')
    .map((arn) => assembly.text(arn))
    .filter((arn) => arn.includes(':iam::aws:policy/'))
    .map((arn) => arn.slice(arn.lastIndexOf('/') + 1))
    .filter((managedPolicy) => Object.hasOwn(MANAGED_BY_AWS, managedPolicy))
    .map((managedPolicy) => ({
      effect: 'Allow',
      actions: MANAGED_BY_AWS[managedPolicy],
      resources: ['*'],
      holder: role,
      managedPolicy,
    }));
}

function statements(document: Json | undefined, holder: Resource): Statement[] {
  return asList(dig(document, 'Statement')).map((statement) => ({
    effect: dig(statement, 'Effect') === 'Deny' ? 'Deny' : 'Allow',
    actions: dig(statement, 'NotAction') === undefined ? asList(dig(statement, 'Action')).filter(isText) : ['*'],
    resources: dig(statement, 'NotResource') === undefined ? asList(dig(statement, 'Resource')) : ['*'],
    conditions: dig(statement, 'Condition'),
    holder,
  }));
}

const isText = (value: Json): value is string => typeof value === 'string';
