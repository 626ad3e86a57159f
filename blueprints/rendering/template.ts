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

/** The names that a template may use: option names, `pattern` and `kit` with their fields, and `stage`, the first one's name. */
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

/** The block helpers, with what their parameters are: a step's id, a declared name, or a text to compare with. */
const BLOCKS: Readonly<Record<string, ReadonlyArray<'step' | 'path' | 'text'>>> = {
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
  const steps = new Set(stepIds(pattern));
  const fail = (node: hbs.AST.Node, problem: string): never => {
    throw new TemplateError(template.path, node.loc.start.line, problem);
  };
  /** How many loops stand around the node that is visited: only inside of one there are `this` and `@key`. */
  let loops = 0;
  const known = ({ original }: hbs.AST.PathExpression): boolean =>
    scope.has(original) || (loops > 0 && ['this', '@key'].includes(original));
  const allowed = (name: string): readonly string[] | undefined =>
    optionsOf(pattern).find((option) => option.name === name)?.allowed;

  const parameters: Record<string, (node: hbs.AST.Expression) => void> = {
    step: (node) => {
      const id = (node as hbs.AST.StringLiteral).value;
      if (node.type !== 'StringLiteral' || !steps.has(id)) {
        fail(node, `"${id}" is no step of ${pattern.id}; it has ${[...steps].join(', ')}`);
      }
    },
    path: (node) => {
      if (node.type !== 'PathExpression' || !known(node as hbs.AST.PathExpression)) {
        fail(node, `"${(node as hbs.AST.PathExpression).original}" is no option of ${pattern.id}`);
      }
    },
    text: (node) => {
      if (node.type !== 'StringLiteral') {
        fail(node, 'a value is compared with a text in quotes');
      }
    },
  };
  /** A comparison with what an option can't be would never hold. */
  const comparable = ([value, text]: readonly hbs.AST.Expression[]): void => {
    const name = (value as hbs.AST.PathExpression).original;
    const words = allowed(name);
    const word = (text as hbs.AST.StringLiteral).value;
    if (words && !words.includes(word)) {
      fail(text, `"${name}" is never "${word}"; it is ${words.join(' or ')}`);
    }
  };

  const visitors: Record<string, (node: never) => void> = {
    ContentStatement: () => {},
    CommentStatement: () => {},
    MustacheStatement: (node: hbs.AST.MustacheStatement) => {
      const helper = (node.path as hbs.AST.PathExpression).original;
      if (!node.escaped) {
        fail(node, `{{{${helper}}}} bypasses the helpers; write {{ts …}} or another literal helper`);
      }
      if (!Object.hasOwn(literals, helper)) {
        fail(
          node,
          `{{${helper}}} is bare or no literal helper; write {{ts ${helper}}}, or one of ${Object.keys(literals).join(', ')}`,
        );
      }
      if (node.params.length !== 1 || node.hash !== undefined) {
        fail(node, `{{${helper} …}} takes one value`);
      }
      parameters.path(node.params[0]);
    },
    BlockStatement: (node: hbs.AST.BlockStatement) => {
      const helper = (node.path as hbs.AST.PathExpression).original;
      if (!Object.hasOwn(BLOCKS, helper)) {
        fail(node, `{{#${helper}}} is no block helper; there are ${Object.keys(BLOCKS).join(', ')}`);
      }
      const kinds = BLOCKS[helper];
      if (node.params.length !== kinds.length || node.hash !== undefined) {
        fail(node, `{{#${helper}}} takes ${kinds.length} parameters, and none by name`);
      }
      kinds.forEach((kind, index) => {
        parameters[kind](node.params[index]);
      });
      if (helper === 'when') {
        comparable(node.params);
      }
      loops += helper === 'each' ? 1 : 0;
      visit(node.program);
      loops -= helper === 'each' ? 1 : 0;
      if (node.inverse) {
        visit(node.inverse);
      }
    },
    PartialStatement: (node: hbs.AST.PartialStatement) => {
      const name = (node.name as hbs.AST.PathExpression).original;
      if (!partials.has(name)) {
        fail(node, `there is no partial "${name}"`);
      }
      if (node.params.length > 0 || node.hash !== undefined) {
        fail(node, `{{> ${name}}} takes no parameters: a partial knows what its template knows`);
      }
    },
  };
  const visit = (program: hbs.AST.Program): void => {
    for (const statement of program.body) {
      const visitor = visitors[statement.type] as ((node: hbs.AST.Statement) => void) | undefined;
      (visitor ?? (() => fail(statement, `${statement.type} is not used in templates`)))(statement);
    }
  };
  visit(template.program);
}

function lineAt(source: string, index: number): number {
  return source.slice(0, index).split('\n').length;
}
