import Handlebars from 'handlebars';
import { optionsOf } from '../options';
import { type Pattern, stepIds } from '../pattern';
import { literals } from './literals';

/** One template file, parsed. */
export interface Template {
  /** Its path below the template folder, for messages. */
  readonly path: string;
  /** Its syntax tree. */
  readonly program: hbs.AST.Program;
}

/**
 * The names that a template may use: option names, `pattern`, `kit` and `delivery` with their fields, and `stage`, the first
 * one's name.
 */
export type Scope = ReadonlySet<string>;

/** An error in a template: it names the template, the line and the value. */
export class TemplateError extends Error {
  /**
   * @param path the template
   * @param line its line, from 1
   * @param problem what is wrong there
   */
  constructor(path: string, line: number, problem: string) {
    super(`${path}:${line}: ${problem}`);
    this.name = 'TemplateError';
  }
}

/** What a parameter of a block can be: a step's id, a declared name, or a text to compare with. */
type Parameter = 'step' | 'path' | 'text';

/** The block helpers, with what their parameters are. */
const BLOCKS: Readonly<Record<string, readonly Parameter[]>> = {
  from: ['step'],
  until: ['step'],
  finished: [],
  if: ['path'],
  each: ['path'],
  when: ['path', 'text'],
};

/**
 * Parses a template.
 *
 * @param path its path, for messages
 * @param source its text
 * @throws TemplateError when Handlebars can't parse it (an unbalanced block, for example)
 */
