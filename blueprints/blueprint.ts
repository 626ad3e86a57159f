import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AwsCdkTypeScriptApp } from 'projen/lib/awscdk/awscdk-app-ts';
import { CdkFeatureFlags } from 'projen/lib/awscdk/cdk-config';
import { NodePackageManager } from 'projen/lib/javascript/node-package';
import { JsonFile } from 'projen/lib/json';
import { SampleReadme } from 'projen/lib/readme';
import { TypeScriptRunner } from 'projen/lib/typescript/typescript-runner';
import { Creation, kitSpec, withoutKit } from './creation';
import { UsageError } from './errors';
import { KIT, kitVersion } from './kit';
import { checkOptions, currentOptions, nameOfFolder, optionsOf } from './options';
import { packageIn } from './package';
import { type OptionValues, type Pattern, packageOf } from './pattern';
import { style } from './style';
import { type PinnedPackage, pinned, versions } from './versions';

/** The options that every pattern's project type has. */
export interface BlueprintOptions {
  /**
   * The project's name, which its stacks are named after.
   *
   * @default - the name of the project's folder
   * @featured
   */
  readonly name?: string;

  /**
   * The tags on every resource, each as key=value.
   *
   * @default - no tags
   */
  readonly tags?: string[];

  /**
   * The deployments of the project, each as a name, or as name=account/region.
   *
   * @default - one stage, dev
   */
  readonly stages?: string[];

  /**
   * The mail address that alarms are sent to.
   *
   * @default - nobody is told
   */
  readonly alarmEmail?: string;

  /**
   * The ARN of a topic that alarms are sent to, instead of one of their own.
   *
   * @default - a topic of their own
   */
  readonly alarmTopic?: string;

  /**
   * What builds and tests each change: a workflow of GitHub Actions, a pipeline that delivers it too, or nothing yet.
   *
   * @default "none"
   */
  readonly ci?: 'none' | 'github' | 'codepipeline';

  /**
   * What the pipeline of --ci codepipeline delivers: a repository with its branch, or a zip in a bucket.
   *
   * @default - there is no pipeline
   */
  readonly pipelineSource?: string;

  /**
   * The ARN of the connection to the repository at GitHub, GitLab or Bitbucket.
   *
   * @default - the sources are at AWS
   */
  readonly pipelineConnection?: string;

  /**
   * The account and the Region of the pipeline, which it needs as soon as a stage has its own.
   *
   * @default - those of the AWS profile
   */
  readonly pipelineEnv?: string;

  /**
   * Whether somebody approves in the pipeline before a production stage is deployed.
   *
   * @default true
   */
  readonly pipelineApproval?: boolean;

  /**
   * The npm package with the platform team's rules for every app, and its version.
   *
   * @default - no rules of one's own
   */
  readonly house?: string;

  /**
   * The step of the pattern that the project is created at: `start` or a step's id.
   *
   * @default - the last step: the finished project
   */
  readonly step?: string;

  /**
   * The npm spec of the kit that the project depends on, `file:vendor/serverless-atelier.tgz` for example.
   *
   * @default - the version that creates the project
   */
  readonly kit?: string;

  /**
   * Further development dependencies, as npm specs.
   *
   * @default - none
   */
  readonly devDeps?: string[];

  /**
   * The folder of the project.
   *
   * @default "."
   */
  readonly outdir?: string;

  /**
   * Further options of projen's AwsCdkTypeScriptApp; they win over what the blueprint sets.
   *
   * @default - none
   */
  // jsii knows `any` only, not `unknown`.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly appOptions?: Record<string, any>;
}

/** What every generated project is checked, tested and built with. */
const TOOLS: readonly PinnedPackage[] = [
  '@biomejs/biome',
  '@swc/core',
  '@swc/jest',
  '@types/aws-lambda',
  '@types/jest',
  '@types/node',
  'jest',
  'tsx',
];

/** Feature flags that this version of aws-cdk-lib recommends and this version of projen does not know yet. */
const NEWER_FEATURE_FLAGS = {
  '@aws-cdk/aws-apigateway:logGroupDestinationArnWithoutWildcard': true,
  '@aws-cdk/aws-cloudfront:defaultViewerProtocolPolicyRedirectToHttps': true,
};

