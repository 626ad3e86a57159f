import { Assembly } from '../../labs/engine/assembly';
import { asList, dig, entriesAt, isObject, type Json, type JsonObject } from '../../labs/engine/json';
import { referenceOf } from '../../labs/engine/references';
import { type Resources, resourcesOf, type TemplateResource } from './support';

/** Another shape of the same answer. */
export interface Variant {
  /** What is different, as the name of a test has it. */
  readonly name: string;
  /**
   * The same answer in that shape.
   *
   * @param template the template of a stack
   * @returns the template in its place; or several, by what stands behind the name of the stack in theirs
   */
  readonly change: (template: JsonObject) => JsonObject | ReadonlyMap<string, JsonObject>;
}

/** Shapes of a right answer that mean the same to CloudFormation, and so have to pass. */
export const variants: readonly Variant[] = [
  { name: 'other logical ids', change: renamed },
  {
    name: 'the resources in another order',
    change: inResources((resources) => fromEntries(entriesOf(resources).reverse())),
  },
  { name: 'resources of their own beside', change: inResources((resources) => ({ ...OWN, ...resources })) },
  { name: 'resources of their own behind', change: inResources((resources) => ({ ...resources, ...OWN })) },
  { name: 'a policy for each action', change: inResources(split) },
  { name: 'one policy for each role', change: inResources(merged) },
  { name: 'inline policies', change: inResources(inline) },
  { name: 'managed policies that name the role', change: inResources(managed) },
  { name: 'managed policies that the role names', change: inResources(namedByRole) },
  { name: 'policies of the type RolePolicy', change: inResources(rolePolicies) },
  { name: 'lists where one value will do, and the other way round', change: inResources(otherLists) },
  { name: 'Fn::GetAtt in one word', change: inProperties(inOneWord) },
  { name: 'Fn::Sub for each reference', change: inProperties(substituted) },
  { name: 'Fn::Sub with names of its own', change: inProperties(substitutedByName) },
  {
    name: 'Fn::Join around each reference',
    change: inProperties((value) => ifReference(value, { 'Fn::Join': ['', [value]] })),
  },
  { name: 'Fn::Sub for each joined text', change: inProperties(joinedAsSub) },
  { name: 'numbers and switches as text', change: inPlainValues((value) => [String(value)]) },
  { name: 'numbers that are parameters', change: inPlainValues(asParameter) },
  { name: 'physical names instead of references', change: inResources(named) },
  { name: 'what refers to nothing in a stack of its own', change: (template) => apart(template, IMPORTED) },
  { name: 'what refers to nothing in a nested stack', change: (template) => apart(template, NESTED) },
];

/**
 * An assembly in another shape.
 *
 * @param assembly what a right answer synthesizes to
 * @param change changes the template of each stack
 */
export function reshaped(assembly: Assembly, change: Variant['change']): Assembly {
  const stacks = [...assembly.stacks.values()].flatMap((stack) => {
    const made = change(stack.template);
    const all = made instanceof Map ? [...made] : [['', made as JsonObject] as const];
    return all.map(([behind, template]) => ({ ...stack, name: `${stack.name}${behind}`, template }));
  });
  return new Assembly({
    stacks,
    resources: stacks.flatMap(({ name, template }) => resourcesOf(resourcesIn(template), name)),
    findings: assembly.findings,
    isValidated: assembly.isValidated,
  });
}

/** What a learner may have beside what a step asks for. */
const OWN: Resources = {
  OwnBucket: { Type: 'AWS::S3::Bucket' },
  OwnTopic: { Type: 'AWS::SNS::Topic' },
  OwnLogs: { Type: 'AWS::Logs::LogGroup' },
  OwnRole: {
    Type: 'AWS::IAM::Role',
    Properties: { ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'] },
  },
  OwnRolePolicy: {
    Type: 'AWS::IAM::Policy',
    Properties: {
      Roles: [{ Ref: 'OwnRole' }],
      PolicyDocument: {
        Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: { 'Fn::GetAtt': ['OwnBucket', 'Arn'] } }],
      },
    },
  },
  OwnFunction: {
    Type: 'AWS::Lambda::Function',
    Properties: { Role: { 'Fn::GetAtt': ['OwnRole', 'Arn'] }, Timeout: 7, Runtime: 'python3.13' },
  },
};

