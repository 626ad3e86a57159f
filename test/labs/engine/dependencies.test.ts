import { waitsFor } from '../../../labs/engine/dependencies';
import { assemblyOf, type Resources, ref } from '../support';

const resources: Resources = {
  Rule: { Type: 'Test::Rule' },
  Policy: { Type: 'Test::Policy', Properties: { Of: [ref('Rule')] } },
  Service: { Type: 'Test::Service', DependsOn: ['Policy'] },
  Circle: { Type: 'Test::Circle', Properties: { Of: ref('Back') } },
  Back: { Type: 'Test::Back', DependsOn: ['Circle'] },
};

function waits(later: string, earlier: string): boolean {
  const assembly = assemblyOf(resources);
  const [one, other] = [later, earlier].map((type) => assembly.ofType(`Test::${type}`)[0]);
  return waitsFor(assembly, one, other);
}

test.each([
  ['that it depends on', 'Service', 'Policy'],
  ['that it refers to', 'Policy', 'Rule'],
  ['that what it depends on refers to', 'Service', 'Rule'],
  ['of a circle', 'Circle', 'Back'],
])('a resource waits for one %s', (_, later, earlier) => {
  expect(waits(later, earlier)).toBe(true);
});

test.each([
  ['that waits for it', 'Rule', 'Service'],
  ['that has nothing to do with it', 'Service', 'Circle'],
  ['that it is itself', 'Service', 'Service'],
])('a resource does not wait for one %s', (_, later, earlier) => {
  expect(waits(later, earlier)).toBe(false);
});
