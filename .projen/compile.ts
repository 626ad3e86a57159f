import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, parse, relative, resolve, sep } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { encodingOf } from '../blueprints/rendering';

/*
 * Compiles the kit into lib/: jsii compiles blueprints, modules and pipelines; esbuild then puts Handlebars into the
 * compiled rendering, and the command line into one file per command, so that nothing of them has to be installed.
 */

const root = resolve(import.meta.dirname, '..');
const lib = join(root, 'lib');
const labs = join(root, 'labs');
const cli = join(labs, 'cli');

/** What becomes a file of its own in lib/cli, loaded when it is needed: sources by the name of that file. */
const programs = new Map([
  ...['main', 'prompts', 'prober'].map((name) => [name, join(cli, name)] as const),
  ...['lab-text', 'marks', 'build-script'].map((name) => [name, join(labs, 'engine', name)] as const),
  ...['buildspec', 'invoker'].map((name) => [name, join(labs, 'engine', 'rehearsal', name)] as const),
  ...readdirSync(join(cli, 'commands')).map(
    (file) => [parse(file).name, join(cli, 'commands', parse(file).name)] as const,
  ),
  ['labs', join(labs, 'index')] as const,
  ...readdirSync(labs)
    .filter((room) => existsSync(join(labs, room, 'index.ts')))
    .flatMap((pattern) => [
      [`lab-${pattern}`, join(labs, pattern, 'index')] as const,
      [`probes-${pattern}`, join(labs, pattern, 'probes')] as const,
    ]),
]);

/** The one that brings the AWS SDK with it. */
const OPERATIONS = 'operations';

/** What packages of patterns import: how labs are written, and the suites of tests, each with its types. */
const libraries = new Map([
  ['authoring', join(labs, 'authoring')],
  ['testing', join(root, 'test', 'suites', 'index')],
  ['synth-child', join(root, 'test', 'support', 'synth-child')],
  ['write', join(root, 'test', 'support', 'write')],
  ['develop', join(root, 'test', 'dev', 'develop')],
]);

/** What several of them use and is large; it is a file of its own for all of them. */
const SHARED = new Set(['buildspec', 'build-script', 'marks', 'testing']);

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

/** What lies outside the bundled folder stays as it is. */
const outsideFolder: Plugin = {
  name: 'outside-folder',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\// }, ({ path, resolveDir }) =>
      resolveDir.startsWith(lib) ? { path, external: true } : undefined,
    );
  },
};

/** Commands are files of their own, and the compiled blueprints are used as they are: each class exists once. */
const boundaries: Plugin = {
  name: 'boundaries',
  setup({ onResolve }) {
    onResolve({ filter: /\/blueprints(\/|$)/ }, ({ path, resolveDir }) => ({
      path: `../${relative(root, resolve(resolveDir, path)).split(sep).join('/')}`,
      external: true,
    }));
    onResolve({ filter: /^\./ }, ({ path, resolveDir, kind }) => {
      const [name] =
        [...programs, ...libraries].find(([, source]) =>
          [resolve(resolveDir, path), resolve(resolveDir, path, 'index')].includes(source),
        ) ?? [];
      const isApart = name && (kind === 'dynamic-import' || SHARED.has(name));
      // None of them does anything when it is loaded: where nothing of it is used, it is not.
      return isApart ? { path: `./${name}.js`, external: true, sideEffects: false } : undefined;
    });
  },
};

/** The data of the service specification are the CDK's own, which every project has installed. */
const installedSpec: Plugin = {
  name: 'installed-spec',
  setup({ onResolve }) {
    onResolve({ filter: /^@aws-cdk\/aws-service-spec$/ }, () => ({ path: join(labs, 'engine', 'service-spec.ts') }));
  },
};