const POLICY = 'AWS::IAM::Policy';

/** The resources of a template. */
export const resourcesIn = (template: JsonObject): Resources => (template.Resources ?? {}) as unknown as Resources;
const entriesOf = (resources: Resources): [string, TemplateResource][] => Object.entries(resources);
const fromEntries = (entries: [string, TemplateResource][]): Resources => Object.fromEntries(entries);

/**
 * A change of the resources alone.
 *
 * @param change changes them
 */
export function inResources(change: (resources: Resources) => Resources): (template: JsonObject) => JsonObject {
  return (template) => ({ ...template, Resources: change(resourcesIn(template)) as unknown as Json });
}

/** A change of each value in the properties, from the outside inwards; undefined leaves it as it is. */
function inProperties(change: (value: Json) => Json | undefined): (template: JsonObject) => JsonObject {
  return inResources((resources) =>
    fromEntries(
      entriesOf(resources).map(([id, resource]) => [
        id,
        { ...resource, Properties: rewritten(resource.Properties ?? {}, change) as JsonObject },
      ]),
    ),
  );
}

function rewritten(value: Json, change: (value: Json) => Json | undefined): Json {
  const other = change(value);
  if (other !== undefined) {
    return other;
  }
  if (Array.isArray(value)) {
    return value.map((one) => rewritten(one, change));
  }
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, rewritten(one, change)]))
    : value;
}

/** What the CDK ends the id of a version with, or of a deployment: a hash of what is in it, which is no name. */
const HASH = /([0-9a-f]{32})?$/;

/** Nested stacks keep theirs: a nested stack is known by it. */
function renamed(template: JsonObject): JsonObject {
  const names = new Map(
    entriesOf(resourcesIn(template))
      .filter(([, { Type }]) => Type !== 'AWS::CloudFormation::Stack')
      .map(([id], index) => [id, `Mine${index}${HASH.exec(id)?.[0]}`]),
  );
  const nameOf = (id: string): string => names.get(id) ?? id;
  const named = (value: Json): Json | undefined => {
    const reference = referenceOf(value);
    if (!reference) {
      return undefined;
    }
    const { logicalId, attribute } = reference;
    return attribute ? { 'Fn::GetAtt': [nameOf(logicalId), attribute] } : { Ref: nameOf(logicalId) };
  };
  const resources = entriesOf(resourcesIn(template)).map(([id, resource]): [string, Json] => {
    const { DependsOn, ...rest } = resource as unknown as JsonObject;
    const dependsOn = asList(DependsOn).map((one) => nameOf(String(one)));
    return [nameOf(id), { ...(rewritten(rest, named) as JsonObject), ...(DependsOn ? { DependsOn: dependsOn } : {}) }];
  });
  const Outputs = rewritten(template.Outputs ?? {}, named);
  return { ...template, Outputs, Resources: Object.fromEntries(resources) };
}

/** The policies of a template, each changed into other resources; nothing depends on them any more. */
function inPolicies(
  resources: Resources,
  change: (id: string, properties: JsonObject) => Record<string, TemplateResource>,
): Resources {
  const policies = new Set(entriesOf(resources).flatMap(([id, { Type }]) => (Type === POLICY ? [id] : [])));
  return fromEntries(
    entriesOf(resources).flatMap(([id, resource]): [string, TemplateResource][] => {
      if (policies.has(id)) {
        return Object.entries(change(id, resource.Properties ?? {}));
      }
      const { DependsOn, ...rest } = resource as unknown as JsonObject;
      const others = asList(DependsOn).filter((one) => !policies.has(String(one)));
      return [[id, { ...rest, ...(others.length > 0 ? { DependsOn: others } : {}) } as unknown as TemplateResource]];
    }),
  );
}

