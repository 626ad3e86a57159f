import { findPattern } from '../../../blueprints/catalog';
import { checkOptions } from '../../../blueprints/options';
import { lastStep } from '../../../blueprints/pattern';
import { render } from '../../../blueprints/rendering';
import { testDockerfile } from '../../support/dockerfile-suite';

const pattern = findPattern('cross-account-ecr');
const projectFor = (architecture: string) =>
  render(pattern, checkOptions(pattern, { name: 'orders', architecture }), lastStep(pattern));

describe('the Dockerfile', () => {
  testDockerfile(projectFor('arm64'), 'nodejs', (place) => `src/functions/${place}.ts`);
});

test.each([
  ['arm64', 'linux/arm64', 'Architecture.ARM_64'],
  ['x86_64', 'linux/amd64', 'Architecture.X86_64'],
])(
  'for %s the image is built, without attestations, for what the function runs on',
  (architecture, platform, constant) => {
    const files = projectFor(architecture);
    const builds = String(files.get('README.md')).match(/^docker build .*$/gm) ?? [];
    expect(builds).toEqual([expect.stringContaining(`--platform ${platform} --provenance=false --sbom=false `)]);
    expect(String(files.get('src/function-stack.ts'))).toContain(`architecture: ${constant},`);
  },
);