/** Tasks of projen that only other tasks run, or that do nothing in a project that is not compiled. */
const INTERNAL_SCRIPTS = [
  'bundle',
  'compile',
  'default',
  'eject',
  'package',
  'post-compile',
  'pre-compile',
  'synth:silent',
];

/**
 * A generated project: an ordinary projen CDK app in TypeScript whose sources come from a pattern's templates. The
 * templates are written once, when the project is created; afterwards its sources belong to its owner.
 *
 * @abstract
 */
export abstract class Blueprint extends AwsCdkTypeScriptApp {
  /**
   * The pattern that a project type stands for.
   *
   * @internal
   */
  public static readonly _pattern: Pattern;

  /**
   * @param options the options of every project type and those of the pattern
   * @throws UsageError before anything is written when an option is not allowed
   */
  constructor(options: BlueprintOptions = {}) {
    const pattern = new.target._pattern;
    const values = chosenValues(pattern, options);
    const kit = kitSpec(options);
    const { devDeps, step, outdir } = options;
    const creation = Creation.plan({ pattern, values, kit, devDeps, step, outdir });

    const of = packageOf(pattern);
    const furtherDeps = creation?.devDeps ?? withoutKit(options.devDeps);

    super({
      ...settings(values.name as string, options),
      devDeps: [...TOOLS.map(pinned), ...furtherDeps],
      ...(creation?.ignored.length ? { gitignore: [...creation.ignored] } : {}),
      ...options.appOptions,
      context: { ...contextOf(options.outdir ?? '.'), ...options.appOptions?.context },
    });

    // It would bring back a README that its owner deleted, as projen's own.
    for (const sample of this.node.children.filter((child) => child instanceof SampleReadme)) {
      this.node.tryRemoveChild(sample.node.id);
    }
    this.deps.removeDependency('ts-node');
    for (const script of INTERNAL_SCRIPTS) {
      this.removeScript(script);
    }
    // projen asks for any version of the one, which would cost a second installation to resolve, and for a range of the other.
    this.addDevDeps(pinned('esbuild'));
    this.addDeps(pinned('constructs'));
    this.addDeps(...pattern.dependencies.map(pinned));
    this.addDevDeps(...(pattern.devDependencies ?? []).map(pinned));
    this.addDeps(...[values.house ?? []].flat().map(String));
    const installed = creation?.kit ?? kit;
    this.addDeps(`${KIT}@${installed}`, pinned('cdk-nag'));
    const moves = of.name === KIT || furtherDeps.some((spec) => packageIn(spec) === of.name) ? [KIT] : [KIT, of.name];
    this.addDevDeps(...moves.filter((name) => name !== KIT).map((name) => `${name}@${of.version}`));
    // An app is deployed, never published.
    this.package.addField('private', true);
    this.package.addField('publishConfig', undefined);
    this.package.addField('overrides', { 'unrs-resolver': '1.11.1' });
    this.gitignore.addPatterns('/cdk.context.json.lock', '/.atelier/snapshots/');
    if ([installed, ...furtherDeps].some((spec) => spec.includes('file:vendor/'))) {
      this.gitignore.include('/vendor/*.tgz');
    }
    // Otherwise projen would refuse the edits of the flags, which it keeps.
    this.cdkConfig.json.readonly = false;
    // projen's own hears of no stack's name.
    this.tasks.tryFind('diff')?.reset('cdk diff', { receiveArgs: true });
    testWithJest(this);
    lintWithBiome(this);
    // Where `.projenrc.ts` names a kit, that is what the project stays with.
    if (creation ? installed === kitVersion : !options.kit) {
      upgradeWith(this, moves);
    }
    creation?.addTo(this);
  }
}

/** The pattern's options among all that were given, completed with the defaults and checked. */
function chosenValues(pattern: Pattern, options: BlueprintOptions): OptionValues {
  const given = currentOptions(pattern, options as unknown as OptionValues);
  const named: OptionValues = { ...given, name: options.name ?? nameOfFolder(resolve(options.outdir ?? '.')) };
  return checkOptions(pattern, Object.fromEntries(optionsOf(pattern).map(({ name }) => [name, named[name]])));
}

/**
 * The CDK's context, its feature flags among them. A project keeps what its cdk.json has: flags that a newer version of the
 * CDK recommends would change what is deployed. A new project gets those that are recommended now.
 */
