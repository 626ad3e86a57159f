import type { Assembly } from '../../labs/engine/assembly';
import type { Check, Read } from '../../labs/engine/check';
import { isObject, type Json, type JsonObject } from '../../labs/engine/json';
import { referenceOf } from '../../labs/engine/references';
import type { Resources, TemplateResource } from './support';
import { inResources, reshaped } from './variants';

/** A wrong answer that was derived from a right one. */
export interface Mutant {
  /** What is wrong: the goal that reads the property, and what was done to it. */
  readonly name: string;
  /** The property, and what kind of wrong it is: several values may be wrong in the same way. */
  readonly kind: string;
  /** The goal's name. */
  readonly goal: string;
  /** The wrong answer. */
  readonly assembly: Assembly;
}

/** What a wrong answer points at instead. */
const BELL: Resources = { Bell: { Type: 'AWS::SNS::Topic' } };

/** The wrong answers that follow from what a check reads: each property removed, wrong, and pointing elsewhere. */
export function mutantsOf(check: Check, right: Assembly): Mutant[] {
  return check.goals.flatMap((goal) =>
    goal.reads.flatMap((read) =>
      changesOf(read, right).map(({ name, kind = name, value }) => ({
        name: `${read.type} ${read.path} ${name} [${goal.name}]`,
        kind: `${goal.name}: ${read.path} ${kind}`,
        goal: goal.name,
        assembly: reshaped(
          right,
          inResources((resources) => ({
            ...BELL,
            ...mapType(resources, read, (properties) => withValue(properties, read.path.split('.'), value)),
          })),
        ),
      })),
    ),
  );
}

/** One thing that can be wrong with a property. */
interface Change {
  /** What was done to it. */
  readonly name: string;
  /** What kind of wrong that is. @default - the name */
  readonly kind?: string;
  /** The wrong value. @default - none: it is removed */
  readonly value?: Json;
}

function changesOf(read: Read, right: Assembly): Change[] {
  const values = right.ofType(read.type).map(({ properties }) => valueAt(properties, read.path.split('.')));
  const isSet = values.some((value) => value !== undefined);
  const references = values.flatMap((value) => referenceOf(value) ?? []);
  const ofArn = references.find(({ attribute }) => attribute === 'Arn');
  return [
    ...(isSet && !read.optional ? [{ name: REMOVED }] : []),
    ...(references.length > 0 ? [{ name: 'pointing elsewhere', value: { 'Fn::GetAtt': ['Bell', 'TopicArn'] } }] : []),
    ...(ofArn ? [{ name: 'by reference, not by ARN', value: { Ref: ofArn.logicalId } }] : []),
    ...(read.wrong ?? []).map((value) => ({
      name: `= ${JSON.stringify(value)}`,
      kind: isEmpty(value) ? REMOVED : 'wrong',
      value,
    })),
  ];
}

const REMOVED = 'removed';

/** To CloudFormation nothing and an empty list, or a document that says nothing, are the same. */
function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).flat().length === 0;
}

function mapType(resources: Resources, { type }: Read, change: (properties: JsonObject) => JsonObject): Resources {
  const entries = Object.entries(resources).map(([logicalId, resource]): [string, TemplateResource] => [
    logicalId,
    resource.Type === type ? { ...resource, Properties: change(resource.Properties ?? {}) } : resource,
  ]);
  return Object.fromEntries(entries);
}

function valueAt(object: JsonObject, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((at, name) => (isObject(at) ? at[name] : undefined), object);
}

/** The object with another value at the path; an object on the way that is not there is not made. */
function withValue(object: JsonObject, [name, ...rest]: readonly string[], value: Json | undefined): JsonObject {
  const { [name]: old, ...others } = object;
  if (rest.length > 0) {
    return isObject(old) ? { ...object, [name]: withValue(old, rest, value) } : object;
  }
  return value === undefined ? others : { ...others, [name]: value };
}
