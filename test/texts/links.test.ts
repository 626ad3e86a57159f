import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { kitRoot } from '../../blueprints/kit';
import { tokensOf } from '../../labs/engine/marks';
import { goldenFolder } from '../support/golden';
import { kitTexts } from '../support/texts';

const generated = patterns.flatMap((pattern) =>
  ['README.md', 'AGENTS.md'].map((name) => join(goldenFolder(pattern), name)),
);
const texts = [...kitTexts(), ...generated.map((file) => [file, readFileSync(file, 'utf8')] as const)];

/** Where the links and pictures of a text lead, but for other sites. */
function linksOf(markdown: string): string[] {
  return tokensOf(markdown)
    .flatMap(({ children }) => children ?? [])
    .map((token) => token.attrGet('href') ?? token.attrGet('src'))
    .filter((target) => target !== null)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors of a text's headings, as GitHub makes them. */
function anchorsOf(markdown: string): string[] {
  const tokens = tokensOf(markdown);
  const headings = tokens.flatMap(({ type }, index) => (type === 'heading_open' ? [tokens[index + 1].content] : []));
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

/** The links of a text that lead nowhere. */
function brokenLinks(file: string, markdown: string): string[] {
  return linksOf(markdown).filter((link) => {
    const [path, anchor] = decodeURI(link).split('#');
    const target = path === '' ? file : join(dirname(file), path);
    const text = path === '' ? markdown : existsSync(target) && anchor ? readFileSync(target, 'utf8') : '';
    return !existsSync(target) || (anchor !== undefined && !anchorsOf(text).includes(anchor));
  });
}

test.each(texts.map(([file, text]) => [relative(kitRoot, file), file, text]))(
  'the links of %s lead somewhere',
  (_, file, text) => {
    expect(brokenLinks(file, text)).toEqual([]);
  },
);

test('the texts have links that are looked at', () => {
  expect(texts.flatMap(([, text]) => linksOf(text)).length).toBeGreaterThan(3);
});

test.each([
  ['[a](nowhere.md)', ['nowhere.md']],
  ['[a](#nowhere)', ['#nowhere']],
  ['[a](CONTRIBUTING.md#nowhere)', ['CONTRIBUTING.md#nowhere']],
  ['![a](nowhere.png)', ['nowhere.png']],
  ['[a][b]\n\n[b]: nowhere/', ['nowhere/']],
  [
    '## The `--json` shapes\n\n[a](#the---json-shapes), [b](CONTRIBUTING.md#add-a-pattern), [c](https://nowhere.example)',
    [],
  ],
])('of %j those that lead nowhere are found', (text, broken) => {
  expect(brokenLinks(join(kitRoot, 'README.md'), text)).toEqual(broken);
});
