import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { patterns } from '../../blueprints/catalog';
import { kitRoot } from '../../blueprints/kit';
import { lastStep, START } from '../../blueprints/pattern';
import type { Assembly, Resource } from '../../labs/engine/assembly';
import { runCheck } from '../../labs/engine/check';
import { dig } from '../../labs/engine/json';
import { assemblyOf } from '../support/golden';
import { labAt } from '../support/sources';
import { tagProperty } from '../support/state';
import { linkPackage, type Synthesized, scratchFolder, synthesize } from '../support/synthesize';

/* A sample of a platform team's rules, over every pattern: tags, a permissions boundary, and how long logs are kept. */

const HOUSE = '@acme/house@^1.0.0';
const TAGS = ['owner', 'cost-centre'];

describe.each(patterns.map((pattern) => [pattern.id, pattern] as const))(
  '%s with the rules of a house',
  (_, pattern) => {
    let projects: readonly Synthesized[];
    let assembly: Assembly;
    const every = (type: string): Resource[] => assembly.ofType(type);

    beforeAll(() => {
      const home = join(scratchFolder(), 'house', pattern.id);
      linkPackage(join(kitRoot, 'test', 'fixtures', 'acme-house'), home);
      const variants = [START, lastStep(pattern)].map((step) => ({ name: step, step, options: { house: HOUSE } }));
      projects = synthesize(pattern, variants, home);
      assembly = assemblyOf(projects[1]);
    }, 60_000);

    test('is synthesized before its first step and after its last, and breaks no other rule', () => {
      expect(projects.map(({ problem }) => problem)).toEqual([undefined, undefined]);
    });

    test('has every tag on every resource that takes tags', () => {
      const taggable = assembly.resources.filter(({ type }) => tagProperty(type));
      const bare = taggable.filter(({ type, properties }) => {
        const tags = JSON.stringify(properties[tagProperty(type) as string] ?? '');
        return TAGS.some((name) => !tags.includes(name));
      });
      expect(taggable.length).toBeGreaterThan(3);
      expect(bare.map(({ logicalId }) => logicalId)).toEqual([]);
    });

    test('has the boundary on every role', () => {
      const roles = every('AWS::IAM::Role');
      expect(roles.length).toBeGreaterThan(0);
      expect(
        roles.filter((role) => !JSON.stringify(role.properties.PermissionsBoundary ?? '').includes('acme-boundary')),
      ).toEqual([]);
    });

    test('keeps every log for as long as the house wants', () => {
      const groups = every('AWS::Logs::LogGroup');
      expect(groups.length).toBeGreaterThan(0);
      expect(groups.map(({ properties }) => dig(properties, 'RetentionInDays'))).toEqual(groups.map(() => 400));
    });

    test('passes the check of every step', async () => {
      const { checks = [] } = (await labAt(pattern)) ?? {};
      const failures = checks.flatMap((check) => runCheck(check, assembly).results.filter(({ passed }) => !passed));
      expect(failures).toEqual([]);
    });

    test('says so in one line of its program', () => {
      const main = readFileSync(join(projects[0].folder, 'src', 'main.ts'), 'utf8');
      expect(main.match(/HouseRules/g)).toHaveLength(2);
      expect(main).toContain("import { applyHouseRules } from '@acme/house';");
    });
  },
);