const statementsIn = ({ PolicyDocument }: JsonObject): JsonObject[] =>
  asList(dig(PolicyDocument, 'Statement')).filter(isObject);

function split(resources: Resources): Resources {
  return inPolicies(resources, (id, properties) =>
    Object.fromEntries(
      statementsIn(properties)
        .flatMap((statement) => asList(statement.Action).map((Action) => ({ ...statement, Action })))
        .map((Statement, index) => [
          `${id}${index}`,
          { Type: POLICY, Properties: { ...properties, PolicyDocument: { Statement } } },
        ]),
    ),
  );
}

function merged(resources: Resources): Resources {
  const rolesOf = ({ Roles }: JsonObject): string => JSON.stringify(Roles);
  const policies = entriesOf(resources).filter(([, { Type }]) => Type === POLICY);
  return inPolicies(resources, (id, properties) => {
    const same = policies.filter(([, { Properties = {} }]) => rolesOf(Properties) === rolesOf(properties));
    const Statement = same.flatMap(([, { Properties = {} }]) => statementsIn(Properties));
    const isFirst = same[0][0] === id;
    return isFirst ? { [id]: { Type: POLICY, Properties: { ...properties, PolicyDocument: { Statement } } } } : {};
  });
}

function managed(resources: Resources): Resources {
  return inPolicies(resources, (id, { PolicyName: _, ...properties }) => ({
    [id]: { Type: 'AWS::IAM::ManagedPolicy', Properties: properties },
  }));
}

function rolePolicies(resources: Resources): Resources {
  return inPolicies(resources, (id, { Roles, ...properties }) =>
    Object.fromEntries(
      asList(Roles).map((RoleName, index) => [
        `${id}${index}`,
        { Type: 'AWS::IAM::RolePolicy', Properties: { ...properties, RoleName } },
      ]),
    ),
  );
}

function inline(resources: Resources): Resources {
  return inRoles(
    inPolicies(resources, () => ({})),
    policiesByRole(resources),
    'Policies',
    (id, { PolicyDocument }) => ({ PolicyName: id, PolicyDocument }),
  );
}

function namedByRole(resources: Resources): Resources {
  const policies = inPolicies(resources, (id, { PolicyDocument }) => ({
    [id]: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument } },
  }));
  return inRoles(policies, policiesByRole(resources), 'ManagedPolicyArns', (id) => ({ Ref: id }));
}

type Policies = ReadonlyArray<readonly [string, JsonObject]>;

function policiesByRole(resources: Resources): ReadonlyMap<string, Policies> {
  const byRole = new Map<string, Array<readonly [string, JsonObject]>>();
  for (const [id, { Type, Properties = {} }] of entriesOf(resources)) {
    for (const role of Type === POLICY ? asList(Properties.Roles) : []) {
      const name = referenceOf(role)?.logicalId ?? '';
      byRole.set(name, [...(byRole.get(name) ?? []), [id, Properties]]);
    }
  }
  return byRole;
}

function inRoles(
  resources: Resources,
  policies: ReadonlyMap<string, Policies>,
  property: string,
  entry: (id: string, policy: JsonObject) => Json,
): Resources {
  return fromEntries(
    entriesOf(resources).map(([id, resource]): [string, TemplateResource] => {
      const own = (policies.get(id) ?? []).map(([policy, properties]) => entry(policy, properties));
      const Properties = { ...resource.Properties, [property]: [...asList(resource.Properties?.[property]), ...own] };
      return [id, own.length > 0 ? { ...resource, Properties } : resource];
    }),
  );
}

/** `Action: 'x'` is `Action: ['x']`; a list of one is that value. */
function otherLists(resources: Resources): Resources {
  const other = (value: Json): Json => (!Array.isArray(value) ? [value] : value.length === 1 ? value[0] : value);
  return inPolicies(resources, (id, properties) => {
    const Statement = statementsIn(properties).map((statement) => ({
      ...statement,
      Action: other(statement.Action),
      Resource: other(statement.Resource),
    }));
    return { [id]: { Type: POLICY, Properties: { ...properties, PolicyDocument: { Statement: other(Statement) } } } };
  });
}

