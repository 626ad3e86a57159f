import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KIT } from '../../blueprints/kit';
import { classNameOf, type OptionSpec, type Pattern, packageOf } from '../../blueprints/pattern';
import { patternsAt } from './sources';

/** The width of a line of code. */
const WIDTH = 120;

/**
 * The file of a package's project types.
 *
 * @param root the package's folder
 */
export function projectTypesFile(root: string): string {
  return join(root, 'blueprints', 'project-types.ts');
}

/**
 * The project types of a package's patterns, as projen and the compiler know them: written from the data of the patterns, so
 * that an option is described in one place.
 *
 * @param patterns the patterns, of one package
 * @returns a TypeScript module
 */
export function projectTypes(patterns: readonly Pattern[]): string {
  const own = packageOf(patterns[0]).name === KIT;
  const imports = [
    `import { Blueprint, type BlueprintOptions } from '${own ? './blueprint' : KIT}';`,
    "import * as patterns from './patterns';",
  ];
  return [
    `// Written by \`npm run golden\` from the data of the patterns.\n${imports.sort(byModule).join('\n')}`,
    ...[...patterns].sort((a, b) => (a.id < b.id ? -1 : 1)).map(projectType),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

/** Packages come before files of one's own. */
function byModule(a: string, b: string): number {
  const place = (line: string): string => (line.includes("'./") ? `1${line.split("'")[1]}` : '0');
  return place(a) < place(b) ? -1 : 1;
}

/**
 * Writes the project types of a package.
 *
 * @param root the package's folder
 */
export function writeProjectTypes(root: string): void {
  writeFileSync(projectTypesFile(root), projectTypes(patternsAt(root)));
}

function projectType(pattern: Pattern): string {
  const name = classNameOf(pattern);
  return `/** The options of \`${name}\`. */
export interface ${name}Options extends BlueprintOptions {
${pattern.options.map(property).join('\n\n')}
}

/**
 * ${pattern.summary}
 *
 * @pjid ${pattern.id}
 */
export class ${name} extends Blueprint {
  /** @internal */
  public static override readonly _pattern = patterns.${name[0].toLowerCase()}${name.slice(1)};

  /** @param options the options of the project */
  constructor(options: ${name}Options = {}) {
    super(options);
  }
}`;
}

function property(spec: OptionSpec): string {
  return `  /**
   * ${spec.summary}
   *
   * @default ${standardOf(spec)}
   */
${declared(spec)}`;
}

function standardOf({ type, default: standard }: OptionSpec): string {
  return standard === undefined || type === 'string[]' ? '- none' : JSON.stringify(standard);
}

function declared({ name, type, allowed }: OptionSpec): string {
  if (!allowed) {
    return `  readonly ${name}?: ${type};`;
  }
  const values = allowed.map((value) => `'${value}'`);
  const line = `  readonly ${name}?: ${values.join(' | ')};`;
  return line.length <= WIDTH ? line : `  readonly ${name}?:\n${values.map((value) => `    | ${value}`).join('\n')};`;
}
