import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from '@swc/core';
import fc from 'fast-check';
import { SqsScaling, type SqsScalingOptions } from '../../blueprints';
import { Blueprint, type BlueprintOptions } from '../../blueprints/blueprint';
import { findPattern } from '../../blueprints/catalog';
import { kitSpec } from '../../blueprints/creation';
import { KIT, kitVersion } from '../../blueprints/kit';
import { checkOptions } from '../../blueprints/options';
import { render } from '../../blueprints/rendering';
import { versions } from '../../blueprints/versions';
import { echo } from '../fixtures/echo/blueprints/echo/pattern';
import { generate, readFiles } from '../support/generate';

const pattern = findPattern('sqs-scaling');
let home: string;
let folder: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'serverless-atelier-'));
  folder = join(home, 'orders');
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

const create = (options: object = {}) => generate(pattern, folder, options);
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
const text = (path: string, content: string): void => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), content);
};

/** Runs something as `projen new` or a later `npx projen` would run it. */
function withEnvironment<T>(creating: boolean, run: () => T): T {
  const before = { ...process.env };
  process.env.PROJEN_DISABLE_POST = 'true';
  if (creating) {
    process.env.PROJEN_CREATE_PROJECT = 'true';
  }
  try {
    return run();
  } finally {
    process.env = before;
  }
}

/** What a TypeScript file does when it runs, with stand-ins for what it imports. */
function runTypeScript(source: string, imports: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { code } = transformSync(source, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  });
  const exported = {};
  new Function('exports', 'require', code)(exported, (name: string) => imports[name]);
  return exported;
}

/** The options that a generated .projenrc.ts gives to its project type. */
function optionsIn(projenrc: string, className: string): unknown {
  let given: unknown;
  class Recorder {
    constructor(options: unknown) {
      given = options;
    }
    synth(): void {}
  }
  runTypeScript(projenrc, { 'serverless-atelier': { [className]: Recorder }, echo: { [className]: Recorder } });
  return given;
}

/** A later `npx projen`. */
function synthesizeAgain({ appOptions, ...options }: SqsScalingOptions = {}): void {
  const quiet = { logging: { level: '00.off' }, ...appOptions };
  withEnvironment(false, () =>
    new SqsScaling({ name: 'orders', outdir: folder, ...options, appOptions: quiet }).synth(),
  );
}