/** Another form of a reference; AWS::NoValue is none, it takes its property away. */
function ifReference(value: Json, other: Json): Json | undefined {
  const reference = referenceOf(value);
  return reference && reference.logicalId !== 'AWS::NoValue' ? other : undefined;
}

function inOneWord(value: Json): Json | undefined {
  const { logicalId, attribute } = referenceOf(value) ?? {};
  return attribute ? { 'Fn::GetAtt': `${logicalId}.${attribute}` } : undefined;
}

const variable = (name: string): string => `\${${name}}`;

function substituted(value: Json): Json | undefined {
  const { logicalId = '', attribute } = referenceOf(value) ?? {};
  return ifReference(value, { 'Fn::Sub': variable(attribute ? `${logicalId}.${attribute}` : logicalId) });
}

function substitutedByName(value: Json): Json | undefined {
  return ifReference(value, { 'Fn::Sub': [variable('Mine'), { Mine: value }] });
}

function joinedAsSub(value: Json): Json | undefined {
  const [separator, parts] = asList(dig(value, 'Fn::Join'));
  if (separator !== '' || !Array.isArray(parts)) {
    return undefined;
  }
  const names: Record<string, Json> = {};
  const texts = parts.map((part, index) => {
    if (typeof part === 'string') {
      return part.replaceAll('${', '${!');
    }
    names[`Part${index}`] = part;
    return variable(`Part${index}`);
  });
  return { 'Fn::Sub': [texts.join(''), names] };
}

/** Properties whose values are documents of their own: a number in one is not CloudFormation's. */
const DOCUMENT = /Document$|Pattern$|Definition/;

/** A change of each number and each switch; what it gives besides the value are the parameters of the template. */
function inPlainValues(
  change: (value: number | boolean, name: string) => readonly [Json, JsonObject?],
): Variant['change'] {
  return (template) => {
    const parameters: Record<string, Json> = {};
    let count = 0;
    const changed = (value: Json): Json | undefined => {
      if (isObject(value)) {
        const entries = Object.entries(value).map(([name, one]): [string, Json] => [
          name,
          DOCUMENT.test(name) ? one : rewritten(one, changed),
        ]);
        return Object.fromEntries(entries);
      }
      if (typeof value !== 'number' && typeof value !== 'boolean') {
        return undefined;
      }
      count += 1;
      const [other, added = {}] = change(value, `Number${count}`);
      Object.assign(parameters, added);
      return other;
    };
    const { Parameters, ...rest } = inProperties(changed)(template);
    return { ...rest, Parameters: { ...Object.fromEntries(entriesAt(template, 'Parameters')), ...parameters } };
  };
}

function asParameter(value: number | boolean, name: string): readonly [Json, JsonObject?] {
  return typeof value === 'number' ? [{ Ref: name }, { [name]: { Type: 'Number', Default: value } }] : [value];
}

/** What gives a resource its physical name, and how its ARN goes on behind the account; what Ref gives of it. */
const PHYSICAL: Readonly<Record<string, { readonly name: string; readonly arn: string; readonly ref: string }>> = {
  'AWS::SQS::Queue': { name: 'QueueName', arn: 'sqs:', ref: 'URL' },
  'AWS::SNS::Topic': { name: 'TopicName', arn: 'sns:', ref: 'Arn' },
  'AWS::Lambda::Function': { name: 'FunctionName', arn: 'lambda:function:', ref: 'FunctionName' },
  'AWS::DynamoDB::Table': { name: 'TableName', arn: 'dynamodb:table/', ref: 'TableName' },
  'AWS::DynamoDB::GlobalTable': { name: 'TableName', arn: 'dynamodb:table/', ref: 'TableName' },
};

