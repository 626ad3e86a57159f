import { patterns } from '../../blueprints/catalog';
import { kitRoot } from '../../blueprints/kit';
import { testPatterns } from '../suites';
import { testLearners } from '../suites/learners';

testPatterns(kitRoot, ['learners']);

const [longest] = [...patterns].sort((a, b) => b.steps.length - a.steps.length);

describe(`${longest.id}, whose lab is the longest, in every way to be stuck`, () => testLearners(longest));
