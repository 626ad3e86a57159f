import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { transformSync } from '@swc/core';
import fc from 'fast-check';
import { patterns } from '../../blueprints/catalog';
import { kitRoot } from '../../blueprints/kit';
import { checkOptions } from '../../blueprints/options';
import { type Pattern, packageOf, stepIds, templatesOf } from '../../blueprints/pattern';
import { type Origin, render, renderTraced, TemplateError, templateSet } from '../../blueprints/rendering';
import { auditTemplate, parseTemplate } from '../../blueprints/rendering/template';
import { echo } from '../fixtures/echo/blueprints/echo/pattern';

const values = (more: object = {}) => checkOptions(echo, { name: 'echo', ...more });

describe('rendering', () => {
  test('leaves out a file that renders to nothing at a step', () => {
    expect(render(echo, values(), 'quiet').has('src/value.ts')).toBe(false);
    expect(render(echo, values(), 'loud').get('src/value.ts')).toContain("text = 'hello'");
  });

  test('shows what a step brings from that step on, and what it replaces before', () => {
    expect(stepIds(echo).map((step) => render(echo, values(), step).get('state.txt'))).toEqual([
      'quiet\n',
      'quiet\n',
      'loud\n',
    ]);
  });

  test('copies a binary byte for byte', () => {
    expect(render(echo, values(), 'loud').get('picture.bin')).toEqual(Buffer.from('\x01\xff{{ts text}}', 'latin1'));
  });

  test('gives the same files in the same order each time', () => {
    expect([...render(echo, values(), 'loud')]).toEqual([...render(echo, values(), 'loud')]);
  });

  test('refuses a step that the pattern does not have', () => {
    expect(() => render(echo, values(), 'shout')).toThrow(`--step can't be "shout"; allowed: start, quiet, loud`);
  });

  test('holds any text literally, in files whose paths no text can change', () => {
    const paths = [...render(echo, values(), 'loud').keys()];
    expect(paths.every((path) => !isAbsolute(path) && !normalize(path).startsWith('..'))).toBe(true);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.constantFrom('../../x', '/etc/passwd', '{{#from "loud"}}', '__proto__'),
        ),
        (text) => {
          fc.pre(!text.includes('\0'));
          const files = render(echo, values({ text, list: [text] }), 'loud');
          expect([...files.keys()]).toEqual(paths);
          const exported: { text?: string } = {};
          const { code } = transformSync(String(files.get('src/value.ts')), {
            jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
            module: { type: 'commonjs' },
          });
          new Function('exports', code)(exported);
          expect(exported.text).toBe(text);
          expect(JSON.parse(String(files.get('value.json')))).toEqual({ text });
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('a template', () => {
  const audit = (source: string) =>
    auditTemplate(parseTemplate('a.ts.hbs', source), echo, new Set(['text', 'list', 'tone']), new Set(['part']));

  test.each([
    ['a bare value', 'x\n{{text}}', 'a.ts.hbs:2: {{text}} is bare or no literal helper'],
    ['an unescaped value', '{{{ts text}}}', 'a.ts.hbs:1: {{{ts}}} bypasses the helpers'],
    ['an unknown value', '{{ts nothing}}', '"nothing" is no option of echo'],
    ['an unknown value in a condition', '{{#if nothing}}x{{/if}}', '"nothing" is no option of echo'],
    ['an unknown value in a loop', '{{#each nothing}}x{{/each}}', '"nothing" is no option of echo'],
    ['an unknown step', '\n\n{{#from "shout"}}x{{/from}}', 'a.ts.hbs:3: "shout" is no step of echo'],
    [
      'an unknown step in the other branch',
      '{{#from "loud"}}{{else}}{{#until "x"}}{{/until}}{{/from}}',
      '"x" is no step',
    ],
    ['a step that is not a text', '{{#from text}}x{{/from}}', 'is no step of echo'],
    ['an unknown block', '{{#unless text}}x{{/unless}}', '{{#unless}} is no block helper'],
    ['an inverted block', 'x\n{{^if text}}y{{/if}}', 'a.ts.hbs:2: {{^if}} is inverted; write {{#if …}}{{else}}'],
    ['an unknown partial', '{{> other}}', 'there is no partial "other"'],
    ['two values at once', '{{ts text list}}', '{{ts …}} takes one value'],
    ['this outside of a loop', '{{#each list}}x{{/each}}{{ts this}}', '"this" is no option of echo'],
    ['a key outside of a loop', '{{word @key}}', '"@key" is no option of echo'],
    ['a comparison that never holds', '{{#when tone "loud"}}x{{/when}}', '"tone" is never "loud"; it is low or high'],
    ['a block with a named parameter', '{{#from "loud" or="quiet"}}x{{/from}}', 'none by name'],
    ['a partial with a value', '{{> part text}}', '{{> part}} takes no parameters'],
    ['a partial with a named value', '{{> part text="a"}}', '{{> part}} takes no parameters'],
    ['a block that is not closed', 'x\n{{#from "loud"}}\n', 'a.ts.hbs:'],
    ['a block that another closes', '{{#from "loud"}}x{{/until}}', "from doesn't match until"],
    ['a backslash before a value', 'C:\\{{ts text}}', 'a.ts.hbs:1: a backslash before {{'],
  ])('with %s is refused', (_, source, message) => {
    expect(() => audit(source)).toThrow(TemplateError);
    expect(() => audit(source)).toThrow(message);
  });

  test('may use options, steps, loops, comparisons and partials', () => {
    expect(() =>
      audit(
        '{{#from "loud"}}{{ts text}}{{#each list}}{{ts this}}{{/each}}{{> part}}{{/from}}{{#when tone "high"}}b{{/when}}',
      ),
    ).not.toThrow();
  });
});

describe('with further templates', () => {
  const folders: string[] = [];
  /** The fixture with further templates, by path. */
  const withFiles = (files: Readonly<Record<string, string>>): Pattern => {
    const root = mkdtempSync(join(tmpdir(), 'templates-'));
    folders.push(root);
    cpSync(packageOf(echo).root, root, { recursive: true });
    const pattern = { ...echo, folder: join(root, 'blueprints', 'echo') };
    for (const [path, text] of Object.entries(files)) {
      const file = join(templatesOf(pattern), path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return pattern;
  };

  afterAll(() => {
    for (const folder of folders) {
      rmSync(folder, { recursive: true });
    }
  });

  test('a value that is missing is named with its template and line', () => {
    expect(() => render(withFiles({ 'value.txt.hbs': 'line\n{{ts unset}}\n' }), values(), 'loud')).toThrow(
      /^value\.txt\.hbs:2: \{\{ts\}\} of undefined: has no value$/,
    );
  });

  test('a partial of the same path replaces the one that every project has', () => {
    const pattern = withFiles({ '_readme.hbs': '{{> commands}}\n', '_commands.hbs': 'Only one command.\n' });
    expect(render(pattern, values(), 'loud').get('README.md')).toContain('Only one command.');
  });

  test.each([
    ['another folder', 'src/_commands.hbs', 'src/_commands.hbs:1: _commands.hbs is a partial "commands" as well'],
    ['another ending', '_readme.md.hbs', '_readme.md.hbs:1: _readme.hbs is a partial "readme" as well'],
  ])('a partial is refused beside one of its name with %s', (_, path, message) => {
    expect(() => templateSet(withFiles({ [path]: '' }))).toThrow(message);
  });
});

describe.each(patterns.map((pattern) => [pattern.id, pattern] as const))('the templates of %s', (_, pattern) => {
  test('hold no bare value, name existing steps only, and are balanced', () => {
    expect(() => templateSet(pattern)).not.toThrow();
    expect([...templateSet(pattern).templates.keys()]).toContain(`src/${pattern.id}-stack.ts`);
  });
});

describe.each(patterns.map((pattern) => [pattern.id, pattern] as const))(
  'the lines of a project of %s',
  (_, pattern) => {
    const defaults = checkOptions(pattern, { name: 'orders' });

    test.each(stepIds(pattern))('at %s are those of a plain rendering', (step) => {
      const texts = [...renderTraced(pattern, defaults, step)].map(([path, { text }]) => [path, text]);
      expect(Object.fromEntries(texts)).toEqual(Object.fromEntries(render(pattern, defaults, step)));
    });

    test.each(stepIds(pattern))(
      'at %s come each from a line of a template that says the same, but for values',
      (step) => {
        const strays = [...renderTraced(pattern, defaults, step)].flatMap(([path, { text, origins }]) =>
          text.split('\n').flatMap((line, index) => {
            const origin = origins[index];
            return origin && saysTheSame(line, lineAt(pattern, origin)) ? [] : [`${path}:${index + 1}: ${line}`];
          }),
        );
        expect(strays.filter((stray) => !stray.endsWith(': '))).toEqual([]);
      },
    );
  },
);

function lineAt(pattern: Pattern, { template, line }: Origin): string {
  const folders = [templatesOf(pattern), join(kitRoot, 'blueprints', 'common', 'template')];
  const file = folders.map((folder) => join(folder, template)).find(existsSync) as string;
  return readFileSync(file, 'utf8').split('\n')[line - 1];
}

/** Whether a rendered line has the text around the mustaches of a template's; of blocks within a line, one side is there. */
function saysTheSame(line: string, template: string): boolean {
  const parts = template
    .split(/\{\{[^}]*\}\}/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const has = (part: string): boolean => line.includes(part);
  return template.includes('{{#') ? parts.some(has) : parts.every(has) && (parts.length > 0 || template.includes('{{'));
}
