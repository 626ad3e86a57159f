import { Terminal } from '@xterm/headless';

/**
 * What a terminal shows at the end of what was written to it.
 *
 * @param written all that was written, with control characters
 * @param columns how wide it is
 * @param rows how high it is
 * @returns its lines, those that have scrolled away too, without spaces at their ends
 */
export async function screenOf(written: string, columns: number, rows: number): Promise<string[]> {
  const terminal = new Terminal({ cols: columns, rows, scrollback: 10_000, allowProposedApi: true });
  await new Promise<void>((done) => terminal.write(written, done));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? '');
  terminal.dispose();
  return lines;
}
