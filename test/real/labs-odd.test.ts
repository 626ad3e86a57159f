import { testLabs } from './lab-suite';

// Two files, so that two processes share the work.
testLabs((index) => index % 2 === 1);
