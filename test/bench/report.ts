import { cpus, loadavg } from 'node:os';
import { kitVersion } from '../../blueprints/kit';
import type { Row, Sample } from './rows';

/** A row that was measured. */
export interface Outcome {
  readonly row: Row;
  /** The samples that count; none when a command failed. */
  readonly samples: readonly Sample[];
}

/** What a row's ratio means. */
export type Verdict = 'reaches its aim' | 'within its bound' | 'behind its bound' | 'failed';

const HEADINGS = ['what', 'against', 's', 'against, s', 'ratio', 'bound', 'aim', 'verdict'];

/**
 * The middle of some numbers; of an even count the mean of the two in the middle.
 *
 * @param values at least one number
 */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

/**
 * The medians of a row's two sides, and their ratio.
 *
 * @param outcome a measured row; all is NaN when a command failed
 */
export function figures({ samples }: Outcome): { kit: number; other: number; ratio: number } {
  const kit = samples.length ? median(samples.map((sample) => sample.kit)) : Number.NaN;
  const other = samples.length ? median(samples.map((sample) => sample.other)) : Number.NaN;
  return { kit, other, ratio: kit / other };
}

/**
 * What a row's ratio means.
 *
 * @param outcome a measured row
 */
export function verdict(outcome: Outcome): Verdict {
  const { ratio } = figures(outcome);
  const { bound, aim = bound } = outcome.row;
  const levels: [boolean, Verdict][] = [
    [Number.isNaN(ratio), 'failed'],
    [ratio <= aim, 'reaches its aim'],
    [ratio <= bound, 'within its bound'],
  ];
  return levels.find(([holds]) => holds)?.[1] ?? 'behind its bound';
}

/**
 * The outcomes as an aligned table for a terminal.
 *
 * @param outcomes the measured rows
 * @returns its lines
 */
export function textTable(outcomes: readonly Outcome[]): string[] {
  const cells = [HEADINGS, ...outcomes.map(cellsOf)].map((row) => row.map((cell) => cell.replaceAll('`', '')));
  const widths = HEADINGS.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}

/**
 * How busy the machine is: programs that ran or waited to, on average over the last minute; 0 on Windows.
 */
export function machineLoad(): number {
  return loadavg()[0];
}

/**
 * The page `docs/benchmarks.md`.
 *
 * @param outcomes the measured rows
 * @param date the day of the measurement
 * @param load how busy the machine was before it
 */
export function page(outcomes: readonly Outcome[], date: Date, load: number): string {
  const processors = cpus();
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench`, which fails when a row is behind its bound. Each row is a ratio of two medians of the',
    'same run: the two sides were measured in turn, so that a busy machine slows both. Seconds of one machine say little',
    'about another; ratios say more.',
    '',
    `- Processor: ${processors[0].model}, ${processors.length} ${processors.length === 1 ? 'core' : 'cores'}`,
    `- Load before: ${load.toFixed(1)}`,
    `- Node.js: ${process.version}`,
    `- Date: ${date.toISOString().slice(0, 10)}`,
    `- serverless-atelier: ${kitVersion}`,
    '',
    row(HEADINGS),
    row(HEADINGS.map(() => '---')),
    ...outcomes.map((outcome) => row(cellsOf(outcome))),
    '',
  ].join('\n');
}

function cellsOf(outcome: Outcome): string[] {
  const { kit, other, ratio } = figures(outcome);
  const { what, against, bound, aim } = outcome.row;
  const numbers = [kit, other, ratio].map((value) => (Number.isNaN(value) ? '-' : value.toPrecision(3)));
  return [what, against, ...numbers, String(bound), String(aim ?? '-'), verdict(outcome)];
}
