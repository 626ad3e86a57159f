import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Terminal } from '@xterm/headless';
import { kitRoot } from '../../blueprints/kit';
import { atelierInTerminalMeanwhile } from '../cli/support';
import { failing, hundred, layers, orders, playScenes } from '../pipelines/operations/scenes';
import type { PlayedPipeline } from '../support/played-pipelines';

/*
 * Draws the pictures of docs/operations.md: what commands show in terminals, of pipelines that are played.
 * npm run pictures
 */

/** A picture: what is run, in a terminal of which size. */
interface Picture {
  readonly name: string;
  readonly pipeline: PlayedPipeline;
  readonly command: string;
  readonly columns: number;
  readonly rows: number;
  /** What is typed, once a text is shown. @default - nothing is */
  readonly answers?: ReadonlyArray<readonly [text: string, keys: string]>;
}

/** A moment of a pipeline, counted from the first or, below zero, from the last. */
const at = (pipeline: PlayedPipeline, moment: number): PlayedPipeline => ({
  ...pipeline,
  executions: pipeline.executions.map((one) => ({ ...one, moments: one.moments.slice(moment).slice(0, 1) })),
});

const PICTURES: readonly Picture[] = [
  { name: 'watch-80', pipeline: at(orders, -1), command: 'watch', columns: 80, rows: 14 },
  { name: 'watch-200', pipeline: at(orders, -1), command: 'watch', columns: 200, rows: 14 },
  {
    name: 'watch-approval-80',
    pipeline: at(orders, 2),
    command: 'watch',
    columns: 80,
    rows: 16,
    answers: [['waits for you', '\u0003']],
  },
  { name: 'watch-failing-80', pipeline: at(failing, -1), command: 'watch', columns: 80, rows: 16 },
  {
    name: 'watch-hundred-80',
    pipeline: at(hundred, 0),
    command: 'watch',
    columns: 80,
    rows: 18,
    answers: [['npm test', '\u0003']],
  },
  { name: 'status-200', pipeline: at(layers, -1), command: 'status', columns: 200, rows: 18 },
];

/** The size of a character in the picture, in pixels. */
const CELL = { width: 8.4, height: 18 } as const;
const PADDING = 14;
const COLOURS: Readonly<Record<number, string>> = { 1: '#ff7b72', 2: '#7ee787', 3: '#e3b341', 6: '#76e3ea' };
const [PAPER, INK] = ['#0d1117', '#e6edf3'];

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
  mkdirSync(join(kitRoot, 'docs', 'pictures'), { recursive: true });
  for (const picture of PICTURES) {
    const { command, columns, rows, name } = picture;
    const written = `$ atelier pipeline ${command}\r\n${await record(picture, folder)}`;
    writeFileSync(join(kitRoot, 'docs', 'pictures', `${name}.svg`), await draw(written, columns, rows + 3));
  }
  rmSync(folder, { recursive: true });
}

async function record({ pipeline, command, columns, rows, answers = [] }: Picture, folder: string): Promise<string> {
  const played = playScenes(pipeline);
  played.begin = Date.now() / 1000 - 100;
  const env = {
    AWS_ENDPOINT_URL: await played.start(),
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    TERMINAL_SIZE: `${rows}x${columns}`,
  };
  const { stdout } = await atelierInTerminalMeanwhile(folder, ['pipeline', ...command.split(' ')], answers, env);
  played.stop();
  return stdout;
}

/** What a terminal shows as a picture. */
async function draw(written: string, columns: number, rows: number): Promise<string> {
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true });
  await new Promise<void>((done) => terminal.write(written, done));
  const lines = Array.from({ length: rows }, (_, row) => lineOf(terminal, row));
  const used = lines.findLastIndex((line) => line !== '') + 1;
  const [width, height] = [columns * CELL.width + 2 * PADDING, used * CELL.height + 2 * PADDING];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<rect width="${width}" height="${height}" rx="8" fill="${PAPER}"/>`,
    `<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14" fill="${INK}" style="white-space: pre">`,
    ...lines.filter(Boolean),
    '</g></svg>',
    '',
  ].join('\n');
}

/** A line of the picture: a piece for each run of characters that look alike. */
function lineOf(terminal: Terminal, row: number): string {
  const line = terminal.buffer.active.getLine(row);
  const pieces: { text: string; style: string; column: number }[] = [];
  for (let column = 0; column < terminal.cols; column += 1) {
    const cell = line?.getCell(column);
    const text = cell?.getChars() || ' ';
    const style = [
      cell?.isFgPalette() && `fill="${COLOURS[cell.getFgColor()] ?? INK}"`,
      cell?.isBold() && 'font-weight="bold"',
      cell?.isDim() && 'opacity="0.6"',
    ]
      .filter(Boolean)
      .join(' ');
    const last = pieces.at(-1);
    if (last?.style === style) {
      last.text += text;
    } else {
      pieces.push({ text, style, column });
    }
  }
  const y = PADDING + (row + 0.75) * CELL.height;
  const spans = pieces
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, style, column }) => {
      const kept = text.trim();
      const x = PADDING + (column + text.length - text.trimStart().length) * CELL.width;
      const place = `x="${x.toFixed(1)}" textLength="${(kept.length * CELL.width).toFixed(1)}"`;
      return `<tspan ${place}${style && ` ${style}`}>${escaped(kept)}</tspan>`;
    });
  return spans.length > 0 ? `<text y="${y.toFixed(1)}">${spans.join('')}</text>` : '';
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

void main();
