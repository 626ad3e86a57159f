import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** One thing to choose. */
export interface Choice<T> {
  readonly value: T;
  /** What it is called. */
  readonly label: string;
  /** What it means, in one sentence. @default - nothing is said */
  readonly hint?: string;
}

/** A question that takes a text. */
export interface TextQuestion {
  readonly message: string;
  /** What is taken when nothing is typed. @default - an empty text */
  readonly defaultValue?: string;
  /** What to show as the default. @default - nothing */
  readonly placeholder?: string;
  /** What is wrong with a text, in one sentence. @default - every text is right */
  readonly validate?: (typed: string) => string | undefined;
}

/*
 * Questions in lines that are only appended, with numbers for what can be chosen: for screen readers, and for terminals that
 * can't redraw. They take what the questions of @clack/prompts take; an answer that is a symbol means that the user left.
 */

const LEFT = Symbol('left');

/** What was typed, or why it is no answer. */
type Reading<T> = { readonly value: T } | { readonly problem: string };

const NO_ANSWER = { problem: 'That is no answer to this question.' };

/**
 * Begins a dialogue.
 *
 * @param title what it is about
 */
export function intro(title: string): void {
  say(title, '');
}

/**
 * Asks for one of several.
 *
 * @param question the question, the choices, and the one that is taken when nothing is typed
 */
export async function select<T>(question: {
  readonly message: string;
  readonly options: readonly Choice<T>[];
  readonly initialValue?: T;
}): Promise<T | symbol> {
  const { message, options, initialValue } = question;
  const standard = Math.max(
    options.findIndex(({ value }) => value === initialValue),
    0,
  );
  list(message, options);
  return answer(`Type a number from 1 to ${options.length} (default ${standard + 1}): `, (typed) => {
    const [index] = typed === '' ? [standard] : numbersIn(typed, options.length);
    return index === undefined ? NO_ANSWER : { value: options[index].value };
  });
}

/**
 * Asks for any of several.
 *
 * @param question the question and the choices
 */
export async function multiselect<T>(question: {
  readonly message: string;
  readonly options: readonly Choice<T>[];
  /** Whether at least one has to be chosen; not here. */
  readonly required: false;
}): Promise<T[] | symbol> {
  const { message, options } = question;
  list(message, options);
  return answer('Type numbers with spaces between, or nothing: ', (typed) => {
    const indexes = numbersIn(typed, options.length);
    const isEach = indexes.length === typed.split(/[\s,]+/).filter(Boolean).length;
    return isEach
      ? { value: options.filter((_, index) => indexes.includes(index)).map(({ value }) => value) }
      : NO_ANSWER;
  });
}

/**
 * Asks for yes or no.
 *
 * @param question the question, and what is taken when nothing is typed
 */
export async function confirm(question: {
  readonly message: string;
  readonly initialValue?: boolean;
}): Promise<boolean | symbol> {
  const { message, initialValue = false } = question;
  say(message);
  return answer(`Type yes or no (default ${initialValue ? 'yes' : 'no'}): `, (typed) => {
    const words: Readonly<Record<string, boolean>> = { '': initialValue, y: true, yes: true, n: false, no: false };
    const value = words[typed.toLowerCase()];
    return value === undefined ? NO_ANSWER : { value };
  });
}

/**
 * Asks for a text.
 *
 * @param question the question
 */
export async function text(question: TextQuestion): Promise<string | symbol> {
  const { message, defaultValue = '', placeholder, validate } = question;
  say(message);
  return answer<string>(`Type a text${placeholder ? ` (default ${placeholder})` : ''}: `, (typed) => {
    const problem = validate?.(typed);
    return problem ? { problem } : { value: typed || defaultValue };
  });
}

/**
 * Whether an answer means that the user left.
 *
 * @param value an answer
 */
export function isCancel(value: unknown): value is symbol {
  return value === LEFT;
}

/**
 * Ends a dialogue that the user left.
 *
 * @param message what to say
 */
export function cancel(message: string): void {
  say('', message);
}

function say(...lines: string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

function list<T>(message: string, options: readonly Choice<T>[]): void {
  say(message, ...options.map(({ label, hint }, index) => `  ${index + 1}  ${label}${hint ? `: ${hint}` : ''}`));
}

/** The numbers that were typed, from 0, as far as there are so many choices. */
function numbersIn(typed: string, count: number): number[] {
  return typed
    .split(/[\s,]+/)
    .filter((word) => /^\d+$/.test(word))
    .map((word) => Number(word) - 1)
    .filter((index) => index >= 0 && index < count);
}

/** Asks until what was typed can be read. */
async function answer<T>(prompt: string, read: (typed: string) => Reading<T>): Promise<T | symbol> {
  for (;;) {
    const typed = await lineAfter(prompt);
    if (typed === undefined) {
      return LEFT;
    }
    const reading = read(typed.trim());
    if ('value' in reading) {
      return reading.value;
    }
    say(reading.problem);
  }
}

/** The line that is typed; nothing when the user left, by Ctrl-C or Ctrl-D. */
async function lineAfter(prompt: string): Promise<string | undefined> {
  // The terminal itself shows what is typed: nothing is ever drawn again.
  const lines = createInterface({ input: process.stdin, terminal: false });
  const leave = (): void => lines.close();
  process.once('SIGINT', leave);
  process.stdout.write(prompt);
  try {
    const [line] = await Promise.race([once(lines, 'line'), once(lines, 'close')]);
    return line;
  } finally {
    process.off('SIGINT', leave);
    lines.close();
  }
}
