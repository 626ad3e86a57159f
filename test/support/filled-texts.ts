import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fillMarks } from '../../labs/engine/marks';
import { patternsAt } from './sources';

/** Where the package of patterns is whose files the documentation shows. */
const SHOWN = join('test', 'fixtures', 'acme-patterns');

/**
 * The texts of a package with what belongs behind their marks: `patterns`, the list of its patterns, and `file: <path>`, a file
 * of the sample of a package.
 *
 * @param root the package's folder
 * @returns what the README and the documents should be now, by their absolute paths
 */
export function filledTexts(root: string): Map<string, string> {
  const docs = join(root, 'docs');
  const documents = existsSync(docs) ? readdirSync(docs).map((name) => join('docs', name)) : [];
  const texts = ['README.md', ...documents].filter((path) => path.endsWith('.md') && existsSync(join(root, path)));
  return new Map(texts.map((path) => [join(root, path), filled(root, readFileSync(join(root, path), 'utf8'))]));
}

function filled(root: string, text: string): string {
  const contents: Readonly<Record<string, (argument: string) => string>> = {
    patterns: () => table(root),
    file: (path) => fenced(path, readFileSync(join(root, SHOWN, path), 'utf8')),
  };
  return fillMarks(text, ({ name, argument = '' }) => contents[name]?.(argument));
}

function table(root: string): string {
  const rows = patternsAt(root).map(({ id, level, summary }) => `| \`${id}\` | ${level} | ${summary} |`);
  return ['| pattern | level | what it is |', '| --- | --- | --- |', ...rows].join('\n');
}

function fenced(path: string, text: string): string {
  return `\`\`\`${extname(path).slice(1)}\n${text.trimEnd()}\n\`\`\``;
}
