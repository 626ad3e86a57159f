import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Pattern, packageOf } from '../../blueprints/pattern';
import { tryRun } from '../support/commands';
import { toolAt } from '../support/sources';
import { codeVariantsOf, scratchFolder, variantsOf, writeVariants } from '../support/synthesize';

/** A project that is wrong: where its error is not found, nothing is checked. */
const FAULTY = 'faulty';

/**
 * That the projects of patterns type-check, at every step and with every option. All of them are one TypeScript program: what
 * they import is read and checked once.
 *
 * @param patterns the patterns, of one package
 */
export function testTypes(patterns: readonly Pattern[]): void {
  const { root } = packageOf(patterns[0]);
  const home = join(scratchFolder(root), 'types');
  let errors: readonly string[];

  /** The first errors of the projects of a pattern, each with its place. */
  const errorsIn = (id: string): string[] => errors.filter((line) => line.startsWith(`${id}/`)).slice(0, 5);

  beforeAll(() => {
    rmSync(home, { recursive: true, force: true });
    for (const pattern of patterns) {
      writeVariants(pattern, [...variantsOf(pattern), ...codeVariantsOf(pattern)], join(home, pattern.id));
    }
    writeFaulty(join(home, FAULTY));
    writeConfig(home, patterns[0]);
    const tsc = toolAt(root, 'typescript', join('bin', 'tsc'));
    const { stdout } = tryRun(home, process.execPath, [tsc, '-p', home, '--pretty', 'false']);
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
}

function writeFaulty(folder: string): void {
  mkdirSync(join(folder, 'start', 'src'), { recursive: true });
  writeFileSync(join(folder, 'start', 'src', 'main.ts'), "export const answer: number = 'forty-two';\n");
}

/** The settings of generated projects, for all of them at once. */
function writeConfig(home: string, pattern: Pattern): void {
  const compilerOptions = compilerOptionsOf(join(home, pattern.id, 'managed'));
  // `.projenrc.ts` imports the package itself: from its sources, which need not be compiled.
  const { name, root } = packageOf(pattern);
  const paths = { [name]: [join(root, 'blueprints', 'index.ts')] };
  const include = ['src/**/*.ts', 'test/**/*.ts', '.projenrc.ts'].map((files) => `*/*/${files}`);
  writeFileSync(
    join(home, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, rootDir: root, paths }, include, exclude: ['*/managed'] }),
  );
}

/**
 * The settings of the compiler for generated projects, as they are needed below a package whose types they use.
 *
 * @param managed the folder with what projen manages of a project
 */
export function compilerOptionsOf(managed: string): Readonly<Record<string, unknown>> {
  const text = readFileSync(join(managed, 'tsconfig.json'), 'utf8');
  const { typeRoots, ...compilerOptions } = JSON.parse(text.replace(/^\/\/.*\n/, '')).compilerOptions;
  return compilerOptions;
}
