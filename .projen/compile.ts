import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { build, buildSync, type Plugin } from 'esbuild';

/*
 * Compiles the kit into lib/: jsii compiles blueprints, modules and pipelines; esbuild then puts Handlebars into the
 * compiled rendering, and the command line into one file per command, so that nothing of them has to be installed.
 */

const root = resolve(import.meta.dirname, '..');
const lib = join(root, 'lib');
const cli = join(root, 'labs', 'cli');

// A failed compilation must not leave an older result behind, which would be packed.
for (const output of [lib, join(root, '.jsii'), join(root, 'tsconfig.tsbuildinfo')]) {
  rmSync(output, { recursive: true, force: true });
}
execFileSync(
  process.execPath,
  [join(root, 'node_modules', 'jsii', 'bin', 'jsii'), '--silence-warnings=reserved-word'],
  {
    cwd: root,
    stdio: 'inherit',
  },
);

const common = { bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'warning' } as const;

const rendering = join(lib, 'blueprints', 'rendering', 'index.js');
buildSync({
  ...common,
  entryPoints: [rendering],
  outfile: rendering,
  allowOverwrite: true,
  external: ['../*'],
  minify: true,
});
for (const inlined of readdirSync(join(lib, 'blueprints', 'rendering'))) {
  if (inlined.endsWith('.js') && inlined !== 'index.js') {
    rmSync(join(lib, 'blueprints', 'rendering', inlined));
  }
}

/** Commands are files of their own, and the compiled blueprints are used as they are: each class exists once. */
const boundaries: Plugin = {
  name: 'boundaries',
  setup({ onResolve }) {
    onResolve({ filter: /\/blueprints(\/|$)/ }, ({ path, resolveDir }) => ({
      path: `../${relative(root, resolve(resolveDir, path)).split(sep).join('/')}`,
      external: true,
    }));
    onResolve({ filter: /^\./ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path: `./${path.split('/').pop()}.js`, external: true } : undefined,
    );
  },
};

void build({
  ...common,
  entryPoints: [join(cli, 'main.ts'), join(cli, 'prompts.ts'), ...readdirSync(join(cli, 'commands')).map((file) => join(cli, 'commands', file))],
  entryNames: '[name]',
  outdir: join(lib, 'cli'),
  plugins: [boundaries],
  external: ['projen', 'esbuild', 'tsx'],
  supported: { 'dynamic-import': false },
  minifySyntax: true,
  legalComments: 'none',
}).then(() => chmodSync(join(lib, 'cli', 'main.js'), 0o755));
