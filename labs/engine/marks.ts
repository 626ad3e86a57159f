import MarkdownIt from 'markdown-it';

/** A token of a text in Markdown; its `map` has the lines that it came from. */
export type Token = ReturnType<MarkdownIt['parse']>[number];

/** A comment `<!-- name -->`, `<!-- name: argument -->` or `<!-- /name -->` in a line of its own. */
export interface Mark {
  /** Its name. */
  readonly name: string;
  /** What stands behind the colon. @default - nothing */
  readonly argument?: string;
  /** Whether it ends what the mark of that name before it began. */
  readonly isEnd: boolean;
  /** The step that it stands in: the argument of the last mark `step` before it. @default - it stands before the first */
  readonly step?: string;
  /** The index of its line. */
  readonly line: number;
}

/** The marks between which a text is computed or captured, and never typed. */
export const FILLED = {
  /** What a step changes. */
  change: 'change',
  /** What a step adds that bills while idle. */
  cost: 'cost',
  /** What of the whole pattern bills while idle. */
  idle: 'idle',
  /** What is left when a stage is destroyed. */
  remains: 'remains',
  /** What the command that the argument names prints. */
  output: 'output',
} as const;

const COMMENT = /^<!-- (\/?)([a-z]+)(?:: (.+))? -->$/;

const markdownIt = new MarkdownIt({ html: true });

/**
 * The tokens of a text in Markdown, in its order.
 *
 * @param markdown the text
 */
export function tokensOf(markdown: string): Token[] {
  return markdownIt.parse(markdown, {});
}

/**
 * The marks of a text in its order; what looks like one in code is none.
 *
 * @param tokens the tokens of the text
 */
export function marksIn(tokens: readonly Token[]): Mark[] {
  const marks: Mark[] = [];
  let step: string | undefined;
  for (const { type, content, map } of tokens) {
    const [, slash, name, argument] = (type === 'html_block' && COMMENT.exec(content.trim())) || [];
    if (name) {
      step = name === 'step' ? argument : step;
      marks.push({ name, argument, isEnd: slash === '/', step, line: map?.[0] ?? 0 });
    }
  }
  return marks;
}

/**
 * A text with what belongs behind its marks, in the place of what stood there before.
 *
 * @param markdown the text; a place is marked by its beginning alone, or by beginning and end
 * @param contentOf what belongs behind a mark, as Markdown; undefined leaves it as it is
 */
export function fillMarks(markdown: string, contentOf: (mark: Mark) => string | undefined): string {
  const lines = markdown.split('\n');
  const marks = marksIn(tokensOf(markdown));
  const filled: string[] = [];
  let done = 0;
  for (const [index, mark] of marks.entries()) {
    const content = mark.isEnd ? undefined : contentOf(mark);
    if (content !== undefined) {
      const next = marks.slice(index + 1).find(({ name }) => name === mark.name);
      filled.push(...lines.slice(done, mark.line + 1), '', content, '', `<!-- /${mark.name} -->`);
      done = (next?.isEnd ? next.line : mark.line) + 1;
    }
  }
  return [...filled, ...lines.slice(done)].join('\n');
}
