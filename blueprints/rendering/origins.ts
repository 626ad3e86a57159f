import type { Template } from './template';

/** Where a line of a rendered file comes from. */
export interface Origin {
  /** The template's path below its template folder. */
  readonly template: string;
  /** Its line, from 1. */
  readonly line: number;
}

/** A rendered file, and where each of its lines comes from. */
export interface Traced {
  readonly text: string;
  /** The origin of each line; undefined for one that no template holds. */
  readonly origins: readonly (Origin | undefined)[];
}

/** What stands in a marked template where a line begins. No template holds these characters. */
const MARK = /\u0001([^\u0001\u0002]*):(\d+)\u0002/g;

const markOf = (path: string, line: number): string => `\u0001${path}:${line}\u0002`;

/** What Handlebars takes away behind a block that has a line of its own. */
const STRIPPED = /^[ \t]*\r?\n?/;

/** A piece of text in a syntax tree, as Handlebars leaves it once it has taken away what stands around blocks. */
interface Content extends hbs.AST.ContentStatement {
  readonly rightStripped?: boolean;
}

/**
 * Marks each line of a template with where it stands, so that `traced` can tell it in what was rendered. The syntax tree is
 * changed.
 *
 * @param template the parsed template
 * @returns the same template
 */
export function marked(template: Template): Template {
  markProgram(template.path, template.program);
  return template;
}

function markProgram(path: string, program: hbs.AST.Program | undefined): void {
  const body = program?.body ?? [];
  for (const [index, statement] of body.entries()) {
    if (statement.type === 'ContentStatement') {
      markContent(path, statement as Content, body[index + 1]?.type === 'MustacheStatement');
    } else if (statement.type === 'BlockStatement') {
      const block = statement as hbs.AST.BlockStatement;
      markProgram(path, block.program);
      markProgram(path, block.inverse);
    }
  }
}

/** Behind the last line break a line begins only where a value follows: anything else brings a mark of its own. */
function markContent(path: string, content: Content, valueFollows: boolean): void {
  const { original, loc, rightStripped } = content;
  const text = original.toString();
  const stripped = rightStripped ? (STRIPPED.exec(text)?.[0] ?? '') : '';
  const first = loc.start.line + stripped.split('\n').length - 1;
  const lines = content.value.split('\n');
  const isLine = (line: string, index: number): boolean => line !== '' || index < lines.length - 1 || valueFollows;
  content.value = lines
    .map((line, index) => (isLine(line, index) ? markOf(path, first + index) + line : line))
    .join('\n');
}

/**
 * What was rendered from marked templates, without the marks.
 *
 * @param text the rendered text
 */
export function traced(text: string): Traced {
  const lines = text.split('\n');
  return {
    text: lines.map((line) => line.replace(MARK, '')).join('\n'),
    origins: lines.map(originOf),
  };
}

/** A line begins where the last of the marks stands that come before its text; a partial may be indented. */
function originOf(line: string): Origin | undefined {
  const [leading] = /^(?:[ \t]*\u0001[^\u0002]*\u0002)*/.exec(line) ?? [''];
  const [last] = [...leading.matchAll(MARK)].slice(-1);
  return last && { template: last[1], line: Number(last[2]) };
}