/** Each resource that can has a physical name, and others know it by that: as it is, or in its ARN. */
function named(resources: Resources): Resources {
  const nameOf = (id: string): string => `my-${id.toLowerCase()}`;
  const byName = (value: Json): Json | undefined => {
    const { logicalId = '', attribute } = referenceOf(value) ?? {};
    const physical = PHYSICAL[resources[logicalId]?.Type ?? ''];
    const wanted = attribute ?? physical?.ref;
    if (physical && wanted === 'Arn') {
      const [service, rest] = physical.arn.split(/:(.*)/);
      const place = ['AWS::Partition', 'AWS::Region', 'AWS::AccountId'].map(variable);
      return { 'Fn::Sub': `arn:${place[0]}:${service}:${place[1]}:${place[2]}:${rest}${nameOf(logicalId)}` };
    }
    return physical && wanted === physical.name ? nameOf(logicalId) : undefined;
  };
  return fromEntries(
    entriesOf(resources).map(([id, resource]) => {
      const physical = PHYSICAL[resource.Type];
      const own = physical ? { [physical.name]: nameOf(id) } : {};
      return [
        id,
        { ...resource, Properties: { ...(rewritten(resource.Properties ?? {}, byName) as JsonObject), ...own } },
      ];
    }),
  );
}

/** How a stack gets at what another one has. */
interface Apart {
  /** What stands behind the stack's name in the other's. */
  readonly behind: string;
  /** An output of the other stack. */
  readonly output: (name: string, value: Json) => JsonObject;
  /** The value in this one. */
  readonly value: (name: string) => Json;
  /** The resources that this one needs for it. */
  readonly resources: Resources;
}

const IMPORTED: Apart = {
  behind: '-apart',
  output: (name, Value) => ({ Value, Export: { Name: `apart:${name}` } }),
  value: (name) => ({ 'Fn::ImportValue': `apart:${name}` }),
  resources: {},
};

const NESTED: Apart = {
  behind: '/Apart',
  output: (_, Value) => ({ Value }),
  value: (name) => ({ 'Fn::GetAtt': ['Apart', `Outputs.${name}`] }),
  resources: { Apart: { Type: 'AWS::CloudFormation::Stack' } },
};

/** What refers to no other resource moves into another stack; the rest gets at it by the outputs of that. */
function apart(template: JsonObject, { behind, output, value, resources }: Apart): ReadonlyMap<string, JsonObject> {
  const all = entriesOf(resourcesIn(template));
  const ids = new Set(all.map(([id]) => id));
  const isAlone = ([, resource]: [string, TemplateResource]): boolean =>
    resource.Type !== 'AWS::CloudFormation::Stack' && !refersTo(resource as unknown as Json, ids);
  const moved = new Set(all.filter(isAlone).map(([id]) => id));
  const outputs: Record<string, Json> = {};
  const through = (one: Json): Json | undefined => {
    const { logicalId = '', attribute = 'Ref' } = referenceOf(one) ?? {};
    if (!moved.has(logicalId)) {
      return undefined;
    }
    const name = `${logicalId}${attribute}`.replace(/\W/g, '');
    outputs[name] = output(name, one);
    return value(name);
  };
  const rest = fromEntries(all.filter(([id]) => !moved.has(id)));
  const kept = inProperties(through)({ ...template, Resources: rest as unknown as Json });
  const Outputs = rewritten(template.Outputs ?? {}, through);
  return new Map([
    [
      '',
      { ...kept, Outputs, Resources: { ...(kept.Resources as JsonObject), ...(resources as unknown as JsonObject) } },
    ],
    [behind, { Outputs: outputs, Resources: fromEntries(all.filter(([id]) => moved.has(id))) as unknown as Json }],
  ]);
}

/** Whether a value refers to one of some resources, or waits for one. */
function refersTo(value: Json, ids: ReadonlySet<string>): boolean {
  if (Array.isArray(value)) {
    return value.some((one) => refersTo(one, ids));
  }
  const reference = referenceOf(value);
  if (reference) {
    return ids.has(reference.logicalId);
  }
  return isObject(value) && Object.entries(value).some(([name, one]) => name === 'DependsOn' || refersTo(one, ids));
}