async function bundle(): Promise<void> {
  const rendering = join(lib, 'blueprints', 'rendering');
  const index = join(rendering, 'index.js');
  await build({
    ...common,
    entryPoints: [index],
    outfile: index,
    allowOverwrite: true,
    plugins: [outsideFolder],
    minify: true,
  });
  for (const inlined of readdirSync(rendering).filter((file) => file.endsWith('.js') && file !== 'index.js')) {
    rmSync(join(rendering, inlined));
  }
  const cliFiles: BuildOptions = {
    ...common,
    outdir: join(lib, 'cli'),
    plugins: [boundaries, installedSpec],
    // Its module for import asks where it is, which a bundle can't tell.
    alias: { tinyglobby: join(root, 'node_modules', 'tinyglobby', 'dist', 'index.cjs') },
    supported: { 'dynamic-import': false },
    minify: true,
    legalComments: 'none',
  };
  const entries = [...programs, ...libraries].map(([out, source]) => ({ in: `${source}.ts`, out }));
  await build({
    ...cliFiles,
    entryPoints: entries.filter(({ out }) => out !== OPERATIONS),
    external: ['projen', 'esbuild', 'tsx', 'aws-cdk', '@aws-sdk/*'],
  });
  await build({
    ...cliFiles,
    entryPoints: entries.filter(({ out }) => out === OPERATIONS),
    mainFields: ['module', 'main'], // of modules esbuild takes what is used
  });
  // It loads what a package of patterns has in TypeScript.
  const write = join(lib, 'cli', 'write.js');
  writeFileSync(write, `#!/usr/bin/env node\nrequire('tsx/cjs');\n${readFileSync(write, 'utf8')}`);
  for (const program of ['main', 'write']) {
    chmodSync(join(lib, 'cli', `${program}.js`), 0o755);
  }
}

/** The functions of constructs, each in one file with what it needs; the AWS SDK is in Lambda's runtime. */
async function bundleFunctions(): Promise<void> {
  const functions = join(lib, 'pipelines', 'functions');
  for (const name of readdirSync(functions)) {
    rmSync(join(functions, name), { recursive: true });
    await build({
      ...common,
      entryPoints: [join(root, 'pipelines', 'functions', name, 'index.ts')],
      outfile: join(functions, name, 'index.js'),
      external: ['@aws-sdk/*'],
      minifySyntax: true,
      legalComments: 'none',
    });
  }
}

/** The types of the libraries, without those of what stays inside of them. */
function declare(): void {
  const scratch = join(root, '.scratch', 'declarations');
  rmSync(scratch, { recursive: true, force: true });
  const sources = ['authoring', 'testing'].map((name) => `${libraries.get(name)}.ts`);
  const tsconfig = join(root, '.scratch', 'tsconfig.declarations.json');
  mkdirSync(dirname(tsconfig), { recursive: true });
  writeFileSync(
    tsconfig,
    JSON.stringify({
      extends: '../test/tsconfig.json',
      compilerOptions: {
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        rootDir: '..',
        outDir: 'declarations',
      },
      include: sources,
      exclude: [],
    }),
  );
  execFileSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', tsconfig], {
    stdio: 'inherit',
  });
  for (const part of ['labs/authoring.d.ts', 'labs/engine', 'test/suites/index.d.ts']) {
    cpSync(join(scratch, part), join(lib, part), { recursive: true });
  }
}

/** The templates of each room in one file. */
function packTemplates(): void {
  const blueprints = join(root, 'blueprints');
  for (const room of readdirSync(blueprints).filter((name) => existsSync(join(blueprints, name, 'template')))) {
    const tree = join(blueprints, room, 'template');
    const files = readdirSync(tree, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = files.map((entry) => relative(tree, join(entry.parentPath, entry.name)).split(sep).join('/')).sort();
    const contents = paths.map((path) => [path, readFileSync(join(tree, path), encodingOf(path))]);
    mkdirSync(join(lib, 'blueprints', room), { recursive: true });
    writeFileSync(join(lib, 'blueprints', room, 'template.json'), JSON.stringify(Object.fromEntries(contents)));
  }
}

/** Removes the types that no entry of the package leads to. */
function pruneTypes(): void {
  const entries = [
    'blueprints/index',
    'blueprints/patterns',
    'modules/index',
    'pipelines/index',
    'labs/authoring',
    'test/suites/index',
  ];
  const open = entries.map((entry) => join(lib, `${entry}.d.ts`));
  const reached = new Set<string>();
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (!reached.has(file)) {
      reached.add(file);
      open.push(...importsOf(file));
    }
  }
  for (const entry of readdirSync(lib, { recursive: true, encoding: 'utf8' })) {
    const file = join(lib, entry);
    if (file.endsWith('.d.ts') && !reached.has(file)) {
      rmSync(file);
    }
  }
}

/** The files of types that a file of types leads to. */
function importsOf(file: string): string[] {
  const paths = [...readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?['"](\.[^'"]*)['"]/g)].map(
    ([, path]) => path,
  );
  const candidates = paths.flatMap((path) => [`${path}.d.ts`, join(path, 'index.d.ts')]);
  return candidates.map((path) => join(dirname(file), path)).filter((path) => existsSync(path));
}

bundle()
  .then(bundleFunctions)
  .then(declare)
  .then(packTemplates)
  .then(pruneTypes)
  .catch((error) => {
    rmSync(lib, { recursive: true, force: true });
    throw error;
  });
