import { patterns } from '../../blueprints/catalog';
import { kitRoot } from '../../blueprints/kit';
import { testPatterns } from '../suites';

testPatterns(kitRoot, ['parts', 'projects']);

test.each(patterns.map(({ id, steps }) => [id, steps.length]))('%s has five to nine steps: %d', (_, count) => {
  expect(count).toBeGreaterThanOrEqual(5);
  expect(count).toBeLessThanOrEqual(9);
});
