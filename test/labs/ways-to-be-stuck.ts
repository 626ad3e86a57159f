/** What a learner has made of one file on the way to a step. */
export interface Stuck {
  /** What they did, as the name of a test has it. */
  readonly name: string;
  /** Whether it is about line ends, quotes or indentation, so that lines elsewhere are the same but for those. */
  readonly isLayout?: boolean;
  /**
   * The learner's file.
   *
   * @param at the file before and after the step, and the first line that the step changes, counted from 0
   * @returns the text; null when they deleted the file
   */
  make(at: Place): string | null;
}

/** Where a learner is stuck. */
export interface Place {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly first: number;
}

const text = (lines: readonly string[]): string => lines.join('\n');
const edited = (lines: readonly string[], index: number, ...others: string[]): string =>
  text([...lines.slice(0, index), ...others, ...lines.slice(index + 1)]);

/** Twenty ways to be stuck near the lines of a step. */
export const stuck: readonly Stuck[] = [
  { name: 'commented out the first line', make: ({ before, first }) => edited(before, first, `// ${before[first]}`) },
  {
    name: 'left a note above',
    make: ({ before, first }) => edited(before, first, '// TODO: what here?', before[first]),
  },
  { name: 'left a note below', make: ({ before, first }) => edited(before, first, before[first], '// is this it?') },
  { name: 'deleted the line', make: ({ before, first }) => edited(before, first) },
  { name: 'wrote the line twice', make: ({ before, first }) => edited(before, first, before[first], before[first]) },
  {
    name: 'began a line and stopped',
    make: ({ before, first }) => edited(before, first, before[first], 'const half = '),
  },
  { name: 'left blank lines', make: ({ before, first }) => edited(before, first, '', '', before[first], '') },
  {
    name: 'left spaces at the ends of lines',
    isLayout: true,
    make: ({ before }) => text(before.map((line) => `${line} `)),
  },
  { name: 'has Windows line ends', isLayout: true, make: ({ before }) => before.join('\r\n') },
  {
    name: 'has double quotes',
    isLayout: true,
    make: ({ before }) => text(before.map((line) => (line.includes('"') ? line : line.replaceAll("'", '"')))),
  },
  {
    name: 'indents by four',
    isLayout: true,
    make: ({ before }) => text(before.map((line) => line.replace(/^ +/, (spaces) => spaces + spaces))),
  },
  {
    name: 'indents by tabs',
    isLayout: true,
    make: ({ before }) =>
      text(before.map((line) => line.replace(/^( {2})+/, (spaces) => '\t'.repeat(spaces.length / 2)))),
  },
  {
    name: 'indented the line wrongly',
    isLayout: true,
    make: ({ before, first }) => edited(before, first, `      ${before[first]}`),
  },
  { name: 'deleted the file', make: () => null },
  {
    name: 'took over the first half',
    make: ({ before, after, first }) =>
      text([...after.slice(0, Math.ceil((first + after.length) / 2)), ...before.slice(first)]),
  },
  {
    name: 'took over the first new line alone',
    make: ({ before, after, first }) => edited(before, first, after[first], before[first]),
  },
  { name: 'renamed what the line names', make: ({ before, first }) => renamed(before, first) },
  {
    name: 'changed the numbers around',
    make: ({ before, first }) => around(before, first, (line) => line.replace(/\d+/g, '7')),
  },
  { name: 'turned two imports round', make: ({ before }) => turned(before) },
  {
    name: 'has the solution with other values',
    make: ({ after }) => text(after.map((line, index) => (index > 20 ? line.replace(/\b\d+\b/g, '1') : line))),
  },
];

function around(lines: readonly string[], first: number, change: (line: string) => string): string {
  return text(lines.map((line, index) => (Math.abs(index - first) < 3 ? change(line) : line)));
}

/** The first name that the lines near by declare, renamed wherever it stands. */
function renamed(lines: readonly string[], first: number): string {
  const near = [...lines.slice(first), ...lines.slice(0, first).reverse()];
  const [, name] = near.map((line) => /\bconst (\w+) =/.exec(line)).find((match) => match !== null) ?? [];
  return text(name ? lines.map((line) => line.replace(new RegExp(`\\b${name}\\b`, 'g'), `my_${name}`)) : lines);
}

function turned(lines: readonly string[]): string {
  const index = lines.findIndex((line, at) => line.startsWith('import ') && lines[at + 1]?.startsWith('import '));
  return index < 0
    ? text(lines)
    : text([...lines.slice(0, index), lines[index + 1], lines[index], ...lines.slice(index + 2)]);
}
