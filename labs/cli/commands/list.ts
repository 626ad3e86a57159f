import type { Pattern } from '../../../blueprints/pattern';
import { exitCodes, Output, type OutputOptions } from '../output';

/** One pattern as `list --json` prints it. */
export type PatternSummary = Pick<Pattern, 'id' | 'title' | 'summary' | 'services' | 'level' | 'minutes'>;

/**
 * What `list` says of a pattern.
 *
 * @param pattern the pattern
 */
export function summarize({ id, title, summary, services, level, minutes }: Pattern): PatternSummary {
  return { id, title, summary, services, level, minutes };
}

/**
 * `atelier list`: the catalogue.
 *
 * @param patterns the patterns
 * @param options how to print
 * @returns the exit code
 */
export function list(patterns: readonly Pattern[], options: OutputOptions): number {
  const output = new Output(options);
  output.document(patterns.map(summarize));
  output.print(output.paint('strong', `${patterns.length} ${patterns.length === 1 ? 'pattern' : 'patterns'}`), '');
  output.table(
    patterns.map(({ id, level, minutes, summary }) => [id, level, `${minutes} min`, summary]),
    ['accent', 'faint', 'faint'],
  );
  output.print('', output.paint('faint', `atelier show ${patterns[0].id}   shows its steps and options`));
  return exitCodes.done;
}
