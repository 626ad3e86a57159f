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
  /** The resource of the template that holds the policy: the role itself or a policy. */
  readonly holder: Resource;
}

/** Resource types that hold a policy and name the roles it is attached to in a property. */
const ATTACHED: ReadonlyArray<{ readonly type: string; readonly roles: string }> = [
  { type: 'AWS::IAM::Policy', roles: 'Roles' },
  { type: 'AWS::IAM::ManagedPolicy', roles: 'Roles' },
  { type: 'AWS::IAM::RolePolicy', roles: 'RoleName' },
];

/**
 * All statements of the policies that a template attaches to a role: its inline policies, policies and managed policies
 * that name it, and managed policies of the assembly that it names. Policies that AWS manages are not in a template.
 *
 * @param assembly the assembly
 * @param role an `AWS::IAM::Role`
 */
export function statementsOf(assembly: Assembly, role: Resource): Statement[] {
  const inline = assembly.list(role, 'Policies').flatMap((policy) => statements(dig(policy, 'PolicyDocument'), role));
  const attached = ATTACHED.flatMap(({ type, roles }) =>
    assembly.ofType(type).filter((policy) => pointsAt(assembly, policy, roles, role)),
  );
  const named = assembly
    .ofType('AWS::IAM::ManagedPolicy')
    .filter((policy) => !attached.includes(policy) && pointsAt(assembly, role, 'ManagedPolicyArns', policy));
  return [
    ...inline,
    ...[...attached, ...named].flatMap((policy) => statements(policy.properties.PolicyDocument, policy)),
  ];
}

/**
 * The names of the policies managed by AWS that a role has, `AWSLambdaBasicExecutionRole` for example.
 *
 * @param assembly the assembly
 * @param role an `AWS::IAM::Role`
 */
export function awsManagedPolicies(assembly: Assembly, role: Resource): string[] {
  return assembly
    .list(role, 'ManagedPolicyArns')
    .map((arn) => assembly.text(arn))
    .filter((arn) => arn.includes(':iam::aws:policy/'))
    .map((arn) => arn.slice(arn.lastIndexOf('/') + 1));
}

/**
 * Whether an action is among those of a statement; `*` and `?` stand for any text and any letter, as in IAM.
 *
 * @param statement the statement
 * @param action for example `sqs:ReceiveMessage`
 */
export function names(statement: Statement, action: string): boolean {
  return statement.actions.some((pattern) => {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${source}$`, 'i').test(action);
  });
}

/**
 * Whether a statement names a resource of the assembly.
 *
 * @param assembly the assembly
 * @param statement the statement
 * @param resource the resource
 */
export function covers(assembly: Assembly, statement: Statement, resource: Resource): boolean {
  return statement.resources.some((value) =>
    assembly.targets(value, statement.holder.stack).some((target) => target.resource === resource),
  );
}

function statements(document: Json | undefined, holder: Resource): Statement[] {
  return asList(dig(document, 'Statement')).map((statement) => ({
    effect: dig(statement, 'Effect') === 'Deny' ? 'Deny' : 'Allow',
    actions: dig(statement, 'NotAction') === undefined ? asList(dig(statement, 'Action')).filter(isText) : ['*'],
    resources: dig(statement, 'NotResource') === undefined ? asList(dig(statement, 'Resource')) : ['*'],
    holder,
  }));
}

const isText = (value: Json): value is string => typeof value === 'string';

function pointsAt(assembly: Assembly, from: Resource, path: string, to: Resource): boolean {
  return assembly.targets(assembly.property(from, path), from.stack).some(({ resource }) => resource === to);
}
