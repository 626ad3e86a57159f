import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { kitRoot } from '../../blueprints/kit';
import { lastStep, type OptionValues, START } from '../../blueprints/pattern';
import { asList, dig, entriesAt, type Json, readJson } from '../../labs/engine/json';
import { tryRun } from '../support/commands';
import { assemblyOf } from '../support/golden';
import { linkPackage, type Synthesized, scratchFolder, synthesize, type Variant } from '../support/synthesize';

/* Every pattern, delivered by a pipeline: from each kind of source, in one account and in several, with the rules of a house. */

const arn = 'arn:aws:codeconnections:eu-west-1:111111111111:connection/0f6bb0a4-2c5e-4d0c-9a55-2f1c3f7f4d11';

/** What is asked for, by what it is. */
const OPTIONS: Readonly<Record<string, OptionValues>> = {
  'wherever the profile points': { pipelineSource: 's3://sources/orders/app.zip', stages: ['dev', 'prod'] },
  'in several accounts': {
    pipelineSource: 'acme/orders@trunk',
    pipelineConnection: arn,
    pipelineEnv: '111111111111/eu-west-1',
    stages: ['dev=111111111111/eu-west-1', 'test', 'live!=222222222222/us-east-1'],
    tags: ['team=orders'],
  },
  'with a house': { pipelineSource: 'orders', pipelineApproval: false, stages: ['prod'], house: '@acme/house@^1.0.0' },
};

describe.each(patterns.map((pattern) => [pattern.id, pattern] as const))('%s is delivered', (_, pattern) => {
  let projects: ReadonlyMap<string, Synthesized>;
  const project = (name: string): Synthesized => projects.get(name) as Synthesized;

  beforeAll(() => {
    const home = join(scratchFolder(), 'delivery', pattern.id);
    linkPackage(join(kitRoot, 'test', 'fixtures', 'acme-house'), home);
    const named = Object.entries(OPTIONS).map(
      ([name, options]): Variant => ({ name, step: lastStep(pattern), options: { ci: 'codepipeline', ...options } }),
    );
    const first = { ...named[0], name: START, step: START };
    projects = new Map(synthesize(pattern, [...named, first], home).map((one) => [one.name, one]));
  }, 60_000);

  /** The texts of a template of the project. */
  const template = (name: string, ...path: string[]): Json | undefined =>
    readJson(join(project(name).folder, 'cdk.out', ...path));

  /** The stages of the pipeline with what is told of each. */
  const stagesIn = (name: string): readonly Json[] => {
    const [pipeline] = assemblyOf(project(name)).ofType('AWS::CodePipeline::Pipeline');
    return asList(pipeline.properties.Stages);
  };

  /** The templates of the stacks that a stage delivers. */
  const deliveredIn = (name: string, stage: string): string[] =>
    readdirSync(join(project(name).folder, 'cdk.out', `delivery-${stage}`)).filter((file) =>
      file.endsWith('.template.json'),
    );

  const namesIn = (name: string): string[] => stagesIn(name).map((stage) => String(dig(stage, 'Name')));

  test('and breaks no rule, from before its first step on', () => {
    expect([...projects.values()].map(({ name, problem }) => [name, problem])).toEqual(
      [...projects.keys()].map((name) => [name, undefined]),
    );
  });

  test('stage by stage, and somebody approves before production unless nobody has to', () => {
    const between = (name: string) => namesIn(name).filter((stage) => stage !== 'Assets');
    const own = ['Source', 'Build', 'UpdatePipeline'];
    expect(between('wherever the profile points')).toEqual([...own, 'dev', 'Approve-prod', 'prod']);
    expect(between('in several accounts')).toEqual([...own, 'dev', 'test', 'Approve-live', 'live']);
    expect(between('with a house')).toEqual([...own, 'prod']);
  });

  test.each(Object.keys(OPTIONS))('as it is deployed by hand, under the same names and ids: %s', (name) => {
    const { folder } = project(name);
    const stages = namesIn(name).filter((stage) => existsSync(join(folder, 'cdk.out', `delivery-${stage}`)));
    expect(stages.length).toBeGreaterThan(0);
    for (const stage of stages) {
      const files = deliveredIn(name, stage);
      expect(files).toContain(`orders-${stage}.template.json`);
      for (const file of files) {
        expect(identities(template(name, `delivery-${stage}`, file))).toEqual(identities(template(name, file)));
      }
    }
  });

  test('with the rules of the house', () => {
    const delivered = deliveredIn('with a house', 'prod').map((file) =>
      template('with a house', 'delivery-prod', file),
    );
    expect(JSON.stringify(delivered)).toContain('acme-boundary');
    const roles = entriesAt(template('with a house', 'orders-pipeline.template.json'), 'Resources').filter(
      ([, resource]) => dig(resource, 'Type') === 'AWS::IAM::Role',
    );
    expect(roles.filter(([, role]) => dig(role, 'Properties', 'PermissionsBoundary') === undefined)).toEqual([]);
  });

  test('once its accounts are prepared by what README and the output of the stack say', () => {
    for (const name of Object.keys(OPTIONS)) {
      const outputs = entriesAt(template(name, 'orders-pipeline.template.json'), 'Outputs');
      const [[, output]] = outputs.filter(([id]) => id.includes('BootstrapCommands'));
      const readme = readFileSync(join(project(name).folder, 'README.md'), 'utf8');
      const section = readme.slice(readme.indexOf('\n## Delivery\n'));
      expect(section.match(/^npx cdk bootstrap.*$/gm)).toEqual(String(dig(output, 'Value')).split('\n'));
    }
  });
});

test('the tests of a project that is delivered pass', () => {
  const [pattern] = patterns;
  const home = join(scratchFolder(), 'delivery-tests');
  const options = { ci: 'codepipeline', ...OPTIONS['in several accounts'] };
  const [{ folder }] = synthesize(pattern, [{ name: 'orders', step: lastStep(pattern), options }], home);
  const jest = join(kitRoot, 'node_modules', 'jest', 'bin', 'jest.js');
  const { code, stderr } = tryRun(folder, process.execPath, [jest, 'test/app.test.ts']);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
}, 60_000);

/** The resources of a template by their ids, with the names that somebody gave them; what code they have depends on bundling. */
function identities(template: Json | undefined): [string, Json | undefined, string[]][] {
  return entriesAt(template, 'Resources')
    .filter(([, resource]) => dig(resource, 'Type') !== 'AWS::CDK::Metadata')
    .map(([id, resource]) => {
      const properties = entriesAt(resource, 'Properties').filter(([name]) => name !== 'Code');
      return [
        id,
        dig(resource, 'Type'),
        properties.map(([name, value]) => `${name}: ${masked(JSON.stringify(value))}`),
      ];
    });
}

const masked = (text: string): string => text.replace(/[0-9a-f]{64}/g, '<hash>');
