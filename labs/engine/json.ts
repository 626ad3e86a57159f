import { readFileSync } from 'node:fs';

/** A value of a JSON document. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** An object of a JSON document. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/**
 * Whether a value is an object: neither a list nor null.
 *
 * @param value any value
 */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A value as a list: a list as it is, nothing as an empty one, anything else as a list of one.
 *
 * @param value a value that may be absent
 */
export function asList(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) {
    return [];
  }
  return Array.isArray(value) ? value : [value as Json];
}

/**
 * The value at a path of names.
 *
 * @param value where the path begins
 * @param path the names
 * @returns undefined when a name on the way is missing
 */
export function dig(value: Json | undefined, ...path: string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined),
    value,
  );
}

/**
 * The entries of the object at a path of names.
 *
 * @param value where the path begins
 * @param path the names
 * @returns no entries when there is no object
 */
export function entriesAt(value: Json | undefined, ...path: string[]): [string, Json][] {
  const object = dig(value, ...path);
  return isObject(object) ? Object.entries(object) : [];
}

/**
 * Reads a JSON file.
 *
 * @param file its path
 * @returns undefined when it is missing or no JSON
 */
export function readJson(file: string): Json | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
