import { kitRoot } from '../../blueprints/kit';
import { testPatterns } from '../suites';

testPatterns(kitRoot, ['types']);
