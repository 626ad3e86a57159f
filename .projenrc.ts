import { cdk, JsonFile, javascript, type Task, TextFile, typescript } from 'projen';
import { patterns } from './blueprints/catalog';
import { classNameOf, type Dependency } from './blueprints/pattern';
import { pinned, versions } from './blueprints/versions';
import { CLIENTS } from './labs/engine/emulator/clients';

/** Packages that the kit's tests and generated projects both use: one pinned set for both. */
const tested: Dependency[] = [
  ...CLIENTS,
  ...patterns.flatMap(({ dependencies, devDependencies = [] }) => [...dependencies, ...devDependencies]),
  '@biomejs/biome',
  '@swc/core',
  '@swc/jest',
  '@types/aws-lambda',
  '@types/jest',
  '@types/node',
  'aws-cdk',
  'aws-cdk-lib',
  'cdk-nag',
  'constructs',
  'esbuild',
  'fast-check',
  'jest',
  'projen',
  'tsx',
  'typescript',
];

const project = new cdk.JsiiProject({
  name: 'serverless-atelier',
  description: 'Generates, teaches and delivers serverless systems on AWS: CDK projects for proven patterns, with labs',
  keywords: ['aws', 'cdk', 'serverless', 'projen', 'lambda', 'workshop', 'template'],
  author: 'The serverless-atelier authors',
  authorOrganization: true,
  authorAddress: 'https://github.com/serverless-atelier',
  repositoryUrl: 'https://github.com/serverless-atelier/serverless-atelier.git',
  bugsUrl: 'https://github.com/serverless-atelier/serverless-atelier/issues',
  license: 'Apache-2.0',
  projenVersion: versions.projen,
  licensed: false, // LICENSE is written by hand: it also says whose the generated files are
  defaultReleaseBranch: 'main',
  minNodeVersion: '20.19.0',
  packageManager: javascript.NodePackageManager.NPM,

  srcdir: 'blueprints',
  libdir: 'lib',
  entrypoint: 'lib/blueprints/index.js',
  entrypointTypes: 'lib/blueprints/index.d.ts',
  tsconfig: {
    include: ['modules/**/*.ts', 'pipelines/**/*.ts'],
    exclude: ['**/template/**', 'pipelines/operations', 'node_modules'], // the command line has these in it
    compilerOptions: { rootDir: '.', declarationMap: false, inlineSources: false, inlineSourceMap: false },
  },
  tsconfigDev: {
    include: ['../labs/**/*.ts', '../.projen/*.ts', '../.projenrc.ts'],
    exclude: ['golden', 'fixtures/acme-*'],
    // Labs are bundled by esbuild, tests and scripts are run by swc and tsx: none is compiled by tsc.
    compilerOptions: {
      module: 'preserve',
      moduleResolution: javascript.TypeScriptModuleResolution.BUNDLER,
      types: ['node', 'jest'],
      lib: ['es2022', 'es2023.array', 'es2024.string'],
    },
  },
  jsiiVersion: '~6.0.0',
  typescriptVersion: '7.0.2',
  runner: typescript.TypeScriptRunner.tsx(),
  projenrcTs: true,
  projenrcTsOptions: { projenCodeDir: '.projen', runner: typescript.TypeScriptRunner.tsx() },

  sampleCode: false,
  docgen: false,
  eslint: false,
  jest: false,
  github: false,
  release: false,
  package: false,
  buildWorkflow: false,
  depsUpgrade: false,
  npmignoreEnabled: false,
  stability: 'experimental',

  peerDeps: ['projen@>=0.103.25 <1', 'constructs@^10.8.1'],
  peerDependencyOptions: { pinnedDevDependency: false },
  devDeps: [
    ...tested.map(pinned),
    '@aws-cdk/aws-service-spec@0.1.216',
    '@aws-cdk/cloudformation-diff@2.187.5',
    '@aws-sdk/credential-provider-node@3.972.98',
    '@babel/parser@7.29.15',
    '@clack/prompts@1.9.0',
    'agent-base@9.0.0',
    'cli-truncate@5.2.0',
    'commander@14.0.3',
    'csv-stringify@6.9.0',
    'diff@9.0.0',
    'dockerfile-ast@0.7.1',
    'fastest-levenshtein@1.0.16',
    'fflate@0.8.3',
    'handlebars@4.7.10',
    'https-proxy-agent@9.1.0',
    'log-update@6.1.0', // 7 loses lines when some are inserted above others
    'proxy-from-env@2.1.0',
    '@types/proxy-from-env@1.0.4',
    'chokidar@5.0.0',
    'markdown-it@14.1.1',
    '@types/markdown-it@14.1.2',
    'markdownlint-cli@0.48.0',
    'node-diff3@3.2.1',
    'semver@7.8.6',
    'tinyglobby@0.2.17',
    'unbash@6.0.4',
    '@types/semver@7.8.0',
    '@xterm/headless@6.0.0',
    'yaml@2.9.1',
  ],
});

