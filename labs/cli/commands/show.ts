import { allowedWords, flagOf, optionSchema, optionsOf } from '../../../blueprints/options';
import type { Pattern } from '../../../blueprints/pattern';
import { exitCodes, Output, type OutputOptions } from '../output';
import { summarize } from './list';

/**
 * `atelier show`: a pattern's steps and options. With `--json`: what `list` says of it, `steps: [{id, title, goal}]`, and
 * `options`, a JSON Schema of all options as one object.
 *
 * @param pattern the pattern
 * @param options how to print
 * @returns the exit code
 */
export function show(pattern: Pattern, options: OutputOptions): number {
  const output = new Output(options);
  output.document({
    ...summarize(pattern),
    steps: pattern.steps.map(({ id: step, title, goal }) => ({ id: step, title, goal })),
    options: optionSchema(pattern),
  });
  output.print(
    output.paint('strong', pattern.title),
    pattern.summary,
    '',
    `${pattern.services.join(', ')}`,
    output.paint('faint', `${pattern.level}, about ${pattern.minutes} minutes`),
    '',
    output.paint('strong', 'Steps'),
  );
  output.table(
    pattern.steps.map(({ id: step, goal }, index) => [String(index + 1), step, goal]),
    ['faint', 'accent'],
  );
  output.print('', output.paint('strong', 'Options'));
  for (const spec of optionsOf(pattern)) {
    output.print(
      `  ${output.paint('accent', flagOf(spec.name).padEnd(24))}${spec.summary}`,
      `  ${' '.repeat(24)}${output.paint('faint', `${allowedWords(spec)}${standard(spec.default)}`)}`,
    );
  }
  output.print('', output.paint('faint', `atelier new ${pattern.id}   creates a project`));
  return exitCodes.done;
}

function standard(value: unknown): string {
  return value === undefined || (Array.isArray(value) && value.length === 0) ? '' : `; default ${value}`;
}
