import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { kitRoot } from '../../blueprints/kit';
import { codeVariantsOf, scratchFolder, variantsOf, writeVariants } from '../support/synthesize';

/*
 * The projects of all patterns, at every step and with every option, are one TypeScript program: what they import is
 * read and checked once.
 */

const home = join(scratchFolder(), 'types');
const FAULTY = 'faulty';
let errors: readonly string[];

/** The first errors of the projects of a pattern, each with its place. */
const errorsIn = (id: string): string[] => errors.filter((line) => line.startsWith(`${id}/`)).slice(0, 5);

/** A project that is wrong: where its error is not found, nothing is checked. */
function writeFaulty(): void {
  mkdirSync(join(home, FAULTY, 'start', 'src'), { recursive: true });
  writeFileSync(join(home, FAULTY, 'start', 'src', 'main.ts'), "export const answer: number = 'forty-two';\n");
}

/** The settings of generated projects, for all of them at once. */
function writeConfig(): void {
  const managed = readFileSync(join(home, patterns[0].id, 'managed', 'tsconfig.json'), 'utf8');
  const { typeRoots, ...compilerOptions } = JSON.parse(managed.replace(/^\/\/.*\n/, '')).compilerOptions;
  const include = ['src/**/*.ts', 'test/**/*.ts', '.projenrc.ts'].map((files) => `*/*/${files}`);
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, include, exclude: ['*/managed'] }));
}

beforeAll(() => {
  rmSync(home, { recursive: true, force: true });
  for (const pattern of patterns) {
    writeVariants(pattern, [...variantsOf(pattern), ...codeVariantsOf(pattern)], join(home, pattern.id));
  }
  writeFaulty();
  writeConfig();
  const tsc = join(kitRoot, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', home, '--pretty', 'false'], {
    cwd: home,
    encoding: 'utf8',
  });
  errors = stdout.split('\n').filter((line) => line.includes('error TS'));
}, 120_000);

test.each(patterns.map(({ id }) => id))('%s type-checks at every step, with every option', (id) => {
  expect(errorsIn(id)).toEqual([]);
});

test('a type error is found, and told with its place', () => {
  expect(errorsIn(FAULTY)).toEqual([expect.stringMatching(/^faulty\/start\/src\/main\.ts\(1,14\): error TS2322: /)]);
});

test('no error is outside the projects', () => {
  const ids = [FAULTY, ...patterns.map(({ id }) => id)];
  expect(errors.filter((line) => !ids.some((id) => line.startsWith(`${id}/`)))).toEqual([]);
});