describe('a folder to create a project in', () => {
  test.each(['.git', 'node_modules'])('may hold %s, which came before the project', (entry) => {
    mkdirSync(join(folder, entry), { recursive: true });
    create();
    expect(existsSync(join(folder, '.atelier.json'))).toBe(true);
  });

  test('may hold a README, a license and a .gitignore, which are kept', () => {
    text('README.md', '# Orders\n\nOur service.\n');
    text('LICENSE', 'ours');
    text('.gitignore', '# editors\n.idea/\n\n*.swp\n');
    create();
    expect(read('README.md')).toMatch(/^# Orders\n\nOur service\.\n\n# orders\n/);
    expect(read('LICENSE')).toBe('ours');
    expect(read('.gitignore').split('\n')).toEqual(expect.arrayContaining(['.idea/', '*.swp']));
    synthesizeAgain({ appOptions: { gitignore: ['.idea/', '*.swp'] } });
    expect(optionsIn(read('.projenrc.ts'), 'SqsScaling')).toMatchObject({
      appOptions: { gitignore: ['.idea/', '*.swp'] },
    });
    expect(read('.gitignore').split('\n')).toEqual(expect.arrayContaining(['.idea/', '*.swp']));
  });

  test.each(['notes.md', 'src', '.env', '.projenrc.ts'])('is refused when it holds %s, and stays as it is', (entry) => {
    text(join(entry, entry === 'src' ? 'mine.ts' : '.'), 'mine');
    const before = readFiles(folder);
    expect(() => create()).toThrow(`the folder orders holds ${entry} already; allowed: an empty or a new folder`);
    expect(readFiles(folder)).toEqual(before);
  });
});

describe('a package.json in the folder', () => {
  const write = (content: object) => text('package.json', JSON.stringify(content));

  test('of npm, which lists what it installed, is replaced', () => {
    write({ devDependencies: { 'serverless-atelier': '0.1.0' }, dependencies: {} });
    create();
    expect(JSON.parse(read('package.json')).name).toBe('orders');
  });

  test("of the user's own is kept, and the project refused", () => {
    write({ name: 'mine', scripts: { precious: 'true' } });
    expect(() => create()).toThrow('the folder orders holds package.json already');
    expect(JSON.parse(read('package.json')).scripts).toEqual({ precious: 'true' });
  });
});

describe('nothing is written', () => {
  test.each([
    ['an unknown step', { step: 'nope' }, '--step can\'t be "nope"'],
    ['a wrong option', { batchSize: Number.NaN }, "--batch-size can't be NaN"],
    ['options that do not go together', { reservedConcurrency: 9 }, '--reserved-concurrency 9 is under'],
    ['a wrong name', { name: '../orders' }, '--name can\'t be "../orders"'],
    [
      'a tarball of the kit that is not there',
      { kit: 'file:/nowhere/kit.tgz' },
      '--kit can\'t be "file:/nowhere/kit.tgz"',
    ],
  ])('for %s', (_, options, says) => {
    expect(() => create(options)).toThrow(says);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('of our call stack, when projen prints the error', () => {
    try {
      create({ step: 'nope' });
    } catch (error) {
      expect((error as Error).stack).toMatch(/^error: --step can't be "nope"[^\n]*$/);
    }
    expect.assertions(1);
  });
});

describe('the kit that a project depends on', () => {
  test.each([
    ['the version that runs', {}, kitVersion],
    ['what its option says', { kit: '1.2.3' }, '1.2.3'],
    [
      'what projen new has installed',
      { devDeps: ['jest@30', 'serverless-atelier@file:/tmp/kit.tgz'] },
      'file:/tmp/kit.tgz',
    ],
    ['the version that runs where projen new was given a bare name', { devDeps: ['serverless-atelier'] }, kitVersion],
    ['not a package of a longer name', { devDeps: ['serverless-atelier-more@9.9.9'] }, kitVersion],
    ['its option before what is installed', { kit: '1.2.3', devDeps: ['serverless-atelier@2.0.0'] }, '1.2.3'],
  ])('is %s', (_, options, spec) => {
    expect(kitSpec(options)).toBe(spec);
  });

  test('is copied into the project where it is a tarball', () => {
    const tarball = join(home, 'kit.tgz');
    writeFileSync(tarball, Buffer.from([31, 139, 255]));
    create({ devDeps: [`serverless-atelier@file:${tarball}`] });
    expect(readFileSync(join(folder, `vendor/serverless-atelier-${kitVersion}.tgz`))).toEqual(
      Buffer.from([31, 139, 255]),
    );
  });

  test.each([
    ['kept in git where it is a tarball', (kit: string) => ({ kit }), true],
    ['no matter for git where it comes from a registry', () => ({}), false],
  ])('is %s', (_, options, isKept) => {
    writeFileSync(join(home, 'kit.tgz'), '');
    create(options(`file:${join(home, 'kit.tgz')}`));
    expect(read('.gitignore').split('\n').includes('!/vendor/*.tgz')).toBe(isKept);
  });

  test('is named by its path inside the project where it is a tarball', () => {
    writeFileSync(join(home, 'kit.tgz'), '');
    create({ devDeps: [`serverless-atelier@file:${join(home, 'kit.tgz')}`] });
    const kit = `file:vendor/serverless-atelier-${kitVersion}.tgz`;
    expect(JSON.parse(read('package.json')).dependencies['serverless-atelier']).toBe(kit);
    expect(optionsIn(read('.projenrc.ts'), 'SqsScaling')).toEqual({ name: 'orders', kit });
  });
});

describe('a later synthesis', () => {
  test('changes no file', () => {
    create();
    const before = Object.fromEntries(readFiles(folder));
    synthesizeAgain();
    expect(Object.fromEntries(readFiles(folder))).toEqual(before);
  });

  test('does not bring back what its owner deleted', () => {
    create();
    rmSync(join(folder, 'README.md'));
    rmSync(join(folder, '.atelier.json'));
    synthesizeAgain();
    expect([existsSync(join(folder, 'README.md')), existsSync(join(folder, '.atelier.json'))]).toEqual([false, false]);
  });

  test('leaves alone what its owner wrote', () => {
    create();
    text('src/main.ts', 'export {};\n');
    synthesizeAgain();
    expect(read('src/main.ts')).toBe('export {};\n');
  });

  test("writes no option into the sources, which are the owner's", () => {
    create();
    const before = Object.fromEntries(readFiles(folder));
    synthesizeAgain({ batchSize: 100, scaling: 'provisioned', tags: ['team=orders'] });
    expect(Object.fromEntries(readFiles(folder))).toEqual(before);
  });

  test('changes package.json alone for another name', () => {
    create();
    const before = readFiles(folder);
    synthesizeAgain({ name: 'payments' });
    const changed = [...readFiles(folder)].filter(([path, content]) => before.get(path) !== content);
    expect(changed.map(([path]) => path)).toEqual(['package.json']);
    expect(JSON.parse(read('package.json')).name).toBe('payments');
  });

  test.each([
    ['the kit that the project depends on', { kit: '^0.1.0' }],
    ['further development dependencies', { devDeps: ['left-pad@1.3.0', `serverless-atelier@${kitVersion}`] }],
  ])('keeps %s', (_, given) => {
    create(given);
    const options = optionsIn(read('.projenrc.ts'), 'SqsScaling') as BlueprintOptions;
    const before = read('package.json');
    synthesizeAgain(options);
    expect(read('package.json')).toBe(before);
  });
});

describe('the feature flags of a project', () => {
  const cdkJson = () => JSON.parse(read('cdk.json'));
  const edit = (context: unknown) => text('cdk.json', JSON.stringify({ ...cdkJson(), context }));

  test('are those that its aws-cdk-lib recommends, when it is new', () => {
    create();
    expect(cdkJson().context).toEqual(require('aws-cdk-lib/recommended-feature-flags.json'));
  });

  test('stay as they are in a later synthesis, whatever is recommended then', () => {
    create();
    const { '@aws-cdk/aws-iam:minimizePolicies': _, ...fewer } = cdkJson().context;
    const edited = { ...fewer, '@aws-cdk/core:checkSecretUsage': false, '@aws-cdk/core:oldFlag': true };
    edit(edited);
    synthesizeAgain();
    expect(cdkJson().context).toEqual(edited);
  });

  test('may be removed, all of them', () => {
    create();
    edit(undefined);
    synthesizeAgain();
    expect(cdkJson().context).toBeUndefined();
  });

  test('may be edited, as the file is no read-only one', () => {
    create();
    expect(statSync(join(folder, 'cdk.json')).mode & 0o200).toBe(0o200);
  });

  test('are joined by the context of .projenrc.ts, which wins', () => {
    create();
    const before = cdkJson().context;
    const context = { '@aws-cdk/core:checkSecretUsage': false, mine: 'value' };
    synthesizeAgain({ appOptions: { context } });
    expect(cdkJson().context).toEqual({ ...before, ...context });
  });

  test.each(['{', '<<<<<<< HEAD'])('are not lost to a damaged cdk.json (%s), which is named', (damaged) => {
    create();
    text('cdk.json', damaged);
    expect(() => synthesizeAgain()).toThrow(/^cdk\.json is damaged; .* git checkout -- cdk\.json$/);
    expect(read('cdk.json')).toBe(damaged);
  });
});

describe('the packages of a project', () => {
  const dependencies = (): Record<string, string> => {
    const { dependencies: atRunTime, devDependencies } = JSON.parse(read('package.json'));
    return { ...atRunTime, ...devDependencies };
  };

  test('have exactly the versions that the kit was tested with', () => {
    create();
    const { [KIT]: kit, ...others } = dependencies();
    expect(kit).toBe(kitVersion);
    expect(others).toEqual(Object.fromEntries(Object.keys(others).map((name) => [name, versions[name as never]])));
  });

  test('are upgraded by the newest kit, which brings its own versions', () => {
    create();
    const { steps } = JSON.parse(read('.projen/tasks.json')).tasks.upgrade;
    expect(steps).toEqual([
      { exec: 'npm install --legacy-peer-deps serverless-atelier@latest projen@latest' },
      { exec: 'serverless-atelier update --options-only' },
      { exec: 'projen' },
      { exec: 'projen build' },
    ]);
  });

  test.each(['^0.1.0', 'file:vendor/serverless-atelier.tgz'])('stay where .projenrc.ts names the kit %s', (kit) => {
    create();
    synthesizeAgain({ kit });
    expect(JSON.parse(read('.projen/tasks.json')).tasks.upgrade).toBeUndefined();
    expect(JSON.parse(read('package.json')).scripts.upgrade).toBeUndefined();
  });
});

test('a project offers no script that would do nothing, or that only other tasks use', () => {
  create();
  expect(Object.keys(JSON.parse(read('package.json')).scripts)).toEqual([
    'build',
    'deploy',
    'destroy',
    'diff',
    'format',
    'synth',
    'test',
    'upgrade',
    'watch',
    'projen',
  ]);
});

describe('the base of a later update', () => {
  test.each([
    ['alone', {}],
    ['with the kit that was given', { kit: '^0.1.0' }],
    ['with further development dependencies', { devDeps: ['left-pad@1.3.0'] }],
  ])('gives the same files again with .atelier.json, %s', (_, given) => {
    create({ ...given, batchSize: 100, step: 'batching' });
    const { options, step } = JSON.parse(read('.atelier.json'));
    const { extras, files } = JSON.parse(read('.atelier/base.json'));
    expect(Object.fromEntries(render(pattern, checkOptions(pattern, options), step, extras))).toEqual(files);
    expect(files['.projenrc.ts']).toBe(read('.projenrc.ts'));
  });
});

describe('a project type', () => {
  test('names a project after its folder', () => {
    create({ name: undefined });
    expect(JSON.parse(read('package.json')).name).toBe('orders');
  });

  test('hands further options to projen, which win', () => {
    create({ appOptions: { logging: { level: '00.off' }, minNodeVersion: '22.0.0' } });
    expect(JSON.parse(read('package.json')).engines.node).toBe('>= 22.0.0');
  });

  test('adds development dependencies', () => {
    create({ devDeps: ['left-pad@1.3.0'] });
    expect(JSON.parse(read('package.json')).devDependencies['left-pad']).toBe('1.3.0');
  });
});

/** A project type of a pattern that takes any text. */
class Echo extends Blueprint {
  public static override readonly _pattern = echo;
}

const EVIL = [
  ...[
    "'",
    '"',
    '`',
    '\\',
    '\\n',
    '$'.concat('{process.exit(1)}'),
    '{{ts name}}',
    '{{#from "loud"}}',
    '{{{',
    '*/',
    '<!--',
    '$(id)',
  ],
  ...[
    '\n',
    '\r\n',
    '\u2028',
    '\u2029',
    '\ufeff',
    '😀',
    '\ud800',
    '__proto__',
    'constructor',
    '../../evil',
    '/etc/passwd',
  ],
  ...['C:\\evil', '.', '..', '', ' ', '\t', '```', '|', 'x'.repeat(10_000)],
];
const anyText = fc
  .array(fc.oneof(fc.constantFrom(...EVIL), fc.string({ unit: 'binary' })), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(''))
  // No shell word can hold it: the helper for shells refuses it.
  .filter((value) => !value.includes('\0'));

/** Texts of the characters that an expression of a pattern allows. */
const allowedText = (characters: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });

describe('any text that an option allows', () => {
  const generateEcho = (outdir: string, options: object) =>
    withEnvironment(true, () => {
      mkdirSync(outdir);
      new Echo({
        name: 'orders',
        outdir,
        appOptions: { logging: { level: '00.off' } },
        ...options,
      } as BlueprintOptions).synth();
    });
  let paths: string[];

  beforeEach(() => {
    generateEcho(folder, { text: 'plain', list: ['plain'] });
    paths = [...readFiles(folder).keys()];
    rmSync(folder, { recursive: true });
  });

  test('is held literally by a generated project, and puts no file elsewhere', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        fc.pre(value !== 'hello');
        generateEcho(folder, { text: value, list: [value] });
        expect(readdirSync(home)).toEqual(['orders']);
        expect([...readFiles(folder).keys()]).toEqual(paths);
        expect(optionsIn(read('.projenrc.ts'), 'Echo')).toEqual({ name: 'orders', text: value, list: [value] });
        expect(runTypeScript(read('src/value.ts'), {}).text).toBe(value);
        expect(JSON.parse(read('.atelier.json')).options.text).toBe(value);
        rmSync(folder, { recursive: true });
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  test('is held literally by the sources of sqs-scaling', () => {
    const key = allowedText('aZ9_.,()[]@ ', 1, 256)
      .filter((value) => value === value.trim())
      // Brackets that do not close are refused.
      .map((value) => value.replace(/[()[\]]/g, '').trim() || 'a');
    const tag = fc
      .tuple(allowedText('aé名9 _.:/+@-', 1, 128), allowedText('aé名9 _.:/=+@-', 0, 256))
      .map((parts) => parts.join('='));
    fc.assert(
      fc.property(
        key,
        fc.uniqueArray(tag, { minLength: 1, maxLength: 3, selector: (one) => one.split('=')[0] }),
        (idempotencyKey, tags) => {
          const given = { name: 'orders', tags, idempotencyKey };
          fc.pre(idempotencyKey !== 'messageId');
          checkOptions(pattern, given);
          create({ tags, idempotencyKey });
          expect(readdirSync(home)).toEqual(['orders']);
          expect(optionsIn(read('.projenrc.ts'), 'SqsScaling')).toEqual(given);
          expect(propsIn(read('src/main.ts'))).toMatchObject({
            idempotencyKey,
            tags: Object.fromEntries(
              tags.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
            ),
          });
          rmSync(folder, { recursive: true });
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);
});

/** The properties that a generated src/main.ts gives to its stack. */
function propsIn(main: string): unknown {
  let given: unknown;
  class Stack {
    constructor(_app: unknown, _id: string, props: unknown) {
      given = props;
    }
  }
  class Checks {}
  runTypeScript(main, {
    'aws-cdk-lib': { App: class {}, Validations: { of: () => ({ addPlugins: () => {} }) } },
    'cdk-nag': { AwsSolutionsChecks: Checks, ServerlessChecks: Checks },
    'serverless-atelier/modules': { AlarmRules: { of: () => {} }, StageData: { destroy: () => {} } },
    './sqs-scaling-stack': { SqsScalingStack: Stack },
  });
  return given;
}
