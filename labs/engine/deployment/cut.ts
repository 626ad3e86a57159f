import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf } from '../../../blueprints/hash';
import { dig, entriesAt, isObject, type Json, type JsonObject, readJson } from '../json';
import { referenceOf, textParts } from '../references';

/** What an emulator gets in place of a type that it does not know, by that type: another resource, made from the original. */
export type StandIns = Readonly<Record<string, (original: JsonObject) => JsonObject>>;

/** A resource that an emulator does not get, and why. */
export interface LeftOut {
  /** The name of its stack. */
  readonly stack: string;
  readonly logicalId: string;
  /** Its CloudFormation type. */
  readonly type: string;
  /** Why, in a few words: its type is not known, what it refers to is left out, or what stands in for it. */
  readonly why: string;
}

/** A template, and what was cut out of it. */
export interface Cut {
  readonly template: JsonObject;
  readonly leftOut: ReadonlyArray<Omit<LeftOut, 'stack'>>;
}

/**
 * A template without the resources of some types. What refers to one of them goes, too, and what refers to that; an output that
 * does so goes, and an order of creation is forgotten.
 *
 * @param template the template
 * @param types the types that are not known
 * @param standIns what stands in for some of them. @default - nothing
 */
export function cut(template: JsonObject, types: ReadonlySet<string>, standIns: StandIns = {}): Cut {
  const originals = entriesAt(template, 'Resources');
  const replaced = originals.flatMap(([id, resource]): [string, JsonObject][] => {
    const standIn = types.has(typeOf(resource)) ? standIns[typeOf(resource)] : undefined;
    return standIn && isObject(resource) ? [[id, standIn(resource)]] : [];
  });
  const resources = new Map([...originals, ...replaced]);
  const why = new Map(
    [...resources].flatMap(([id, resource]) =>
      types.has(typeOf(resource)) ? [[id, 'its type is not known']] : [],
    ) as [string, string][],
  );
  for (let before = -1; before < why.size; ) {
    before = why.size;
    for (const [id, resource] of resources) {
      const target = why.has(id) ? undefined : referencesIn(dig(resource, 'Properties')).find((one) => why.has(one));
      if (target) {
        why.set(id, `it refers to ${target}`);
      }
    }
  }
  const kept = [...resources].filter(([id]) => !why.has(id)).map(([id, one]) => [id, withoutOrder(one, why)]);
  const outputs = entriesAt(template, 'Outputs').filter(([, one]) => !referencesIn(one).some((id) => why.has(id)));
  return {
    template: {
      ...template,
      Resources: Object.fromEntries(kept),
      ...(template.Outputs ? { Outputs: Object.fromEntries(outputs) } : {}),
    },
    leftOut: [
      ...replaced.map(([logicalId, standIn]): [string, string] => [logicalId, `${typeOf(standIn)} stands in for it`]),
      ...why,
    ].map(([logicalId, reason]) => ({ logicalId, type: typeOf(dig(template, 'Resources', logicalId)), why: reason })),
  };
}

/**
 * Cuts resources of some types out of all stacks of an assembly, in its folder.
 *
 * @param folder the assembly, a copy that nobody else deploys
 * @param types the types that are not known
 * @param standIns what stands in for some of them
 * @returns what was cut
 */
export function cutAssembly(folder: string, types: ReadonlySet<string>, standIns: StandIns): LeftOut[] {
  const stacks = entriesAt(readJson(join(folder, 'manifest.json')), 'artifacts').filter(
    ([, artifact]) => dig(artifact, 'type') === 'aws:cloudformation:stack',
  );
  return stacks.flatMap(([id, artifact]) => {
    const file = String(dig(artifact, 'properties', 'templateFile'));
    const template = readJson(join(folder, file));
    const { template: after, leftOut } = cut(isObject(template) ? template : {}, types, standIns);
    if (leftOut.length > 0) {
      replaceTemplate(folder, id, file, after);
    }
    const stack = String(dig(artifact, 'properties', 'stackName') ?? id);
    return leftOut.map((one) => ({ stack, ...one }));
  });
}

/** Writes another template, under another hash: the one of before may have been published already. */
function replaceTemplate(folder: string, id: string, file: string, template: JsonObject): void {
  const text = JSON.stringify(template, undefined, 1);
  writeFileSync(join(folder, file), text);
  const manifest = readFileSync(join(folder, 'manifest.json'), 'utf8');
  const url = dig(JSON.parse(manifest), 'artifacts', id, 'properties', 'stackTemplateAssetObjectUrl');
  const [, before] = /\/([0-9a-f]{64})\.json$/.exec(String(url)) ?? [];
  if (before) {
    const after = hashOf(text);
    for (const name of ['manifest.json', `${id}.assets.json`]) {
      const path = join(folder, name);
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(before, after));
    }
  }
}

function typeOf(resource: Json | undefined): string {
  return String(dig(resource, 'Type'));
}

/** The logical ids that a value refers to, wherever in it. */
function referencesIn(value: Json | undefined): string[] {
  const reference = referenceOf(value);
  if (reference) {
    return [reference.logicalId];
  }
  const parts = textParts(value);
  if (parts) {
    return parts.flatMap(referencesIn);
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(referencesIn) : [];
}

function withoutOrder(resource: Json, gone: ReadonlyMap<string, string>): Json {
  const order = dig(resource, 'DependsOn');
  if (!isObject(resource) || order === undefined) {
    return resource;
  }
  const { DependsOn: _, ...rest } = resource;
  const all = [order].flat();
  const kept = all.filter((id) => !gone.has(String(id)));
  return kept.length === all.length ? resource : kept.length > 0 ? { ...rest, DependsOn: kept } : rest;
}
