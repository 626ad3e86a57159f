import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { type Pattern, packageOf } from '../../blueprints/pattern';
import { labFile } from './lab-file';
import { FILLED, type Mark, marksIn, type Token, tokensOf } from './marks';

/** A goal as the text of a step names it. */
export interface GoalText {
  /** Its name, the same as in the step's check. */
  readonly name: string;
  /** What it means, in Markdown. */
  readonly text: string;
}

/** A command that the text prints for its reader to run. */
export interface Command {
  /** What is typed: one line. */
  readonly line: string;
  /** The exit code that it ends with, `exit=1` behind the fence's language for example. */
  readonly exit: number;
  /** Whether it needs an account or an emulator, `deploys` behind the fence's language. */
  readonly deploys: boolean;
  /** Why no test runs it, `not-run="it needs a phone"` behind the fence's language. @default - a test runs it */
  readonly notRun?: string;
  /** What the text shows of its output: all of it. @default - nothing */
  readonly output?: string;
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
  /** What is said about the change, and the computed difference between its marks. */
  readonly change: string;
  /** What to run. */
  readonly run: string;
  /** The commands under `Run`, in the order in which they are run. */
  readonly commands: readonly Command[];
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
  /** The commands before the first step. */
  readonly commandsBefore: readonly Command[];
  /** The steps in order. */
  readonly steps: readonly StepText[];
  /** What stands after the last step. */
  readonly after: string;
  /** The commands after the last step. */
  readonly commandsAfter: readonly Command[];
}

/** The headings of a step, in this order; each stands once. */
const HEADINGS = ['Goal', 'Why', 'Change', 'Run', 'See', 'Hint 1', 'Hint 2', 'Cost', 'For the curious'] as const;

/** The language of a fence that holds commands. */
const COMMANDS = 'sh';

/** What may stand behind the language of such a fence: one of these. */
const FENCE_MARKS: readonly (readonly [RegExp, (value: string) => Partial<Command>])[] = [
  [/^$/, () => ({})],
  [/^exit=(\d+)$/, (code) => ({ exit: Number(code) })],
  [/^deploys$/, () => ({ deploys: true })],
  [/^not-run="(.+)"$/, (reason) => ({ notRun: reason })],
];

/** Lines of a text, by the indices of the line above them and of the one below them. */
interface Lines {
  readonly above: number;
  readonly below: number;
}

/** What stands under a heading, which is the line above. */
interface Section extends Lines {
  readonly name: string;
}

type PlacedCommand = Command & { readonly at: number };

/**
 * Reads the text of a pattern's lab.
 *
 * @param pattern the pattern
 * @throws Error when there is none, or it has not the form that `parseLab` reads
 */
export function readLab(pattern: Pattern): LabText {
  const file = labFile(pattern);
  return parseLab(readFileSync(file, 'utf8'), relative(packageOf(pattern).root, file));
}

/**
 * Reads a lab's text: Markdown with a title, a section of level two for each step, the step's id in a comment under its
 * heading, and the same sections of level three in each step. Texts are lines of the original, as they are.
 *
 * @param markdown the text
 * @param path where it stands, for error messages
 * @throws Error that names the line of the first fault
 */
export function parseLab(markdown: string, path: string): LabText {
  return new LabReader(markdown.replaceAll('\r\n', '\n'), path).read();
}

class LabReader {
  private readonly lines: readonly string[];
  private readonly tokens: readonly Token[];
  private readonly marks: readonly Mark[];
  private readonly commands: readonly PlacedCommand[];

  public constructor(
    text: string,
    private readonly path: string,
  ) {
    this.lines = text.split('\n');
    this.tokens = tokensOf(text);
    this.marks = marksIn(this.tokens);
    this.commands = this.withOutputs(this.tokens.flatMap((token) => this.commandsOf(token)));
  }

  public read(): LabText {
    const whole = { above: -1, below: this.lines.length };
    const [title] = this.sections(whole, 'h1');
    if (!title) {
      throw this.fault(0, 'the lab has no title');
    }
    const sections = this.sections(whole, 'h2');
    const isStep = (section: Section): boolean => this.stepOf(section) !== undefined;
    const steps = sections.slice(sections.findIndex(isStep), sections.map(isStep).lastIndexOf(true) + 1);
    const before = { above: title.above, below: steps[0]?.above ?? whole.below };
    const after = { above: (steps.at(-1)?.below ?? whole.below) - 1, below: whole.below };
    return {
      title: title.name,
      before: this.text(before),
      commandsBefore: this.commandsIn(before),
      steps: steps.map((section) => this.step(section)),
      after: this.text(after),
      commandsAfter: this.commandsIn(after),
    };
  }

