/** The keywords of JSON Schema that the kit's schemas use. */
interface Schema {
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

const TYPES: Readonly<Record<Schema['type'], (value: unknown) => boolean>> = {
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
};

const ANNOTATIONS = ['$schema', 'description', 'default', 'examples'];
const ASSERTIONS = [
  'type',
  'properties',
  'additionalProperties',
  'required',
  'items',
  'enum',
  'pattern',
  'minimum',
  'maximum',
];

/**
 * Validates a value as JSON Schema says, in the keywords that the kit uses.
 *
 * @param schema the schema
 * @param value the value
 * @param path where the value stands, for the answer
 * @returns the paths at which the value is not as the schema wants it
 * @throws Error for a keyword that this does not know
 */
export function invalidPaths(schema: Schema, value: unknown, path = '$'): string[] {
  const unknown = Object.keys(schema).find((keyword) => ![...ANNOTATIONS, ...ASSERTIONS].includes(keyword));
  if (unknown) {
    throw new Error(`${path}: the keyword ${unknown} is not validated`);
  }
  return TYPES[schema.type](value) && isAllowed(schema, value) ? partsOf(schema, value, path) : [path];
}

function isAllowed({ enum: values, pattern, minimum, maximum }: Schema, value: unknown): boolean {
  return (
    (values?.includes(value) ?? true) &&
    (pattern === undefined || new RegExp(pattern, 'u').test(String(value))) &&
    (minimum === undefined || Number(value) >= minimum) &&
    (maximum === undefined || Number(value) <= maximum)
  );
}

function partsOf(
  { properties, additionalProperties, required = [], items }: Schema,
  value: unknown,
  path: string,
): string[] {
  const parts = Object.entries(value instanceof Object ? value : {});
  const missing = required.filter((key) => !parts.some(([name]) => name === key));
  const wrong = parts.flatMap(([key, part]) => {
    const schema = items ?? properties?.[key];
    const refused = !schema && additionalProperties === false;
    return schema ? invalidPaths(schema, part, `${path}.${key}`) : refused ? [`${path}.${key}`] : [];
  });
  return [...missing.map((key) => `${path}.${key}`), ...wrong];
}
