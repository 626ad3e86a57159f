import type { Check, Read } from '../../labs/engine/check';
import { isObject, type Json, type JsonObject } from '../../labs/engine/json';
import { referenceOf } from '../../labs/engine/references';
import type { Resources, TemplateResource } from './support';

/** A wrong answer that was derived from a right one. */
export interface Mutant {
  /** What is wrong: the goal that reads the property, and what was done to it. */
  readonly name: string;
  /** The goal's name. */
  readonly goal: string;
  /** The wrong answer. */
  readonly resources: Resources;
}

/** The wrong answers that follow from what a check reads: each property removed, wrong, and pointing elsewhere. */
export function mutantsOf(check: Check, right: Resources): Mutant[] {
  return check.goals.flatMap((goal) =>
    goal.reads.flatMap((read) =>
      changesOf(read, right).map(({ name, value }) => ({
        name: `${read.type} ${read.path} ${name} [${goal.name}]`,
        goal: goal.name,
        resources: mapType(right, read, (resource) => withValue(resource, read.path.split('.'), value)),
      })),
    ),
  );
}

function changesOf(read: Read, right: Resources): { name: string; value: Json | undefined }[] {
  const values = Object.values(right)
    .filter(({ Type }) => Type === read.type)
    .map(({ Properties }) => valueAt(Properties ?? {}, read.path.split('.')));
  const isSet = values.some((value) => value !== undefined);
  const references = values.flatMap((value) => referenceOf(value) ?? []);
  const ofArn = references.find(({ attribute }) => attribute === 'Arn');
  return [
    ...(isSet && !read.optional ? [{ name: 'removed', value: undefined }] : []),
    ...(references.length > 0 ? [{ name: 'pointing elsewhere', value: { 'Fn::GetAtt': ['Bell', 'TopicArn'] } }] : []),
    ...(ofArn ? [{ name: 'by reference, not by ARN', value: { Ref: ofArn.logicalId } }] : []),
    ...(read.wrong ?? []).map((value) => ({ name: `= ${JSON.stringify(value)}`, value })),
  ];
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
