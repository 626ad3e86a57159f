import { join } from 'node:path';
import { atelier, type Ended, emptyFolders, writeText } from './support';

const folder = emptyFolders();

/** Runs `list` in a Node.js that fails once where nobody expects it. */
function listWithFault(flags: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Ended {
  const preload = join(folder(), 'preload.cjs');
  writeText(
    preload,
    `const { write } = process.stdout;
process.stdout.write = () => {
  process.stdout.write = write;
  throw new TypeError('out of\\norder');
};`,
  );
  return atelier(folder(), ['list', ...flags], { NODE_OPTIONS: `--require ${JSON.stringify(preload)}`, ...env });
}

test('a fault of the kit is called one, in one line with where to report it', () => {
  expect(listWithFault()).toEqual({
    code: 70,
    stdout: '',
    stderr: expect.stringMatching(
      /^error: this is a fault of serverless-atelier: out of order; .* https:\/\/\S+\/issues .*\n$/,
    ),
  });
});

test('a fault of the kit shows where it happened with DEBUG alone', () => {
  expect(listWithFault().stderr).not.toContain('    at ');
  expect(listWithFault([], { DEBUG: '1' }).stderr).toContain('    at ');
});

test('a fault of the kit is one JSON document for machines', () => {
  const { code, stdout, stderr } = listWithFault(['--json']);
  expect({ code, stderr }).toEqual({ code: 70, stderr: '' });
  expect(JSON.parse(stdout).error.message).toMatch(/^this is a fault of serverless-atelier: out of order; /);
});

describe('packages that are not installed', () => {
  const check = (...flags: string[]): Ended => {
    writeText(
      join(folder(), '.atelier.json'),
      JSON.stringify({ kit: '0.1.0', pattern: 'sqs-scaling', options: { name: 'orders' }, step: 'start' }),
    );
    writeText(join(folder(), 'cdk.json'), JSON.stringify({ app: 'tsx src/main.ts' }));
    writeText(join(folder(), 'src', 'main.ts'), '');
    return atelier(folder(), ['lab', 'check', ...flags]);
  };

  test('are the environment, and the line says how to mend it', () => {
    const line = expect.stringMatching(
      /^error: the packages of the project are not installed; run npm install in .*\n$/,
    );
    expect(check()).toEqual({ code: 4, stdout: '', stderr: line });
  });

  test('are one JSON document for machines', () => {
    const { code, stdout, stderr } = check('--json');
    expect({ code, stderr }).toEqual({ code: 4, stderr: '' });
    expect(JSON.parse(stdout).error.message).toContain('not installed');
  });
});