project.package.addVersion('0.1.0');
for (const unused of ['jsii-diff', 'jsii-pacmak', 'jsii-rosetta']) {
  project.deps.removeDependency(unused);
}
project.package.addField('bin', {
  atelier: 'lib/cli/main.js',
  'serverless-atelier': 'lib/cli/main.js',
  'atelier-patterns': 'lib/cli/write.js',
});
project.package.addField('license', 'Apache-2.0');
project.package.addField('types', 'lib/blueprints/index.d.ts');
project.package.addField('exports', {
  '.': { types: './lib/blueprints/index.d.ts', default: './lib/blueprints/index.js' },
  './patterns': { types: './lib/blueprints/patterns.d.ts', default: './lib/blueprints/patterns.js' },
  './labs': './lib/cli/labs.js',
  './authoring': { types: './lib/labs/authoring.d.ts', default: './lib/cli/authoring.js' },
  './testing': { types: './lib/test/suites/index.d.ts', default: './lib/cli/testing.js' },
  './modules': { types: './lib/modules/index.d.ts', default: './lib/modules/index.js' },
  './pipelines': { types: './lib/pipelines/index.d.ts', default: './lib/pipelines/index.js' },
  './package.json': './package.json',
  './.jsii': './.jsii',
});
project.package.addField('files', [
  '.jsii',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs', // whoever has only the package reads what the README names
  'labs/*/lab.md',
  'lib/**/*.d.ts',
  'modules/*.ts', // atelier eject copies these into projects
  'pipelines/*.ts',
  'lib/**/*.js',
  'lib/blueprints/*/template.json', // its template tree in one file
]);
project.package.addField('overrides', { 'unrs-resolver': '1.11.1' });

