import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { Migration } from '../../blueprints/pattern';
import type { Assembly } from '../../labs/engine/assembly';
import { dig, entriesAt, type Json } from '../../labs/engine/json';
import { isStateful } from '../../modules/stateful';

/** A resource that holds state: what must stay as it is, or else CloudFormation replaces it by an empty one. */
export interface StatefulResource {
  readonly type: string;
  /** The properties whose change replaces the resource, as far as the template sets them. */
  readonly properties: Readonly<Record<string, Json>>;
}

/** The resources that hold state, by stack and logical id: `orders-dev/Queue4A7E3555`. */
export type State = Readonly<Record<string, StatefulResource>>;

/**
 * The resources of an assembly that hold state.
 *
 * @param assembly the assembly
 */
export function stateOf(assembly: Assembly): State {
  const stateful = assembly.resources.filter(({ type }) => isStateful(type));
  return Object.fromEntries(
    stateful.map(({ stack, logicalId, type, properties }) => {
      const replacing = replacingProperties(type);
      const fixed = entriesAt(properties).filter(([name]) => replacing.has(name));
      return [`${stack}/${logicalId}`, { type, properties: Object.fromEntries(fixed) }];
    }),
  );
}

/**
 * The resources that an update would replace or remove, and that no migration of this version names.
 *
 * @param before what a released project has
 * @param now what it would have
 * @param migrations the changes that are meant
 * @param version the version that is being made
 * @returns their names, as `State` has them
 */
export function lostState(before: State, now: State, migrations: readonly Migration[], version: string): string[] {
  return Object.entries(before)
    .filter(([name, resource]) => JSON.stringify(resource) !== JSON.stringify(now[name]))
    .map(([name]) => name)
    .filter((name) => !migrations.some((one) => one.version === version && name.endsWith(`/${one.resource}`)));
}

/**
 * The state that a golden copy has.
 *
 * @param golden the folder of the golden copy
 * @returns nothing when there is none yet
 */
export function goldenState(golden: string): State {
  const file = join(golden, STATE_FILE);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** The file of a golden copy that lists what holds state. */
export const STATE_FILE = 'state.json';

/**
 * The physical names that a template fixes, which no two stacks of an account and Region can have at once.
 *
 * @param resources the resources of a template by logical id
 * @returns type and name of each
 */
export function physicalNames(resources: readonly (readonly [string, Json])[]): string[] {
  return resources.flatMap(([, resource]) => {
    const type = String(dig(resource, 'Type'));
    const spec = specOf(type);
    const names = (spec?.primaryIdentifier ?? []).filter((property) => property.endsWith('Name'));
    return names
      .map((property) => dig(resource, 'Properties', property))
      .filter((name) => typeof name === 'string')
      .map((name) => `${type} ${name}`);
  });
}

/**
 * The property in which a type of resource takes tags.
 *
 * @param type its CloudFormation type
 * @returns nothing when it takes none
 */
export function tagProperty(type: string): string | undefined {
  return specOf(type)?.tagInformation?.tagPropertyName;
}

let services: ReturnType<typeof loadAwsServiceSpecSync> | undefined;

/** What the service specification says of a type; it is loaded once, which takes half a second. */
function specOf(type: string) {
  services ??= loadAwsServiceSpecSync();
  return services.lookup('resource', 'cloudFormationType', 'equals', type)[0];
}

/** The properties of a type whose change replaces the resource, surely or perhaps, as the service specification says. */
function replacingProperties(type: string): ReadonlySet<string> {
  const spec = specOf(type);
  const properties = Object.entries(spec?.properties ?? {});
  return new Set(
    properties.filter(([, property]) => (property.causesReplacement ?? 'no') !== 'no').map(([name]) => name),
  );
}
