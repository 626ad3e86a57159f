import { packageIn } from '../package';
import { stageOf } from '../stages';

/**
 * The literal helpers: each writes a value so that the target language reads back exactly that value.
 * A value that is undefined throws, since Handlebars' own strict mode lets it through in helper calls.
 */
export const literals: Readonly<Record<string, (value: unknown) => string>> = {
  ts: (value) => typeScript(defined(value)),
  tsPackage: (value) => typeScript(packageIn(text(value))),
  tsRecord: (value) => typeScript(keyValues(defined(value) as readonly string[])),
  tsStage: (value) => stage(text(value)),
  json: (value) => escapeControls(JSON.stringify(defined(value))),
  // Every JSON document is a YAML document once the characters that YAML refuses are escaped.
  yaml: (value) => escapeControls(JSON.stringify(defined(value))),
  sh: (value) => shellWord(text(value)),
  md: (value) => markdown(Array.isArray(value) ? value.join(', ') : text(value)),
  word: (value) => word(text(value)),
  command: (value) => command(text(value)),
};

const LINE_SEPARATORS_AND_CONTROLS = /[\u007f-\u009f\u2028\u2029\ufeff]/g;

function defined(value: unknown): unknown {
  if (value === undefined || value === null) {
    throw new Error('has no value');
  }
  return value;
}

function text(value: unknown): string {
  return String(defined(value));
}

function escapeControls(json: string): string {
  return json.replace(
    LINE_SEPARATORS_AND_CONTROLS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function shellWord(value: string): string {
  if (value.includes('\0')) {
    throw new Error('holds a NUL, which no shell word can');
  }
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** Strings as the formatter writes them: single quotes, unless double ones need fewer escapes. */
function typeScript(value: unknown): string {
  if (typeof value === 'string') {
    const double = escapeControls(JSON.stringify(value));
    const singles = value.split("'").length;
    const doubles = value.split('"').length;
    return singles > doubles ? double : `'${double.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  }
  if (Array.isArray(value)) {
    return `[${value.map(typeScript).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return `{ ${fields.map(([key, field]) => `${propertyKey(key)}: ${typeScript(field)}`).join(', ')} }`;
  }
  return escapeControls(JSON.stringify(defined(value)));
}

/** `__proto__: x` would set the prototype; a computed key makes a property of that name. */
function propertyKey(key: string): string {
  if (key === '__proto__') {
    return "['__proto__']";
  }
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : typeScript(key);
}

/**
 * What Markdown could read as more than itself: line breaks and other controls, spaces that it would trim or fold, marks of
 * inline markup and table cells, and at the start of a line those of blocks.
 */
const MARKUP = /[\u0000-\u001f\u2028\u2029]|^ | $| (?= )|[&<>\\`*_[\]|~]|^[-+=#:]|(?<=^\d{1,9})[.)]/g;

function markdown(value: string): string {
  return value.replace(MARKUP, (character) =>
    /[\s\p{Cc}&]/u.test(character) ? `&#${character.charCodeAt(0)};` : `\\${character}`,
  );
}

/** `['team=orders']` as the object that it stands for. */
function keyValues(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

/** `prod=123456789012/eu-west-1` as the entry of a record of stages. */
function stage(value: string): string {
  const { name, ...rest } = stageOf(value);
  return `${propertyKey(name)}: ${typeScript(rest)}`;
}

function word(value: string): string {
  if (!/^[A-Za-z][\w-]*$/.test(value)) {
    throw new Error(`${JSON.stringify(value)} is no word of letters, digits, _ and -`);
  }
  return value;
}

/** A command as it is: one whose words no shell changes. */
function command(value: string): string {
  if (!/^[\w@%+=:,./-]+( [\w@%+=:,./-]+)*$/.test(value)) {
    throw new Error(`${JSON.stringify(value)} is no command of plain words`);
  }
  return value;
}
