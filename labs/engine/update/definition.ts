import { parse } from '@babel/parser';
import type { Expression, Node, ObjectExpression, ObjectProperty } from '@babel/types';
import type { OptionValue, OptionValues } from '../../../blueprints/pattern';

/** What a project's `.projenrc.ts` gives its project type. */
export interface Definition {
  /** The options that are written as they are, by name. */
  readonly values: OptionValues;
  /** The names of the options that a program computes. */
  readonly computed: readonly string[];
}

/** What becomes of options, by the names that they have: other names, or none. */
export type Renames = ReadonlyMap<string, string | undefined>;

/**
 * Reads the options that a `.projenrc.ts` gives to a project type. Nothing of it is run.
 *
 * @param source its text
 * @param className the project type's class
 * @returns undefined when it can't be read, or makes no such project
 */
export function readDefinition(source: string, className: string): Definition | undefined {
  const properties = optionsIn(source, className);
  if (!properties) {
    return undefined;
  }
  const read = properties.map((property) => ({ name: nameOf(property), value: literal(property.value) }));
  return {
    values: Object.fromEntries(read.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))),
    computed: read.filter(({ value }) => value === undefined).map(({ name }) => name),
  };
}

/**
 * A `.projenrc.ts` whose options have the names of now. All else of it stays, byte for byte.
 *
 * @param source its text
 * @param className the project type's class
 * @param renames what becomes of options
 */
export function withRenames(source: string, className: string, renames: Renames): string {
  const properties = optionsIn(source, className) ?? [];
  const names = new Set(properties.map(nameOf));
  return properties
    .filter((property) => renames.has(nameOf(property)))
    .reverse()
    .reduce((text, property) => {
      const name = renames.get(nameOf(property));
      return name === undefined || names.has(name) ? without(text, property) : renamed(text, property, name);
    }, source);
}

function renamed(text: string, property: ObjectProperty, name: string): string {
  const key = spanOf(property.key);
  const value = property.shorthand ? `${name}: ${nameOf(property)}` : name;
  return text.slice(0, key.start) + value + text.slice(key.end);
}

/** The text without a property, its comma and the line that is empty then. */
function without(text: string, property: ObjectProperty): string {
  const { start, end } = spanOf(property);
  const before = text.slice(0, start).replace(/\r?\n[ \t]*$/, '');
  return before + text.slice(end).replace(/^\s*,/, '');
}

function spanOf({ start, end }: Node): { readonly start: number; readonly end: number } {
  return { start: start ?? 0, end: end ?? 0 };
}

/** The properties of the object that `new <class>(…)` gets, directly or by the name of a constant. */
function optionsIn(source: string, className: string): ObjectProperty[] | undefined {
  const nodes = [...nodesOf(parsed(source))];
  const made = nodes.find(
    (node) => node.type === 'NewExpression' && node.callee.type === 'Identifier' && node.callee.name === className,
  );
  const given = made?.type === 'NewExpression' ? made.arguments[0] : undefined;
  const object = given && objectOf(given as Expression, nodes);
  return object?.properties.filter((property) => property.type === 'ObjectProperty' && !property.computed) as
    | ObjectProperty[]
    | undefined;
}

function objectOf(given: Expression, nodes: readonly Node[]): ObjectExpression | undefined {
  const bare = withoutType(given);
  if (bare.type !== 'Identifier') {
    return bare.type === 'ObjectExpression' ? bare : undefined;
  }
  const values = nodes.flatMap((node) =>
    node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.id.name === bare.name && node.init
      ? [withoutType(node.init)]
      : [],
  );
  return values.find((value) => value.type === 'ObjectExpression');
}

function withoutType(node: Expression): Expression {
  return node.type === 'TSAsExpression' || node.type === 'TSSatisfiesExpression' ? withoutType(node.expression) : node;
}

function nameOf({ key }: ObjectProperty): string {
  return key.type === 'Identifier' ? key.name : key.type === 'StringLiteral' ? key.value : '';
}

/** The value of an expression that can be nothing else; undefined for one that a program computes. */
function literal(node: Node): OptionValue | undefined {
  const bare = withoutType(node as Expression);
  switch (bare.type) {
    case 'StringLiteral':
    case 'NumericLiteral':
    case 'BooleanLiteral':
      return bare.value;
    case 'ArrayExpression': {
      const values = bare.elements.map((element) => element && literal(element));
      return values.every((value) => typeof value === 'string') ? values : undefined;
    }
    default:
      return undefined;
  }
}

function parsed(source: string): Node | undefined {
  try {
    return parse(source, { sourceType: 'module', plugins: ['typescript'] });
  } catch {
    return undefined;
  }
}

function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const one of value) {
      yield* nodesOf(one);
    }
  } else if (typeof value === 'object' && value !== null && 'type' in value && 'start' in value) {
    yield value as Node;
    yield* nodesOf(Object.values(value));
  }
}