project.packageTask.reset('npm pack');
for (const unused of ['compat', 'package-all', 'package:js', 'package', 'pre-compile', 'post-compile', 'eject']) {
  project.removeScript(unused);
}
project.compileTask.reset('tsx .projen/compile.ts', {
  env: { JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' },
});
project.testTask.reset();
project.testTask.spawn(project.compileTask);
project.testTask.exec('tsc --noEmit -p test/tsconfig.json');
project.testTask.exec('biome check --error-on-warnings');
project.testTask.exec('markdownlint --dot "*.md" docs labs', { receiveArgs: false });
project.testTask.exec('jest', { receiveArgs: true });
const golden = project.addTask('golden', {
  description: 'Writes all that is computed of patterns; look at what changed before you commit it',
});
golden.spawn(project.defaultTask as Task);
golden.exec('tsx test/support/write.ts golden');
project.addTask('dev', {
  description: 'Shows, whenever a template of a pattern is saved, what changed: npm run dev <pattern> [step]',
  exec: 'tsx test/support/write.ts dev',
  receiveArgs: true,
});
project.addTask('outputs', {
  description: 'Runs the labs from the packed kit and writes what they show of the output; look at what changed',
  exec: 'tsx test/support/write.ts outputs',
});
project.addTask('real', {
  description: 'Runs the real commands from the packed kit: takes minutes, needs the npm registry',
  exec: 'jest --config test/real/jest.config.json',
  receiveArgs: true,
});
project.addTask('e2e', {
  description: 'Deploys every pattern to an emulator and probes it, and tries faults: takes minutes, needs Python',
  exec: 'jest --config test/e2e/jest.config.json',
  receiveArgs: true,
});
project.addTask('pictures', {
  description: 'Draws the pictures of docs: what commands show in terminals',
  exec: 'tsx test/dev/pictures.ts',
});
project.addTask('bench', {
  description: 'Measures the speed of the kit against others and writes docs/benchmarks.md',
  exec: 'tsx test/bench/main.ts',
  receiveArgs: true,
});
const start = project.addTask('start', {
  description: 'Packs the kit, generates a project from the package, synthesizes it and checks its lab',
});
start.spawn(project.compileTask);
start.exec('tsx test/support/first-run.ts');
project.addTask('lint', {
  description: 'Mends what the linter and the formatter can mend',
  exec: 'biome check --write',
  receiveArgs: true,
});

project.package.addField('jest', {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/golden/', '/fixtures/', '<rootDir>/test/(real|e2e)/'],
  modulePathIgnorePatterns: ['<rootDir>/blueprints/[^/]+/template/', '<rootDir>/test/golden/', '<rootDir>/lib/'],
  transform: { '^.+\\.[cm]?[jt]s$': '@swc/jest' },
  transformIgnorePatterns: ['/node_modules/(?!unbash/)'], // a package of ES modules alone
  moduleNameMapper: { '^serverless-atelier/(modules|pipelines)$': '<rootDir>/$1/index.ts' },
  setupFiles: ['<rootDir>/test/setup.ts'],
  roots: ['<rootDir>/test'],
  maxWorkers: '100%',
  clearMocks: true,
});

const ids = patterns.map(({ id }) => id);
const rooms = ids.flatMap((id) => [`**/${id}`, `**/${id}/**`]);
const NAMES = '.projen/pattern-names.grit';

/** What the files of a folder may not import, and why. */
const mayNotImport = (includes: readonly string[], group: readonly string[], message: string) => ({
  includes,
  linter: {
    rules: { style: { noRestrictedImports: { level: 'error', options: { patterns: [{ group, message }] } } } },
  },
});

/** The direction of imports: `CONTRIBUTING.md` says why. */
const boundaries = [
  mayNotImport(
    ['blueprints/**'],
    [
      ...['aws-cdk-lib', 'aws-cdk-lib/**', 'projen', '**/labs/**', '**/modules/**', '**/pipelines/**', '**/test/**'],
      '!**/pipelines/bootstrap-commands', // it imports nothing: a README says what the stack's output does
    ],
    'Blueprints are loaded whenever a project is created: they import nothing of the CDK, and projen by its files.',
  ),
  mayNotImport(
    ['pipelines/operations/**'],
    ['aws-cdk-lib', 'aws-cdk-lib/**', 'projen', 'projen/**', '**/blueprints/**', '**/labs/**', '**/test/**'],
    'Operations look at pipelines that are deployed: they import the AWS SDK, and each other.',
  ),
  mayNotImport(
    ['modules/**', 'pipelines/**', '!pipelines/operations/**'],
    ['projen', 'projen/**', '**/blueprints/**', '**/labs/**', '**/test/**'],
    'Modules and pipelines are copied into ejected projects: they import the CDK, and each other.',
  ),
  mayNotImport(
    ['labs/cli/**', 'labs/engine/**', 'labs/*.ts', '!labs/index.ts'],
    ['aws-cdk-lib', 'aws-cdk-lib/**', '**/template/**', '**/modules', '**/test/**', ...rooms],
    'The engine and the command line know no pattern, and read no template: blueprints render them.',
  ),
  mayNotImport(
    ids.map((id) => `labs/${id}/**`),
    [
      'aws-cdk-lib',
      'aws-cdk-lib/**',
      'projen',
      'projen/**',
      '**/template/**',
      '**/blueprints/**',
      '**/engine/**',
      '**/cli/**',
    ],
    'The lab of a pattern imports labs/authoring alone, as that of any other package does.',
  ),
  {
    includes: [
      'blueprints/*.ts',
      'blueprints/rendering/**',
      'labs/*.ts',
      'labs/cli/**',
      'labs/engine/**',
      'modules/**',
      'pipelines/**',
      'test/suites/**',
      'test/support/**',
      '!blueprints/{patterns,project-types}.ts',
      '!labs/index.ts',
    ],
    plugins: [`./${NAMES}`],
  },
];
new TextFile(project, NAMES, {
  lines: [
    'language js(typescript, jsx);',
    '',
    'JsStringLiteralExpression() as $name where {',
    `  $name <: r".*(?:${[...ids, ...patterns.map(classNameOf)].join('|')}).*",`,
    '  register_diagnostic(span=$name, message="Only its two folders and the indexes name a pattern.", severity="error")',
    '}',
  ],
});
new JsonFile(project, 'biome.json', {
  marker: false,
  obj: {
    $schema: './node_modules/@biomejs/biome/configuration_schema.json',
    files: {
      includes: ['**/*.ts', '!**/template', '!**/golden', '!lib', '!dist', '!!.scratch', '!**/node_modules'],
    },
    formatter: { indentStyle: 'space', lineWidth: 120 },
    json: { formatter: { enabled: false } },
    javascript: { formatter: { quoteStyle: 'single' } },
    linter: { rules: { preset: 'recommended', suspicious: { noControlCharactersInRegex: 'off' } } },
    overrides: boundaries,
  },
});
new JsonFile(project, '.markdownlint.json', {
  marker: false,
  obj: {
    default: true,
    MD013: { line_length: 120, code_blocks: false, tables: false },
    MD024: { siblings_only: true },
    MD033: { allowed_elements: ['details', 'summary'] },
  },
});
project.gitignore.addPatterns('/.scratch/', '*.tgz');
project.gitattributes.addAttributes('*', 'text=auto', 'eol=lf');

project.synth();
