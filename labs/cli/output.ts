import { constants } from 'node:os';
import { styleText } from 'node:util';

/** The exit codes of `atelier`, as the README documents them. */
export const exitCodes = {
  /** All was done. */
  done: 0,
  /** A check failed, or a conflict is left to be resolved. */
  checkFailed: 1,
  /** Wrong use: an option, an argument or a folder. */
  wrongUse: 2,
  /** A dry run of an update has found something to do. */
  hasUpdate: 3,
  /** The environment failed: installation, network, emulator. */
  environment: 4,
  /** The execution that was watched was stopped by somebody. */
  stopped: 5,
  /** A newer execution has taken the place of the one that was watched. */
  superseded: 6,
  /** The execution that was watched was cancelled, as its pipeline has changed. */
  cancelled: 7,
  /** A fault of the kit. */
  fault: 70,
} as const;

/**
 * The exit code of a process that a signal has ended, as shells have it.
 *
 * @param signal the signal
 * @returns 130 for Ctrl-C
 */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** How a command prints; every command takes these options. */
export interface OutputOptions {
  /** One JSON document on standard output instead of text. @default false */
  readonly json?: boolean;
  /** Words instead of glyphs, no colour, lines that are only appended. @default false */
  readonly plain?: boolean;
}

/**
 * Whether questions can be asked: in a terminal, where no machine reads, and not in CI.
 *
 * @param options how a command prints
 */
export function canAsk({ json }: OutputOptions): boolean {
  return !json && Boolean(process.stdin.isTTY && process.stdout.isTTY) && !process.env.CI;
}

/** What a piece of text means; the colour follows from it. */
export type Tone = 'good' | 'bad' | 'warn' | 'strong' | 'faint' | 'accent';

const FORMATS = {
  good: 'green',
  bad: 'red',
  warn: 'yellow',
  strong: 'bold',
  faint: 'dim',
  accent: 'cyan',
} as const;

const GLYPHS = {
  pass: { glyph: '✓', word: 'ok', tone: 'good' },
  fail: { glyph: '✗', word: 'failed', tone: 'bad' },
  skip: { glyph: '–', word: 'skipped', tone: 'faint' },
  todo: { glyph: '○', word: 'open', tone: 'faint' },
  here: { glyph: '▸', word: 'now', tone: 'accent' },
  ask: { glyph: '?', word: 'asks', tone: 'warn' },
} as const satisfies Record<string, { glyph: string; word: string; tone: Tone }>;

/** A state that a line can begin with. */
export type Mark = keyof typeof GLYPHS;

/** A cell of a table: a text, with a tone of its own where it has one. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

const textOf = (cell: Cell | undefined): string => (typeof cell === 'object' ? cell.text : (cell ?? ''));

/** What a terminal may take for an order, or for another direction of writing, and JSON leaves as it is. */
const ACTIVE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A JSON document that is safe in a terminal. */
function jsonOf(document: unknown, indent?: number): string {
  return JSON.stringify(document, undefined, indent).replace(
    ACTIVE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Writes text for people, or JSON for machines, to standard output. */
export class Output {
  /** Whether lines are only appended, with words instead of glyphs. */
  public readonly plain: boolean;
  private readonly coloured: boolean;
  /** Whether what was printed can be drawn again. */
  public readonly isLive: boolean;

  /** @param options how to print */
  constructor(private readonly options: OutputOptions = {}) {
    this.plain = Boolean(options.plain) || Boolean(process.env.ACCESSIBLE);
    this.isLive = !this.plain && Boolean(process.stdout.isTTY);
    this.coloured = this.isLive && !process.env.NO_COLOR;
  }

  /** Whether the caller wants JSON. */
  get json(): boolean {
    return Boolean(this.options.json);
  }

  /**
   * Text in the colour of its meaning; as it is where there is no colour.
   *
   * @param tone what it means
   * @param text the text
   */
  paint(tone: Tone, text: string): string {
    return this.coloured ? styleText(FORMATS[tone], text) : text;
  }

  /**
   * The mark of a state: a coloured glyph, or a word in brackets.
   *
   * @param mark the state
   */
  mark(mark: Mark): string {
    const { glyph, word, tone } = GLYPHS[mark];
    return this.plain ? `[${word}]` : this.paint(tone, glyph);
  }

  /**
   * Prints lines; nothing where JSON is wanted.
   *
   * @param lines the lines
   */
  print(...lines: string[]): void {
    if (!this.json) {
      process.stdout.write(`${lines.join('\n')}\n`);
    }
  }

  /**
   * Prints the one JSON document of a command; nothing where text is wanted.
   *
   * @param document what to print
   */
  document(document: unknown): void {
    if (this.json) {
      process.stdout.write(`${jsonOf(document, 2)}\n`);
    }
  }

  /**
   * Prints one of several JSON documents, each in a line of its own; nothing where text is wanted.
   *
   * @param document what to print
   */
  line(document: unknown): void {
    if (this.json) {
      process.stdout.write(`${jsonOf(document)}\n`);
    }
  }

  /**
   * Prints rows in aligned columns, two spaces apart, indented by two.
   *
   * @param rows the cells, without colour
   * @param tones the tone of each column, from the first, for cells that have none of their own
   */
  table(rows: ReadonlyArray<readonly Cell[]>, tones: ReadonlyArray<Tone | undefined> = []): void {
    const columns = Math.max(0, ...rows.map((row) => row.length));
    const widths = Array.from({ length: columns }, (_, column) =>
      Math.max(...rows.map((row) => textOf(row[column]).length)),
    );
    for (const row of rows) {
      const cells = row.map((cell, column) => {
        const padded = column === row.length - 1 ? textOf(cell) : textOf(cell).padEnd(widths[column]);
        const tone = typeof cell === 'object' ? cell.tone : tones[column];
        return tone ? this.paint(tone, padded) : padded;
      });
      this.print(`  ${cells.join('  ')}`.trimEnd());
    }
  }

  /**
   * Says that something goes on; in a terminal with the seconds it has taken, elsewhere in one line.
   *
   * @param text what goes on
   * @returns to be called with the outcome when it has ended
   */
  progress(text: string): (outcome: 'good' | 'bad') => void {
    if (this.json) {
      return () => {};
    }
    const start = Date.now();
    const seconds = (): string => this.paint('faint', `${((Date.now() - start) / 1000).toFixed(0)} s`);
    const live = this.coloured;
    const draw = (mark: Mark): void => {
      process.stdout.write(`${live ? '\r' : ''}${this.mark(mark)} ${text}  ${seconds()}`);
    };
    if (!live) {
      this.print(`${this.mark('here')} ${text}`);
    }
    const timer = live ? setInterval(() => draw('here'), 250) : undefined;
    return (outcome) => {
      clearInterval(timer);
      draw(outcome === 'good' ? 'pass' : 'fail');
      process.stdout.write('\n');
    };
  }
}