  private step(section: Section): StepText {
    const id = this.stepOf(section);
    if (!id) {
      throw this.fault(section.above, `"${section.name}" stands among the steps and names none`);
    }
    const parts = this.sections(section, 'h3');
    const found = parts.map(({ name }) => name);
    if (found.join() !== HEADINGS.join()) {
      const problem = `${id} has the sections ${found.join(', ')}; it has to have ${HEADINGS.join(', ')}`;
      throw this.fault(section.above, problem);
    }
    const empty = parts.find((part) => this.text(part) === '');
    if (empty) {
      throw this.fault(empty.above, `"${empty.name}" of ${id} is empty`);
    }
    const commands = this.commandsIn(parts[HEADINGS.indexOf('Run')]);
    if (commands.length < this.commandsIn(section).length) {
      throw this.fault(section.above, `${id} has commands elsewhere than under Run`);
    }
    const [goal, why, change, run, see, hint1, hint2, cost, curious] = parts.map((part) => this.text(part));
    return {
      id,
      title: section.name.replace(/^\d+\.\s*/, ''),
      goal,
      goals: this.goalsIn(parts[HEADINGS.indexOf('Goal')]),
      why,
      change,
      run,
      commands,
      see,
      hints: [hint1, hint2],
      cost,
      curious,
    };
  }

  /** The items `- **name**: text` of a list. */
  private goalsIn(part: Section): GoalText[] {
    return this.tokensIn(part)
      .filter(({ type }) => type === 'inline')
      .map(({ content }) => /^\*\*(.+?)\*\*:?\s*(.*)$/s.exec(content))
      .filter((item) => item !== null)
      .map(([, name, text]) => ({ name, text: text.replace(/\n\s*/g, ' ') }));
  }

  private commandsOf({ type, info, content, map }: Token): PlacedCommand[] {
    const [language, ...rest] = info.split(' ');
    if (type !== 'fence' || language !== COMMANDS) {
      return [];
    }
    const at = map?.[0] ?? 0;
    const meaning = this.meaningOf(rest.join(' '), at);
    const lines = content.split('\n').filter((line) => line.trim() !== '');
    return lines.map((line) => ({ line, exit: 0, deploys: false, ...meaning, at }));
  }

  private meaningOf(mark: string, line: number): Partial<Command> {
    for (const [form, read] of FENCE_MARKS) {
      const [matched, value] = form.exec(mark) ?? [];
      if (matched !== undefined) {
        return read(value);
      }
    }
    throw this.fault(line, `commands can't be marked ${mark}; allowed: deploys, exit=1, not-run="a reason"`);
  }

  /** Each output belongs to the last command of its line before it. */
  private withOutputs(commands: readonly PlacedCommand[]): PlacedCommand[] {
    const outputs = new Map<PlacedCommand, string>();
    for (const { line, argument } of this.marks.filter(({ name, isEnd }) => name === FILLED.output && !isEnd)) {
      const command = commands.filter((one) => one.line === argument && one.at < line).at(-1);
      if (!command) {
        throw this.fault(line, `${argument} has an output, and is not printed before it`);
      }
      const shown = this.tokens.find(({ map }) => map && map[0] > line);
      outputs.set(command, shown?.type === 'fence' ? shown.content.trimEnd() : '');
    }
    return commands.map((one) => (outputs.has(one) ? { ...one, output: outputs.get(one) } : one));
  }

  private commandsIn({ above, below }: Lines): Command[] {
    const placed = this.commands.filter(({ at }) => at > above && at < below);
    return placed.map(({ at, ...command }) => command);
  }

  /** The headings of a level among lines, each with what stands under it. */
  private sections({ above, below }: Lines, tag: string): Section[] {
    const headings = this.tokens.flatMap(({ type, tag: found, level, map }, index) => {
      const at = map?.[0] ?? 0;
      const isOne = type === 'heading_open' && found === tag && level === 0 && at > above && at < below;
      return isOne ? [{ at, name: this.tokens[index + 1].content }] : [];
    });
    return headings.map(({ at, name }, index) => ({ name, above: at, below: headings[index + 1]?.at ?? below }));
  }

  private stepOf({ above, below }: Section): string | undefined {
    return this.marks.find(({ name, line }) => name === 'step' && line > above && line < below)?.argument;
  }

  private tokensIn({ above, below }: Lines): Token[] {
    return this.tokens.filter(({ map }) => map && map[0] > above && map[0] < below);
  }

  private text({ above, below }: Lines): string {
    return this.lines
      .slice(above + 1, below)
      .join('\n')
      .trim();
  }

  private fault(line: number, problem: string): Error {
    return new Error(`${this.path}:${line + 1}: ${problem}`);
  }
}
