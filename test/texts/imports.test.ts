import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { kitRoot } from '../../blueprints/kit';
import { toolAt } from '../support/sources';
import { scratchFolder } from '../support/synthesize';

/** A folder with the kit's settings of the linter, and with files as the kit might have them. */
const home = join(scratchFolder(), 'imports');
const [{ id }] = patterns;
const importing = (from: string): string => `import { a } from '${from}';\nexport const b = a;\n`;

const refused: readonly (readonly [path: string, source: string, message: string])[] = [
  ['blueprints/a.ts', importing('aws-cdk-lib/aws-sqs'), 'import nothing of the CDK'],
  ['blueprints/b.ts', importing('../labs/packages'), 'import nothing of the CDK'],
  [`blueprints/${id}/c.ts`, importing('projen'), 'import nothing of the CDK'],
  ['modules/d.ts', importing('../blueprints/catalog'), 'copied into ejected projects'],
  ['labs/engine/e.ts', importing(`../${id}/checks`), 'know no pattern'],
  ['labs/cli/f.ts', importing('aws-cdk-lib'), 'know no pattern'],
  [`labs/${id}/g.ts`, importing(`../../blueprints/${id}/template/x`), 'imports labs/authoring alone'],
  [`labs/${id}/h.ts`, importing('../engine/check'), 'imports labs/authoring alone'],
  ['labs/engine/i.ts', `export const name = '${id}';\n`, 'name a pattern'],
  ['test/suites/j.ts', `export const file = 'labs/${id}/lab.md';\n`, 'name a pattern'],
];

const allowed: readonly (readonly [path: string, source: string])[] = [
  ['blueprints/k.ts', importing('projen/lib/component')],
  [`labs/${id}/l.ts`, importing('../authoring')],
  ['labs/index.ts', importing(`./${id}`)],
  ['labs/engine/m.ts', importing('../../blueprints/catalog')],
];

let findings: readonly { readonly path: string; readonly message: string }[];

beforeAll(() => {
  rmSync(home, { recursive: true, force: true });
  for (const [path, source] of [...refused, ...allowed]) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), source);
  }
  for (const path of ['biome.json', '.projen/pattern-names.grit']) {
    cpSync(join(kitRoot, path), join(home, path), { recursive: true });
  }
  const biome = toolAt(kitRoot, '@biomejs/biome', join('bin', 'biome'));
  const { stdout } = spawnSync(process.execPath, [biome, 'lint', '--reporter=json', '--max-diagnostics=none'], {
    cwd: home,
    encoding: 'utf8',
  });
  findings = JSON.parse(stdout).diagnostics.map(({ location, message }: Diagnostic) => ({
    path: location.path,
    message: JSON.stringify(message),
  }));
});

interface Diagnostic {
  readonly location: { readonly path: string };
  readonly message: unknown;
}

const saidOf = (path: string): string[] => findings.filter((one) => one.path === path).map(({ message }) => message);

test.each(refused)('%s may not have: %s', (path, _, message) => {
  expect(saidOf(path)).toEqual([expect.stringContaining(message)]);
});

test.each(allowed)('%s may have: %s', (path) => {
  expect(saidOf(path)).toEqual([]);
});