function contextOf(folder: string): Record<string, unknown> {
  const file = join(folder, 'cdk.json');
  if (!existsSync(file)) {
    return { ...CdkFeatureFlags.V2.ALL.flags, ...NEWER_FEATURE_FLAGS };
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8')).context ?? {};
  } catch {
    throw new UsageError('cdk.json is damaged', {
      option: 'cdk.json',
      given: file,
      allowed: 'a JSON object, whose context is kept',
      example: 'git checkout -- cdk.json',
    });
  }
}

/** What makes a generated project fast and strict, for projen's own project type. */
function settings(name: string, options: BlueprintOptions) {
  return {
    name,
    outdir: options.outdir,
    defaultReleaseBranch: 'main',
    packageManager: NodePackageManager.NPM,
    projenVersion: versions.projen,
    minNodeVersion: '20.19.0',
    licensed: false,

    cdkVersion: versions['aws-cdk-lib'],
    cdkVersionPinning: true,
    cdkCliVersion: versions['aws-cdk'],
    constructsVersion: versions.constructs,
    // node itself runs the app: npx would cost half a second at every synth.
    app: 'node --import tsx src/main.ts',
    buildCommand: undefined,

    typescriptVersion: versions.typescript,
    runner: TypeScriptRunner.tsx(),
    projenrcTs: true,
    projenrcTsOptions: { projenCodeDir: '.projen', runner: TypeScriptRunner.tsx() },
    disableTsconfigDev: true,
    tsconfig: {
      include: ['test/**/*.ts', '.projenrc.ts'],
      compilerOptions: {
        noEmit: true,
        rootDir: '.',
        declaration: false,
        inlineSourceMap: false,
        inlineSources: false,
        noUnusedLocals: true,
        noUnusedParameters: true,
        resolveJsonModule: true,
        skipLibCheck: true,
      },
    },

    depsUpgrade: false,
    clobber: false,
    github: false,
    eslint: false,
    prettier: false,
    jest: false,
    sampleCode: false,
    npmignoreEnabled: false,
    lambdaAutoDiscover: false,
    edgeLambdaAutoDiscover: false,
    singletonLambdaAutoDiscover: false,
    lambdaExtensionAutoDiscover: false,
    integrationTestAutoDiscover: false,
  };
}

function testWithJest(project: AwsCdkTypeScriptApp): void {
  project.package.addField('jest', {
    testMatch: ['<rootDir>/test/**/*.test.ts'],
    transform: { '^.+\\.ts$': '@swc/jest' },
    setupFiles: ['<rootDir>/test/setup.ts'],
    setupFilesAfterEnv: ['aws-cdk-lib/testhelpers/jest-autoclean'],
    clearMocks: true,
  });
  project.testTask.reset('tsc --noEmit');
  project.testTask.exec('biome lint --error-on-warnings');
  project.testTask.exec('jest', { receiveArgs: true });
}

function lintWithBiome(project: AwsCdkTypeScriptApp): void {
  new JsonFile(project, 'biome.json', {
    marker: false,
    obj: {
      $schema: './node_modules/@biomejs/biome/configuration_schema.json',
      files: { includes: ['src/**/*.ts', 'test/**/*.ts', '.projenrc.ts'] },
      formatter: style.formatter,
      json: { formatter: { enabled: false } },
      javascript: style.javascript,
    },
  });
  project.addTask('format', {
    description: 'Formats the sources and mends what the linter can mend',
    exec: 'biome check --write',
  });
}

/** The versions of all packages come from the kit, so its newest release brings a set that was tested together. */
function upgradeWith(project: AwsCdkTypeScriptApp, moves: readonly string[]): void {
  project.addTask('upgrade', {
    description: 'Moves to the newest kit and the versions that it was tested with, and builds',
    // In CI projen would install by the old lock file.
    env: { CI: '0' },
    steps: [
      // Until projen sets the versions that fit it, npm would refuse a kit that needs newer peers than the old one.
      { exec: `npm install --legacy-peer-deps ${[...moves, 'projen'].map((name) => `${name}@latest`).join(' ')}` },
      // Options that have other names now would be type errors in .projenrc.ts.
      { exec: `${KIT} update --options-only` },
      { exec: 'projen' },
      { exec: 'projen build' },
    ],
  });
}
