import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { parse as parseYaml } from 'yaml';
import { literals } from '../../blueprints/rendering/literals';

/** Texts that break naive templates, and whatever else fast-check thinks of. */
const nasty = fc.oneof(
  fc.constantFrom(
    `'`,
    '"',
    '`',
    `\${process.exit()}`,
    '{{ts text}}',
    '{{{text}}}',
    '\\',
    '\\{{x}}',
    'a\nb',
    'a\r\nb',
    '\u2028\u2029',
    '😀',
    '__proto__',
    '../../etc/passwd',
    '</script>',
    '-->',
    '$(touch /tmp/x)',
    ' leading and trailing ',
    'two  spaces',
    '# heading',
    '1. item',
    '| cell |',
    '&amp; &#35; &#x23;',
    'x'.repeat(10_240),
  ),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\\', "'", '"', '`', '$', '{', '}', '\n', '#', '*', '_', '<', '&', ';', ' ') }),
);

const evaluate = (code: string): unknown => new Function(`'use strict'; return (${code});`)();

describe('a TypeScript literal', () => {
  test('evaluates to exactly the value', () => {
    fc.assert(fc.property(nasty, (text) => expect(evaluate(literals.ts(text))).toBe(text)));
  });

  test('stands on one line', () => {
    fc.assert(fc.property(nasty, (text) => expect(literals.ts(text)).not.toMatch(/[\n\r\u2028\u2029]/)));
  });

  test('of an object keeps every key, __proto__ among them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(nasty, nasty)), (entries) => {
        const value = Object.fromEntries(entries);
        expect(Object.entries(evaluate(literals.ts(value)) as object)).toEqual(Object.entries(value));
      }),
    );
    const evil = JSON.parse('{"__proto__": "polluted"}');
    expect(Object.entries(evaluate(literals.ts(evil)) as object)).toEqual([['__proto__', 'polluted']]);
  });

  test('of a list, a number or a boolean is that value', () => {
    expect(evaluate(literals.ts(['a', "b'"]))).toEqual(['a', "b'"]);
    expect([literals.ts(12), literals.ts(true)]).toEqual(['12', 'true']);
  });

  test('is in single quotes, unless double quotes need fewer escapes', () => {
    expect([literals.ts('plain'), literals.ts("it's"), literals.ts('say "hi"')]).toEqual([
      `'plain'`,
      `"it's"`,
      `'say "hi"'`,
    ]);
  });

  test('of tags is an object of their keys and values', () => {
    expect(evaluate(literals.tsRecord(['team=orders', 'a=b=c']))).toEqual({ team: 'orders', a: 'b=c' });
    expect(evaluate(`{ ${literals.tsStage('eu-prod!=123456789012/eu-west-1')} }`)).toEqual({
      'eu-prod': { isProduction: true, env: { account: '123456789012', region: 'eu-west-1' } },
    });
  });
});

test('a JSON literal parses to exactly the value', () => {
  fc.assert(fc.property(nasty, (text) => expect(JSON.parse(literals.json(text))).toBe(text)));
});

test('a YAML literal parses to exactly the value, and what follows it is untouched', () => {
  fc.assert(
    fc.property(nasty, (text) => {
      // YAML has no way to write half a surrogate pair.
      fc.pre(text.isWellFormed());
      expect(parseYaml(`text: ${literals.yaml(text)}\nafter: 1\n`)).toEqual({ text, after: 1 });
    }),
  );
});

test('a shell literal is one word that the shell hands on unchanged', () => {
  const texts = fc.sample(
    nasty.filter((text) => !text.includes('\0') && text.isWellFormed()),
    { numRuns: 200, seed: 8 },
  );
  const script = texts.map((text) => `printf '%s\\0' ${literals.sh(text)}`).join('\n');
  expect(execFileSync('sh', { input: script, maxBuffer: 1e8 }).toString().split('\0').slice(0, -1)).toEqual(texts);
});

test('a shell literal refuses the one character that no shell can hold', () => {
  expect(() => literals.sh('a\0b')).toThrow('NUL');
});

test('a Markdown literal reads as exactly the text, without markup', () => {
  const markdown = new MarkdownIt({ html: true, linkify: false });
  const shown = (source: string): string => {
    const blocks = markdown.parse(source, {});
    expect(blocks.map(({ type }) => type)).toEqual(['paragraph_open', 'inline', 'paragraph_close']);
    return (blocks[1].children ?? [])
      .map(({ type, content }) => (type.startsWith('text') ? content : `<${type}>`))
      .join('');
  };
  fc.assert(
    fc.property(nasty, (text) => {
      // A reader of Markdown shows most controls as U+FFFD, whatever the escape, and so does ours.
      fc.pre(
        text.isWellFormed() &&
          !/[\0-\x08\x0b\x0c\x0e-\x1f\ufdd0-\ufdef\ufffe\uffff]|[\u{1fffe}-\u{10ffff}]/u.test(text),
      );
      expect(shown(`Before ${literals.md(text)} after.`)).toBe(`Before ${text} after.`);
    }),
  );
});

test('a command is plain words, of which no shell makes anything else', () => {
  const command = 'npx cdk bootstrap aws://123456789012/eu-west-1 --trust 123456789012';
  expect(literals.command(command)).toBe(command);
  for (const other of ['a; b', 'a  b', ' a', '$(a)', 'a `b`', 'a > b', "a 'b'", 'a\nb', 'a *', '']) {
    expect(() => literals.command(other)).toThrow('no command of plain words');
  }
});

test('a word is letters, digits, _ and -, and nothing else', () => {
  expect(literals.word('sqs-scaling')).toBe('sqs-scaling');
  expect(() => literals.word('a b')).toThrow('no word');
});

test.each(Object.keys(literals))('%s throws on a value that is missing', (name) => {
  expect(() => literals[name](undefined)).toThrow('has no value');
});
