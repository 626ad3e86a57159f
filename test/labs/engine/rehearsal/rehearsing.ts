import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { Assembly } from '../../../../labs/engine/assembly';
import type { Json } from '../../../../labs/engine/json';
import { type ActionResult, type RehearsalOptions, rehearse } from '../../../../labs/engine/rehearsal/rehearse';

/* What the tests of rehearsals share: pipelines as templates have them, made of few words. */

/** The stack of the pipelines. */
export const STACK = 'orders-dev';

/** What a test's project is in: the repository, and what the rehearsal makes. */
export let root: string;

/** Gives each test of a file a project of its own. */
export function inProject(): void {
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'rehearsal-test-'));
    mkdirSync(join(root, 'project'));
    writeFileSync(join(root, 'project', 'order.txt'), 'an order');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
}

/** A project of CodeBuild. */
export interface Build {
  readonly spec: object | string;
  readonly properties?: { readonly [name: string]: Json };
}

/** An action of a pipeline. */
export interface TestAction {
  readonly name: string;
  readonly provider: string;
  readonly category: string;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly configuration?: { readonly [name: string]: Json };
  readonly namespace?: string;
  readonly order?: number;
}

/** The action that a pipeline begins with. */
export const source: TestAction = {
  name: 'Source',
  category: 'Source',
  provider: 'S3',
  outputs: ['Sources'],
  namespace: 'Source',
};

/** An action that runs the project of its name. */
export const build = (name: string, settings: Partial<TestAction> = {}): TestAction => ({
  name,
  category: 'Build',
  provider: 'CodeBuild',
  inputs: ['Sources'],
  outputs: [],
  ...settings,
  configuration: { ProjectName: { Ref: name }, ...settings.configuration },
});

/** A pipeline of stages, each an action or several, and the projects of its builds by their names. */
export function assemblyOf(
  stages: readonly (readonly TestAction[])[],
  builds: Readonly<Record<string, Build>>,
): Assembly {
  const artifacts = (names: readonly string[] = []): Json => names.map((Name) => ({ Name }));
  const Stages = stages.map((actions, index) => ({
    Name: `Stage${index + 1}`,
    Actions: actions.map(({ name, category, provider, inputs, outputs, configuration = {}, namespace, order = 1 }) => ({
      Name: name,
      ActionTypeId: { Category: category, Provider: provider },
      RunOrder: order,
      Configuration: configuration,
      InputArtifacts: artifacts(inputs),
      OutputArtifacts: artifacts(outputs),
      ...(namespace ? { Namespace: namespace } : {}),
    })),
  }));
  const resource = (logicalId: string, type: string, properties: { readonly [name: string]: Json }) => ({
    stack: STACK,
    logicalId,
    name: logicalId,
    type,
    properties,
  });
  return new Assembly({
    resources: [
      resource('Pipeline', 'AWS::CodePipeline::Pipeline', { Stages }),
      resource('Distributor', 'AWS::Lambda::Function', {
        Environment: { Variables: { REGION: { Ref: 'AWS::Region' } } },
      }),
      ...Object.entries(builds).map(([name, { spec, properties }]) =>
        resource(name, 'AWS::CodeBuild::Project', {
          Source: { BuildSpec: typeof spec === 'string' ? spec : stringify({ version: '0.2', ...spec }) },
          ...properties,
        }),
      ),
    ],
  });
}

/** Rehearses, and returns how it ended, and what was printed. */
export async function rehearsed(assembly: Assembly, options: Partial<RehearsalOptions> = {}) {
  const lines: string[] = [];
  const results = await rehearse({
    folder: join(root, 'project'),
    assembly,
    scratch: join(root, 'scratch'),
    onLine: (_, line) => lines.push(line),
    onEnd: () => {},
    ...options,
  });
  return { results, lines, by: (name: string) => results.find(({ action }) => action === name) as ActionResult };
}

/** One build after the source. */
export const oneBuild = (spec: object, settings: Partial<TestAction> = {}, properties = {}): Assembly =>
  assemblyOf([[source], [build('Build', settings)]], { Build: { spec, properties } });

/** A buildspec of commands. */
export const commands = (...all: string[]): object => ({ phases: { build: { commands: all } } });
