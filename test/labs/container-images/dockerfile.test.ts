import { findPattern } from '../../../blueprints/catalog';
import { checkOptions } from '../../../blueprints/options';
import { lastStep } from '../../../blueprints/pattern';
import { render } from '../../../blueprints/rendering';
import { testDockerfile } from '../../support/dockerfile-suite';

const pattern = findPattern('container-images');

const SOURCES: Readonly<Record<string, (place: string) => string>> = {
  nodejs: (place) => `src/functions/${place}.ts`,
  java: (place) => `image/src/main/java/${place.replace('.', '/')}.java`,
};

describe.each(Object.keys(SOURCES))('the Dockerfile of %s', (runtime) => {
  const files = render(pattern, checkOptions(pattern, { name: 'orders', runtime }), lastStep(pattern));
  testDockerfile(files, runtime, SOURCES[runtime]);
});
