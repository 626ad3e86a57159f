import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { kitRoot } from '../../blueprints/kit';

/** A goal as the text of a step names it. */
export interface GoalText {
  /** Its name, the same as in the step's check. */
  readonly name: string;
  /** What it means, in Markdown. */
  readonly text: string;
}

/** The text of a step; every text is Markdown. */
export interface StepText {
  /** The step's id. */
  readonly id: string;
  /** Its heading, without the number. */
  readonly title: string;
  /** What stands under the heading `Goal`. */
  readonly goal: string;
  /** The goals that `Goal` lists. */
  readonly goals: readonly GoalText[];
  /** Why the step is needed. */
  readonly why: string;
  /** What is said about the change, and the computed difference between the lines of `CHANGE`. */
  readonly change: string;
  /** What to run. */
  readonly run: string;
  /** What can be seen then. */
  readonly see: string;
  /** The hints: where to look, then an explained example. */
  readonly hints: readonly string[];
  /** What the step adds to the bill. */
  readonly cost: string;
  /** What goes beyond the step. */
  readonly curious: string;
}

/** The text of a lab. */
export interface LabText {
  /** Its title. */
  readonly title: string;
  /** What stands before the first step. */
  readonly before: string;
  /** The steps in order. */
  readonly steps: readonly StepText[];
  /** What stands after the last step. */
  readonly after: string;
}

/** The lines between which a lab's text shows what a step changes; what stands between them is computed, never typed. */
export const CHANGE = { start: '<!-- change -->', end: '<!-- /change -->' } as const;

/** The headings of a step, in this order; each stands once. */
const HEADINGS = ['Goal', 'Why', 'Change', 'Run', 'See', 'Hint 1', 'Hint 2', 'Cost', 'For the curious'] as const;

/** The line under a step's heading that says which step it is. */
const STEP_LINE = /^<!-- step: ([a-z0-9-]+) -->$/;

interface Section {
  readonly heading: string;
  readonly line: number;
  readonly lines: readonly string[];
}

/**
 * The file of a lab's text.
 *
 * @param pattern the pattern's id
 */
export function labFile(pattern: string): string {
  return join(kitRoot, 'labs', pattern, 'lab.md');
}

/**
 * Reads the text of a pattern's lab.
 *
 * @param pattern the pattern's id
 * @throws Error when there is none, or it has not the form that `parseLab` reads
 */
export function readLab(pattern: string): LabText {
  const file = labFile(pattern);
  return parseLab(readFileSync(file, 'utf8'), relative(kitRoot, file));
}

/**
 * Reads a lab's text: Markdown with a title, a section of level two for each step, the step's id in a comment under its
 * heading, and the same sections of level three in each step.
 *
 * @param markdown the text
 * @param path where it stands, for error messages
 * @throws Error that names the line of the first fault
 */
export function parseLab(markdown: string, path: string): LabText {
  const lines = markdown.replaceAll('\r\n', '\n').split('\n');
  const [start, ...sections] = split(lines, 2, 1);
  const title = start.lines.find((line) => line.startsWith('# '));
  if (!title) {
    throw new Error(`${path}:1: the lab has no title`);
  }
  const isStep = (section: Section): boolean => section.lines.some((line) => STEP_LINE.test(line));
  const first = sections.findIndex(isStep);
  const last = sections.map(isStep).lastIndexOf(true);
  const rest = (parts: readonly Section[]): string => parts.map(whole).join('\n\n');
  return {
    title: title.slice(2).trim(),
    before: [text(start.lines.slice(start.lines.indexOf(title) + 1)), rest(sections.slice(0, first))]
      .join('\n\n')
      .trim(),
    steps: sections.slice(first, last + 1).map((section) => parseStep(section, path)),
    after: rest(sections.slice(last + 1)),
  };
}

/**
 * A lab's text with what each step changes, in the place of what stood there before.
 *
 * @param markdown the text; a step's place is marked by `CHANGE.start` alone, or together with `CHANGE.end`
 * @param changeOf the change of a step as Markdown, by the step's id
 */
export function fillChanges(markdown: string, changeOf: (step: string) => string): string {
  const [before, ...steps] = markdown.split(/^(?=<!-- step: )/m);
  return [before, ...steps.map((text) => fillChange(text, changeOf))].join('');
}

function fillChange(text: string, changeOf: (step: string) => string): string {
  const [line] = text.split('\n', 1);
  const [, step] = STEP_LINE.exec(line) ?? [];
  const block = new RegExp(`^${CHANGE.start}$(?:[^]*?^${CHANGE.end}$)?`, 'm');
  return step ? text.replace(block, () => [CHANGE.start, changeOf(step), CHANGE.end].join('\n\n')) : text;
}

function parseStep(section: Section, path: string): StepText {
  const [head, ...parts] = split(section.lines, 3, section.line + 1);
  const id = head.lines.map((line) => STEP_LINE.exec(line)?.[1]).find(Boolean);
  if (!id) {
    throw new Error(`${path}:${section.line}: "${section.heading}" stands among the steps and names none`);
  }
  const found = parts.map(({ heading }) => heading);
  if (found.join() !== HEADINGS.join()) {
    throw new Error(
      `${path}:${section.line}: ${id} has the sections ${found.join(', ')}; it has to have ${HEADINGS.join(', ')}`,
    );
  }
  const empty = parts.find(({ lines }) => text(lines) === '');
  if (empty) {
    throw new Error(`${path}:${empty.line}: "${empty.heading}" of ${id} is empty`);
  }
  const [goal, why, change, run, see, hint1, hint2, cost, curious] = parts.map(({ lines }) => text(lines));
  return {
    id,
    title: section.heading.replace(/^\d+\.\s*/, ''),
    goal,
    goals: goalsIn(goal),
    why,
    change,
    run,
    see,
    hints: [hint1, hint2],
    cost,
    curious,
  };
}

/** The items `- **name**: text` of a list; an item may go on in indented lines. */
function goalsIn(goal: string): GoalText[] {
  const joined = goal.replace(/\n +/g, ' ');
  return [...joined.matchAll(/^- \*\*(.+?)\*\*:? *(.*)$/gm)].map(([, name, meaning]) => ({ name, text: meaning }));
}

/** Splits lines at the headings of a level, which don't count inside of fenced code. */
function split(lines: readonly string[], level: number, firstLine: number): [Section, ...Section[]] {
  const mark = `${'#'.repeat(level)} `;
  const starts: number[] = [];
  let fence: string | undefined;
  lines.forEach((line, index) => {
    const [, ticks] = /^\s*(```+|~~~+)/.exec(line) ?? [];
    if (ticks && (fence === undefined || line.trim() === fence)) {
      fence = fence === undefined ? ticks : undefined;
    } else if (fence === undefined && line.startsWith(mark)) {
      starts.push(index);
    }
  });
  const before: Section = { heading: '', line: firstLine, lines: lines.slice(0, starts[0] ?? lines.length) };
  const sections = starts.map((start, index) => ({
    heading: lines[start].slice(mark.length).trim(),
    line: firstLine + start,
    lines: lines.slice(start + 1, starts[index + 1] ?? lines.length),
  }));
  return [before, ...sections];
}

function whole({ heading, lines }: Section): string {
  return `## ${heading}\n\n${text(lines)}`;
}

function text(lines: readonly string[]): string {
  return lines.join('\n').trim();
}