export function parseTemplate(path: string, source: string): Template {
  const slashed = /\\+\{\{/.exec(source);
  if (slashed) {
    throw new TemplateError(
      path,
      lineAt(source, slashed.index),
      'a backslash before {{ makes Handlebars print the mustache',
    );
  }
  try {
    return { path, program: Handlebars.parse(source) };
  } catch (error) {
    const message = (error as Error).message;
    const line = Number(/line (\d+)/.exec(message)?.[1] ?? /- (\d+):/.exec(message)?.[1] ?? 1);
    throw new TemplateError(path, line, message.split('\n')[0]);
  }
}

/**
 * Walks a template's syntax tree and refuses what Handlebars' strict mode misses: a value outside a literal helper, an
 * undeclared name, an unknown step or helper.
 *
 * @param template the parsed template
 * @param pattern whose steps it may name
 * @param scope the names it may use
 * @param partials the partials it may include
 * @throws TemplateError for the first fault
 */
export function auditTemplate(template: Template, pattern: Pattern, scope: Scope, partials: ReadonlySet<string>): void {
  new Audit(template, pattern, scope, partials).program(template.program);
}

/** A walk through a template's syntax tree; the first fault ends it. */
class Audit {
  private readonly statements: Readonly<Record<string, (node: never) => void>> = {
    ContentStatement: () => {},
    CommentStatement: () => {},
    MustacheStatement: (node: hbs.AST.MustacheStatement) => this.mustache(node),
    BlockStatement: (node: hbs.AST.BlockStatement) => this.block(node),
    PartialStatement: (node: hbs.AST.PartialStatement) => this.partial(node),
  };

  private readonly parameters: Readonly<Record<Parameter, (node: hbs.AST.Expression) => void>> = {
    step: (node) => this.step(node),
    path: (node) => this.path(node),
    text: (node) => this.text(node),
  };

  constructor(
    private readonly template: Template,
    private readonly pattern: Pattern,
    private readonly scope: Scope,
    private readonly partials: ReadonlySet<string>,
  ) {}

  public program({ body }: hbs.AST.Program): void {
    for (const statement of body) {
      const visit = this.statements[statement.type] as ((node: hbs.AST.Statement) => void) | undefined;
      visit ? visit(statement) : this.fail(statement, `${statement.type} is not used in templates`);
    }
  }

  private mustache(node: hbs.AST.MustacheStatement): void {
    const helper = (node.path as hbs.AST.PathExpression).original;
    if (!node.escaped) {
      this.fail(node, `{{{${helper}}}} bypasses the helpers; write {{ts …}} or another literal helper`);
    }
    if (!Object.hasOwn(literals, helper)) {
      const all = Object.keys(literals).join(', ');
      this.fail(node, `{{${helper}}} is bare or no literal helper; write {{ts ${helper}}}, or one of ${all}`);
    }
    if (node.params.length !== 1 || node.hash !== undefined) {
      this.fail(node, `{{${helper} …}} takes one value`);
    }
    this.path(node.params[0]);
  }

  private block(node: hbs.AST.BlockStatement): void {
    const helper = (node.path as hbs.AST.PathExpression).original;
    if (!Object.hasOwn(BLOCKS, helper)) {
      this.fail(node, `{{#${helper}}} is no block helper; there are ${Object.keys(BLOCKS).join(', ')}`);
    }
    // An inverted block is parsed into one without a program, whatever the types say.
    if (!node.program) {
      this.fail(node, `{{^${helper}}} is inverted; write {{#${helper} …}}{{else}}…{{/${helper}}}`);
    }
    this.blockParameters(node, helper);
    (helper === 'each' ? this.insideLoop() : this).program(node.program);
    if (node.inverse) {
      this.program(node.inverse);
    }
  }

  private blockParameters(node: hbs.AST.BlockStatement, helper: string): void {
    const kinds = BLOCKS[helper];
    if (node.params.length !== kinds.length || node.hash !== undefined) {
      this.fail(node, `{{#${helper}}} takes ${kinds.length} parameters, and none by name`);
    }
    kinds.forEach((kind, index) => {
      this.parameters[kind](node.params[index]);
    });
    if (helper === 'when') {
      this.comparison(node.params);
    }
  }

  private partial(node: hbs.AST.PartialStatement): void {
    const name = (node.name as hbs.AST.PathExpression).original;
    if (!this.partials.has(name)) {
      this.fail(node, `there is no partial "${name}"`);
    }
    if (node.params.length > 0 || node.hash !== undefined) {
      this.fail(node, `{{> ${name}}} takes no parameters: a partial knows what its template knows`);
    }
  }

  private step(node: hbs.AST.Expression): void {
    const steps = stepIds(this.pattern);
    const id = (node as hbs.AST.StringLiteral).value;
    if (node.type !== 'StringLiteral' || !steps.includes(id)) {
      this.fail(node, `"${id}" is no step of ${this.pattern.id}; it has ${steps.join(', ')}`);
    }
  }

  private path(node: hbs.AST.Expression): void {
    const { original } = node as hbs.AST.PathExpression;
    if (node.type !== 'PathExpression' || !this.scope.has(original)) {
      this.fail(node, `"${original}" is no option of ${this.pattern.id}`);
    }
  }

  private text(node: hbs.AST.Expression): void {
    if (node.type !== 'StringLiteral') {
      this.fail(node, 'a value is compared with a text in quotes');
    }
  }

  /** A comparison with what an option can't be would never hold. */
  private comparison([value, text]: readonly hbs.AST.Expression[]): void {
    const name = (value as hbs.AST.PathExpression).original;
    const word = (text as hbs.AST.StringLiteral).value;
    const allowed = optionsOf(this.pattern).find((option) => option.name === name)?.allowed;
    if (allowed && !allowed.includes(word)) {
      this.fail(text, `"${name}" is never "${word}"; it is ${allowed.join(' or ')}`);
    }
  }

  /** Only inside of a loop there are `this` and `@key`. */
  private insideLoop(): Audit {
    return new Audit(this.template, this.pattern, new Set([...this.scope, 'this', '@key']), this.partials);
  }

  private fail({ loc }: hbs.AST.Node, problem: string): never {
    throw new TemplateError(this.template.path, loc.start.line, problem);
  }
}

function lineAt(source: string, index: number): number {
  return source.slice(0, index).split('\n').length;
}
