import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { kitRoot } from '../../blueprints/kit';
import { Assembly, type AssemblyContent, type Resource } from '../../labs/engine/assembly';
import { entriesAt, type Json, type JsonObject } from '../../labs/engine/json';

/** A resource as a template has it. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: JsonObject;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
}

/** Resources of a template by logical id. */
export type Resources = Readonly<Record<string, TemplateResource>>;

/** An assembly with one stack of the given resources. */
export function assemblyOf(resources: Resources, rest: Partial<AssemblyContent> = {}, stack = 'orders'): Assembly {
  return new Assembly({
    stacks: [{ name: stack, environment: '', template: { Resources: resources as unknown as Json } }],
    resources: resourcesOf(resources, stack),
    ...rest,
  });
}

/** The resources of a template as an assembly has them, each created in a line of `src/orders-stack.ts`. */
export function resourcesOf(resources: Resources, stack = 'orders'): Resource[] {
  return entriesAt(resources as unknown as Json).map(([logicalId, resource], index) => {
    const { Type, Properties = {} } = resource as unknown as TemplateResource;
    const where = `src/orders-stack.ts:${index + 1}`;
    return { stack, logicalId, name: logicalId, type: Type, properties: Properties, where };
  });
}

/** The properties of an alarm on the sum of a metric of a resource, which rings `Bell`. */
export const alarmOn = (namespace: string, metric: string, dimension: string, of: string): JsonObject => ({
  Namespace: namespace,
  MetricName: metric,
  Dimensions: [{ Name: dimension, Value: ref(of) }],
  AlarmActions: [ref('Bell')],
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  Statistic: 'Sum',
  Threshold: 1,
});

/** A value of a template that is some resource's attribute. */
export const attribute = (logicalId: string, name = 'Arn'): Json => ({ 'Fn::GetAtt': [logicalId, name] });

/** A value of a template that is some resource's reference. */
export const ref = (logicalId: string): Json => ({ Ref: logicalId });

/** Variations of a template: other properties of a resource, some resources less, some more or others in their place. */
export interface Variations {
  /** The template with other properties of a resource; undefined takes one away. */
  changed(logicalId: string, properties: Readonly<Record<string, Json | undefined>>): Resources;
  /** The template without some resources. */
  without(...logicalIds: string[]): Resources;
  /** The template with further resources, or others in place of its own. */
  plus(resources: Resources): Resources;
}

/** What makes variations of a template. */
export function variationsOf(right: Resources): Variations {
  return {
    changed: (logicalId, properties) => {
      const resource = right[logicalId];
      const all = Object.entries({ ...resource.Properties, ...properties }).filter(([, value]) => value !== undefined);
      return { ...right, [logicalId]: { ...resource, Properties: Object.fromEntries(all) as JsonObject } };
    },
    without: (...logicalIds) =>
      Object.fromEntries(Object.entries(right).filter(([logicalId]) => !logicalIds.includes(logicalId))),
    plus: (resources) => ({ ...right, ...resources }),
  };
}

const folders: string[] = [];

/** A new folder that holds the given files; `removeFolders` takes it away. */
export function folderOf(files: Readonly<Record<string, string | object>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'labs-test-'));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

/** A project's folder that uses the packages of the kit, whose program is `src/main.ts`. */
export function projectOf(main: string, files: Readonly<Record<string, string | object>> = {}): string {
  const folder = folderOf({
    'package.json': { name: 'orders' },
    'cdk.json': { app: 'npx tsx src/main.ts' },
    'src/main.ts': main,
    ...files,
  });
  symlinkSync(join(kitRoot, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return folder;
}

/** Removes all folders that a test made. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) {
    rmSync(folder, { recursive: true, force: true });
  }
}
