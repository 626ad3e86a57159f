import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { kitRoot } from '../../blueprints/kit';
import { tryRun } from '../support/commands';
import { linkPackage, scratchFolder } from '../support/synthesize';

/*
 * A pattern that somebody adds, and has forgotten a part of: each part is missing in a package of its own. The tests of all of
 * them run in one process, as their author would run them.
 */

const FIXTURE = join(kitRoot, 'test', 'fixtures', 'acme-patterns');
const home = join(scratchFolder(), 'contribution');

/** A file of the package with something else in a place of it. */
const edited = (path: string, from: RegExp, to: string) => (root: string) => {
  const file = join(root, path);
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(from);
  writeFileSync(file, text.replace(from, to));
};

const without = (path: string) => (root: string) => rmSync(join(root, path), { recursive: true });

interface Forgotten {
  /** What was forgotten. */
  readonly part: string;
  /** Takes it away. */
  readonly forget: (root: string) => void;
  /** The test that says so. */
  readonly refusal: string;
}

const forgotten: readonly Forgotten[] = [
  {
    part: 'the check of a step',
    forget: edited('labs/queue-relay/checks.ts', /\n {2}\{ step: 'set-aside', .*/, ''),
    refusal: 'queue-relay has a check for each step, in the order of the steps',
  },
  {
    part: 'the mistake of a step',
    forget: edited('labs/queue-relay/mistakes.ts', /step: 'set-aside'/, "step: 'relay'"),
    refusal: 'queue-relay has a typical mistake for each step',
  },
  {
    part: 'a mutation',
    forget: edited('labs/queue-relay/mutations.ts', /\n {2}\{ setting: 'how long a message .*/, ''),
    refusal: 'queue-relay has three settings or more whose loss its own tests notice, each in one place',
  },
  {
    part: 'the probes',
    forget: edited('labs/queue-relay/probes.ts', /= \[\{.*\}\];/, '= [];'),
    refusal: 'queue-relay has probes, each of a step',
  },
  {
    part: 'the README',
    forget: edited('blueprints/queue-relay/template/_readme.hbs', /```mermaid[\s\S]*?```/, ''),
    refusal: 'queue-relay has a README with a diagram',
  },
  {
    part: 'the text of the lab',
    forget: without('labs/queue-relay/lab.md'),
    refusal: 'queue-relay has the text of a lab',
  },
  {
    part: 'the golden copy',
    forget: without('test/golden/queue-relay'),
    refusal: 'queue-relay has a golden copy',
  },
  {
    part: 'the project type',
    forget: without('blueprints/project-types.ts'),
    refusal: 'queue-relay has a project type that offers the options of its data, with the same words',
  },
  {
    part: 'the line of its lab',
    forget: edited('labs/index.ts', /\n {2}'queue-relay': .*/, ''),
    refusal: 'labs/index.ts has a line for each pattern',
  },
  {
    part: 'its line among the patterns',
    forget: edited('blueprints/patterns.ts', /^export .*$/m, 'export {};'),
    refusal: 'blueprints/patterns.ts has a line for each pattern',
  },
];

/** What the tests of a package say: the names of those that failed, and how many there are. */
interface Verdict {
  readonly failed: readonly string[];
  readonly count: number;
}

let verdicts: ReadonlyMap<string, Verdict>;

beforeAll(() => {
  rmSync(home, { recursive: true, force: true });
  const whole = join(home, 'whole');
  cpSync(FIXTURE, whole, { recursive: true });
  linkPackage(kitRoot, home);
  const writing = ['--import', 'tsx', join(kitRoot, 'test', 'support', 'write.ts'), 'golden'];
  expect(tryRun(whole, process.execPath, writing)).toMatchObject({ code: 0 });
  for (const { part, forget } of forgotten) {
    const root = join(home, part);
    cpSync(whole, root, { recursive: true });
    forget(root);
  }
  verdicts = runTests();
}, 120_000);

function runTests(): Map<string, Verdict> {
  const config = {
    rootDir: home,
    testMatch: ['<rootDir>/*/test/*.test.ts'],
    transform: { '^.+\\.[cm]?[jt]s$': join(kitRoot, 'node_modules', '@swc', 'jest') },
    transformIgnorePatterns: ['/node_modules/(?!unbash/)'],
    haste: { forceNodeFilesystemAPI: true },
    modulePathIgnorePatterns: ['<rootDir>/.*/package.json$'],
    moduleNameMapper: {
      '^serverless-atelier$': join(kitRoot, 'blueprints', 'index.ts'),
      '^serverless-atelier/authoring$': join(kitRoot, 'labs', 'authoring.ts'),
      '^serverless-atelier/testing$': join(__dirname, 'parts-only.ts'),
      '^(\\.{1,2}/.*)\\.js$': '$1',
    },
  };
  const jest = join(kitRoot, 'node_modules', 'jest', 'bin', 'jest.js');
  const { stdout, stderr } = tryRun(home, process.execPath, [jest, '--config', JSON.stringify(config), '--json', '-i']);
  const { testResults } = JSON.parse(
    stdout || `{ "testResults": [{ "name": "", "message": ${JSON.stringify(stderr)} }] }`,
  );
  return new Map(
    testResults.map(({ name, assertionResults = [] }: JestFile) => [
      dirname(dirname(name)).slice(home.length + 1),
      {
        failed: assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
        count: assertionResults.length,
      },
    ]),
  );
}

interface JestFile {
  readonly name: string;
  readonly assertionResults?: readonly { readonly status: string; readonly fullName: string }[];
}

test('a pattern that is whole is found, and passes', () => {
  expect(verdicts.get('whole')).toEqual({ failed: [], count: expect.any(Number) });
  expect(verdicts.get('whole')?.count).toBeGreaterThan(20);
});

test.each(forgotten)('a pattern without $part is refused by name', ({ part, refusal }) => {
  expect(verdicts.get(part)?.failed).toContain(refusal);
});
